package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

// line is a line of the model's order.
type line struct {
	product  string
	quantity int
	amount   int
}

// model is what a person's orders must be after any sequence of calls, kept without a database.
type model struct {
	isOpen bool
	lines  []line
	placed map[string]string // what each key placed, printed
	pieces map[string]int    // how often each product was ordered
}

func (m *model) find(product string) int {
	return slices.IndexFunc(m.lines, func(l line) bool { return l.product == product })
}

func (m *model) print(customer string, status store.Status) string {
	order := &store.Order{CustomerID: customer, Status: status}
	for _, l := range m.lines {
		order.Items = append(order.Items, &store.Item{
			ProductID: l.product, Quantity: l.quantity, UnitAmount: l.amount, UnitCurrency: "EUR",
		})
	}
	return print(order)
}

// TestAnySequenceOfCallsIsWhatTheModelSays runs random calls of one person after another on one database.
func TestAnySequenceOfCallsIsWhatTheModelSays(t *testing.T) {
	ctx := context.Background()
	s := store.New(databasetest.SQLite(t, store.Migrations()))
	persons := 0
	rapid.Check(t, func(t *rapid.T) {
		persons++
		customer := fmt.Sprint("person-", persons)
		product := func(t *rapid.T) string {
			return fmt.Sprint(customer, "-", rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "product"))
		}
		m := &model{placed: map[string]string{}, pieces: map[string]int{}}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				l := line{product(t), rapid.IntRange(1, 600).Draw(t, "quantity"), rapid.IntRange(0, 1500).Draw(t, "amount")}
				order, err := s.AddItem(ctx, customer, store.Offer{ProductID: l.product, Name: "P", Price: store.Money{Amount: l.amount, Currency: "EUR"}}, l.quantity)
				at := m.find(l.product)
				if at >= 0 && m.lines[at].quantity+l.quantity > store.MaxQuantity {
					expect(t, err, fail.BadInput)
					return
				}
				m.isOpen = true
				if at >= 0 {
					m.lines[at].quantity += l.quantity
				} else {
					m.lines = append(m.lines, l)
				}
				same(t, order, err, m.print(customer, store.StatusOpen))
			},
			"set": func(t *rapid.T) {
				id, quantity := product(t), rapid.IntRange(0, store.MaxQuantity).Draw(t, "quantity")
				order, err := s.SetQuantity(ctx, customer, id, quantity)
				at := m.find(id)
				if at < 0 {
					expect(t, err, fail.NotFound)
					return
				}
				if m.lines[at].quantity = quantity; quantity == 0 {
					m.lines = slices.Delete(m.lines, at, at+1)
				}
				same(t, order, err, m.print(customer, store.StatusOpen))
			},
			"check out": func(t *rapid.T) {
				key := rapid.SampledFrom([]string{"k1", "k2", "k3"}).Draw(t, "key")
				order, err := checkOut(s, store.Checkout{CustomerID: customer, Key: key})
				switch {
				case m.placed[key] != "":
					same(t, order, err, m.placed[key])
				case !m.isOpen:
					expect(t, err, fail.NotFound)
				case len(m.lines) == 0:
					expect(t, err, fail.Conflict)
				default:
					m.placed[key] = m.print(customer, store.StatusPlaced)
					same(t, order, err, m.placed[key])
					for _, l := range m.lines {
						m.pieces[l.product] += l.quantity
					}
					m.isOpen, m.lines = false, nil
				}
			},
			"cancel": func(t *rapid.T) {
				open, err := s.OpenOrders(ctx, []string{customer})
				if err != nil || (open[0] != nil) != m.isOpen {
					t.Fatalf("open order %v, %v; want one: %v", open, err, m.isOpen)
				}
				if !m.isOpen {
					return
				}
				order, err := s.Cancel(ctx, store.Cancellation{CustomerID: customer, OrderID: open[0].ID})
				same(t, order, err, m.print(customer, store.StatusCancelled))
				m.isOpen, m.lines = false, nil
			},
		})
		for id, pieces := range m.pieces {
			if counts, err := s.TimesOrdered(ctx, []string{id}); err != nil || counts[0] != pieces {
				t.Fatalf("%s was ordered %v times, %v; want %d", id, counts, err, pieces)
			}
		}
	})
}

func same(t *rapid.T, order *store.Order, err error, want string) {
	if got := print(order); err != nil || got != want {
		t.Fatalf("got  %s, %v\nwant %s", got, err, want)
	}
}

func expect(t *rapid.T, err error, code fail.Code) {
	if !fail.Is(err, code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}
