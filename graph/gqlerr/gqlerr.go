// Package gqlerr holds the error that a GraphQL client sees.
//
// It knows nothing of schemas, plans or HTTP: a request problem is a value that travels in the
// response, with a code from one table (codes.go), a path in the client's response and, where the
// error came from a subgraph, the subgraph's name.
package gqlerr

// Error is one entry of a response's "errors" list (GraphQL spec 7.1.2).
type Error struct {
	// Message says what is wrong, for the client.
	Message string
	// Locations are places in the client's document; empty when the error has none.
	Locations []Location
	// Path is the place in the client's response; nil for a request error.
	Path Path
	// Code stands in extensions.code.
	Code Code
	// Subgraph stands in extensions.subgraph; empty when no subgraph is involved.
	Subgraph string
	// Extensions is a raw JSON object of further members (what a subgraph sent), or nil.
	// A member called "code" in it wins over Code.
	Extensions []byte
}

// Location is a place in the client's document; both numbers start at 1.
type Location struct{ Line, Column int }

// Path is a place in the response: response keys and list indexes, outermost first.
type Path []PathElement

// PathElement is one step of a Path: Key when it is not empty, else Index.
type PathElement struct {
	Key   string
	Index int
}

// List is a list of errors in the order in which they were found.
type List []*Error

// Error makes an Error a Go error: its message.
func (e *Error) Error() string { return e.Message }
