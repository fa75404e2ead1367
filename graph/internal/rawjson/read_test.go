package rawjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// testScan expects {t, a, list, own} of two types, Cat and Dog, nested without end.
func testScan() *Scan {
	s := &Scan{Slots: 5, Type: TypeNone, TypeKey: "t", Types: map[string]int{"Cat": 0, "Dog": 1}, ByType: []int{0, 1}, Any: 2}
	s.Cases = []Case{
		NewCase([]Field{{"a", 0, nil}, {"list", 1, s}, {"own", 2, s}}),
		NewCase([]Field{{"a", 3, nil}, {"list", 1, s}, {"own", 4, nil}}),
		NewCase([]Field{{"a", 0, nil}, {"list", 1, s}, {"own", 2, s}}),
	}
	return s
}

// render writes what a document holds: [type, slot, …] for an object, "-" for an empty slot.
func render(d *Doc, v Ref, slots int) string {
	switch v.Kind() {
	case Absent:
		return "-"
	case Null:
		return "null"
	case Leaf:
		return canonical(d.Bytes(v))
	case List:
		var items []string
		for i := range d.Len(v) {
			items = append(items, render(d, d.Element(v, i), slots))
		}
		return "(" + strings.Join(items, " ") + ")"
	case Object:
		items := []string{fmt.Sprint(d.Type(v))}
		for i := range slots {
			items = append(items, render(d, d.Slot(v, i), slots))
		}
		return "[" + strings.Join(items, " ") + "]"
	}
	return "?"
}

func canonical(b []byte) string {
	var v any
	decoder := json.NewDecoder(strings.NewReader(string(b)))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		return "not JSON: " + err.Error()
	}
	out, _ := json.Marshal(v)
	return string(out)
}

// renderDecoded is render for what encoding/json made of the same bytes.
func renderDecoded(v any, s *Scan) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case []any:
		if s == nil {
			break
		}
		var items []string
		for _, e := range v {
			items = append(items, renderDecoded(e, s))
		}
		return "(" + strings.Join(items, " ") + ")"
	case map[string]any:
		if s == nil {
			break
		}
		typ := TypeInvalid
		if name, ok := v["t"].(string); ok {
			if n, known := s.Types[name]; known {
				typ = n
			}
		}
		slots := []string{"-", "-", "-", "-", "-"}
		for _, f := range s.Cases[s.caseOf(typ)].Fields {
			if value, ok := v[f.Key]; ok {
				slots[f.Slot] = renderDecoded(value, f.Child)
			}
		}
		return "[" + fmt.Sprint(typ) + " " + strings.Join(slots, " ") + "]"
	}
	out, _ := json.Marshal(v)
	return string(out)
}

var readSeeds = []string{
	`{"data":{"t":"Cat","a":1,"list":[],"own":null}}`,
	` { "errors" : [ {"message":"x"} ] , "data" : { "t" : "Dog" , "a" : "\u00e9\ud83d\ude00" , "own" : {"a":[1,2]} } } `,
	`{"data":{"a":1,"t":"Dog","own":2}}`,
	`{"data":{"t":"Cat","a":1,"t":"Dog","own":3}}`,
	`{"data":{"t":"Cat","list":[{"t":"Dog","a":1},null,[{"t":"Cat"}],7],"list":[{"t":"Dog","own":[]}]}}`,
	`{"data":{"t":"C\u0061t","\u0061":1}}`,
	`{"data":null,"errors":[]}`, `{"data":7}`, `{}`, `[]`, `{"data":{}}`, `{"data":{"t":"Cat"},"data":{"t":"Dog","a":-0.5e+1}}`,
	`{"data":{"t":"Cat","own":{"t":"Cat","own":{"t":"Bird","a":1}}}}`,
	`{"data":{"t":"Cat","t":{"x":1},"a":2}}`,
	`{"data":{"a":01}}`, `{"data":{"a":1,}}`, `{"data":{"list":[1,]}}`, `{"data":{"a":"` + "\xff" + `"}}`, `{"data":{"a":"\x"}}`,
	`{"data":{"a":1}} x`, `{"data":{"a":"` + "\n" + `"}}`, `{"data"`, `{"data":{"t":`, `{"data":{"t":"Cat","a"`,
}

// checkRead holds ReadAnswer against encoding/json.
func checkRead(t *testing.T, body []byte) {
	t.Helper()
	s := testScan()
	var d Doc
	id, err := d.AddBody(body)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := d.ReadAnswer(id, s)
	var decoded map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	jsonOK := json.Valid(body) && utf8.Valid(body) && decoder.Decode(&decoded) == nil && decoded != nil
	if jsonOK != (err == nil) {
		if errors.Is(err, ErrDepth) {
			return
		}
		t.Fatalf("encoding/json says %v, ReadAnswer says %v: %q", jsonOK, err, body)
	}
	if err != nil {
		if len(d.arena) != 0 || len(d.elements) != 0 {
			t.Fatalf("a failed read left %d words and %d elements", len(d.arena), len(d.elements))
		}
		return
	}
	want := "-"
	if data, ok := decoded["data"]; ok {
		want = renderDecoded(data, s)
	}
	if got := render(&d, answer.Data, s.Slots); got != want {
		t.Fatalf("%s\ngot  %s\nwant %s", body, got, want)
	}
	if errs, ok := decoded["errors"]; ok != (answer.Errors != nil) {
		t.Fatalf("errors: %v and %s", errs, answer.Errors)
	}
}

func TestReadAnswer(t *testing.T) {
	for _, seed := range readSeeds {
		checkRead(t, []byte(seed))
	}
}

func FuzzReadAnswer(f *testing.F) {
	for _, seed := range readSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) { checkRead(t, body) })
}

func TestReadManyKeys(t *testing.T) {
	var fields []Field
	var body strings.Builder
	for i := range 40 {
		fields = append(fields, Field{Key: fmt.Sprint("k", i), Slot: i})
		fmt.Fprintf(&body, `,"k%d":%d,"other":{}`, 39-i, 39-i) // the opposite order, with strangers
	}
	s := &Scan{Slots: 40, Type: 3, Cases: []Case{NewCase(fields)}}
	var d Doc
	id, _ := d.AddBody([]byte(`{"data":{` + body.String()[1:] + `}}`))
	answer, err := d.ReadAnswer(id, s)
	if err != nil {
		t.Fatal(err)
	}
	if d.Type(answer.Data) != 3 {
		t.Errorf("type %d, want the one that the scan knows", d.Type(answer.Data))
	}
	for i := range 40 {
		if got := string(d.Bytes(d.Slot(answer.Data, i))); got != fmt.Sprint(i) {
			t.Errorf("slot %d holds %s", i, got)
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	deep := strings.Repeat(`[`, 1<<20)
	for _, body := range []string{deep, `{"data":{"t":"Cat","list":` + deep, `{"x":` + deep, `{"data":{"t":"Cat","a":` + deep,
		strings.Repeat(`{"data":{"t":"Cat","own":`, 1) + strings.Repeat(`{"t":"Cat","own":`, 1<<20)} {
		var d Doc
		id, _ := d.AddBody([]byte(body))
		if _, err := d.ReadAnswer(id, testScan()); !errors.Is(err, ErrDepth) && !errors.Is(err, ErrValue) {
			t.Errorf("%.40s…: %v, want ErrDepth", body, err)
		}
	}
}

func TestLongLeaves(t *testing.T) {
	long := `"` + strings.Repeat("x", maxLeaf) + `"`
	var d Doc
	id, _ := d.AddBody([]byte(`{"data":{"t":"Cat","a":` + long + `}}`))
	answer, err := d.ReadAnswer(id, testScan())
	if err != nil {
		t.Fatal(err)
	}
	leaf := d.Slot(answer.Data, 0)
	if leaf.Kind() != Leaf || string(d.Bytes(leaf)) != long {
		t.Error("a leaf over a mebibyte came back changed")
	}
	for range maxBodies {
		if id, err = d.AddBody([]byte(`{"data":{"t":"Cat","a":12}}`)); err != nil {
			t.Fatal(err)
		}
	}
	if answer, err = d.ReadAnswer(id, testScan()); err != nil || string(d.Bytes(d.Slot(answer.Data, 0))) != "12" {
		t.Errorf("body %d: %v", id, err)
	}
}

func TestVisitSeesSharedOnce(t *testing.T) {
	var d Doc
	child, _ := d.NewObject(1, TypeNone)
	list, _ := d.NewList([]Ref{child, child, NullRef})
	for range 2 {
		d.BeginWalk()
		seen := 0
		for i := range d.Len(list) {
			if e := d.Element(list, i); e.Kind() == Object && d.Visit(e) {
				seen++
			}
		}
		if seen != 1 {
			t.Errorf("visited %d times, want 1", seen)
		}
	}
	d.Share(child)
	d.SetType(child, 4)
	if !d.IsShared(child) || d.Type(child) != 4 || d.IsShared(list) || d.Len(list) != 3 {
		t.Error("flags and numbers disturb each other")
	}
}

func TestReadAnswerDoesNotAllocate(t *testing.T) {
	body := []byte(`{"data":{"t":"Cat","a":1,"list":[{"t":"Dog","a":"x","own":2},{"t":"Cat","a":"y"}],"own":null}}`)
	s := testScan()
	var d Doc
	got := testing.AllocsPerRun(100, func() {
		d.Reset(1 << 20)
		id, _ := d.AddBody(body)
		if _, err := d.ReadAnswer(id, s); err != nil {
			t.Fatal(err)
		}
	})
	if got > 0 {
		t.Errorf("%v allocations for an answer, want none", got)
	}
}

func BenchmarkReadAnswer(b *testing.B) {
	var body strings.Builder
	body.WriteString(`{"data":{"t":"Cat","a":1,"list":[`)
	for i := range 1000 {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"t":"Dog","a":"the name of dog number %d","list":[],"own":%d}`, i, i)
	}
	body.WriteString(`]}}`)
	s, raw := testScan(), []byte(body.String())
	var d Doc
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		d.Reset(1 << 20)
		id, _ := d.AddBody(raw)
		if _, err := d.ReadAnswer(id, s); err != nil {
			b.Fatal(err)
		}
	}
}

// TestTypeThatChangesAtEachLevel gives the type of nested objects twice: what is read for the first of them is read again. The
// document says how much was read.
func TestTypeThatChangesAtEachLevel(t *testing.T) {
	read := func(levels int) int {
		body := strings.Repeat(`{"t":"Cat","own":`, levels) + `{"t":"Dog"}` + strings.Repeat(`,"t":"Cat"}`, levels)
		var d Doc
		id, err := d.AddBody([]byte(`{"data":` + body + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ReadAnswer(id, testScan()); err != nil {
			t.Fatal(err)
		}
		return len(d.arena)
	}
	if few, many := read(10), read(20); many > 5*few {
		t.Errorf("10 levels take %d words, 20 levels %d", few, many)
	}
}
