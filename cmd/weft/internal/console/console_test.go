package console

import (
	"bytes"
	"strings"
	"testing"
)

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	c := New(&out, 7)
	user, order := c.Writer("user"), c.Writer("order")
	for _, write := range []struct {
		w    *Writer
		text string
	}{{user, "one\ntw"}, {order, "other\r\n"}, {user, "o\nthree"}} {
		if _, err := write.w.Write([]byte(write.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := user.Flush(); err != nil {
		t.Fatal(err)
	}
	order.Printf("exit %d", 3)
	want := "user    | one\norder   | other\nuser    | two\nuser    | three\norder   | exit 3\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestEndlessLine(t *testing.T) {
	var out bytes.Buffer
	w := New(&out, 1).Writer("a")
	if _, err := w.Write([]byte(strings.Repeat("x", MaxLineBytes+1))); err != nil {
		t.Fatal(err)
	}
	if out.Len() < MaxLineBytes {
		t.Errorf("%d bytes came out: a line without an end must not be kept for ever", out.Len())
	}
}
