package watch_test

import (
	"context"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/background"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/redistest"
	"github.com/weft-graph/weft/subgraphs/order/store"
	"github.com/weft-graph/weft/subgraphs/order/watch"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// await takes states until one has the quantity; the limit only ends a test that hangs.
func await(t *testing.T, states <-chan *store.Order, quantity int) *store.Order {
	t.Helper()
	limit := time.After(2 * time.Minute)
	for version := int64(0); ; {
		select {
		case order := <-states:
			if order.Version <= version {
				t.Fatalf("version %d after %d", order.Version, version)
			}
			version = order.Version
			if order.Items[0].Quantity == quantity {
				return order
			}
		case <-limit:
			t.Fatalf("never saw the quantity %d", quantity)
		}
	}
}

var dare = store.Offer{ProductID: "dare", Name: "The Dare", Price: store.Money{Amount: 1499, Currency: "EUR"}}

// TestEveryReplicaHears: an order is changed at one replica and watched at another, which only share Postgres and Redis.
func TestEveryReplicaHears(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server *redistest.Server) {
		db := databasetest.Postgres(t, store.Migrations())
		client, err := events.OpenRedis(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		orders := store.New(db)
		bus := &events.Bus{Service: "order", DB: db, Redis: client}
		hubs := []*watch.Hub{watch.New(orders, client), watch.New(orders, client)}
		background.Run(t, bus.Relay, hubs[0].Run, hubs[1].Run)
		first, err := orders.AddItem(t.Context(), "walter", dare, 1)
		if err != nil {
			t.Fatal(err)
		}
		watching := []<-chan *store.Order{hubs[0].Watch(t.Context(), first.ID), hubs[1].Watch(t.Context(), first.ID)}
		for _, states := range watching {
			await(t, states, 1)
		}
		set(t, orders, 2)
		for _, states := range watching {
			await(t, states, 2)
		}
		server.Stop(t)
		set(t, orders, 3) // found by looking
		for _, states := range watching {
			await(t, states, 3)
		}
		server.Start(t)
		set(t, orders, 4)
		for _, states := range watching {
			await(t, states, 4)
		}
	})
}

func set(t *testing.T, orders *store.Store, quantity int) {
	t.Helper()
	if _, err := orders.SetQuantity(t.Context(), "walter", "dare", quantity); err != nil {
		t.Fatal(err)
	}
}

// TestWithoutRedis: what this process changes is heard at once, and whoever is slow gets the last state.
func TestWithoutRedis(t *testing.T) {
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) {
		orders := store.New(db)
		hub := watch.New(orders, nil)
		background.Run(t, hub.Run)
		order, err := orders.AddItem(t.Context(), "walter", dare, 1)
		if err != nil {
			t.Fatal(err)
		}
		states := hub.Watch(t.Context(), order.ID)
		await(t, states, 1)
		for quantity := 2; quantity <= 20; quantity++ {
			set(t, orders, quantity)
			hub.Changed(order.ID)
		}
		await(t, states, 20)
		gone, stop := context.WithCancel(t.Context())
		left := hub.Watch(gone, order.ID)
		await(t, left, 20)
		stop()
		set(t, orders, 21)
		await(t, states, 21)
	})
}
