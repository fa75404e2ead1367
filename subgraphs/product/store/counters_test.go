package store_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// migrationsBefore returns the catalogue's migrations up to a number, with those of its events.
func migrationsBefore(t *testing.T, number string) fs.FS {
	t.Helper()
	all, old := store.Migrations(), fstest.MapFS{}
	entries, err := fs.ReadDir(all, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); name < number || strings.HasPrefix(name, "9") {
			text, err := fs.ReadFile(all, name)
			if err != nil {
				t.Fatal(err)
			}
			old[name] = &fstest.MapFile{Data: text}
		}
	}
	return old
}

// wantCounters compares what the counters say with what is there.
func (w world) wantCounters(t *testing.T) {
	t.Helper()
	for _, kind := range []store.Kind{store.KindMovie, store.KindVehicle, store.KindGoods} {
		for _, isInStock := range []bool{true, false} {
			var there int
			err := w.db.Read().Get(t.Context(), &there,
				`SELECT count(*) FROM products WHERE kind = ? AND (stock > 0) = ?`, kind, isInStock)
			n, countErr := w.Count(t.Context(), store.Filter{Kind: &kind, InStock: &isInStock})
			if err := errors.Join(err, countErr); err != nil || n != there {
				t.Errorf("%s in stock %v: counted %d, %v; there are %d", kind, isInStock, n, err, there)
			}
		}
	}
	var bytes, there int64
	err := w.db.Read().Get(t.Context(), &there, `SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM files`)
	if err := errors.Join(err, w.db.Read().Get(t.Context(), &bytes, `SELECT bytes FROM files_size`)); err != nil || bytes != there {
		t.Errorf("the files are said to have %d bytes, %v; they have %d", bytes, err, there)
	}
}

// TestCountersFollowWhatIsThere: whoever writes at the same moment, the counters say what a count would.
func TestCountersFollowWhatIsThere(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		if err := w.SeedDemo(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.wantCounters(t)
		var group sync.WaitGroup
		for writer := range 6 {
			group.Go(func() {
				for i, random := 0, rand.New(rand.NewPCG(uint64(writer), 1)); i < 8; i++ {
					if err := w.live(t, fmt.Sprintf("%d-%d", writer, i), random); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		w.wantCounters(t)
		for _, id := range []string{"movie-the-dare", "movie-the-kid", "vehicle-golf-2016", "goods-travel-mug"} {
			if _, err := w.Delete(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		w.wantCounters(t)
	})
}

// live adds a product with files, sells it out, perhaps has some of it come back, and perhaps deletes what there is.
func (w world) live(t *testing.T, name string, random *rand.Rand) error {
	id := w.goods(t, name, 1+random.IntN(2))
	for _, file := range []string{"a", "b", "a"} {
		_, err := w.AddFile(t.Context(), &store.File{
			ID: strings.Join([]string{name, file, fmt.Sprint(random.Uint32())}, "-"), ProductID: id, Name: file,
			Size: random.Int64N(1 << 30), CreatedAt: database.Now(),
		}, true, 1<<40)
		if err != nil {
			return err
		}
	}
	if err := w.hear(t, "order-"+name, "PLACED", events.OrderLine{ProductID: id, Quantity: 1}); err != nil {
		return err
	}
	switch random.IntN(3) {
	case 0:
		return w.hear(t, "order-"+name, "CANCELLED")
	case 1:
		_, err := w.UpdateGoods(t.Context(), id, store.GoodsPatch{Stock: ptr(random.IntN(2))})
		return err
	default:
		_, err := w.Delete(t.Context(), id)
		return err
	}
}

// TestRoomIsNeverOverdrawn: of uploads at the same moment as many are taken as there is room for, and what is replaced
// or deleted makes room.
func TestRoomIsNeverOverdrawn(t *testing.T) {
	eachWorld(t, func(t *testing.T, w world) {
		const uploads, size, room = 12, 100, 750
		id := w.goods(t, "Kettle", 1)
		add := func(name string, size int64) error {
			_, err := w.AddFile(t.Context(), &store.File{
				ID: name + fmt.Sprint(size), ProductID: id, Name: name, Size: size, CreatedAt: database.Now(),
			}, true, room)
			return err
		}
		var group sync.WaitGroup
		results := make([]error, uploads)
		for i := range uploads {
			group.Go(func() { results[i] = add(fmt.Sprint("file", i), size) })
		}
		group.Wait()
		taken := -1
		for i, err := range results {
			if err == nil {
				taken = i
			} else if !fail.Is(err, fail.Unavailable) {
				t.Error(err)
			}
		}
		var files int
		if err := w.db.Read().Get(t.Context(), &files, `SELECT count(*) FROM files`); err != nil || files != room/size {
			t.Fatalf("%d files were taken, %v; there is room for %d", files, err, room/size)
		}
		w.wantCounters(t)
		if err := add(fmt.Sprint("file", taken), size+room%size); err != nil {
			t.Errorf("a file that just fits in the place of another: %v", err)
		}
		if err := add("more", 1); !fail.Is(err, fail.Unavailable) {
			t.Errorf("a byte past the room: %v", err)
		}
		if err := w.RemoveFile(t.Context(), fmt.Sprintf("file%d%d", taken, size+room%size)); err != nil {
			t.Fatal(err)
		}
		if err := add("more", 1); err != nil {
			t.Errorf("after a deletion: %v", err)
		}
		w.wantCounters(t)
	})
}

// TestCountersOfAnOldCatalogue: what was there before the counters is counted by their migration.
func TestCountersOfAnOldCatalogue(t *testing.T) {
	databasetest.Each(t, migrationsBefore(t, "0006"), func(t *testing.T, db *database.DB) {
		w := world{store.New(db), db}
		if err := w.SeedDemo(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := db.Tx(t.Context(), func(tx database.Handle) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO files (id, product_id, name, content_type, size, etag, created_at)
				SELECT 'of-' || id, id, 'a', 'text/plain', 1000 + stock, '', created_at FROM products`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context(), store.Migrations()); err != nil {
			t.Fatal(err)
		}
		w.wantCounters(t)
		if n := count(t, w.Store); n < 30 {
			t.Errorf("counted %d products of the demo", n)
		}
	})
}

// TestReplicasStartAtOnce: replicas that are rolled out together migrate, seed and fill in what is missing once.
func TestReplicasStartAtOnce(t *testing.T) {
	db := databasetest.Replicas(t, func(db *database.DB) error {
		s := store.New(db)
		if err := db.Migrate(t.Context(), store.Migrations()); err != nil {
			return err
		}
		return errors.Join(s.SeedDemo(t.Context()), s.Backfill(t.Context()))
	})
	w := world{store.New(db), db}
	w.wantCounters(t)
	var events int
	err := db.Read().Get(t.Context(), &events, `SELECT count(*) FROM events_outbox`)
	if n := count(t, w.Store); err != nil || n < 30 || events != n {
		t.Errorf("%d products, %d events, %v; want the demo, each product told of once", n, events, err)
	}
}
