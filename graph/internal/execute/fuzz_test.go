package execute

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
)

// fuzzPlan has what can go wrong: types, lists, a value that two fetches answer, equal entities.
const fuzzPlan = `
	types Movie Vehicle
	shape {
		me: User { -id: ID!, name: String!, size: Size { w: Int!, h: Int } },
		hits: [Hit!] { t: __typename, -id: ID!, title@Movie: String!, make@Vehicle: String, price: Int, tags: [[String!]], by: Maker { label: Color(RED|GREEN) } },
		n: Int!
	}
	fetch one root { me { id name size { w } } hits { __typename id title@Movie make@Vehicle } n }
	fetch two after 0 entity hits : Movie@Movie(id) | Vehicle@Vehicle(id) { price tags by { label } } and me : User(id) { size { h } }`

// conforms reports how a value of the response breaks its type; "" if it does not.
func conforms(v any, c *plan.Completion, types []string) string {
	switch v := v.(type) {
	case nil:
		if c.NonNull {
			return "null is not allowed"
		}
		return ""
	case []any:
		if c.Elem == nil {
			return "a list is not allowed"
		}
		for i, e := range v {
			if problem := conforms(e, c.Elem, types); problem != "" {
				return fmt.Sprintf("%d: %s", i, problem)
			}
		}
		return ""
	case map[string]any:
		if c.Shape == nil {
			return "an object is not allowed"
		}
		return conformsObject(v, c.Shape, types)
	}
	_, isString := v.(string)
	_, isNumber := v.(float64)
	if ok := map[plan.LeafKind]bool{
		plan.LeafInt: isNumber, plan.LeafString: isString, plan.LeafID: isString,
		plan.LeafEnum: v == "RED" || v == "GREEN",
	}[c.Leaf]; !ok || c.Elem != nil || c.Shape != nil {
		return fmt.Sprintf("%v is not allowed", v)
	}
	return ""
}

func conformsObject(v map[string]any, s *plan.Shape, types []string) string {
	fields := s.Cases[0].Fields
	for i := range s.Cases {
		if s.Cases[i].On != nil && v["t"] == types[i] {
			fields = s.Cases[i].Fields
		}
	}
	if len(v) != len(fields) {
		return fmt.Sprintf("%d members instead of %d", len(v), len(fields))
	}
	for _, f := range fields {
		value, ok := v[f.Key]
		if !ok {
			return f.Key + " is missing"
		}
		if f.Kind == plan.TypenameField {
			continue
		}
		if problem := conforms(value, f.Type, types); problem != "" {
			return f.Key + ": " + problem
		}
	}
	return ""
}

// leadsSomewhere reports whether an error's path goes through the data, or past a null in it.
func leadsSomewhere(data any, path gqlerr.Path) bool {
	for _, step := range path {
		switch v := data.(type) {
		case nil:
			return true
		case map[string]any:
			next, ok := v[step.Key]
			if !ok {
				return false
			}
			data = next
		case []any:
			if step.Key != "" {
				return false
			}
			if step.Index >= len(v) { // what is inside of lists of leaves is not followed
				return len(v) == 0 || !isObject(v[0])
			}
			data = v[step.Index]
		default:
			return false
		}
	}
	return true
}

func isObject(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// FuzzAnswers gives a plan arbitrary answers: the response is JSON of the right shape whatever comes.
func FuzzAnswers(f *testing.F) {
	ok := []string{
		`{"data":{"me":{"id":"1","name":"W","size":{"w":1}},"hits":[{"__typename":"Movie","id":"1","title":"A"},{"__typename":"Vehicle","id":"1","make":null},{"__typename":"Movie","id":"1","title":"A"}],"n":1}}`,
		`{"data":{"_entities":[{"price":1,"tags":[["a"],null],"by":{"label":"RED"}},{"price":2,"tags":[],"by":null}],"e1":[{"size":{"h":2}}]}}`,
	}
	f.Add(ok[0], ok[1])
	for _, change := range []struct{ old, new string }{
		{`"Movie"`, `"Secret"`}, {`"A"`, `null`}, {`"id":"1"`, `"id":null`}, {`"n":1`, `"n":null`}, {`{"w":1}`, `[]`}, {`"1"`, `{"x":[]}`},
		{`["a"]`, `[null]`}, {`"RED"`, `"BLUE"`}, {`{"h":2}`, `null`}, {`"price":1`, `"price":"x"`}, {`,"by":null`, ``}, {`"e1"`, `"e2"`},
		{`}}`, `},"errors":[{"message":"m","path":["_entities",0,"by","label"]},{"path":["e1",0,"size"]},{"path":["_entities",0,"tags",99]},{"path":["hits",99,"price"]},{"message":1,"path":["hits",1,"make"]},7]}`},
	} {
		f.Add(strings.ReplaceAll(ok[0], change.old, change.new), strings.ReplaceAll(ok[1], change.old, change.new))
	}
	p := parseScript(&testing.T{}, fuzzPlan)
	compiled := Compile(p)
	f.Fuzz(func(t *testing.T, first, second string) {
		bodies := []string{first, second}
		fetcher := fetchFunc(func(_ context.Context, req *FetchRequest) (FetchResponse, error) {
			if !json.Valid(req.Body) {
				t.Errorf("request %s", req.Body)
			}
			return FetchResponse{Body: []byte(bodies[req.Fetch])}, nil
		})
		result := Run(t.Context(), Input{Plan: compiled, Fetcher: fetcher})
		defer result.Release()
		var data any
		if err := json.Unmarshal(result.Data, &data); err != nil {
			t.Fatalf("%v: %s", err, result.Data)
		}
		if problem := conforms(data, &plan.Completion{Shape: p.Shape}, p.Types); problem != "" {
			t.Fatalf("%s: %s", problem, result.Data)
		}
		if data == nil && len(result.Errors) == 0 {
			t.Fatal("null data without an error")
		}
		for _, e := range result.Errors {
			if out := e.Append(nil); !json.Valid(out) {
				t.Fatalf("error %s", out)
			}
			if !leadsSomewhere(data, e.Path) {
				t.Fatalf("path %s leads nowhere in %s", e.Path, result.Data)
			}
		}
	})
}
