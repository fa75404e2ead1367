package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const (
	// partBytes is the size of S3's smallest part. Two of them are in memory while a file is uploaded.
	partBytes = 5 << 20
	// tries is how often a request is sent that gets no answer, or one that says "later".
	tries = 3
	// dialTimeout, answerTimeout and stallTimeout bound connecting, the short requests, and each wait for the next bytes
	// of a long one.
	dialTimeout   = 3 * time.Second
	answerTimeout = 10 * time.Second
	stallTimeout  = 30 * time.Second
)

// Bucket is a Storage in a bucket of S3-compatible storage, or below a prefix of one, that no other program writes to.
// Opening one asks the server nothing: while it is down, what needs it fails with ErrDown, and nothing else does.
type Bucket struct {
	client       *minio.Client
	transport    *http.Transport
	name, prefix string
}

// OpenBucket returns the Storage in a bucket, which must exist.
func OpenBucket(config BucketConfig) (*Bucket, error) {
	endpoint, err := url.Parse(config.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("the endpoint of the storage for files: %w", err)
	}
	isSecure := endpoint.Scheme == "https"
	transport, err := minio.DefaultTransport(isSecure)
	if err != nil {
		return nil, fmt.Errorf("prepare connections to the storage for files: %w", err)
	}
	transport.DialContext = dialStalling
	client, err := minio.New(endpoint.Host, &minio.Options{
		Creds:      credentials.NewStaticV4(config.AccessKey, config.SecretKey, ""),
		Secure:     isSecure,
		Transport:  transport,
		Region:     config.Region, // or each bucket is asked for where it is
		MaxRetries: tries,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare the storage for files at %s: %w", config.Endpoint, err)
	}
	return &Bucket{client: client, transport: transport, name: config.Name, prefix: config.Prefix}, nil
}

// Close implements Storage.
func (b *Bucket) Close() error {
	b.transport.CloseIdleConnections()
	return nil
}

// Put implements Storage: what is larger than a part goes up in parts, which become an object together, when all of them
// are there; the rest is one request.
func (b *Bucket) Put(ctx context.Context, id string, body io.Reader) error {
	key, err := b.key(id)
	if err != nil {
		return err
	}
	source := &source{reader: body}
	var head bytes.Buffer
	size, err := io.CopyN(&head, source, partBytes)
	var all io.Reader = bytes.NewReader(head.Bytes()) // which can be sent again
	if err == nil {
		all, size = io.MultiReader(all, source), -1 // not known
	}
	if source.err == nil {
		_, err = b.client.PutObject(ctx, b.name, key, all, size, minio.PutObjectOptions{
			// The sums are among the headers that are signed, so the bytes need no signature of their own.
			ContentType: "application/octet-stream", PartSize: partBytes, SendContentMd5: true, DisableContentSha256: true,
		})
	}
	switch {
	case err == nil:
		return nil
	case source.err != nil: // then the parts were never put together
		return fmt.Errorf("keep the file %s: %w", id, source.err)
	}
	// The server may have done what it did not answer. Sweep removes what is left.
	_ = b.Remove(context.WithoutCancel(ctx), id)
	return fmt.Errorf("keep the file %s: %w", id, b.explain(err))
}

// source reads a body and keeps its error, which PutObject would take for the body's end if it were an
// io.ErrUnexpectedEOF: half a file would be kept.
type source struct {
	reader io.Reader
	err    error
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
		return n, fmt.Errorf("read the body: %w", err)
	}
	return n, err
}

// Remove implements Storage.
func (b *Bucket) Remove(ctx context.Context, id string) error {
	key, err := b.key(id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	err = b.client.RemoveObject(ctx, b.name, key, minio.RemoveObjectOptions{})
	if err = b.explain(err); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the file %s: %w", id, err)
	}
	return nil
}

// Older implements Storage. Uploads that were never finished it ends itself, once they are that old: their parts take
// room and are no object.
func (b *Bucket) Older(ctx context.Context, than time.Time, give func(ids []string) error) error {
	var ids []string
	for object := range b.client.ListObjectsIter(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, MaxKeys: batch}) {
		if object.Err != nil {
			return fmt.Errorf("list the files: %w", b.explain(object.Err))
		}
		if id := strings.TrimPrefix(object.Key, b.prefix); isID(id) && object.LastModified.Before(than) {
			ids = append(ids, id)
		}
		if len(ids) == batch {
			if err := give(ids); err != nil {
				return err
			}
			ids = nil
		}
	}
	if err := give(ids); err != nil {
		return err
	}
	return b.endUploads(ctx, than)
}

func (b *Bucket) endUploads(ctx context.Context, before time.Time) error {
	var keys []string
	var failed error
	// The channel is read to its end, or what fills it would wait for ever.
	for upload := range b.client.ListIncompleteUploads(ctx, b.name, b.prefix, false) {
		switch {
		case upload.Err != nil:
			failed = upload.Err
		case isID(strings.TrimPrefix(upload.Key, b.prefix)) && upload.Initiated.Before(before):
			keys = append(keys, upload.Key)
		}
	}
	for _, key := range keys {
		if err := b.client.RemoveIncompleteUpload(ctx, b.name, key); err != nil && failed == nil {
			failed = err
		}
	}
	var answer minio.ErrorResponse
	if errors.As(failed, &answer) && slices.Contains(noUploads, answer.Code) {
		return nil
	}
	if failed != nil {
		return fmt.Errorf("end the uploads that were never finished: %w", b.explain(failed))
	}
	return nil
}

// noUploads are answers of servers where no upload is unfinished, or that end such ones themselves and list none.
var noUploads = []string{minio.NoSuchUpload, minio.NotImplemented}

// key is where the bytes of an id are.
func (b *Bucket) key(id string) (string, error) {
	if !isID(id) {
		return "", fmt.Errorf("the id of a file is letters and digits, not %.64q: %w", id, fs.ErrInvalid)
	}
	return b.prefix + id, nil
}

// full are the codes by which servers say that there is no room: Ceph's and MinIO's.
var full = []string{"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"}

// explain says what an error of the client means to a Storage's caller, and where it comes from. What is neither a
// missing file nor a lack of room is ErrDown: also a wrong key or a missing bucket, which the operator can mend.
func (b *Bucket) explain(err error) error {
	if err == nil {
		return nil
	}
	kind := ErrDown
	var answer minio.ErrorResponse
	if errors.As(err, &answer) {
		switch {
		case answer.Code == minio.NoSuchKey:
			kind = fs.ErrNotExist
		case slices.Contains(full, answer.Code) || answer.StatusCode == http.StatusInsufficientStorage:
			kind = ErrFull
		}
	}
	return fmt.Errorf("%w: bucket %s at %s: %w", kind, b.name, b.client.EndpointURL(), err)
}

// dialStalling connects. Neither a request nor an answer may take longer than stallTimeout between two of its bytes;
// how long all of it takes depends on its size.
func dialStalling(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &stalling{conn, stallTimeout}, nil
}

// stalling is a connection that fails if it stands still.
type stalling struct {
	net.Conn
	timeout time.Duration
}

// Read implements net.Conn.
func (s *stalling) Read(p []byte) (int, error) {
	if err := s.SetReadDeadline(time.Now().Add(s.timeout)); err != nil {
		return 0, err
	}
	return s.Conn.Read(p)
}

// Write implements net.Conn. What is written puts the answer off, too.
func (s *stalling) Write(p []byte) (int, error) {
	if err := s.SetDeadline(time.Now().Add(s.timeout)); err != nil {
		return 0, err
	}
	return s.Conn.Write(p)
}
