package catalog_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/order/catalog"
	"github.com/weft-graph/weft/subgraphs/order/catalog/catalogtest"
	"github.com/weft-graph/weft/subgraphs/order/store"
)

func start(t *testing.T) *catalogtest.Server {
	products := map[string]catalogtest.Product{"mug": {Name: "Mug", Amount: 5, SoldOut: true}}
	for i := range 100 {
		products[fmt.Sprint("p", i)] = catalogtest.Product{Name: fmt.Sprint("Product ", i), Amount: i}
	}
	return catalogtest.Start(t, products)
}

func TestOffersComeInTheOrderOfTheIDs(t *testing.T) {
	server := start(t)
	var ids []string
	var want []store.Offer
	for i := 99; i >= 0; i-- {
		id := fmt.Sprint("p", i)
		ids = append(ids, id)
		want = append(want, store.Offer{ProductID: id, Name: fmt.Sprint("Product ", i), Price: store.Money{Amount: i, Currency: "EUR"}})
	}
	got, err := server.Client(time.Minute).Offers(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("offers (-want +got):\n%s", diff)
	}
}

func TestWhatTheProductServiceRefuses(t *testing.T) {
	server := start(t)
	client := server.Client(time.Minute)
	for id, code := range map[string]fail.Code{"nothing": fail.NotFound, "mug": fail.Conflict} {
		if _, err := client.Offers(context.Background(), []string{"p1", id, "p2"}); !fail.Is(err, code) {
			t.Errorf("%s: %v", id, err)
		}
	}
	before := server.Calls.Load()
	for _, id := range []string{"", "../secret", "a b", "\x00", "p1?x=1", strings.Repeat("p", 65)} {
		if _, err := client.Offer(context.Background(), id); !fail.Is(err, fail.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	if server.Calls.Load() != before {
		t.Error("ids that cannot be any product's were asked for")
	}
	stranger := catalog.New(server.URL, []byte("another key, which product knows nothing of"), time.Minute)
	if _, err := stranger.Offer(context.Background(), "p1"); !fail.Is(err, fail.Unavailable) {
		t.Errorf("a wrong key: %v", err)
	}
}

func TestEveryFaultIsUnavailable(t *testing.T) {
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	faults := map[string]http.HandlerFunc{
		"slow": func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		},
		"slow in the middle": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"id":"p1",`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
		"cut off":        func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"500":            says(500, `{"id":"p1","name":"P","price":{"amount":1,"currency":"EUR"},"available":true}`),
		"404 of a proxy": says(404, `<h1>Not Found</h1>`),
		"404 of another": says(404, `{"errors":[{"message":"no such path","extensions":{"code":"BAD_INPUT"}}]}`),
		"redirect": func(w http.ResponseWriter, r *http.Request) { // whose signature would be that of another address
			if r.URL.Path != "/elsewhere" {
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
				return
			}
			_, _ = io.WriteString(w, `{"id":"p1","name":"P","price":{"amount":1,"currency":"EUR"},"available":true}`)
		},
		"garbage":            says(200, `<html>`),
		"empty":              says(200, ``),
		"null":               says(200, `null`),
		"another product":    says(200, `{"id":"p2","name":"P","price":{"amount":1,"currency":"EUR"},"available":true}`),
		"no price":           says(200, `{"id":"p1","name":"P","available":true}`),
		"no amount":          says(200, `{"id":"p1","name":"P","price":{"currency":"EUR"},"available":true}`),
		"a fraction":         says(200, `{"id":"p1","name":"P","price":{"amount":1.5,"currency":"EUR"},"available":true}`),
		"price below zero":   says(200, `{"id":"p1","name":"P","price":{"amount":-1,"currency":"EUR"},"available":true}`),
		"price past 32 bits": says(200, `{"id":"p1","name":"P","price":{"amount":2147483648,"currency":"EUR"},"available":true}`),
		"no currency":        says(200, `{"id":"p1","name":"P","price":{"amount":1},"available":true}`),
		"no name":            says(200, `{"id":"p1","name":" ","price":{"amount":1,"currency":"EUR"},"available":true}`),
		"no availability":    says(200, `{"id":"p1","name":"P","price":{"amount":1,"currency":"EUR"}}`),
		"endless":            says(200, `{"id":"p1","name":"`+strings.Repeat("P", 1<<20)+`"}`),
	}
	server := start(t)
	client := server.Client(200 * time.Millisecond)
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			server.Fault(fault)
			begun := time.Now()
			_, err := client.Offers(context.Background(), []string{"p1", "p1", "p1"})
			if !fail.Is(err, fail.Unavailable) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(begun); took > time.Minute {
				t.Errorf("it took %s", took)
			}
		})
	}
	t.Run("down", func(t *testing.T) {
		server.Close()
		if _, err := client.Offer(context.Background(), "p1"); !fail.Is(err, fail.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
}
