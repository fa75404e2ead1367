// Package files keeps what is uploaded for products, of any type and any size, and gives it out again over HTTP. Bytes
// pass through and are never whole in memory. What is known of a file stands in the store; its bytes lie in a Storage.
//
// The bytes are written and durable before the file is noted, and removed after it was forgotten: a process that dies at
// any moment leaves bytes that nobody knows, which Sweep removes, and never a file without its bytes.
package files

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"
)

// Storage keeps bytes under ids that the service makes: letters and digits.
type Storage interface {
	// Put keeps all that body gives under a new id. When it returns nil, they are durable and complete; when it fails,
	// nothing can be opened under the id. It returns ErrFull if there is no room. All that asks another server returns
	// ErrDown if that does not do what it should.
	Put(ctx context.Context, id string, body io.Reader) error
	// Open returns what was kept. It returns an error like fs.ErrNotExist if there is nothing.
	Open(ctx context.Context, id string) (io.ReadSeekCloser, error)
	// Remove removes what was kept; that there is nothing is no error.
	Remove(ctx context.Context, id string) error
	// Older gives the ids of what was put before a time, some hundred at once.
	Older(ctx context.Context, than time.Time, give func(ids []string) error) error
	// Close lets go of what the Storage holds open.
	Close() error
}

var (
	// ErrFull says that the Storage has no room.
	ErrFull = errors.New("the storage is full")
	// ErrDown says that the Storage cannot be reached or does not do what it should.
	ErrDown = errors.New("the storage does not answer")
)

// isID tells an id from what somebody else may have put beside the files.
func isID(text string) bool {
	isOther := func(c rune) bool { return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') }
	return text != "" && !strings.ContainsFunc(text, isOther)
}
