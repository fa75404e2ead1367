package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/product/store"
)

// Path is before the id of a file where it is downloaded.
const Path = "/files/"

const (
	// sniffed is how much of a file its type is told by.
	sniffed = 512
	// maxRanges is how many parts of a file one request may ask for. More are no reader's: each is a request to a bucket,
	// and what says where a byte belongs is longer than the byte.
	maxRanges = 16
	// sweepAge is how old bytes are that no upload can still be about to note.
	sweepAge    = time.Hour
	sweepPeriod = time.Hour
)

// Files are the files of the catalogue.
type Files struct {
	Store   *store.Store
	Storage Storage
	// MaxBytes is the size of the largest file, Room that of all together.
	MaxBytes, Room int64
}

// Upload is a file that comes in.
type Upload struct {
	ProductID string
	// Name is what it is called where it comes from.
	Name string
	Body io.Reader
	// Overwrite replaces a file of the same name.
	Overwrite bool
}

// Add keeps a file and notes it. It returns BAD_INPUT for a bad name or one that is too large, NOT_FOUND if there is no
// such product, CONFLICT if there is a file of that name and overwrite is false, and UNAVAILABLE if there is no room or
// the storage is down.
func (f *Files) Add(ctx context.Context, upload Upload) (*store.File, error) {
	if err := store.CheckFileName(upload.Name); err != nil {
		return nil, err
	}
	if err := f.Store.CheckPlace(ctx, upload.ProductID, upload.Name, upload.Overwrite); err != nil {
		return nil, err
	}
	file, err := f.keep(ctx, upload)
	if err != nil {
		return nil, err
	}
	// What has come whole is noted, whether or not the client still waits.
	replaced, err := f.Store.AddFile(context.WithoutCancel(ctx), file, upload.Overwrite, f.Room)
	if err != nil {
		// Only the store's own refusal says that the file was not noted. After any other failure it may have been: a
		// database can commit and be lost before it says so. Then Sweep asks, later.
		if refusal := (*fail.Error)(nil); errors.As(err, &refusal) {
			f.remove(ctx, file.ID)
		}
		return nil, err
	}
	f.remove(ctx, replaced...)
	return file, nil
}

// keep writes the bytes, and finds out on the way what they are.
func (f *Files) keep(ctx context.Context, upload Upload) (*store.File, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(upload.Body, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fail.Input("file", "The file could not be read to its end.")
	}
	sum := sha256.New()
	limited := &limitedReader{reader: io.MultiReader(bytes.NewReader(head[:n]), upload.Body), left: f.MaxBytes}
	id := strings.ToLower(rand.Text())
	err = f.Storage.Put(ctx, id, io.TeeReader(limited, sum))
	switch {
	case limited.left < 0:
		f.remove(ctx, id)
		return nil, fail.Input("file", "The file is larger than %d bytes, which is the limit.", f.MaxBytes)
	case errors.Is(err, ErrFull):
		slog.ErrorContext(ctx, "there is no room for files", "error", err.Error())
		return nil, store.NoRoom()
	case errors.Is(err, ErrDown):
		return nil, fail.Down("storage", err)
	case err != nil:
		return nil, err
	}
	return &store.File{
		ID: id, ProductID: upload.ProductID, Name: upload.Name, ContentType: http.DetectContentType(head[:n]),
		Size: f.MaxBytes - limited.left, ETag: hex.EncodeToString(sum.Sum(nil)), CreatedAt: database.Now(),
	}, nil
}

// limitedReader fails past a limit instead of ending there; left is below zero then.
type limitedReader struct {
	reader io.Reader
	left   int64
}

var errTooLarge = errors.New("the file is too large")

// Read implements io.Reader.
func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.reader.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// Delete forgets a file and removes its bytes. It returns NOT_FOUND if there is none with this id.
func (f *Files) Delete(ctx context.Context, id string) error {
	if err := f.Store.RemoveFile(ctx, id); err != nil {
		return err
	}
	f.remove(ctx, id)
	return nil
}

// DeleteProduct takes a product out of the catalogue, with its files. It returns NOT_FOUND if there is none with this id.
func (f *Files) DeleteProduct(ctx context.Context, id string) error {
	ids, err := f.Store.Delete(ctx, id)
	if err != nil {
		return err
	}
	f.remove(ctx, ids...)
	return nil
}

// remove removes bytes that nobody knows any more. Sweep does it if it fails, and all at once if the storage is down.
func (f *Files) remove(ctx context.Context, ids ...string) {
	for _, id := range ids {
		err := f.Storage.Remove(context.WithoutCancel(ctx), id)
		if err != nil {
			slog.WarnContext(ctx, "the bytes of a file were not removed; trying again later", "file", id, "error", err.Error())
		}
		if errors.Is(err, ErrDown) {
			return
		}
	}
}

// KeepTidy sweeps now and from time to time: it is one of boot.Server's Background tasks.
func (f *Files) KeepTidy(ctx context.Context) error {
	return boot.Every(ctx, "removing bytes without a file", sweepPeriod, func(ctx context.Context) error {
		return f.Sweep(ctx, database.Now().Add(-sweepAge))
	})
}

// Sweep removes the bytes that were put before a time and that no file has.
func (f *Files) Sweep(ctx context.Context, before time.Time) error {
	return f.Storage.Older(ctx, before, func(ids []string) error {
		known, err := f.Store.KnownFiles(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if !known[id] {
				f.remove(ctx, id)
			}
		}
		return nil
	})
}

// shown are the types that a browser shows on a page; all others it is told to save.
var shown = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/webp": true, "image/gif": true, "application/pdf": true, "video/mp4": true,
}

// open returns a file and its bytes, or nil if there is none with this id.
func (f *Files) open(ctx context.Context, id string) (*store.File, io.ReadSeekCloser, error) {
	file, err := f.Store.FileByID(ctx, id)
	if err != nil || file == nil {
		return nil, nil, err
	}
	body, err := f.Storage.Open(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		if now, err := f.Store.FileByID(ctx, id); err == nil && now == nil {
			return nil, nil, nil // it was deleted meanwhile
		}
	}
	return file, body, err
}

// ServeHTTP answers GET and HEAD of /files/{id}, with ranges and an ETag. Anybody may read: it is what the shop shows.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	file, body, err := f.open(r.Context(), id)
	switch {
	case errors.Is(err, ErrDown):
		slog.ErrorContext(r.Context(), "a file could not be read", "file", id, "error", err.Error())
		fail.Write(w, http.StatusServiceUnavailable, fail.Down("storage", err))
		return
	case err != nil:
		boot.Unread(w, r, "The file", err)
		return
	case file == nil:
		fail.Write(w, http.StatusNotFound, fail.New(fail.NotFound, "There is no file %.64q.", id))
		return
	}
	defer body.Close()
	disposition := "attachment"
	if shown[file.ContentType] {
		disposition = "inline"
	}
	header := w.Header()
	header.Set("Content-Type", file.ContentType)
	header.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": file.Name}))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "sandbox")
	header.Set("ETag", `"`+file.ETag+`"`)
	if !isRange(r.Header.Get("Range")) {
		r.Header.Del("Range")
	}
	// A file never changes: an upload of the same name has another id.
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", file.CreatedAt, body)
}

// isRange says whether to follow a Range header: one of another unit is to be ignored, one of too many parts may be
// (RFC 9110, 14.2).
func isRange(header string) bool {
	ranges, isBytes := strings.CutPrefix(header, "bytes=")
	return isBytes && strings.Count(ranges, ",") < maxRanges
}
