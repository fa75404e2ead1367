// Package filestest serves S3-compatible storage in memory to tests, which may stand between it and its client.
package filestest

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/weft-graph/weft/subgraphs/product/files"
)

// Unfinished is before a key whose upload was begun and neither completed nor ended, in what Keys returns.
const Unfinished = "unfinished upload of "

// Between stands between a client and the storage, which is next.
type Between func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Server is a server with one bucket.
type Server struct {
	// Config is how to reach the bucket.
	Config files.BucketConfig

	mu      sync.Mutex
	between Between
	client  *minio.Client
}

// NewServer starts a server that ends with the test.
func NewServer(t *testing.T) *Server {
	t.Helper()
	return newServer(t, httptest.NewServer)
}

// NewTLSServer is NewServer over TLS, with a certificate that clients trust who are opened afterwards.
func NewTLSServer(t *testing.T) *Server {
	t.Helper()
	return newServer(t, func(handler http.Handler) *httptest.Server {
		listener := httptest.NewTLSServer(handler)
		path := filepath.Join(t.TempDir(), "ca.pem")
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: listener.Certificate().Raw})
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("SSL_CERT_FILE", path)
		return listener
	})
}

func newServer(t *testing.T, listen func(http.Handler) *httptest.Server) *Server {
	t.Helper()
	storage := gofakes3.New(s3mem.New()).Server()
	s := &Server{}
	listener := listen(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		between := s.between
		s.mu.Unlock()
		if between == nil || r.Header.Get("X-Amz-Security-Token") == direct {
			storage.ServeHTTP(w, r)
			return
		}
		between(w, r, storage)
	}))
	t.Cleanup(listener.Close)
	s.Config = files.BucketConfig{
		Endpoint: listener.URL, Name: "shop-files", Region: "us-east-1", AccessKey: "tester", SecretKey: "of no importance",
	}
	address, err := url.Parse(listener.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.client, err = minio.New(address.Host, &minio.Options{
		Creds: credentials.NewStaticV4("tester", "secret", direct), Region: "us-east-1", Secure: address.Scheme == "https",
	})
	if err == nil {
		err = s.client.MakeBucket(t.Context(), s.Config.Name, minio.MakeBucketOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// direct is the token of the server's own client, which nothing stands between.
const direct = "direct"

// Open returns the bucket below a prefix, until the test ends.
func (s *Server) Open(t *testing.T, prefix string) *files.Bucket {
	t.Helper()
	config := s.Config
	config.Prefix = prefix
	bucket, err := files.OpenBucket(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bucket.Close() })
	return bucket
}

// Stand puts something between clients and the storage from now on, or takes it away if it is nil.
func (s *Server) Stand(between Between) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.between = between
}

// Down is a Between that answers as a storage does that is overloaded.
func Down(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	Refuse(w, http.StatusServiceUnavailable, "SlowDown")
}

// Refuse answers with an error of the storage.
func Refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<Error><Code>" + code + "</Code><Message>no</Message></Error>"))
}

// Put puts an object beside the files.
func (s *Server) Put(t *testing.T, key string) {
	t.Helper()
	_, err := s.client.PutObject(t.Context(), s.Config.Name, key, strings.NewReader("text"), 4, minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
}

// Begin begins an upload that nobody completes.
func (s *Server) Begin(t *testing.T, key string) {
	t.Helper()
	core := minio.Core{Client: s.client}
	if _, err := core.NewMultipartUpload(t.Context(), s.Config.Name, key, minio.PutObjectOptions{}); err != nil {
		t.Fatal(err)
	}
}

// Keys lists the bucket, objects first.
func (s *Server) Keys(t *testing.T) []string {
	t.Helper()
	keys := []string{}
	for object := range s.client.ListObjects(t.Context(), s.Config.Name, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil {
			t.Fatal(object.Err)
		}
		keys = append(keys, object.Key)
	}
	for upload := range s.client.ListIncompleteUploads(t.Context(), s.Config.Name, "", true) {
		if upload.Err != nil {
			// So this server answers as long as no upload was ever begun.
			if minio.ToErrorResponse(upload.Err).Code == minio.NoSuchUpload {
				break
			}
			t.Fatal(upload.Err)
		}
		keys = append(keys, Unfinished+upload.Key)
	}
	return keys
}
