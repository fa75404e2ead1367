package entity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/internal/entity"
)

func TestIDs(t *testing.T) {
	long := strings.Repeat("x", 64)
	asked := []string{"a", "", "movie-the_Dare2", "../x", "a\x00", long, long + "x", "é", "a b", "9"}
	if got, want := entity.IDs(asked), []string{"a", "movie-the_Dare2", long, "9"}; !slices.Equal(got, want) {
		t.Errorf("%q can be ids, want %q", got, want)
	}
	if asked[1] != "" || asked[9] != "9" {
		t.Errorf("the list that was asked for is %q now", asked)
	}
}

func TestInOrder(t *testing.T) {
	got := entity.InOrder([]string{"b", "nothing", "a", "b"}, []string{"a of A", "b of B"}, func(s string) string { return s[:1] })
	if want := []string{"b of B", "", "a of A", "b of B"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
