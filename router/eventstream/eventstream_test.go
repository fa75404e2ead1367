package eventstream_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/weft-graph/weft/router/eventstream"
)

// read returns all events as name=data, with the error that ended the stream.
func read(src io.Reader, limit int) ([]string, error) {
	r := eventstream.NewReader(src, limit)
	var all []string
	for {
		event, err := r.Next()
		if err != nil {
			return all, err
		}
		all = append(all, fmt.Sprintf("%s=%s", event.Name, event.Data))
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, stream, want string }{
		{"data", "data: a\n\n", "=a"},
		{"name and data", "event: next\ndata: {}\n\n", "next={}"},
		{"no space", "event:next\ndata:{}\n\n", "next={}"},
		{"one space only", "data:  a\n\n", "= a"},
		{"lines", "data: a\ndata: b\ndata\n\n", "=a\nb\n"},
		{"ends of lines", "data: a\r\n\r\ndata: b\r\rdata: c\n\n", "=a|=b|=c"},
		{"comments and fields of others", ": hello\nid: 7\nretry: 10\ndata: a\n\n:\n\n", "=a"},
		{"gqlgen's complete", ":\n\nevent: complete\n\n", "complete="},
		{"complete with data", "event: complete\ndata:\n\n", "complete="},
		{"byte order mark", "\xEF\xBB\xBFdata: a\n\n", "=a"},
		{"colons in data", "data: {\"a\":1}\n\n", "={\"a\":1}"},
		{"cut off", "data: a\n\ndata: b\n", "=a"},
		{"nothing", "\n\n\n", ""},
	} {
		for _, src := range []io.Reader{strings.NewReader(c.stream), iotest.OneByteReader(strings.NewReader(c.stream))} {
			got, err := read(src, 100)
			if strings.Join(got, "|") != c.want || !errors.Is(err, io.EOF) {
				t.Errorf("%s: %q and %v, want %q", c.name, got, err, c.want)
			}
		}
	}
}

// TestEventComesAtOnce shows that a complete event does not wait for what comes behind it.
func TestEventComesAtOnce(t *testing.T) {
	in, out := io.Pipe()
	go out.Write([]byte("data: a\r\r")) // an LF could follow
	event, err := eventstream.NewReader(in, 100).Next()
	if err != nil || string(event.Data) != "a" {
		t.Errorf("%v and %v", event, err)
	}
	in.Close()
}

func TestReadIsBounded(t *testing.T) {
	for _, stream := range []string{
		strings.Repeat("a", 101), strings.Repeat(":", 101) + "\n", strings.Repeat("data: 12345\n", 10), strings.Repeat("event: 12345\n", 10),
	} {
		if got, err := read(strings.NewReader(stream), 100); !errors.Is(err, eventstream.ErrTooLarge) {
			t.Errorf("%q: %q and %v", stream, got, err)
		}
	}
	if got, err := read(strings.NewReader(strings.Repeat(": heartbeat\n", 1000)+"data: a\n\n"), 100); len(got) != 1 {
		t.Errorf("comments add up: %q and %v", got, err)
	}
}

// FuzzRead shows that no stream makes an event over the limit, and that every event can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte("event: next\ndata: {}\n\n:\r\n\revent: complete\n\n"))
	f.Add([]byte("data\rdata\n\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		const limit = 64
		r := eventstream.NewReader(bytes.NewReader(stream), limit)
		for {
			event, err := r.Next()
			if err != nil {
				return
			}
			if len(event.Data)+len(event.Name) > 2*limit {
				t.Fatalf("an event of %d bytes", len(event.Data))
			}
			written := eventstream.Append(nil, event.Name, event.Data)
			again, err := eventstream.NewReader(bytes.NewReader(written), 100*limit).Next()
			if err != nil || again.Name != event.Name || !bytes.Equal(again.Data, event.Data) {
				t.Fatalf("%q became %q: %v", event, again, err)
			}
		}
	})
}
