package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// hostile answers like subgraphs, and then damages some answers.
type hostile struct {
	honest *subgraphs

	mu     sync.Mutex
	random *rand.Rand
}

func (f *hostile) Fetch(ctx context.Context, req *graph.FetchRequest) (graph.FetchResponse, error) {
	answer, err := f.honest.Fetch(ctx, req)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.random.IntN(10) {
	case 0:
		return graph.FetchResponse{}, &graph.FetchError{Reason: graph.Timeout}
	case 1, 2, 3, 4:
		for range 1 + f.random.IntN(3) {
			answer.Body = f.damage(answer.Body)
		}
	}
	return answer, err
}

var (
	jsonToken    = regexp.MustCompile(`"[^"]*"|-?[0-9.]+|true|false|null|[\[\]{}:,]`)
	replacements = []string{
		"null", "1", "-0", "2147483648", "1.5", `"x"`, `"\ud800"`, `"k1"`, "true", "[]", "{}", "[null]", `{"__typename":"Nope"}`, "", ",", "}", "1e999",
		`"__typename":"Book",`, `"errors":[{"message":"m","path":["_entities",0]}],`, "\xff",
	}
)

// damage replaces one token of an answer.
func (f *hostile) damage(body []byte) []byte {
	tokens := jsonToken.FindAllIndex(body, -1)
	if len(tokens) == 0 {
		return body
	}
	at := tokens[f.random.IntN(len(tokens))]
	return slices.Concat(body[:at[0]], []byte(replacements[f.random.IntN(len(replacements))]), body[at[1]:])
}

// TestHostileSubgraphs damages the answers of subgraphs: whatever they send, the response is JSON and
// keeps what the schema promises, and without data it has an error.
func TestHostileSubgraphs(t *testing.T) {
	for _, path := range graphPaths(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			l := load(t, supergraph.Print(composed(t, subgraphFiles(t, path))))
			for seed := range uint64(200) {
				l.attack(t, seed)
			}
		})
	}
}

// attack runs one random operation on hostile subgraphs.
func (l *loaded) attack(t *testing.T, seed uint64) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 2))
	q := &randomQuery{api: l.world.api, random: random}
	query := q.String()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s\npanic: %v\n%s", query, r, debug.Stack())
		}
	}()
	prepared, errs := l.graph.Prepare(query, "")
	if errs != nil {
		return
	}
	variables := someVariables(query, seed%2 == 0)
	values, errs := prepared.Variables([]byte(variables))
	if errs != nil {
		t.Errorf("%s\n%s", query, errorsJSON(errs))
		return
	}
	f := &hostile{honest: &subgraphs{world: l.world, complain: func(string) {}}, random: random}
	result := prepared.Execute(t.Context(), values, "", f)
	defer result.Release()
	var response struct {
		Data   any
		Errors []struct {
			Message string
			Path    []any
		}
	}
	decoder := json.NewDecoder(strings.NewReader(string(result.Body)))
	decoder.UseNumber()
	if err := decoder.Decode(&response); err != nil || !json.Valid(result.Body) {
		t.Errorf("%s\nnot JSON: %v: %.1000s", query, err, result.Body)
		return
	}
	if len(response.Errors) != result.Errors {
		t.Errorf("%s\n%d errors, said to be %d", query, len(response.Errors), result.Errors)
	}
	if response.Data == nil && len(response.Errors) == 0 {
		t.Errorf("%s\nno data and no error", query)
	}
	if response.Data == nil {
		return
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		t.Fatal(err)
	}
	c := &conformance{&server{world: l.world, doc: doc}}
	if err := json.Unmarshal([]byte(variables), &c.variables); err != nil {
		t.Fatal(err)
	}
	root := l.world.api.Root(string(doc.Operations[0].Operation))
	if why := c.object(response.Data, root, []ast.SelectionSet{doc.Operations[0].SelectionSet}); why != "" {
		t.Errorf("%s\n%s\n%.1500s", query, why, result.Body)
	}
}

// conformance checks that data has the shape and the types that an operation promises.
type conformance struct{ *server }

// object checks an object against each type that it can be; it returns why it is none of them.
func (c *conformance) object(v any, t *schema.Type, sets []ast.SelectionSet) string {
	members, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprintf("%v is no %s", v, t.Name)
	}
	why := t.Name + " has no possible type"
	for _, i := range t.Possible().Indexes() {
		if why = c.fields(members, c.api.Objects()[i], sets); why == "" {
			return ""
		}
	}
	return why
}

func (c *conformance) fields(members map[string]any, t *schema.Type, sets []ast.SelectionSet) string {
	var keys []*collected
	for _, set := range sets {
		keys = c.collect(object{typ: t.Name}, set, keys)
	}
	if len(keys) != len(members) {
		return fmt.Sprintf("%s has %d members, not %d", t.Name, len(members), len(keys))
	}
	for _, key := range keys {
		v, ok := members[key.key]
		if !ok {
			return t.Name + " lacks " + key.key
		}
		if key.fields[0].Name == "__typename" {
			if v != t.Name {
				return fmt.Sprintf("%v is not %s", v, t.Name)
			}
			continue
		}
		var below []ast.SelectionSet
		for _, f := range key.fields {
			below = append(below, f.SelectionSet)
		}
		ref := t.Field(key.fields[0].Name).Type
		if why := c.value(v, ref, below); why != "" {
			return t.Name + "." + key.key + ": " + why
		}
	}
	return ""
}

func (c *conformance) value(v any, ref *schema.TypeRef, sets []ast.SelectionSet) string {
	if v == nil {
		if ref.NonNull {
			return "null for " + ref.String()
		}
		return ""
	}
	if ref.Elem != nil {
		items, ok := v.([]any)
		if !ok {
			return fmt.Sprintf("%v is no list", v)
		}
		for _, item := range items {
			if why := c.value(item, ref.Elem, sets); why != "" {
				return why
			}
		}
		return ""
	}
	t := c.api.Type(ref.Name)
	if t.IsComposite() {
		return c.object(v, t, sets)
	}
	if !isLeaf(v, t) {
		return fmt.Sprintf("%v (%T) is no %s", v, v, t.Name)
	}
	return ""
}

func isLeaf(v any, t *schema.Type) bool {
	text, isText := v.(string)
	number, isNumber := v.(json.Number)
	switch {
	case t.Kind == schema.Enum:
		return isText && slices.ContainsFunc(t.Values, func(known *schema.EnumValue) bool { return known.Name == text })
	case t.Name == "Int":
		f, err := number.Float64()
		return isNumber && err == nil && f == math.Trunc(f) && f >= math.MinInt32 && f <= math.MaxInt32
	case t.Name == "Float":
		return isNumber
	case t.Name == "String", t.Name == "ID":
		return isText
	case t.Name == "Boolean":
		_, ok := v.(bool)
		return ok
	}
	return true
}
