package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// search returns the names of what is found, sorted, and holds the count to it.
func search(t *testing.T, s *store.Store, text string) []string {
	t.Helper()
	filter := store.Filter{Text: &text}
	page, err := s.List(context.Background(), store.Range{Filter: filter, Sort: store.SortName, First: 200})
	if err != nil {
		t.Fatalf("search %q: %v", text, err)
	}
	if n, err := s.Count(context.Background(), filter); err != nil || n != len(page.Products) {
		t.Errorf("search %q: %d products, counted %d, %v", text, len(page.Products), n, err)
	}
	found := names(page.Products)
	slices.Sort(found)
	return found
}

func goods(name, sku, description string) store.GoodsInput {
	return store.GoodsInput{Name: &name, Price: ptr(100), SKU: &sku, Description: &description}
}

func TestSearch(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"the general", []string{"The General"}},
		{"general the", []string{"The General"}}, // in any order
		{"dar", []string{"The Dare"}},            // as somebody types
		{"DAR edw", []string{"The Dare"}},
		{"click", []string{"Don't Click"}},
		{"don't", []string{"Don't Click"}},
		{"don’t CLICK", []string{"Don't Click"}},
		{"dont", []string{"Don't Click"}},
		{"o'dea", []string{"Night of the Living Dead"}},
		{"dea", []string{"Night of the Living Dead"}},
		{"are", []string{"Don't Click"}}, // of its description; no word of The Dare begins so
		{"demo-goods-kettle", []string{"Kettle"}},
		{"DEMO-goods-ket", []string{"Kettle"}},
		{"demo kettle", []string{"Kettle"}},
		{"ŠKODA", []string{"Škoda Octavia"}},
		{"škod", []string{"Škoda Octavia"}},
		{"fröhlich", []string{"Metropolis"}},
		{"FRÖ", []string{"Metropolis"}},
		{"schröder GRETA", []string{"Nosferatu"}},
		{"16:9", []string{"Projection screen"}},
		{"mx-5", []string{"Mazda MX-5"}},
		{"100%", []string{"Jump starter", "Projection screen"}}, // 1000 A, 100 inches
		{"kettle kettle KETTLE", []string{"Kettle"}},
		{`" OR *`, []string{}},
		{`kettle" OR "toaster`, []string{}},
		{"kettle OR toaster", []string{}},
		{"kettle NOT steel", []string{}},
		{"NEAR(kettle steel)", []string{}},
		{"words:kettle", []string{}},
		{"^kettle", []string{"Kettle"}},
		{"kettle*", []string{"Kettle"}},
		{"kettle & !steel", []string{"Kettle"}}, // signs are passed over
		{"kettle <-> steel", []string{"Kettle"}},
		{`kettle' \`, []string{"Kettle"}},
		{`':*`, []string{}},
		{"_", []string{}},
		{"%", []string{}},
		{"|", []string{}},
		{"☕", []string{}},
		{strings.Repeat("w", 64), []string{}},
	}
	each(t, func(t *testing.T, s *store.Store) {
		if err := s.SeedDemo(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, test := range tests {
			if diff := cmp.Diff(test.want, search(t, s, test.text)); diff != "" {
				t.Errorf("search %q (-want +got):\n%s", test.text, diff)
			}
		}
		if found := search(t, s, " \t "); len(found) != count(t, s) {
			t.Errorf("a blank text finds %d products", len(found))
		}
	})
}

func TestSearchFollowsChanges(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		made, err := s.CreateGoods(ctx, goods("Lamp", "L-1", "Warm"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreateGoods(ctx, goods("???", "--", "…")); err != nil { // it has no word at all
			t.Fatal(err)
		}
		wantFound := func(text string, want ...string) {
			t.Helper()
			if diff := cmp.Diff(append([]string{}, want...), search(t, s, text)); diff != "" {
				t.Errorf("search %q (-want +got):\n%s", text, diff)
			}
		}
		wantFound("lamp warm", "Lamp")
		if _, err := s.UpdateGoods(ctx, made.ID, store.GoodsPatch{Name: ptr("Ölofen")}); err != nil {
			t.Fatal(err)
		}
		wantFound("lamp")
		wantFound("ölofen warm", "Ölofen")
		if _, err := s.UpdateGoods(ctx, made.ID, store.GoodsPatch{Stock: ptr(7), Description: ptr("")}); err != nil {
			t.Fatal(err)
		}
		wantFound("warm")
		wantFound("ÖL", "Ölofen")
		if _, err := s.UpdateGoods(ctx, made.ID, store.GoodsPatch{Name: ptr(" ")}); err == nil {
			t.Error("a blank name was taken")
		}
		wantFound("l-1", "Ölofen")
		if err := s.Backfill(ctx); err != nil {
			t.Error(err)
		}
		if _, err := s.Delete(ctx, made.ID); err != nil {
			t.Fatal(err)
		}
		wantFound("ölofen")
		if _, err := s.CreateGoods(ctx, goods("Ölofen", "L-2", strings.Repeat("x", 4000))); err != nil {
			t.Fatal(err)
		}
		wantFound("ölofen", "Ölofen")
		wantFound(strings.Repeat("x", 100), "Ölofen") // the end of a word that is too long does not count
	})
}

// TestSearchIsAlikeOnBothDatabases: signs, marks and letters of any kind divide and match in the same way.
func TestSearchIsAlikeOnBothDatabases(t *testing.T) {
	ctx, random := t.Context(), rand.New(rand.NewPCG(1, 2))
	lite, server := store.New(databasetest.SQLite(t, store.Migrations())), store.New(databasetest.Postgres(t, store.Migrations()))
	alphabet := strings.Split(`a,b,A,ß,ẞ,É,é,i,İ,Σ,ς,',’,-,:,*,",(,),&,|,!,<,\,/,.,_,%,1,½,東,𝔸,😀, , `, ",")
	alphabet = append(alphabet, "e\u0301", "\u200d", "\u00a0", "\u0900")
	text := func(longest int) string {
		var made strings.Builder
		for range 1 + random.IntN(longest) {
			made.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		return made.String()
	}
	for i := range 150 {
		input := goods("x"+text(12), fmt.Sprintf("N-%d", i), text(30))
		for _, s := range []*store.Store{lite, server} {
			if _, err := s.CreateGoods(ctx, input); err != nil {
				t.Fatalf("%q: %v", *input.Name, err)
			}
		}
	}
	hits := 0
	for range 400 {
		asked := text(4)
		found := search(t, lite, asked)
		if hits += len(found); cmp.Diff(found, search(t, server, asked)) != "" {
			t.Errorf("search %q: SQLite finds %q, Postgres %q", asked, found, search(t, server, asked))
		}
	}
	if hits < 400 {
		t.Errorf("only %d products were found in all", hits)
	}
}

// TestOldProductsAreFound: what was added before there was a full-text search is found after the next start.
func TestOldProductsAreFound(t *testing.T) {
	databasetest.Each(t, migrationsBefore(t, "0004"), func(t *testing.T, db *database.DB) {
		ctx := t.Context()
		const insert = `INSERT INTO products (id, sku, kind, name, description, price_amount, price_currency, stock, created_at,
			name_key, search_text) VALUES (?, ?, 'GOODS', ?, ?, 1, 'EUR', 1, CURRENT_TIMESTAMP, ?, ?)`
		err := db.Tx(ctx, func(tx database.Handle) error {
			for i := range 450 { // more than one transaction fills in
				id, name := fmt.Sprint("g", i), fmt.Sprintf("Größe %03d", i)
				_, err := tx.Exec(ctx, insert, id, id, name, strings.Repeat("ö", 3000), name, "größe | "+strings.Repeat("ö", 3000))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx, store.Migrations()); err != nil {
			t.Fatal(err)
		}
		s := store.New(db)
		for range 2 {
			if err := s.Backfill(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := s.Count(ctx, store.Filter{Text: ptr("GRÖSSE")}); err != nil || n != 0 {
			t.Errorf("ß is no ss: %d, %v", n, err)
		}
		if n, err := s.Count(ctx, store.Filter{Text: ptr("GRÖß")}); err != nil || n != 450 {
			t.Errorf("%d were found, %v; want 450", n, err)
		}
		if diff := cmp.Diff([]string{"Größe 449"}, search(t, s, "größe 449")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
