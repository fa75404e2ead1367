package files_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/weft-graph/weft/subgraphs/product/files"
)

// interrupted is a storage after whose Put something happens.
type interrupted struct {
	files.Storage
	after func()
}

func (s interrupted) Put(ctx context.Context, id string, body io.Reader) error {
	err := s.Storage.Put(ctx, id, body)
	s.after()
	return err
}

// TestDatabaseLostAfterTheBytes: where the answer of the database is lost, the file may have been noted. So its bytes stay
// until Sweep can ask: a file without bytes would be worse.
func TestDatabaseLostAfterTheBytes(t *testing.T) {
	w := newWorld(t)
	w.Storage = interrupted{w.Storage, func() { _ = w.db.Close() }}
	if _, err := w.add(t, "unheard", strings.NewReader("some bytes")); err == nil {
		t.Fatal("a file was noted without a database")
	}
	if kept := w.kept(t); len(kept) != 1 {
		t.Errorf("the folder has %v, want the bytes of the file that may have been noted", kept)
	}
}

// TestClientLeavesAfterTheBytes: a file that has come whole is noted, whether or not somebody still waits for the answer.
func TestClientLeavesAfterTheBytes(t *testing.T) {
	w := newWorld(t)
	ctx, leave := context.WithCancel(t.Context())
	w.Storage = interrupted{w.Storage, leave}
	file, err := w.Add(ctx, files.Upload{ProductID: w.product, Name: "left alone", Body: strings.NewReader("some bytes")})
	if err != nil {
		t.Fatal(err)
	}
	if kept := w.kept(t); len(kept) != 1 || kept[0] != file.ID {
		t.Errorf("the folder has %v, want %s", kept, file.ID)
	}
}
