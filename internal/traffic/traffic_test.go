package traffic

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// counter is a shop of which the load sees no difference to a real one, as far as its journal is concerned: it keeps
// accounts, sessions, open and placed orders, and files. A fault decides what becomes of an answer.
type counter struct {
	mu       sync.Mutex
	serial   int
	sessions map[string]string   // username by token
	open     map[string][]string // products by username
	orders   map[string]string   // id by username and key
	status   map[string]string   // of orders by id
	files    map[string]int      // bytes by id
	decided  map[string]int      // how often, by application
	taken    map[string]int      // operations by name
	fault    func(operation string, n int) fault
}

// fault is what goes wrong with one request.
type fault int

const (
	none     fault = iota
	before         // an answer that says nothing, before anything was done
	after          // it is done, and the connection breaks
	noAnswer       // it is done, and the answer is a gateway's page
)

func startCounter(t *testing.T, fault func(operation string, n int) fault) (*counter, string) {
	t.Helper()
	s := &counter{
		sessions: map[string]string{}, open: map[string][]string{}, orders: map[string]string{}, status: map[string]string{},
		files: map[string]int{}, decided: map[string]int{}, taken: map[string]int{}, fault: fault,
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

type operation struct {
	Query     string
	Variables struct {
		ID, Key string
		Input   Account
	}
}

func (s *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked operation
	text, size := []byte(r.FormValue("operations")), 0
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		file, _, err := r.FormFile("0")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		content, _ := io.ReadAll(file)
		size = len(content)
	} else {
		text, _ = io.ReadAll(r.Body)
	}
	if err := json.Unmarshal(text, &asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	name := strings.FieldsFunc(asked.Query, func(r rune) bool { return r == ' ' || r == '(' })[1]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[name]++
	fault := s.fault(name, s.taken[name])
	if fault == before {
		_, _ = io.WriteString(w, `{"data":null,"errors":[{"extensions":{"code":"UNAVAILABLE"}}]}`)
		return
	}
	answer := s.answer(name, asked, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), size)
	switch fault {
	case after:
		panic(http.ErrAbortHandler)
	case noAnswer:
		w.WriteHeader(http.StatusBadGateway)
	default:
		_, _ = io.WriteString(w, answer)
	}
}

func (s *counter) answer(name string, asked operation, token string, size int) string {
	s.serial++
	id, username := fmt.Sprint(s.serial), s.sessions[token]
	switch name {
	case "Login", "Register":
		s.sessions["token-"+id] = asked.Variables.Input.Username
		return fmt.Sprintf(`{"data":{"%s":{"token":"token-%s","expiresAt":"2999-01-01T00:00:00Z","user":{"id":"%s"}}}}`, strings.ToLower(name), id, id)
	case "CreateGoods":
		return `{"data":{"createGoods":{"id":"` + id + `"}}}`
	case "Products", "Product":
		return `{"data":{"products":{"pageInfo":{"hasNextPage":true,"endCursor":"c"}},"product":{"id":"1"}}}`
	}
	if username == "" {
		return `{"data":null,"errors":[{"extensions":{"code":"UNAUTHENTICATED"}}]}`
	}
	switch name {
	case "OpenOrder", "PastOrders":
		return `{"data":{"me":{"orders":{},"openOrder":` + s.order("open", username) + `}}}`
	case "AddItem":
		s.open[username] = append(s.open[username], asked.Variables.ID)
		return `{"data":{"addItem":` + s.order("open", username) + `}}`
	case "SetItemQuantity":
		return `{"data":{"setItemQuantity":` + s.order("open", username) + `}}`
	case "Checkout":
		key := username + " " + asked.Variables.Key
		if s.orders[key] == "" {
			if len(s.open[username]) == 0 {
				return `{"data":{"checkout":null},"errors":[{"extensions":{"code":"NOT_FOUND"}}]}`
			}
			s.orders[key], s.status[id] = id, "PLACED"
		}
		answer := `{"data":{"checkout":` + s.order(s.orders[key], username) + `}}`
		s.open[username] = nil
		return answer
	case "CancelOrder":
		s.status[asked.Variables.ID] = "CANCELLED"
		return `{"data":{"cancelOrder":{"id":"` + asked.Variables.ID + `"}}}`
	case "Apply":
		return `{"data":{"applyForFinancing":{"id":"for-` + asked.Variables.ID + `","status":"PENDING"}}}`
	case "Decide":
		s.decided[asked.Variables.ID]++
		return `{"data":{"decideFinancing":{"id":"` + asked.Variables.ID + `","status":"APPROVED"}}}`
	case "Upload":
		s.files[id] = size
		return `{"data":{"uploadProductImage":{"id":"` + id + `","path":"/files/` + id + `"}}}`
	case "DeleteFile":
		delete(s.files, asked.Variables.ID)
		return `{"data":{"deleteFile":true}}`
	case "Logout":
		delete(s.sessions, token)
		return `{"data":{"logout":true}}`
	default:
		return `{"errors":[{"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`
	}
}

func (s *counter) order(id, username string) string {
	var lines []string
	for _, product := range s.open[username] {
		lines = append(lines, `{"productId":"`+product+`","quantity":1}`)
	}
	return `{"id":"` + id + `","status":"","items":[` + strings.Join(lines, ",") + `]}`
}

// hold prepares a load on the shop and holds it for n operations.
func hold(t *testing.T, url string, n int) (*Load, *Record) {
	t.Helper()
	l, err := Prepare(t.Context(), Plan{URL: url, Staff: Account{"clerk", "x"}, Seed: 3, Customers: 12, Products: 10})
	if err != nil {
		t.Fatal(err)
	}
	record := &Record{}
	for range n {
		l.perform(t.Context(), time.Now(), record)
	}
	return l, record
}

// wantTrue compares the journal with what the shop has kept.
func (s *counter) wantTrue(t *testing.T, j *Journal) {
	t.Helper()
	placed := map[string]bool{}
	for _, order := range j.Orders {
		if id := s.orders[order.Customer+" "+order.Key]; id != order.ID || placed[order.ID] || len(order.Lines) == 0 && order.Tries == 1 {
			t.Errorf("the journal has %+v; the shop has the order %q, seen before: %t", order, id, placed[order.ID])
		}
		placed[order.ID] = true
	}
	if len(placed) != len(s.orders) || len(placed) == 0 {
		t.Errorf("the journal has %d orders, the shop %d", len(placed), len(s.orders))
	}
	cancelled := map[string]bool{}
	for _, c := range j.Cancellations {
		if s.status[c.OrderID] != "CANCELLED" || cancelled[c.OrderID] {
			t.Errorf("order %s is %s, seen before: %t", c.OrderID, s.status[c.OrderID], cancelled[c.OrderID])
		}
		cancelled[c.OrderID] = true
	}
	for _, ended := range j.EndedSessions {
		if s.sessions[ended.Token] != "" {
			t.Errorf("%s is still logged in with %s", ended.Username, ended.Token)
		}
	}
	applied := map[string]bool{}
	for _, made := range j.Applications {
		applied[made.ID] = s.status[made.OrderID] != "" && made.ID == "for-"+made.OrderID
	}
	for _, d := range j.Decisions {
		if s.decided[d.ApplicationID] != 1 || !applied[d.ApplicationID] || d.Status != "APPROVED" {
			t.Errorf("the journal has %+v; the shop has decided it %d times; applied for: %t", d, s.decided[d.ApplicationID], applied[d.ApplicationID])
		}
	}
	gone := map[string]bool{}
	for _, d := range j.Deletions {
		gone[d.FileID] = true
	}
	for _, file := range j.Uploads {
		if size, ok := s.files[file.ID]; ok && size != file.Size || ok == gone[file.ID] && !isUnknown(j, DeleteFile, file.ID) {
			t.Errorf("the journal has %+v, deleted: %t; the shop has %d bytes, there: %t", file, gone[file.ID], size, ok)
		}
	}
}

func isUnknown(j *Journal, kind Kind, thing string) bool {
	return slices.ContainsFunc(j.Unknown, func(u Unknown) bool { return u.Kind == kind && u.Thing == thing })
}

func TestJournalOfAHealthyShop(t *testing.T) {
	s, url := startCounter(t, func(string, int) fault { return none })
	l, record := hold(t, url, 1500)
	j := l.Journal()
	s.wantTrue(t, j)
	if len(j.Unknown) > 0 || len(j.Users) <= 12 || len(j.Products) != 10 || len(j.EndedSessions) == 0 || len(j.Deletions) == 0 || len(j.Cancellations) == 0 || len(j.Decisions) == 0 {
		t.Errorf("the journal has %d users, %d products, %d ended sessions, %d deletions, %d cancellations, unknown: %v",
			len(j.Users), len(j.Products), len(j.EndedSessions), len(j.Deletions), len(j.Cancellations), j.Unknown)
	}
	figures := record.Figures()
	if len(figures) != int(kinds) {
		t.Errorf("%d of %d kinds were done", len(figures), kinds)
	}
	for _, f := range figures {
		if f.Errors() > 0 {
			t.Errorf("%s: %v", f.Kind, f.Outcomes)
		}
	}
}

// TestJournalOfAShopThatFails: a third of the answers never comes, or says nothing, and the journal holds all the same;
// after Settle nobody waits for a checkout or a cancellation, and no order was placed twice.
func TestJournalOfAShopThatFails(t *testing.T) {
	failing := true
	s, url := startCounter(t, func(name string, n int) fault {
		if !failing || name == "Login" || name == "CreateGoods" || name == "Register" && n <= 12 {
			return none // or there would be no load
		}
		return []fault{none, before, none, after, none, noAnswer, none, none, none}[n%9]
	})
	l, record := hold(t, url, 3000)
	for more := 0; len(l.crowd.unsettled()) == 0; more++ { // until somebody waits for an answer
		if more == 5000 {
			t.Fatal("every checkout was answered: the test shows nothing")
		}
		l.perform(t.Context(), time.Now(), record)
	}
	failing = false
	if err := l.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	j := l.Journal()
	s.wantTrue(t, j)
	for _, u := range j.Unknown {
		if u.Kind == Checkout || u.Kind == Cancel {
			t.Errorf("%v was settled and is unknown", u)
		}
	}
	if !slices.ContainsFunc(j.Orders, func(o Order) bool { return o.Tries > 1 }) {
		t.Error("no checkout was tried again")
	}
	found := map[string]bool{}
	for _, f := range record.Figures() {
		for _, count := range f.Outcomes {
			found[count.Outcome.String()] = true
		}
	}
	for _, want := range []string{"failed UNAVAILABLE", "failed connection lost", "failed HTTP 502"} {
		if !found[want] {
			t.Errorf("no outcome is %q: %v", want, found)
		}
	}
}

func TestSettleEndsWithItsContext(t *testing.T) {
	_, url := startCounter(t, func(name string, _ int) fault {
		if name == "Checkout" {
			return before
		}
		return none
	})
	l, _ := hold(t, url, 500)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := l.Settle(ctx); err == nil || !strings.Contains(err.Error(), "were never answered") {
		t.Errorf("Settle gives %v", err)
	}
}

func TestTheSameSeedDoesTheSame(t *testing.T) {
	kindsOf := func() (list []Kind) {
		_, url := startCounter(t, func(string, int) fault { return none })
		_, record := hold(t, url, 200)
		for _, s := range record.Samples() {
			list = append(list, s.Kind)
		}
		return list
	}
	if a, b := kindsOf(), kindsOf(); !slices.Equal(a, b) {
		t.Errorf("two loads of one seed did\n%v\n%v", a, b)
	}
}

// TestRunCountsTheWait: with one worker and more arrivals than it can serve, latencies count from when an operation was
// due, and what was due and never begun is told.
func TestRunCountsTheWait(t *testing.T) {
	_, url := startCounter(t, func(string, int) fault { return none })
	l, _ := hold(t, url, 0)
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	record := l.Run(ctx, Pace{Rate: 1_000_000, Workers: 1})
	samples := record.Samples()
	if len(samples) == 0 || record.Dropped < len(samples) {
		t.Fatalf("%d operations were done, %d dropped", len(samples), record.Dropped)
	}
	// The worker began the last of them when all before it had ended, though it was due long before.
	last := samples[len(samples)-1]
	if sum := last.End().Sub(record.Began); last.Latency < sum/2 {
		t.Errorf("the last operation ended after %s and took %s: the wait does not count", sum, last.Latency)
	}
}

func TestRunWithoutARate(t *testing.T) {
	_, url := startCounter(t, func(string, int) fault { return none })
	l, _ := hold(t, url, 0)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan *Record)
	go func() { done <- l.Run(ctx, Pace{Workers: 4}) }()
	for len(l.Journal().Orders) < 5 {
		time.Sleep(time.Millisecond)
	}
	stop()
	if record := <-done; record.Dropped > 0 || len(record.Samples()) < 5 {
		t.Errorf("%d operations, %d dropped", len(record.Samples()), record.Dropped)
	}
}
