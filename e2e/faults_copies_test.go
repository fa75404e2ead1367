//go:build linux

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-graph/weft/internal/traffic"
)

// The invariants of what is kept in two places: events and what follows them, files and their bytes.

func (a *audit) applicationsAreThere() (n int) {
	now := map[string]string{}
	for _, application := range a.books.Applications {
		now[application.ID] = application.Status
	}
	for _, made := range a.journal.Applications {
		n += a.want(now[made.ID] != "", "the application %s was acknowledged and is lost", made.ID)
	}
	for _, decided := range a.journal.Decisions {
		n += a.want(now[decided.ApplicationID] == decided.Status || now[decided.ApplicationID] == "WITHDRAWN",
			"the application %s was decided as %s and is %q", decided.ApplicationID, decided.Status, now[decided.ApplicationID])
	}
	return n
}

func (a *audit) outboxesAreDrained() (n int) {
	for _, teller := range tellers {
		for _, event := range a.books.Outbox[teller] {
			n += a.want(event.Published, "%s has not published version %d of %s %s", teller, event.Version, event.Kind, event.Aggregate)
		}
	}
	return n
}

// newest is the last version of each aggregate, and the order of its kind and id.
func newest(rows []eventRow) map[string]int64 {
	versions := map[string]int64{}
	for _, row := range rows {
		key := row.Source + " " + row.Kind + " " + row.Aggregate
		versions[key] = max(versions[key], row.Version)
	}
	return versions
}

func (a *audit) followersCaughtUp() (n int) {
	for _, follower := range slices.Sorted(maps.Keys(follows)) {
		known := newest(a.books.Applied[follower])
		for _, source := range follows[follower] {
			told := newest(a.books.Outbox[source])
			for _, key := range slices.Sorted(maps.Keys(told)) {
				n += a.want(known[key] == told[key], "%s knows version %d of %s, which is at %d", follower, known[key], key, told[key])
			}
		}
	}
	for _, stream := range slices.Sorted(maps.Keys(a.books.DeadLetters)) {
		n += a.want(a.books.DeadLetters[stream] == 0, "%d events in %s were given up", a.books.DeadLetters[stream], stream)
	}
	return n
}

func (a *audit) copiesAreEqual() (n int) {
	offers := map[string]offerRow{}
	for _, offer := range a.books.Catalogue {
		offers[offer.ProductID] = offer
	}
	for _, p := range a.books.Products {
		want := offerRow{ProductID: p.ID, Name: p.Name, Amount: p.Amount}
		n += a.want(offers[p.ID] == want, "order knows product %s as %+v, which is %+v", p.ID, offers[p.ID], want)
	}
	known := map[string]string{}
	for _, o := range a.books.CreditOrders {
		known[o.ID] = o.CustomerID + " " + o.Status
	}
	for _, o := range a.books.Orders {
		want := o.CustomerID + " " + o.Status
		n += a.want(known[o.ID] == want, "credit knows order %s as %q, which is %q", o.ID, known[o.ID], want)
	}
	n += a.want(len(known) == len(a.books.Orders), "credit knows %d orders, and there are %d", len(known), len(a.books.Orders))
	return n
}

func (a *audit) filesHaveBytes() (n int) {
	for _, f := range a.books.Files {
		got, want := a.books.Disk[f.ID], blob{f.Size, f.ETag}
		n += a.want(got == want, "the file %s (%s) has the bytes %+v, want %+v", f.ID, f.Name, got, want)
	}
	return n
}

func (a *audit) noOrphans() (n int) {
	files := a.books.filesByID()
	for _, name := range slices.Sorted(maps.Keys(a.books.Disk)) {
		_, isKnown := files[name]
		n += a.want(isKnown, "nobody knows of %s on disk", name)
	}
	return n
}

func (a *audit) uploadsAreThere() (n int) {
	mayBeGone := map[string]bool{}
	for _, d := range a.journal.Deletions {
		mayBeGone[d.FileID] = true
	}
	for _, u := range a.journal.Unknown {
		mayBeGone[u.Thing] = mayBeGone[u.Thing] || u.Kind == traffic.DeleteFile
	}
	files := a.books.filesByID()
	for _, uploaded := range a.journal.Uploads {
		if mayBeGone[uploaded.ID] {
			continue
		}
		want := fileRow{uploaded.ID, uploaded.ProductID, uploaded.Name, int64(uploaded.Size), uploaded.SHA256}
		n += a.want(files[uploaded.ID] == want, "the upload %+v was acknowledged, and is %+v", want, files[uploaded.ID])
		got := a.books.Disk[uploaded.ID]
		n += a.want(got == blob{want.Size, want.ETag}, "the upload %s (%s) has other bytes than were sent: %+v", want.ID, want.Name, got)
	}
	return n
}

func (a *audit) deletionsHold() (n int) {
	files := a.books.filesByID()
	for _, d := range a.journal.Deletions {
		_, isThere := files[d.FileID]
		n += a.want(!isThere, "the file %s was deleted and is there", d.FileID)
	}
	return n
}

// complain says what an invariant has found, at most a few of it.
func (f figureOf) complain() string {
	const most = 5
	text := fmt.Sprintf("%s: broken %d times in %d checks:", f.name, len(f.findings), f.checked)
	for _, finding := range f.findings[:min(most, len(f.findings))] {
		text += "\n\t" + finding
	}
	if len(f.findings) > most {
		text += "\n\t…"
	}
	return strings.TrimSpace(text)
}
