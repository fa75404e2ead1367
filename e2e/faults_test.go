//go:build linux

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/shop"
	"github.com/weft-graph/weft/internal/traffic"
)

const (
	// pace is well below what two slow cores can do, so that only the fault makes operations fail.
	pace    = 40.0
	workers = 8
	// inARow is how many operations of each kind have to succeed, one after the other, until the shop has recovered.
	inARow = 3
	// outage is how long most faults last.
	outage = 2 * time.Second
	// silence is how long dead connections do: longer than the router waits for a service.
	silence = 6 * time.Second
	// rushBefore is how long a rush lasts before a fault finds it.
	rushBefore = 300 * time.Millisecond
)

// TestFaults holds a load of mixed traffic and meanwhile breaks one part of the shop after the other. After each, what was
// acknowledged has to be in the databases, nothing may be there twice or in part, and no operation may have failed that
// does not need the broken part. FAULTS_FOR=1m holds the load for a minute for each fault, which then happens again and
// again, and writes the figures to bench/faults.md.
func TestFaults(t *testing.T) {
	hold := time.Duration(0)
	if text := os.Getenv("FAULTS_FOR"); text != "" {
		var err error
		hold, err = time.ParseDuration(text)
		must(t, err)
	}
	if hold == 0 { // for figures each fault has the machine for itself
		t.Parallel()
	}
	var runs []*faultRun
	for _, group := range faultGroups() {
		t.Run(group.name, func(t *testing.T) {
			if hold > 0 {
				runs = append(runs, runFaults(t, group, hold)...)
				return
			}
			t.Parallel()
			runFaults(t, group, 0)
		})
	}
	if hold > 0 {
		must(t, os.WriteFile(root+"/bench/faults.md", []byte(faultReport(runs, hold, !t.Failed())), 0o644))
	}
}

// faultShop is a shop that can be broken in every part, with the load that it is under.
type faultShop struct {
	system
	proxies *proxies
	disk    *smallDisk
	load    *traffic.Load
	clerk   client
	// initial is the stock of each product before the load.
	initial map[string]int64
	// refused and loggedIn are how many of the journal's sessions and users were tried already.
	refused, loggedIn int
}

// runFaults lets each of the faults of a group happen to one shop.
func runFaults(t *testing.T, group faultGroup, hold time.Duration) (runs []*faultRun) {
	s := startFaultShop(t, group.database)
	for _, f := range group.faults {
		t.Run(f.name, func(t *testing.T) {
			if f.fillsDisk && !s.disk.isMounted {
				skipUnlessCI(t, "not tried, as nobody may mount a small disk here: run the tests as a user who may")
			}
			run := s.hold(t, f, hold)
			run.database = group.database
			runs = append(runs, run)
			s.judge(t, f, run)
		})
	}
	return runs
}

func startFaultShop(t *testing.T, database string) *faultShop {
	t.Helper()
	if database == onPostgres {
		findPostgres(t)
	}
	s := &faultShop{proxies: newProxies()}
	dir := t.TempDir()
	var err error
	s.disk, err = mountDisk(dir + "/disk")
	t.Cleanup(func() { must(t, s.disk.unmount()) })
	must(t, err)
	t.Cleanup(s.proxies.stop)
	s.system = startShopAs(t, shop.Config{
		Dir: dir, Postgres: database == onPostgres, Between: s.proxies.between,
		// A token outlives the test, so that one that is refused is so because of its session.
		Env: append(s.disk.environment(), "TOKEN_TTL=6h"),
	})
	s.clerk = s.login(t, "clerk")
	s.load, err = traffic.Prepare(t.Context(), traffic.Plan{
		URL: s.URL(), Staff: traffic.Account{Username: "clerk", Password: "clerk-demo"}, Seed: 6, Customers: 20, Products: 30,
		// Some products sell out in a long run: then orders are cancelled for want of stock.
		Stock: 300, Mix: weights, Timeout: time.Minute,
	})
	must(t, err)
	s.awaitQuiet(t)
	s.initial = s.read(t).stockBefore()
	return s
}

// read reads the books of the shop.
func (s *faultShop) read(t *testing.T) *books {
	t.Helper()
	b, err := readBooks(s.Databases, s.disk.files(), "redis://"+s.Addresses["redis"])
	must(t, err)
	return b
}

// awaitQuiet waits until every event has arrived.
func (s *faultShop) awaitQuiet(t *testing.T) {
	t.Helper()
	eventually(t, "the events do not arrive", func() error {
		a := &audit{books: s.read(t)}
		a.outboxesAreDrained()
		a.followersCaughtUp()
		a.copiesAreEqual()
		if len(a.findings) > 0 {
			return fmt.Errorf("%s (and %d more)", a.findings[0], len(a.findings)-1)
		}
		return nil
	})
}

// hold lets a fault happen under load: once, and again until the load was held for a time.
func (s *faultShop) hold(t *testing.T, f *fault, length time.Duration) *faultRun {
	t.Helper()
	run := &faultRun{fault: f, record: &traffic.Record{}}
	ctx, stop := context.WithCancel(t.Context())
	var held sync.WaitGroup
	held.Go(func() { s.load.RunInto(ctx, traffic.Pace{Rate: pace, Workers: workers}, run.record) })
	defer held.Wait()
	defer stop()
	began := time.Now()
	s.awaitRow(t, run, began)
	for round := 0; round == 0 || time.Since(began) < length; round++ {
		calm := func() {}
		if f.findsRush && length > 0 {
			calm = s.rush(ctx, &held, run)
		}
		r := &faultRound{target: f.targets[round%len(f.targets)], broken: time.Now()}
		run.rounds = append(run.rounds, r)
		must(t, f.inject(s, r.target))
		calm()
		time.Sleep(f.duration())
		if f.isFelt {
			eventually(t, "the fault is felt by nobody", func() error { return run.wantFelt(r) })
		}
		r.mending = time.Now()
		must(t, f.mend(s, r.target))
		r.ready = time.Now()
		r.recovered = s.awaitRow(t, run, r.mending)
	}
	return run
}

// rush adds workers that never rest to the load, so that the fault finds many operations on their way. It returns when they
// are at work, with what sends them home.
func (s *faultShop) rush(ctx context.Context, held *sync.WaitGroup, run *faultRun) (calm func()) {
	ctx, calm = context.WithCancel(ctx)
	record := &traffic.Record{}
	run.rushes = append(run.rushes, record)
	held.Go(func() { s.load.RunInto(ctx, traffic.Pace{Workers: workers}, record) })
	time.Sleep(rushBefore)
	return calm
}

// awaitRow waits until so many operations of each kind in a row have succeeded, and says when each kind was so far.
func (s *faultShop) awaitRow(t *testing.T, run *faultRun, since time.Time) map[traffic.Kind]time.Time {
	t.Helper()
	when := map[traffic.Kind]time.Time{}
	eventually(t, "the shop does not recover", func() error {
		for _, kind := range everything {
			if _, isKnown := when[kind]; isKnown {
				continue
			}
			after, hasRecovered := run.record.Recovery(kind, since, inARow)
			if !hasRecovered {
				return fmt.Errorf("%s has not succeeded %d times in a row", kind, inARow)
			}
			when[kind] = since.Add(after)
		}
		return nil
	})
	return when
}

// judge checks everything after a fault.
func (s *faultShop) judge(t *testing.T, f *fault, run *faultRun) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	must(t, s.load.Settle(ctx))
	s.awaitQuiet(t)
	if f.leavesBytes {
		run.leftBytes = s.sweep(t)
	}
	journal := s.load.Journal()
	run.figures = checkInvariants(s.read(t), journal, s.initial)
	run.figures = append(run.figures, s.wantRefusals(journal), s.wantLogins(journal), run.explain(run.samples()))
	for _, figure := range run.figures {
		if len(figure.findings) > 0 {
			t.Error(figure.complain())
		}
	}
	run.log(t)
	s.wantNoPanic(t)
}

// wantRefusals tries the tokens of sessions whose end was acknowledged.
func (s *faultShop) wantRefusals(journal *traffic.Journal) figureOf {
	a := &audit{}
	figure := figureOf{name: "a token whose logout was acknowledged is refused"}
	for _, ended := range journal.EndedSessions[s.refused:] {
		res, err := client{shop: s.system, token: ended.Token}.try(meQuery, nil)
		figure.checked += a.want(err == nil && res.Status == http.StatusUnauthorized && res.code() == "UNAUTHENTICATED",
			"the token of %s, who has logged out, gives %d %s (%v)", ended.Username, res.Status, res.Body, err)
	}
	s.refused = len(journal.EndedSessions)
	figure.findings = a.findings
	return figure
}

// wantLogins logs in everybody who was registered.
func (s *faultShop) wantLogins(journal *traffic.Journal) figureOf {
	a := &audit{}
	figure := figureOf{name: "who was registered can log in"}
	for _, user := range journal.Users[s.loggedIn:] {
		input := map[string]any{"username": user.Username, "password": user.Password}
		res, err := s.anonymous().try(loginMutation, map[string]any{"input": input})
		token, _ := res.at("login", "token").(string)
		figure.checked += a.want(err == nil && token != "", "%s cannot log in: %d %s (%v)", user.Username, res.Status, res.Body, err)
	}
	s.loggedIn = len(journal.Users)
	figure.findings = a.findings
	return figure
}

// sweep has product remove what it has left on disk when it died, as it does when that is old enough. It says how much
// there was.
func (s *faultShop) sweep(t *testing.T) int {
	t.Helper()
	a := &audit{books: s.read(t)}
	a.noOrphans()
	if len(a.findings) == 0 {
		return 0
	}
	files := a.books.filesByID()
	old := time.Now().Add(-24 * time.Hour)
	for name := range a.books.Disk {
		if _, isKnown := files[name]; !isKnown {
			must(t, os.Chtimes(s.disk.files()+"/"+name, old, old))
		}
	}
	s.stop(t, "product")
	s.start(t, "product")
	eventually(t, "product does not remove what it has left", func() error {
		now := &audit{books: s.read(t)}
		now.noOrphans()
		if len(now.findings) > 0 {
			return fmt.Errorf("%s", now.findings[0])
		}
		return nil
	})
	return len(a.findings)
}

// wantNoPanic looks for what a process says when it is wrong in itself.
func (s *faultShop) wantNoPanic(t *testing.T) {
	t.Helper()
	for name, program := range s.Programs {
		log := program.Log(1 << 20)
		for _, word := range []string{"panic", "DATA RACE", "fatal error"} {
			if at := strings.Index(log, word); at >= 0 {
				t.Errorf("%s wrote:\n%s", name, log[at:min(len(log), at+2000)])
			}
		}
	}
}
