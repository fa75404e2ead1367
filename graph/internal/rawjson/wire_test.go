package rawjson

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

var wireSeeds = []string{
	`{}`, `[]`, `[1,-0,0.5,1e9,1E-2,-12.34e+5]`, `{"a":[{"b":null},true,false]}`, `"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud800"`,
	`"é€😀 plain text that is longer than eight bytes"`, ` 1 `, `01`, `1.`, `.5`, `-`, `1e`, `+1`, `nul`, `tru`, `"`, `"\`, `"\u12`, `"\u12g4"`,
	`{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `[1,]`, `[,1]`, `{a:1}`, "\"\x1f\"", "\"\xc3\"", "\"\xed\xa0\x80\"", `[1 2]`, `{"a":1 "b":2}`, `{"a" 1}`, "\ufeff1", `"12345678\"`, `"1234567\x"`,
}

func checkValid(t *testing.T, b []byte) {
	t.Helper()
	got, want := Valid(b), json.Valid(b) && utf8.Valid(b)
	if got != want {
		i := ConsumeSpace(b)
		if _, err := ConsumeValue(b[i:], 0); err == ErrDepth {
			return
		}
		t.Fatalf("Valid(%q) = %v, want %v", b, got, want)
	}
}

func TestValid(t *testing.T) {
	for _, seed := range wireSeeds {
		checkValid(t, []byte(seed))
	}
}

func FuzzValid(f *testing.F) {
	for _, seed := range wireSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkValid(t, b) })
}

func FuzzStrings(f *testing.F) {
	for _, seed := range []string{"", "plain", "a\"b\\c/\n\r\t\b\f\x00\x1f\x7f", "é\u2028€😀", "\xff\xc0bad"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := AppendString(nil, s)
		if n, err := ConsumeString(quoted); err != nil || n != len(quoted) {
			t.Fatalf("%q: %d, %v", quoted, n, err)
		}
		if back := string(AppendUnquoted(nil, quoted)); utf8.ValidString(s) && back != s {
			t.Fatalf("%q came back as %q", s, back)
		}
		n, err := ConsumeString([]byte(s)) // and s as JSON
		if err != nil {
			return
		}
		var want string
		if err := json.Unmarshal([]byte(s[:n]), &want); err != nil {
			t.Fatalf("%q: %v", s[:n], err)
		}
		if got := string(AppendUnquoted(nil, []byte(s[:n]))); got != want {
			t.Fatalf("%q: got %q, want %q", s[:n], got, want)
		}
	})
}

func TestRange(t *testing.T) {
	raw := []byte(` [ 1 , {"a" : [2, "]"] , "\u0062":null} , "x" , [] ]`)[1:]
	var got string
	for e := range Elements(raw) {
		got += string(e) + ";"
		if e[0] == '{' {
			for k, v := range Members(e) {
				got += string(k) + "=" + string(v) + ";"
				if KeyIs(k, "b") || KeyIs(k, "a") {
					got += "!"
				}
			}
		}
	}
	if want := `1;{"a" : [2, "]"] , "\u0062":null};"a"=[2, "]"];!"\u0062"=null;!"x";[];`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for range Elements([]byte(`[]`)) {
		t.Error("an empty list has an element")
	}
	for range Members([]byte(`{ }`)) {
		t.Error("an empty object has a member")
	}
}
