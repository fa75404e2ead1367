package api_test

import "testing"

// TestOneSQLQueryForAList: however many products are asked for, they are one query, and all their files another.
func TestOneSQLQueryForAList(t *testing.T) {
	s := newService(t)
	representations := []any{}
	for range 300 {
		for _, id := range []string{"movie-m", "goods-kettle", "vehicle-mx5-1998"} {
			representations = append(representations, map[string]any{"__typename": "Product", "id": id})
		}
	}
	before := s.db.Queries()
	s.public.Must(t, `query($r: [_Any!]!) { _entities(representations: $r) { ... on Product { id name files { name } images { name } } } }`,
		map[string]any{"r": representations}, nil)
	if queries := s.db.Queries() - before; queries != 2 {
		t.Errorf("representations took %d queries, want 2", queries)
	}
	before = s.db.Queries()
	s.public.Must(t, `{ products(first: 100) { edges { node { id name files { name } images { name } } } } }`, nil, nil)
	if queries := s.db.Queries() - before; queries != 2 {
		t.Errorf("a page took %d queries, want 2", queries)
	}
}
