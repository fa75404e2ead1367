// Package transport is the client's side of the wire: GraphQL over HTTP, by POST and by GET, with files and as streams.
//
// In comes an HTTP request; out comes a Request whose query is decoded and whose variables are still the client's
// bytes, or a Refusal that says which status and which error the client gets. Responder writes the answer in the media
// type that the client accepts. The passes are: negotiate, read, decode, guard against forged requests, write.
// The package does not know the schema, who is calling, or what an operation means.
package transport

import (
	"net/http"
	"sync"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/upload"
)

// Request is one GraphQL request as the client sent it. Its bytes are valid until Release.
type Request struct {
	// Query is the document; empty when DocumentID stands for it.
	Query string
	// DocumentID is the id of a document that the router is to know: the member "documentId", or the hash in
	// extensions.persistedQuery. Empty when the client sent none.
	DocumentID string
	// OperationName names the operation to run; empty when the client named none.
	OperationName string
	// Variables is a JSON object, or nil when the client sent none.
	Variables []byte
	// Extensions is a JSON object, or nil when the client sent none.
	Extensions []byte
	// ReadOnly is set for GET: only queries may run.
	ReadOnly bool
	// Files are those of a multipart request; nil without.
	Files *upload.Files

	buf *[]byte
}

// Release gives the request's bytes back for the next one. The execution must be over.
func (r *Request) Release() {
	if r.buf == nil {
		return
	}
	if cap(*r.buf) <= maxPooledBytes {
		buffers.Put(r.buf)
	}
	*r = Request{}
}

// maxPooledBytes keeps one huge request from holding its memory for ever.
const maxPooledBytes = 1 << 20

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// Refusal is a request that is not run: the client's mistake, or a reason of ours, as HTTP status and GraphQL error.
type Refusal struct {
	// Status is the HTTP status.
	Status int
	// Code stands in extensions.code.
	Code gqlerr.Code
	// Message says what is wrong and what to do instead.
	Message string
	// Header has further headers of the answer: Allow with 405, Set-Cookie with 401. May be nil.
	Header http.Header
}

func refuse(status int, code gqlerr.Code, message string) *Refusal {
	return &Refusal{Status: status, Code: code, Message: message}
}

// MethodNotAllowed is the refusal of a method, with the methods that the endpoint takes.
func MethodNotAllowed(message, allow string) *Refusal {
	return &Refusal{
		Status: http.StatusMethodNotAllowed, Code: gqlerr.MethodNotAllowed, Message: message,
		Header: http.Header{"Allow": {allow}},
	}
}
