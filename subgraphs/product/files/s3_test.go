package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graph/weft/subgraphs/internal/boot"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/product/files"
	"github.com/weft-graph/weft/subgraphs/product/files/filestest"
)

func TestBucket(t *testing.T) {
	for name, prefix := range map[string]string{"whole": "", "below a prefix": "shop/files/"} {
		t.Run(name, func(t *testing.T) {
			server := filestest.NewServer(t)
			bucket := server.Open(t, prefix)
			testStorage(t, bucket)
			for _, path := range []string{"../escape", "a/b", ""} {
				if err := bucket.Put(t.Context(), path, strings.NewReader("x")); err == nil {
					t.Errorf("%q was written", path)
				}
				if _, err := bucket.Open(t.Context(), path); err == nil {
					t.Errorf("%q was opened", path)
				}
			}
			if err := bucket.Put(t.Context(), "empty", strings.NewReader("")); err != nil {
				t.Errorf("a file without bytes: %v", err)
			}
			if diff := cmp.Diff([]string{prefix + "empty"}, server.Keys(t)); diff != "" {
				t.Errorf("in the bucket (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBucketOverTLS: all is as over plain HTTP.
func TestBucketOverTLS(t *testing.T) {
	bucket := filestest.NewTLSServer(t).Open(t, "")
	testStorage(t, bucket)
	content := bytes.Repeat([]byte("bytes "), 1<<20)
	if err := bucket.Put(t.Context(), "big", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	body, err := bucket.Open(t.Context(), "big")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read back %d bytes of %d: %v", len(got), len(content), err)
	}
}

// TestPartsOfABucket: a file of many parts is never whole in a request, and half of one leaves nothing.
func TestPartsOfABucket(t *testing.T) {
	const part = 5 << 20
	content := make([]byte, 2*part+part/2)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(content)
	server := filestest.NewServer(t)
	bucket := server.Open(t, "")
	var largest, requests atomic.Int64
	server.Stand(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		requests.Add(1)
		largest.Store(max(largest.Load(), r.ContentLength))
		next.ServeHTTP(w, r)
	})
	if err := bucket.Put(t.Context(), "big", bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	if got := largest.Load(); got != part {
		t.Errorf("the largest request has %d bytes, want those of one part", got)
	}
	requests.Store(0)
	body, err := bucket.Open(t.Context(), "big")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if _, err := body.Seek(part-3, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(body)
	if err != nil || !bytes.Equal(got, content[part-3:]) {
		t.Errorf("the rest has %d bytes, want %d: %v", len(got), len(content)-part+3, err)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests, want one that finds the size and one that reads", n)
	}
	for _, broken := range []error{io.ErrUnexpectedEOF, errors.New("the client has gone")} {
		half := io.MultiReader(bytes.NewReader(content[:part+part/2]), iotest.ErrReader(broken))
		if err := bucket.Put(t.Context(), "half", half); !errors.Is(err, broken) || errors.Is(err, files.ErrDown) {
			t.Errorf("half of a file: %v, want %v", err, broken)
		}
	}
	if diff := cmp.Diff([]string{"big"}, server.Keys(t)); diff != "" {
		t.Errorf("in the bucket (-want +got):\n%s", diff)
	}
}

// TestCutDownload: half of a file is an error where the rest is missing, whether the storage has said how much comes.
func TestCutDownload(t *testing.T) {
	server := filestest.NewServer(t)
	bucket := server.Open(t, "")
	if err := bucket.Put(t.Context(), "a", bytes.NewReader(make([]byte, 100_000))); err != nil {
		t.Fatal(err)
	}
	for name, length := range map[string]string{"said": "100000", "not said": ""} {
		t.Run(name, func(t *testing.T) {
			server.Stand(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.Method != http.MethodGet {
					next.ServeHTTP(w, r)
					return
				}
				whole := httptest.NewRecorder()
				next.ServeHTTP(whole, r)
				maps.Copy(w.Header(), whole.Header())
				w.Header().Del("Content-Length")
				if length != "" {
					w.Header().Set("Content-Length", length)
				}
				_, _ = w.Write(whole.Body.Bytes()[:50_000])
			})
			body, err := bucket.Open(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			if got, err := io.ReadAll(body); !errors.Is(err, io.ErrUnexpectedEOF) || len(got) != 50_000 {
				t.Errorf("%d bytes and %v", len(got), err)
			}
		})
	}
}

// TestSeeks: an object is read from wherever the reader goes, and from nowhere else.
func TestSeeks(t *testing.T) {
	bucket := filestest.NewServer(t).Open(t, "")
	const content = "0123456789"
	if err := bucket.Put(t.Context(), "a", strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	body, err := bucket.Open(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if err := iotest.TestReader(body, []byte(content)); err != nil {
		t.Error(err)
	}
}

// TestLostAnswer: what the storage did and could not say is undone, as the file is not noted.
func TestLostAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		size   int
		isLast func(r *http.Request) bool
	}{
		"one request": {100, func(r *http.Request) bool { return r.Method == http.MethodPut }},
		"parts": {6 << 20, func(r *http.Request) bool {
			return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := filestest.NewServer(t)
			bucket := server.Open(t, "")
			var completed atomic.Int64
			server.Stand(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !c.isLast(r) {
					next.ServeHTTP(w, r)
					return
				}
				next.ServeHTTP(httptest.NewRecorder(), r)
				completed.Add(1)
				panic(http.ErrAbortHandler)
			})
			if err := bucket.Put(t.Context(), "a", bytes.NewReader(make([]byte, c.size))); !errors.Is(err, files.ErrDown) {
				t.Errorf("without an answer: %v", err)
			}
			if keys := server.Keys(t); completed.Load() < 2 || len(keys) != 0 {
				t.Errorf("completed %d times, and there is %v", completed.Load(), keys)
			}
		})
	}
}

// TestWhatABucketAnswers: each answer becomes the error that a Storage's caller knows, and says where it comes from.
func TestWhatABucketAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   error
	}{
		{http.StatusForbidden, "AccessDenied", files.ErrDown},
		{http.StatusForbidden, "SignatureDoesNotMatch", files.ErrDown},
		{http.StatusNotFound, "NoSuchBucket", files.ErrDown},
		{http.StatusServiceUnavailable, "SlowDown", files.ErrDown},
		{http.StatusForbidden, "QuotaExceeded", files.ErrFull},
		{http.StatusInsufficientStorage, "XMinioStorageFull", files.ErrFull},
	} {
		t.Run(c.code, func(t *testing.T) {
			t.Parallel()
			server := filestest.NewServer(t)
			bucket := server.Open(t, "")
			server.Stand(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { filestest.Refuse(w, c.status, c.code) })
			err := bucket.Put(t.Context(), "a", strings.NewReader("bytes"))
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), "bucket shop-files at http://127.0.0.1:") {
				t.Errorf("%v, want %v and the bucket's name", err, c.want)
			}
		})
	}
}

// TestStorageDown: uploads and downloads are UNAVAILABLE, nothing is written, and all is well when it is back. What was
// deleted meanwhile is swept.
func TestStorageDown(t *testing.T) {
	t.Parallel()
	w, server := newBucketWorld(t)
	there, err := w.add(t, "there.txt", strings.NewReader("text"))
	if err != nil {
		t.Fatal(err)
	}
	server.Stand(filestest.Down)
	if _, err := w.add(t, "a.txt", strings.NewReader("text")); !fail.Is(err, fail.Unavailable) {
		t.Errorf("an upload: %v", err)
	}
	if status, body := w.get(there.ID); status != http.StatusServiceUnavailable || !strings.Contains(body, `"UNAVAILABLE"`) {
		t.Errorf("a download answers %d %s", status, body)
	}
	if err := w.Sweep(t.Context(), time.Now()); !errors.Is(err, files.ErrDown) {
		t.Errorf("the sweep says %v", err)
	}
	if goods, err := w.Store.ByIDs(t.Context(), []string{w.product}); err != nil || goods[0] == nil {
		t.Errorf("the product: %v, %v", goods, err)
	}
	if err := w.Delete(t.Context(), there.ID); err != nil {
		t.Errorf("deleting: %v", err)
	}
	server.Stand(nil)
	if diff := cmp.Diff([]string{there.ID}, server.Keys(t)); diff != "" {
		t.Errorf("in the bucket (-want +got):\n%s", diff)
	}
	again, err := w.add(t, "a.txt", strings.NewReader("text"))
	if err != nil {
		t.Fatal(err)
	}
	if status, body := w.get(again.ID); status != http.StatusOK || body != "text" {
		t.Errorf("a download answers %d %q", status, body)
	}
	if err := w.Sweep(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{again.ID}, server.Keys(t)); diff != "" {
		t.Errorf("after the sweep (-want +got):\n%s", diff)
	}
}

// TestUnreachableStorage: a server that is not there is one that is down.
func TestUnreachableStorage(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	bucket, err := files.OpenBucket(files.BucketConfig{Endpoint: gone.URL, Name: "shop-files", Region: "r", AccessKey: "a", SecretKey: "s"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bucket.Open(t.Context(), "a"); !errors.Is(err, files.ErrDown) {
		t.Errorf("opening: %v", err)
	}
	if err := bucket.Remove(t.Context(), "a"); !errors.Is(err, files.ErrDown) {
		t.Errorf("removing: %v", err)
	}
}

// TestSweepOfABucket: unfinished uploads end, more files than one listing gives are gone through, and what somebody else
// keeps beside the files stays.
func TestSweepOfABucket(t *testing.T) {
	w, server := newBucketWorld(t)
	file, err := w.add(t, "a.txt", strings.NewReader("text"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"notes.txt", "others/file", "nobodys"} {
		server.Put(t, key)
	}
	server.Begin(t, "begun")
	server.Begin(t, "others/begun")
	if err := w.Sweep(t.Context(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if keys := server.Keys(t); len(keys) != 6 {
		t.Errorf("after a sweep for older ones there are %v, want all six", keys)
	}
	if err := w.Sweep(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	want := []string{file.ID, "notes.txt", "others/file", filestest.Unfinished + "others/begun"}
	slices.Sort(want[:3])
	if diff := cmp.Diff(want, server.Keys(t)); diff != "" {
		t.Errorf("after the sweep (-want +got):\n%s", diff)
	}
}

// TestCancelledUpload: a caller who goes ends the upload, and nothing of it stays.
func TestCancelledUpload(t *testing.T) {
	server := filestest.NewServer(t)
	bucket := server.Open(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	body := io.MultiReader(bytes.NewReader(make([]byte, 6<<20)), readerFunc(func([]byte) (int, error) {
		cancel()
		return 0, io.EOF
	}))
	if err := bucket.Put(ctx, "a", body); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if keys := server.Keys(t); len(keys) != 0 {
		t.Errorf("left behind: %v", keys)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// newBucketWorld is a world whose files are in a bucket.
func newBucketWorld(t *testing.T) (world, *filestest.Server) {
	t.Helper()
	w := newWorld(t)
	server := filestest.NewServer(t)
	w.Storage = server.Open(t, "")
	return w, server
}

// get downloads a file over HTTP.
func (w world) get(id string) (status int, body string) {
	request := httptest.NewRequest(http.MethodGet, files.Path+id, nil)
	request.SetPathValue("id", id)
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func TestBucketOfTheEnvironment(t *testing.T) {
	whole := map[string]string{
		"FILES_S3_ENDPOINT": "https://s3.example.com", "FILES_S3_BUCKET": "shop-files", "FILES_S3_REGION": "eu-central-1",
		"FILES_S3_ACCESS_KEY": "id", "FILES_S3_SECRET_KEY": "key", "FILES_S3_PREFIX": "shop/files/",
	}
	with := func(changes ...string) map[string]string {
		out := map[string]string{}
		for name, value := range whole {
			out[name] = value
		}
		for i := 0; i < len(changes); i += 2 {
			out[changes[i]] = changes[i+1]
		}
		return out
	}
	for name, c := range map[string]struct {
		environment map[string]string
		want        *files.BucketConfig
		wrong       []string
	}{
		"none": {},
		"all": {environment: whole, want: &files.BucketConfig{
			Endpoint: "https://s3.example.com", Name: "shop-files", Region: "eu-central-1", AccessKey: "id", SecretKey: "key", Prefix: "shop/files/",
		}},
		"some": {
			environment: map[string]string{"FILES_S3_BUCKET": "shop-files", "FILES_S3_REGION": "eu-central-1"},
			wrong:       []string{"FILES_S3_ENDPOINT", "FILES_S3_ACCESS_KEY", "FILES_S3_SECRET_KEY"},
		},
		"a prefix alone": {
			environment: map[string]string{"FILES_S3_PREFIX": "a/"},
			wrong:       []string{"FILES_S3_ENDPOINT", "FILES_S3_BUCKET", "FILES_S3_REGION", "FILES_S3_ACCESS_KEY", "FILES_S3_SECRET_KEY"},
		},
		"no URL":          {environment: with("FILES_S3_ENDPOINT", "s3.example.com"), wrong: []string{"FILES_S3_ENDPOINT"}},
		"a path":          {environment: with("FILES_S3_ENDPOINT", "https://example.com/s3"), wrong: []string{"FILES_S3_ENDPOINT"}},
		"several at once": {environment: with("FILES_S3_BUCKET", "Shop_Files", "FILES_S3_PREFIX", "/files"), wrong: []string{"FILES_S3_BUCKET", "FILES_S3_PREFIX"}},
		"a way up":        {environment: with("FILES_S3_PREFIX", "../"), wrong: []string{"FILES_S3_PREFIX"}},
	} {
		t.Run(name, func(t *testing.T) {
			environment := boot.NewEnvironment(func(name string) string { return c.environment[name] })
			config := files.ConfigureBucket(environment)
			if len(c.wrong) == 0 {
				if diff := cmp.Diff(c.want, config); diff != "" || environment.Err() != nil {
					t.Errorf("(-want +got):\n%s%v", diff, environment.Err())
				}
				return
			}
			lines := strings.Split(environment.Err().Error(), "\n  ")[1:]
			var wrong []string
			for _, line := range lines {
				name, _, _ := strings.Cut(line, " ")
				wrong = append(wrong, name)
			}
			if diff := cmp.Diff(c.wrong, wrong); diff != "" {
				t.Errorf("what is wrong (-want +got):\n%s\n%v", diff, environment.Err())
			}
		})
	}
}
