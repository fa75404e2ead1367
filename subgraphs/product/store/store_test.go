package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// each runs a test on an empty catalogue in every kind of database.
func each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	databasetest.Each(t, store.Migrations(), func(t *testing.T, db *database.DB) { test(t, store.New(db)) })
}

func film(title string, year int) store.MovieInput {
	return store.MovieInput{Title: &title, Year: &year, Cast: []string{"Buster Keaton"}, Price: ptr(999), Stock: 3}
}

// public compares products by what everybody may see of them.
var public = cmpopts.IgnoreUnexported(store.Article{})

func ptr[T any](value T) *T { return &value }

// wantFailure checks an error's code and, for BAD_INPUT, the field that it names.
func wantFailure(t *testing.T, err error, code fail.Code, field string) {
	t.Helper()
	var failure *fail.Error
	if !errors.As(err, &failure) || failure.Code != code || failure.Field != field {
		t.Fatalf("got %v, want %s of field %q", err, code, field)
	}
}

func count(t *testing.T, s *store.Store) int {
	t.Helper()
	n, err := s.Count(context.Background(), store.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBadInputIsNamedAndNothingIsWritten(t *testing.T) {
	long := strings.Repeat("é", 256)
	movies := []struct {
		name  string
		input store.MovieInput
		field string
	}{
		{"no title", store.MovieInput{Year: ptr(2020), Price: ptr(1)}, "title"},
		{"blank title", store.MovieInput{Title: ptr(" \t "), Year: ptr(2020), Price: ptr(1)}, "title"},
		{"long title", store.MovieInput{Title: &long, Year: ptr(2020), Price: ptr(1)}, "title"},
		{"zero byte in title", store.MovieInput{Title: ptr("a\x00b"), Year: ptr(2020), Price: ptr(1)}, "title"},
		{"no year", store.MovieInput{Title: ptr("M"), Price: ptr(1)}, "year"},
		{"year before film", store.MovieInput{Title: ptr("M"), Year: ptr(1887), Price: ptr(1)}, "year"},
		{"year far ahead", store.MovieInput{Title: ptr("M"), Year: ptr(2101), Price: ptr(1)}, "year"},
		{"no price", store.MovieInput{Title: ptr("M"), Year: ptr(1931)}, "price"},
		{"price below zero", store.MovieInput{Title: ptr("M"), Year: ptr(1931), Price: ptr(-1)}, "price"},
		{"price past 32 bits", store.MovieInput{Title: ptr("M"), Year: ptr(1931), Price: ptr(1 << 31)}, "price"},
		{"stock below zero", store.MovieInput{Title: ptr("M"), Year: ptr(1931), Price: ptr(1), Stock: -1}, "stock"},
		{"blank name in cast", store.MovieInput{Title: ptr("M"), Year: ptr(1931), Price: ptr(1), Cast: []string{"A", " "}}, "cast"},
		{"long cast", store.MovieInput{Title: ptr("M"), Year: ptr(1931), Price: ptr(1), Cast: make([]string, 101)}, "cast"},
		{"blank sku", store.MovieInput{Title: ptr("M"), Year: ptr(1931), Price: ptr(1), SKU: ptr("  ")}, "sku"},
		{"long description", store.MovieInput{Title: ptr("M"), Year: ptr(1931), Price: ptr(1), Description: ptr(strings.Repeat("x", 4001))}, "description"},
	}
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		for _, test := range movies {
			_, err := s.CreateMovie(ctx, test.input)
			t.Run(test.name, func(t *testing.T) { wantFailure(t, err, fail.BadInput, test.field) })
		}
		_, err := s.CreateVehicle(ctx, store.VehicleInput{Make: ptr("Fiat"), Model: ptr("Panda"), Year: ptr(2012), Price: ptr(1)})
		wantFailure(t, err, fail.BadInput, "mileage")
		_, err = s.CreateVehicle(ctx, store.VehicleInput{Make: ptr("Fiat"), Year: ptr(2012), Mileage: ptr(1), Price: ptr(1)})
		wantFailure(t, err, fail.BadInput, "model")
		_, err = s.CreateGoods(ctx, store.GoodsInput{Price: ptr(1)})
		wantFailure(t, err, fail.BadInput, "name")
		if n := count(t, s); n != 0 {
			t.Errorf("%d products were written", n)
		}
	})
}

func TestWhatWasCreatedIsReadBack(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		movie, err := s.CreateMovie(ctx, store.MovieInput{
			Title: ptr("  The General "), Year: ptr(1926), Cast: []string{" Buster Keaton", "Marion Mack"}, Price: ptr(0),
			Stock: 2, Description: ptr("Trains.\nAnd a cannon."),
		})
		if err != nil {
			t.Fatal(err)
		}
		if movie.Title != "The General" || movie.Name != "The General" || movie.Cast[0] != "Buster Keaton" || movie.SKU == "" {
			t.Errorf("created %+v", movie)
		}
		vehicle, err := s.CreateVehicle(ctx, store.VehicleInput{
			Make: ptr("Mazda"), Model: ptr("MX-5"), Year: ptr(1998), Mileage: ptr(187_500), Price: ptr(649_000), SKU: ptr("MX"),
		})
		if err != nil {
			t.Fatal(err)
		}
		if vehicle.Name != "Mazda MX-5" || vehicle.SKU != "MX" {
			t.Errorf("created %+v", vehicle)
		}
		goods, err := s.CreateGoods(ctx, store.GoodsInput{Name: ptr("Kettle"), Price: ptr(3499), Description: ptr(" ")})
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{goods.ID, "nothing", movie.ID, "\x00", goods.ID, vehicle.ID, ""}
		got, err := s.ByIDs(ctx, ids)
		if err != nil {
			t.Fatal(err)
		}
		want := []store.Product{goods, nil, movie, nil, goods, vehicle, nil}
		if diff := cmp.Diff(want, got, public); diff != "" {
			t.Errorf("read back (-want +got):\n%s", diff)
		}
	})
}

func TestSameTitleAndYearAgainIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		first, err := s.CreateMovie(ctx, film("The Dare", 2020))
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.CreateMovie(ctx, film("  the  DARE ", 2020))
		wantFailure(t, err, fail.Conflict, "")
		second, err := s.CreateMovie(ctx, film("The Dare", 2021))
		if err != nil {
			t.Fatalf("another year is another film: %v", err)
		}
		_, err = s.UpdateMovie(ctx, second.ID, store.MoviePatch{Year: ptr(2020), Price: ptr(1)})
		wantFailure(t, err, fail.Conflict, "")
		if found, err := s.ByIDs(ctx, []string{second.ID}); err != nil || found[0].Facts().Price.Amount != 999 {
			t.Errorf("the refused change was written: %+v, %v", found, err)
		}
		if _, err := s.UpdateMovie(ctx, first.ID, store.MoviePatch{Title: ptr("The dare")}); err != nil {
			t.Errorf("a film conflicts with itself: %v", err)
		}
		_, err = s.CreateGoods(ctx, store.GoodsInput{Name: ptr("Poster"), Price: ptr(1), SKU: &first.SKU})
		wantFailure(t, err, fail.Conflict, "")
	})
}

func TestConcurrentCreatesOfOneFilmMakeOne(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		const callers = 8
		errs := make([]error, callers)
		var group sync.WaitGroup
		for i := range callers {
			group.Go(func() { _, errs[i] = s.CreateMovie(context.Background(), film("Metropolis", 1927)) })
		}
		group.Wait()
		created := 0
		for _, err := range errs {
			if err == nil {
				created++
			} else {
				wantFailure(t, err, fail.Conflict, "")
			}
		}
		if created != 1 || count(t, s) != 1 {
			t.Errorf("%d calls succeeded and %d films are there", created, count(t, s))
		}
	})
}

func TestUpdateChangesWhatIsGiven(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		movie, err := s.CreateMovie(ctx, film("M", 1931))
		if err != nil {
			t.Fatal(err)
		}
		want := *movie
		want.Stock, want.Version, want.Description, want.Cast = 0, movie.Version+2, ptr("A city looks for one man."), []string{}
		patch := store.MoviePatch{Stock: ptr(0), Description: want.Description, Cast: []string{}}
		if _, err := s.UpdateMovie(ctx, movie.ID, patch); err != nil {
			t.Fatal(err)
		}
		got, err := s.UpdateMovie(ctx, movie.ID, store.MoviePatch{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got, public); diff != "" {
			t.Errorf("after two updates (-want +got):\n%s", diff)
		}
		got, err = s.UpdateMovie(ctx, movie.ID, store.MoviePatch{Description: ptr(""), Title: ptr("M – Eine Stadt")})
		if err != nil || got.Description != nil || got.Name != "M – Eine Stadt" {
			t.Errorf("got %+v, %v", got, err)
		}
		_, err = s.UpdateMovie(ctx, movie.ID, store.MoviePatch{Year: ptr(3000)})
		wantFailure(t, err, fail.BadInput, "year")
		_, err = s.UpdateGoods(ctx, movie.ID, store.GoodsPatch{Stock: ptr(1)})
		wantFailure(t, err, fail.NotFound, "")
		_, err = s.UpdateVehicle(ctx, "nothing", store.VehiclePatch{})
		wantFailure(t, err, fail.NotFound, "")
	})
}

func TestConcurrentUpdatesLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		vehicle, err := s.CreateVehicle(ctx, store.VehicleInput{
			Make: ptr("Fiat"), Model: ptr("Panda"), Year: ptr(2012), Mileage: ptr(1), Price: ptr(1),
		})
		if err != nil {
			t.Fatal(err)
		}
		patches := []store.VehiclePatch{
			{Make: ptr("Seat")}, {Model: ptr("Marbella")}, {Year: ptr(1990)}, {Mileage: ptr(7)}, {Price: ptr(8)}, {Stock: ptr(9)},
		}
		var group sync.WaitGroup
		for _, patch := range patches {
			group.Go(func() {
				if _, err := s.UpdateVehicle(ctx, vehicle.ID, patch); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		want := *vehicle
		want.Make, want.Model, want.Year, want.Mileage, want.Price.Amount, want.Stock = "Seat", "Marbella", 1990, 7, 8, 9
		want.Name, want.Version = "Seat Marbella", vehicle.Version+int64(len(patches))
		got, err := s.ByIDs(ctx, []string{vehicle.ID})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]store.Product{&want}, got, public); diff != "" {
			t.Errorf("after all updates (-want +got):\n%s", diff)
		}
	})
}

func TestDelete(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		movie, err := s.CreateMovie(ctx, film("M", 1931))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Delete(ctx, movie.ID); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{movie.ID, "nothing", "", "\x00"} {
			_, err := s.Delete(ctx, id)
			wantFailure(t, err, fail.NotFound, "")
		}
		if _, err := s.CreateMovie(ctx, film("M", 1931)); err != nil {
			t.Errorf("the title of a deleted film is not free: %v", err)
		}
	})
}

func TestSeedIsIdempotentAndRespectsStaff(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		if err := s.SeedDemo(ctx); err != nil {
			t.Fatal(err)
		}
		seeded := count(t, s)
		if seeded < 30 {
			t.Errorf("the demo has only %d products", seeded)
		}
		if _, err := s.UpdateMovie(ctx, "movie-m", store.MoviePatch{Price: ptr(5)}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Delete(ctx, "movie-metropolis"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreateMovie(ctx, film("Metropolis", 1927)); err != nil {
			t.Fatal(err)
		}
		if err := s.SeedDemo(ctx); err != nil {
			t.Fatalf("seeding again: %v", err)
		}
		found, err := s.ByIDs(ctx, []string{"movie-m", "movie-the-dare", "movie-dont-click"})
		if err != nil {
			t.Fatal(err)
		}
		prices := []string{}
		for _, product := range found {
			prices = append(prices, fmt.Sprint(product.Facts().Name, " ", product.Facts().Price))
		}
		want := []string{"M {5 EUR}", "The Dare {1499 EUR}", "Don't Click {1299 EUR}"}
		if diff := cmp.Diff(want, prices); diff != "" || count(t, s) != seeded {
			t.Errorf("%d products, prices (-want +got):\n%s", count(t, s), diff)
		}
	})
}
