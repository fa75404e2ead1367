package supergraph

import (
	"sync"
	"testing"
)

// TestPrintIsReadOnly prints one graph from several goroutines: under the race detector it shows
// that a loaded graph is not written to.
func TestPrintIsReadOnly(t *testing.T) {
	s, err := Load(`schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") }
enum E @join__type(graph: A) { X @join__enumValue(graph: A) }
type Query @join__type(graph: A) { a(e: E = "X", n: Int = 1): Int }`)
	if err != nil {
		t.Fatal(err)
	}
	want := Print(s)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if got := Print(s); got != want {
				t.Errorf("printed\n%s\nwant\n%s", got, want)
			}
		})
	}
	wait.Wait()
}
