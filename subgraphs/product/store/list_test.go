package store_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// walk reads all pages of a range, calling between after each, and returns the products' names.
func walk(t *testing.T, s *store.Store, r store.Range, between func(page int)) []string {
	t.Helper()
	var names []string
	for page := 1; ; page++ {
		found, err := s.List(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, product := range found.Products {
			names = append(names, product.Facts().Name)
		}
		if !found.HasNext {
			return names
		}
		after := store.PositionOf(r.Sort, found.Products[len(found.Products)-1])
		r.After = &after
		if between != nil {
			between(page)
		}
	}
}

func names(list []store.Product) []string {
	out := []string{}
	for _, product := range list {
		out = append(out, product.Facts().Name)
	}
	return out
}

func TestPagesOfEveryOrderHoldEachProductOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		if err := s.SeedDemo(ctx); err != nil {
			t.Fatal(err)
		}
		for _, sort := range []store.Sort{store.SortNewest, store.SortPriceAsc, store.SortPriceDesc, store.SortName} {
			whole, err := s.List(ctx, store.Range{Sort: sort, First: 100})
			if err != nil {
				t.Fatal(err)
			}
			if whole.HasNext || len(whole.Products) != count(t, s) {
				t.Fatalf("%s: %d products, next %v", sort, len(whole.Products), whole.HasNext)
			}
			inOrder := slices.IsSortedFunc(whole.Products, func(a, b store.Product) int {
				left, right := a.Facts(), b.Facts()
				switch sort {
				case store.SortNewest:
					return right.CreatedAt.Compare(left.CreatedAt)
				case store.SortPriceAsc:
					return left.Price.Amount - right.Price.Amount
				default:
					return right.Price.Amount - left.Price.Amount
				}
			})
			if sort != store.SortName && !inOrder {
				t.Errorf("%s: not in order: %v", sort, names(whole.Products))
			}
			// 7 divides nothing here, and several products share a price.
			if diff := cmp.Diff(names(whole.Products), walk(t, s, store.Range{Sort: sort, First: 7}, nil)); diff != "" {
				t.Errorf("%s: pages differ from the whole (-whole +pages):\n%s", sort, diff)
			}
		}
		byName, err := s.List(ctx, store.Range{Sort: store.SortName, First: 3})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Citroën Berlingo", "City Lights", "Desk lamp"}, names(byName.Products)); diff != "" {
			t.Errorf("by name (-want +got):\n%s", diff)
		}
	})
}

func TestPagesAreStableWhileProductsComeAndGo(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		if err := s.SeedDemo(ctx); err != nil {
			t.Fatal(err)
		}
		r := store.Range{Sort: store.SortNewest, First: 5}
		whole := walk(t, s, store.Range{Sort: store.SortNewest, First: 100}, nil)
		got := walk(t, s, r, func(page int) {
			// A newer product shifts what an offset would count, and so does deleting one that was on a page already.
			if _, err := s.CreateMovie(ctx, film("Interruption", 1900+page)); err != nil {
				t.Fatal(err)
			}
			if page == 2 {
				if _, err := s.Delete(ctx, "goods-travel-mug"); err != nil {
					t.Fatal(err)
				}
			}
		})
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Errorf("pages under changes (-want +got):\n%s", diff)
		}
	})
}

func TestFilters(t *testing.T) {
	tests := []struct {
		name   string
		filter store.Filter
		want   []string
	}{
		{"a word of the title, another of the cast", store.Filter{Text: ptr("DARE edwards")}, []string{"The Dare"}},
		{"letters beyond ASCII", store.Filter{Text: ptr("ŠKODA")}, []string{"Škoda Octavia"}},
		{"article number", store.Filter{Text: ptr("demo-goods-kettle")}, []string{"Kettle"}},
		{"blank text", store.Filter{Text: ptr("  "), Kind: ptr(store.KindGoods), MaxPrice: ptr(500)}, []string{"Ice scraper"}},
		{"kind and price", store.Filter{Kind: ptr(store.KindVehicle), MaxPrice: ptr(650_000)}, []string{"Fiat Panda", "Mazda MX-5"}},
		{"sold out", store.Filter{InStock: ptr(false)}, []string{"The Kid", "Travel mug"}},
		{"in stock", store.Filter{InStock: ptr(true), Text: ptr("mug")}, []string{}},
		{"no price is below zero", store.Filter{MaxPrice: ptr(-1)}, []string{}},
	}
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		if err := s.SeedDemo(ctx); err != nil {
			t.Fatal(err)
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				page, err := s.List(ctx, store.Range{Filter: test.filter, Sort: store.SortPriceAsc, First: 100})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, names(page.Products)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if n, err := s.Count(ctx, test.filter); err != nil || n != len(test.want) {
					t.Errorf("counted %d, %v", n, err)
				}
			})
		}
		_, err := s.Count(ctx, store.Filter{Text: ptr("a\x00")})
		wantFailure(t, err, fail.BadInput, "text")
		_, err = s.Count(ctx, store.Filter{Text: ptr("a b c d e f g h i j k l m n o p q")})
		wantFailure(t, err, fail.BadInput, "text")
	})
}

func TestForgedPositionsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		for _, after := range []store.Position{
			{}, {Sort: store.SortName, Text: "a", ID: "x"}, {Sort: store.SortNewest, Number: -1, ID: "x"},
			{Sort: store.SortNewest, Number: 1, ID: "\x00"}, {Sort: "OTHER", ID: "x"},
		} {
			_, err := s.List(context.Background(), store.Range{Sort: store.SortNewest, First: 1, After: &after})
			wantFailure(t, err, fail.BadInput, "after")
		}
		// The latest time that a cursor can name is past everything, and no error.
		after := store.Position{Sort: store.SortNewest, Number: 1<<63 - 1, ID: "x"}
		if _, err := s.List(context.Background(), store.Range{Sort: store.SortNewest, First: 1, After: &after}); err != nil {
			t.Error(err)
		}
	})
}
