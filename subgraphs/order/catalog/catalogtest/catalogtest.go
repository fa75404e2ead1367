// Package catalogtest is a product service in miniature for tests: it speaks the peer contract over real HTTP, checks
// signatures, and can be slow, broken or down.
package catalogtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/order/catalog"
)

// Key is the HMAC key that the server knows.
var Key = []byte("a key between order and product, for tests")

// Product is one that the server sells.
type Product struct {
	Name    string
	Amount  int
	SoldOut bool
}

// Server is a running product service.
type Server struct {
	*httptest.Server
	// Calls counts the requests that came.
	Calls atomic.Int64

	mu       sync.Mutex
	products map[string]Product
	fault    http.HandlerFunc
}

// Start runs a server that sells the given products, by id, as long as the test lives.
func Start(t testing.TB, products map[string]Product) *Server {
	t.Helper()
	s := &Server{products: products}
	mux := http.NewServeMux()
	mux.Handle("GET /peer/products/{id}", auth.RequireSignature(Key, http.HandlerFunc(s.product)))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Calls.Add(1)
		s.mu.Lock()
		fault := s.fault
		s.mu.Unlock()
		if fault != nil {
			fault(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// Client returns a client of the server.
func (s *Server) Client(timeout time.Duration) *catalog.Client {
	return catalog.New(s.URL, Key, timeout)
}

// Set changes or adds a product.
func (s *Server) Set(id string, product Product) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.products[id] = product
}

// Delete takes a product out of the catalogue.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.products, id)
}

// Fault answers every request from now on by handler; nil makes the server whole again.
func (s *Server) Fault(handler http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = handler
}

func (s *Server) product(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	product, isSold := s.products[id]
	s.mu.Unlock()
	if !isSold {
		fail.Write(w, http.StatusNotFound, fail.New(fail.NotFound, "no product %s", id))
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{ // the caller has gone if this fails
		"id": id, "name": product.Name, "available": !product.SoldOut,
		"price": map[string]any{"amount": product.Amount, "currency": "EUR"},
	})
}
