package gqlerr

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func TestAppend(t *testing.T) {
	for _, test := range []struct {
		name string
		err  Error
		want string
	}{
		{"message alone", Error{Message: "no"}, `{"message":"no"}`},
		{"an empty path is a path", Error{Message: "no", Path: Path{}}, `{"message":"no","path":[]}`},
		{"order of the spec", Error{Message: "no", Code: BadUserInput, Path: Path{{Key: "me"}, {Index: 2}}, Locations: []Location{{1, 2}, {3, 4}}},
			`{"message":"no","locations":[{"line":1,"column":2},{"line":3,"column":4}],"path":["me",2],"extensions":{"code":"BAD_USER_INPUT"}}`},
		{"a subgraph's code wins", Error{Message: "no", Code: SubgraphFailed, Subgraph: "user", Extensions: []byte(`{ "code" : "OWN" , "n" : [1, {"a":"}"}] }`)},
			`{"message":"no","extensions":{"code" : "OWN","n" : [1, {"a":"}"}],"subgraph":"user"}}`},
		{"a subgraph cannot say who it is", Error{Message: "no", Subgraph: "user", Extensions: []byte(`{"subgraph":"bank","x":"\"}"}`)},
			`{"message":"no","extensions":{"x":"\"}","subgraph":"user"}}`},
		{"no members", Error{Message: "no", Extensions: []byte(` { } `)}, `{"message":"no"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := string(test.err.Append(nil))
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if !json.Valid([]byte(got)) {
				t.Error("not JSON")
			}
		})
	}
}

func TestListAppend(t *testing.T) {
	if got := string(List(nil).Append(nil)); got != "[]" {
		t.Errorf("empty list: %s", got)
	}
	if got := string(List{{Message: "a"}, {Message: "b"}}.Append(nil)); got != `[{"message":"a"},{"message":"b"}]` {
		t.Error(got)
	}
}

func TestPathsDoNotShareMemory(t *testing.T) {
	base := Path{}.Key("a").Key("b")
	left, right := base.Index(0), base.Index(1)
	if left.String() != `["a","b",0]` || right.String() != `["a","b",1]` {
		t.Errorf("%s and %s", left, right)
	}
	if left.Equal(right) || !left.Equal(base.Index(0)) || left.Equal(base) {
		t.Error("Equal does not compare paths")
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "a\"b\\c\n\r\t\x00\x1f", "é\u2028€😀", "\xff\xc0bad"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		got := appendString(nil, s)
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatalf("%q is not JSON: %v", got, err)
		}
		if utf8.ValidString(s) && back != s {
			t.Fatalf("%q came back as %q", s, back)
		}
	})
}
