package files_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/product/files"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// world is the files of one product, in a folder.
type world struct {
	*files.Files
	db      *database.DB
	folder  string
	product string
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{folder: t.TempDir()}
	disk, err := files.OpenDisk(w.folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	w.db = databasetest.SQLite(t, store.Migrations())
	products := store.New(w.db)
	name, price := "Kettle", 100
	goods, err := products.CreateGoods(t.Context(), store.GoodsInput{Name: &name, Price: &price})
	if err != nil {
		t.Fatal(err)
	}
	w.product = goods.ID
	w.Files = &files.Files{Store: products, Storage: disk, MaxBytes: 1 << 20, Room: 10 << 20}
	return w
}

func (w world) add(t *testing.T, name string, body io.Reader) (*store.File, error) {
	t.Helper()
	return w.Add(t.Context(), files.Upload{ProductID: w.product, Name: name, Body: body})
}

// kept lists the folder.
func (w world) kept(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(w.folder)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// TestWhatFailsLeavesNothing: neither a row nor a byte stays of an upload that was not acknowledged.
func TestWhatFailsLeavesNothing(t *testing.T) {
	w := newWorld(t)
	broken := io.MultiReader(bytes.NewReader(make([]byte, 100_000)), iotest.ErrReader(errors.New("the client has gone")))
	if _, err := w.add(t, "broken", broken); err == nil {
		t.Error("half a file was taken")
	}
	if _, err := w.add(t, "large", bytes.NewReader(make([]byte, w.MaxBytes+1))); !fail.Is(err, fail.BadInput) {
		t.Errorf("too large: %v", err)
	}
	w.Room = 10
	if _, err := w.add(t, "no room", strings.NewReader("eleven bytes")); !fail.Is(err, fail.Unavailable) {
		t.Errorf("no room: %v", err)
	}
	if kept := w.kept(t); len(kept) != 0 {
		t.Errorf("left behind: %v", kept)
	}
}

// TestSweep: what a process left behind that died between two steps goes, once it is old; what is known stays.
func TestSweep(t *testing.T) {
	w := newWorld(t)
	file, err := w.add(t, "a.txt", strings.NewReader("text"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nobodys", "unfinished.nobodys"} {
		if err := os.WriteFile(filepath.Join(w.folder, name), []byte("bytes"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Sweep(t.Context(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if kept := w.kept(t); len(kept) != 3 {
		t.Errorf("after a sweep for older ones there are %v, want all three", kept)
	}
	if err := w.Sweep(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if kept := w.kept(t); !slices.Equal(kept, []string{file.ID}) {
		t.Errorf("after the sweep there are %v, want %s", kept, file.ID)
	}
}

// TestSweepLeavesWhatIsNoFileOfOurs: a volume has a folder of its own in it, and an operator may leave a note.
func TestSweepLeavesWhatIsNoFileOfOurs(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"lost+found", "folder"} {
		if err := os.Mkdir(filepath.Join(w.folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(w.folder, "README.txt"), []byte("whose this is"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.Sweep(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if kept := w.kept(t); !slices.Equal(kept, []string{"README.txt", "folder", "lost+found"}) {
		t.Errorf("after the sweep there are %v", kept)
	}
}

func TestDisk(t *testing.T) {
	disk, err := files.OpenDisk(filepath.Join(t.TempDir(), "made"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = disk.Close() })
	testStorage(t, disk)
	for _, path := range []string{"../escape", "/etc/passwd"} {
		if err := disk.Put(t.Context(), path, strings.NewReader("x")); err == nil {
			t.Errorf("%s was written", path)
		}
		if _, err := disk.Open(t.Context(), path); err == nil {
			t.Errorf("%s was opened", path)
		}
	}
}

// testStorage is what every Storage does.
func testStorage(t *testing.T, s files.Storage) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.Open(ctx, "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing opens with %v", err)
	}
	if err := s.Remove(ctx, "a"); err != nil {
		t.Errorf("removing nothing: %v", err)
	}
	if err := s.Put(ctx, "a", iotest.ErrReader(io.ErrUnexpectedEOF)); err == nil {
		t.Error("half was kept")
	}
	content := bytes.Repeat([]byte("0123456789"), 50_000)
	if err := s.Put(ctx, "a", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	body, err := s.Open(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := body.Seek(-3, io.SeekEnd); err != nil {
		t.Error(err)
	}
	if tail, err := io.ReadAll(body); err != nil || string(tail) != "789" {
		t.Errorf("the end is %q, %v", tail, err)
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read back %d bytes, %v", len(got), err)
	}
	if err := body.Close(); err != nil {
		t.Error(err)
	}
	var found []string
	err = s.Older(ctx, time.Now().Add(time.Minute), func(ids []string) error { found = append(found, ids...); return nil })
	if err != nil || !slices.Equal(found, []string{"a"}) {
		t.Errorf("older ones are %v, %v", found, err)
	}
	if err := s.Remove(ctx, "a"); err != nil {
		t.Error(err)
	}
}
