package transport

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

var documents = []string{
	`{}`, `[]`, `null`, `true`, `"a"`, `-0.5e+10`, `{"a":[1,{"b":"\u00e9\n"}],"c":null}`, " [ 1 , 2 ] ",
	``, `{`, `[1,]`, `{"a":}`, `{"a" 1}`, `{a:1}`, `01`, `1.`, `1e`, `-`, `+1`, `.5`, `nul`, `tru`, `"a`, `"\x"`, `"\u12g4"`,
	"\"a\nb\"", `[1 2]`, `{"a":1,}`, `{} {}`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ud83dx"`, `"\ude00\ud83d"`, "\"\xff\"", `1 `,
	`"\\\"\/\b\f\n\r\t"`, strings.Repeat("[", 150) + strings.Repeat("]", 150),
}

// checkAgainstStandard holds the scanner against encoding/json: both take a document or neither does, and a string has
// the same text.
func checkAgainstStandard(t *testing.T, doc string) {
	s := &scanner{data: []byte(doc)}
	value, err := s.value(0)
	if err == nil {
		if s.peek(); s.pos < len(s.data) {
			err = s.unexpected("the end")
		}
	}
	if err == errNesting {
		return
	}
	// The standard library takes bytes that are not UTF-8; RFC 8259 does not.
	want := json.Valid([]byte(doc)) && utf8.ValidString(doc)
	if (err == nil) != want {
		t.Fatalf("scanner says %v to %q, encoding/json says valid is %v", err, doc, want)
	}
	if err == nil && value[0] == '"' {
		var text string
		if err := json.Unmarshal([]byte(doc), &text); err != nil {
			t.Fatal(err)
		}
		if got := unquote(value); got != text {
			t.Fatalf("unquote(%s) = %q, encoding/json says %q", value, got, text)
		}
	}
}

func TestScannerAgreesWithStandard(t *testing.T) {
	for _, doc := range documents {
		checkAgainstStandard(t, doc)
	}
}

func FuzzScannerAgreesWithStandard(f *testing.F) {
	for _, doc := range documents {
		f.Add(doc)
	}
	f.Fuzz(checkAgainstStandard)
}

func TestScannerRefusesDeepNesting(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		s := &scanner{data: []byte(strings.Repeat(open, 1_000_000))}
		if _, err := s.value(0); err != errNesting {
			t.Errorf("a million of %s: %v, want %v", open, err, errNesting)
		}
	}
}
