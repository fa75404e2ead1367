package differential

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/weft-graph/weft/fedtest/internal/direct"
	"github.com/weft-graph/weft/fedtest/internal/world"
	"github.com/weft-graph/weft/graph"
)

// spoiltOf are how many calls there are, on average, for each eight that are spoilt: where few are, those late in a plan are
// reached.
var spoiltOf = [...]uint64{12, 12, 24, 64}

// spoil answers a call, or fails as a subgraph may, as the number of the faults and the request choose.
func (f *fetcher) spoil(req *graph.FetchRequest, answer *direct.Response) (graph.FetchResponse, error) {
	h := fnv.New64a()
	fmt.Fprint(h, f.faults, req.Subgraph, string(req.Body))
	sum := h.Sum64()
	how := sum >> 8 % spoiltOf[f.faults>>60%uint64(len(spoiltOf))]
	switch how {
	case 0:
		return graph.FetchResponse{}, &graph.FetchError{Reason: graph.Timeout}
	case 1:
		return graph.FetchResponse{Body: []byte("<html>502 Bad Gateway</html>"), Status: 502}, nil
	case 2:
		return graph.FetchResponse{Body: []byte(`{"errors":[{"message":"all is lost"}]}`), Status: 500}, nil
	case 3, 4, 5:
		text, err := json.Marshal(damage(answer, sum>>20, how))
		return graph.FetchResponse{Body: text}, err
	case 6:
		return graph.FetchResponse{Body: []byte(`{"data":null,"errors":[{"message":"all is lost"}]}`)}, nil
	case 7:
		return graph.FetchResponse{Body: []byte(`{"data":null}`)}, nil
	}
	text, err := json.Marshal(answer)
	return graph.FetchResponse{Body: text}, err
}

// damage spoils one value of an answer: it is left out, of the wrong type, or null with an error.
func damage(answer *direct.Response, choice, how uint64) *direct.Response {
	data, err := decode(answer.Data)
	if err != nil || data == nil {
		return answer
	}
	var places [][]any
	listPlaces(data, nil, &places)
	if len(places) == 0 {
		return answer
	}
	path := places[choice%uint64(len(places))]
	out := &direct.Response{Errors: append([]direct.Error{}, answer.Errors...)}
	switch how {
	case 3:
		set(data, path, nil)
		out.Errors = append(out.Errors, direct.Error{Message: "one is lost", Path: path})
	case 4:
		set(data, path, map[string]any{"wrong": "type"})
	case 5:
		remove(data, path)
	}
	if out.Data, err = json.Marshal(data); err != nil {
		panic(err) // it was JSON
	}
	return out
}

func listPlaces(v any, path []any, out *[][]any) {
	visit := func(step, child any) {
		if child == nil {
			return // whatever stood there would be new
		}
		below := append(append([]any{}, path...), step)
		*out = append(*out, below)
		if !world.IsWhole(child) {
			listPlaces(child, below, out)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, key := range sortedKeys(v) {
			visit(key, v[key])
		}
	case []any:
		for i, item := range v {
			visit(i, item)
		}
	}
}

func sortedKeys(m map[string]any) []string {
	out := make([]string, 0, len(m))
	for key := range m {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// set replaces the value at a path.
func set(data any, path []any, v any) {
	for _, step := range path[:len(path)-1] {
		data = at(data, step)
	}
	switch last := path[len(path)-1].(type) {
	case string:
		data.(map[string]any)[last] = v
	case int:
		data.([]any)[last] = v
	}
}

// remove leaves out a member, or all entities from one on. What subgraphs say of other lists is true by definition.
func remove(data any, path []any) {
	last := path[len(path)-1]
	if name, ok := last.(string); ok {
		for _, step := range path[:len(path)-1] {
			data = at(data, step)
		}
		delete(data.(map[string]any), name)
		return
	}
	if key := path[0].(string); len(path) == 2 && strings.HasPrefix(key, "_e") {
		list := data.(map[string]any)[key].([]any)
		data.(map[string]any)[key] = list[:last.(int)]
		return
	}
	set(data, path, map[string]any{"wrong": "type"})
}

func at(v, step any) any {
	if key, ok := step.(string); ok {
		return v.(map[string]any)[key]
	}
	return v.([]any)[step.(int)]
}

// explained holds an answer of spoilt subgraphs against the monolith's: every value is the monolith's, or null with an
// error at or below it. Nothing is invented.
func explained(got *response, want *direct.Response) Difference {
	data, err := decode(got.Data)
	if err != nil {
		return differs("json", "the data is no JSON: %v", err)
	}
	whole, err := decode(want.Data)
	if err != nil {
		return differs("case", "the monolith's data is no JSON: %v", err)
	}
	if why := explain(got.Errors, data, whole, nil); why != "" {
		return differs("invented", "%s", why)
	}
	told := map[string]bool{}
	for _, e := range got.Errors {
		text := place(e.Path) + e.Message + e.Extensions.Subgraph
		if told[text] {
			return differs("twice", "an error is told twice: %s: %s", pathText(e.Path), e.Message)
		}
		told[text] = true
	}
	return Difference{}
}

// explain says what is not the monolith's and has no error that explains it.
func explain(errs errorList, got, want any, path []any) string {
	switch value := got.(type) {
	case nil:
		if want == nil || names(errs, path) {
			return ""
		}
		return "no error explains the null at " + pathText(path)
	case map[string]any:
		if value["wrong"] == "type" {
			return "" // a custom scalar may be that
		}
		object, ok := want.(map[string]any)
		if !ok || len(object) != len(value) {
			return "another object at " + pathText(path)
		}
		for _, key := range sortedKeys(value) {
			other, ok := object[key]
			if !ok {
				return "a member that nobody asked for at " + pathText(append(path, key))
			}
			if why := explain(errs, value[key], other, append(path[:len(path):len(path)], key)); why != "" {
				return why
			}
		}
	case []any:
		list, ok := want.([]any)
		if !ok || len(list) != len(value) {
			return "another list at " + pathText(path)
		}
		for i, item := range value {
			if why := explain(errs, item, list[i], append(path[:len(path):len(path)], i)); why != "" {
				return why
			}
		}
	default:
		if got != want {
			return "another value at " + pathText(path)
		}
	}
	return ""
}

// names reports whether an error names the field that is null at a path, or one below it: a client that stores answers
// takes other nulls for the truth.
func names(errs errorList, path []any) bool {
	here := beginning(path)
	for _, e := range errs {
		if e.Path == nil && len(errs) > maxListed || isBelow(beginning(e.Path), here) {
			return true
		}
	}
	return false
}

// hasError reports whether an error is at, above or below a path.
func hasError(path []any, errs errorList) bool {
	here := beginning(path)
	for _, e := range errs {
		there := beginning(e.Path)
		if e.Path == nil || isBelow(here, there) || isBelow(there, here) {
			return true
		}
	}
	return false
}

// beginning is the text with which the places at a path and below it begin.
func beginning(path []any) string {
	if len(path) == 0 {
		return "["
	}
	return strings.TrimSuffix(place(path), "]")
}

// isBelow reports whether a path begins with another.
func isBelow(path, begin string) bool {
	rest, ok := strings.CutPrefix(path, begin)
	return ok && (rest == "" || rest[0] == ',' || begin == "[")
}
