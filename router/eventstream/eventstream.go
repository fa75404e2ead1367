// Package eventstream is the wire format of server-sent events (HTML Living Standard, 9.2), for both of its sides.
//
// In: bytes as they come, of anybody. Out: events, each of a bounded size; and the way back. It knows no HTTP and no
// GraphQL.
package eventstream

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// MediaType is the content-type of a stream.
const MediaType = "text/event-stream"

// Event is one event.
type Event struct {
	// Name is the event's type; empty when the stream named none.
	Name string
	// Data is the event's data, its lines joined by line feeds.
	Data []byte
}

// ErrTooLarge is the error of an event, or a line, that is longer than the limit.
var ErrTooLarge = errors.New("an event of the stream is over its size limit")

// Reader reads a stream.
type Reader struct {
	src   *bufio.Reader
	limit int
	line  []byte
	// begun is set once a line was read: a byte order mark may stand before the first.
	begun bool
	// afterCR is set when the last line ended with a carriage return: a line feed that follows belongs to it. It is
	// skipped only when it comes, as waiting for it would hold back an event that is complete.
	afterCR bool
}

// NewReader returns a Reader of src that refuses events of more than limit bytes.
func NewReader(src io.Reader, limit int) *Reader {
	return &Reader{src: bufio.NewReaderSize(src, 8<<10), limit: limit}
}

// Next returns the next event. Unlike a browser it also returns an event that has a name and no data, as GraphQL servers
// end streams with one. An event that the end of the stream cuts off is dropped. The data is the caller's.
func (r *Reader) Next() (Event, error) {
	var event Event
	hasData, size := false, 0
	for {
		line, err := r.readLine()
		if err != nil {
			return Event{}, err
		}
		if len(line) == 0 {
			if hasData || event.Name != "" {
				return event, nil
			}
			size = 0
			continue
		}
		if size += len(line); size > r.limit {
			return Event{}, ErrTooLarge
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "": // a comment; many of them must not add up
			size -= len(line)
		case "event":
			event.Name = string(value)
		case "data":
			if hasData {
				event.Data = append(event.Data, '\n')
			}
			event.Data = append(event.Data, value...)
			hasData = true
		}
	}
}

// readLine returns a line without its end, which is CR, LF, or both. It is valid until the next call.
func (r *Reader) readLine() ([]byte, error) {
	r.line = r.line[:0]
	for {
		c, err := r.src.ReadByte()
		if err != nil {
			return nil, err
		}
		wasAfterCR := r.afterCR
		r.afterCR = c == '\r'
		switch {
		case c == '\n' && wasAfterCR:
			continue
		case c == '\n', c == '\r':
			line := r.line
			if !r.begun {
				r.begun = true
				line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
			}
			return line, nil
		}
		if r.line = append(r.line, c); len(r.line) > r.limit {
			return nil, ErrTooLarge
		}
	}
}

// Append writes an event. The name has no line break. Data always gets a line, if an empty one, as a browser drops an
// event without.
func Append(dst []byte, name string, data []byte) []byte {
	if name != "" {
		dst = append(append(append(dst, "event: "...), name...), '\n')
	}
	for {
		end := bytes.IndexAny(data, "\r\n")
		line := data
		if end >= 0 {
			line = data[:end]
		}
		dst = append(append(append(dst, "data: "...), line...), '\n')
		if end < 0 {
			return append(dst, '\n')
		}
		if data[end] == '\r' && end+1 < len(data) && data[end+1] == '\n' {
			end++
		}
		data = data[end+1:]
	}
}

// Heartbeat is a comment, which keeps a connection open and is no event.
const Heartbeat = ":\n\n"
