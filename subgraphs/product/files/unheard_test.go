package files_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
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

// overtaken is a storage before whose Open something happens.
type overtaken struct {
	files.Storage
	before func()
}

func (s overtaken) Open(ctx context.Context, id string) (io.ReadSeekCloser, error) {
	s.before()
	return s.Storage.Open(ctx, id)
}

// TestDeletedWhileItIsAskedFor: who asks for a file at the moment of its deletion is told that there is none. A file
// without its bytes is another matter, and ours.
func TestDeletedWhileItIsAskedFor(t *testing.T) {
	w := newWorld(t)
	disk := w.Storage
	for want, before := range map[int]func(id string) error{
		http.StatusNotFound:            func(id string) error { return w.Delete(t.Context(), id) },
		http.StatusInternalServerError: func(id string) error { return disk.Remove(t.Context(), id) },
	} {
		file, err := w.add(t, http.StatusText(want), strings.NewReader("some bytes"))
		if err != nil {
			t.Fatal(err)
		}
		w.Storage = overtaken{disk, func() {
			if err := before(file.ID); err != nil {
				t.Error(err)
			}
		}}
		request, answer := httptest.NewRequest(http.MethodGet, files.Path+file.ID, nil), httptest.NewRecorder()
		request.SetPathValue("id", file.ID)
		w.ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("%d %s, want %d", answer.Code, answer.Body, want)
		}
		w.Storage = disk
	}
}
