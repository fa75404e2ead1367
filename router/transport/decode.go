package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/weft-graph/weft/graph/gqlerr"
)

// Decode reads the GraphQL request out of an HTTP request. The caller has bounded r.Body with http.MaxBytesReader.
func Decode(r *http.Request) (*Request, *Refusal) {
	switch r.Method {
	case http.MethodPost:
		return decodePost(r)
	case http.MethodGet:
		return decodeGet(r)
	}
	return nil, MethodNotAllowed("The endpoint takes POST, and GET for queries, not "+r.Method+".", "GET, POST")
}

func decodePost(r *http.Request) (*Request, *Refusal) {
	if refusal := checkContentType(r.Header["Content-Type"]); refusal != nil {
		return nil, refusal
	}
	buf := buffers.Get().(*[]byte)
	request := &Request{buf: buf}
	body, err := appendAll((*buf)[:0], r.Body)
	*buf = body
	if err != nil {
		request.Release()
		return nil, refuseBody(err)
	}
	if refusal := request.parseBody(body); refusal != nil {
		request.Release()
		return nil, refusal
	}
	return request, nil
}

// checkContentType wants application/json: a browser cannot send it to another origin without asking first.
func checkContentType(values []string) *Refusal {
	const unsupported = http.StatusUnsupportedMediaType
	if len(values) != 1 {
		return refuse(unsupported, gqlerr.UnsupportedMediaType, "Send the request with one content-type header: application/json.")
	}
	if values[0] == "application/json" {
		return nil
	}
	media, params, err := mime.ParseMediaType(values[0])
	if err != nil || media != "application/json" {
		return refuse(unsupported, gqlerr.UnsupportedMediaType,
			fmt.Sprintf("The content-type %q is not supported: use application/json.", values[0]))
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return refuse(unsupported, gqlerr.UnsupportedMediaType, fmt.Sprintf("The charset %q is not supported: use utf-8.", charset))
	}
	return nil
}

// appendAll is io.ReadAll into memory that is used again.
func appendAll(dst []byte, src io.Reader) ([]byte, error) {
	for {
		if len(dst) == cap(dst) {
			dst = append(dst, 0)[:len(dst)]
		}
		n, err := src.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if err == io.EOF {
			return dst, nil
		}
		if err != nil {
			return dst, err
		}
	}
}

func refuseBody(err error) *Refusal {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, gqlerr.RequestTooLarge,
			fmt.Sprintf("The request body is longer than %d bytes.", tooLarge.Limit))
	}
	return refuse(http.StatusBadRequest, gqlerr.BadRequest, "The request body could not be read.")
}

func badRequest(format string, args ...any) *Refusal {
	return refuse(http.StatusBadRequest, gqlerr.BadRequest, fmt.Sprintf(format, args...))
}

// parseBody finds the members of a GraphQL-over-HTTP request. A member that comes twice is refused, however it is
// spelt: what was checked must be what runs. Unknown members are checked and skipped.
func (r *Request) parseBody(body []byte) *Refusal {
	s := &scanner{data: body}
	switch s.peek() {
	case '{':
	case '[':
		return badRequest("The request body is a list: batches are not supported, send one operation.")
	case 0:
		if s.pos == len(body) {
			return badRequest("The request body is empty: send a JSON object with the member \"query\".")
		}
		fallthrough
	default:
		if _, err := s.value(0); err != nil {
			return badRequest("The request body is not JSON: %v.", err)
		}
		return badRequest("The request body must be a JSON object.")
	}
	var seen members
	var wrong *Refusal
	err := s.object(0, func(key []byte) error {
		name := unquote(key)
		s.space()
		value, err := s.value(1)
		if err == nil && wrong == nil {
			wrong = r.setMember(&seen, name, value)
		}
		return err
	})
	if err == nil {
		if s.peek(); s.pos < len(body) {
			err = s.unexpected("the end")
		}
	}
	switch {
	case err != nil: // of two mistakes the one that makes the body unreadable is told
		return badRequest("The request body is not JSON: %v.", err)
	case wrong != nil:
		return wrong
	}
	return r.checkQuery()
}

// ParseRequest reads a GraphQL request that came as JSON by another way than an HTTP body. Its bytes are body's.
func ParseRequest(body []byte) (*Request, *Refusal) {
	request := &Request{}
	if refusal := request.parseBody(body); refusal != nil {
		return nil, refusal
	}
	return request, nil
}

// members says which members of a request have come.
type members struct{ query, documentID, operationName, variables, extensions bool }

func (m *members) mark(name string) *bool {
	switch name {
	case "query":
		return &m.query
	case "documentId":
		return &m.documentID
	case "operationName":
		return &m.operationName
	case "variables":
		return &m.variables
	case "extensions":
		return &m.extensions
	}
	return nil
}

// setMember stores a checked value; null counts as absent.
func (r *Request) setMember(seen *members, name string, value []byte) *Refusal {
	mark := seen.mark(name)
	if mark == nil {
		return nil
	}
	if *mark {
		return badRequest("The member %q comes twice.", name)
	}
	*mark = true
	if value[0] == 'n' {
		return nil
	}
	switch name {
	case "query", "documentId", "operationName":
		if value[0] != '"' {
			return badRequest("%q must be a string.", name)
		}
		switch name {
		case "query":
			r.Query = unquote(value)
		case "documentId":
			r.DocumentID = unquote(value)
		default:
			r.OperationName = unquote(value)
		}
	default:
		if value[0] != '{' {
			return badRequest("%q must be an object.", name)
		}
		if name == "variables" {
			r.Variables = value
		} else {
			r.Extensions = value
		}
	}
	return nil
}

// checkQuery wants a document or its id.
func (r *Request) checkQuery() *Refusal {
	if refusal := r.readPersistedQuery(); refusal != nil {
		return refusal
	}
	if r.Query == "" && r.DocumentID == "" {
		return badRequest("The request has no \"query\": send the GraphQL document as a string.")
	}
	return nil
}

// decodeGet reads the request out of the query string.
func decodeGet(r *http.Request) (*Request, *Refusal) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("The query string cannot be read: %v.", err)
	}
	request := &Request{ReadOnly: true}
	for _, name := range [...]string{"query", "documentId", "operationName", "variables", "extensions"} {
		given := values[name]
		if len(given) > 1 {
			return nil, badRequest("The parameter %q comes twice.", name)
		}
		if len(given) == 0 || given[0] == "" {
			continue
		}
		switch name {
		case "query":
			request.Query = given[0]
		case "documentId":
			request.DocumentID = given[0]
		case "operationName":
			request.OperationName = given[0]
		case "variables":
			request.Variables, err = objectParameter(given[0])
		default:
			request.Extensions, err = objectParameter(given[0])
		}
		if err != nil {
			return nil, badRequest("The parameter %q is not a JSON object: %v.", name, err)
		}
	}
	if refusal := request.checkQuery(); refusal != nil {
		return nil, refusal
	}
	return request, nil
}

// objectParameter checks a parameter that holds a JSON object; null counts as absent.
func objectParameter(text string) ([]byte, error) {
	s := &scanner{data: []byte(text)}
	value, err := s.value(0)
	if err != nil {
		return nil, err
	}
	if s.peek(); s.pos < len(s.data) {
		return nil, s.unexpected("the end")
	}
	value = bytes.TrimSpace(value)
	switch value[0] {
	case 'n':
		return nil, nil
	case '{':
		return value, nil
	}
	return nil, errors.New("it is another kind of value")
}
