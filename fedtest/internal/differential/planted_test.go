package differential

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weft-graph/weft/fedtest/internal/generate"
	"github.com/weft-graph/weft/fedtest/internal/world"
	"github.com/weft-graph/weft/graph"
)

// plantedBug is a bug at one of the engine's borders: in what it is told of subgraphs, in the operation that it gets, or in
// what it makes of answers. What the engine would do with the bug inside looks the same from outside.
type plantedBug struct {
	name string
	// sdl replaces, one pair after the other, every match of the first in a subgraph's SDL by the second.
	sdl [][2]string
	// operation does the same in operations.
	operation [2]string
	// answer changes the decoded data of an answer.
	answer func(data map[string]any) map[string]any
	// body changes the whole answer.
	body func() func(req *graph.FetchRequest, answer []byte) []byte
}

var forgetRequires = [2]string{` @requires\(fields: "(?:[^"\\]|\\.)*"\)`, ""}

var plantedBugs = []plantedBug{
	{name: "requires is forgotten", sdl: [][2]string{forgetRequires, {`(?m)^  [fg]\d.* @external\n`, ""}}},
	{name: "an override is not progressive", sdl: [][2]string{{`, label: \\?"[^"]*"`, ""}}},
	{name: "an external field is asked for", sdl: [][2]string{
		forgetRequires, {` @provides\(fields: "[^"]*"\)`, ""}, {` @(external|shareable)`, ""}, {`(?m)^(  [fv]\d(?:\(.*?\))?: [\[\]\w!]+)`, "$1 @shareable"},
	}},
	{name: "a composite key loses a part", sdl: [][2]string{{`fields: "a b"`, `fields: "a"`}, {`  b: String!`, "  b: String! @shareable"}}},
	{name: "skip is ignored", operation: [2]string{`@skip\(if: \$on\d\)`, "@skip(if: false)"}},
	{name: "include is skip", operation: [2]string{`@include\(`, "@skip("}},
	{name: "an alias is dropped", operation: [2]string{`a1: `, ""}},
	{name: "a fragment is forgotten", operation: [2]string{`\.\.\. on [A-Z]\d+ \{`, "... @include(if: false) {"}},
	{name: "a literal is another", operation: [2]string{`: 2\b`, ": 4"}},
	{name: "a default is null", operation: [2]string{` = (\d+|"v\d"|[A-Z]+)`, ""}},
	{name: "two entities change places", answer: eachEntities(func(list []any) []any {
		if len(list) > 1 {
			list[0], list[1] = list[1], list[0]
		}
		return list
	})},
	{name: "every entity is the first", answer: eachEntities(func(list []any) []any {
		for i := range list {
			list[i] = list[0]
		}
		return list
	})},
	{name: "the last entity is lost", answer: eachEntities(func(list []any) []any {
		if len(list) > 0 {
			list[len(list)-1] = nil
		}
		return list
	})},
	{name: "lists are reversed", answer: eachValue(func(v any) any {
		if list, ok := v.([]any); ok {
			slices.Reverse(list)
		}
		return v
	})},
	{name: "lists double", answer: eachValue(func(v any) any {
		if list, ok := v.([]any); ok && len(list) == 1 {
			return append(list, list[0])
		}
		return v
	})},
	{name: "null is an empty list", answer: eachValue(func(v any) any {
		if list, ok := v.([]any); ok && len(list) == 0 {
			return nil
		}
		return v
	})},
	{name: "false is null", answer: eachValue(func(v any) any {
		if v == false {
			return nil
		}
		return v
	})},
	{name: "strings are unescaped wrongly", answer: eachValue(func(v any) any {
		if text, ok := v.(string); ok {
			return strings.ReplaceAll(text, "\n", `\n`)
		}
		return v
	})},
	{name: "errors of subgraphs are dropped", body: func() func(*graph.FetchRequest, []byte) []byte {
		return func(_ *graph.FetchRequest, answer []byte) []byte {
			var parts struct {
				Data json.RawMessage `json:"data"`
			}
			if err := json.Unmarshal(answer, &parts); err != nil {
				return answer
			}
			return fmt.Appendf(nil, `{"data":%s}`, parts.Data)
		}
	}},
	{name: "a stale answer is used again", body: func() func(*graph.FetchRequest, []byte) []byte {
		var known sync.Map
		return func(req *graph.FetchRequest, answer []byte) []byte {
			first, _ := known.LoadOrStore(req.Subgraph+req.Query, answer)
			return first.([]byte)
		}
	}},
}

// eachEntities changes the lists that answer _entities.
func eachEntities(change func([]any) []any) func(map[string]any) map[string]any {
	return func(data map[string]any) map[string]any {
		for key, v := range data {
			if list, ok := v.([]any); ok && strings.HasPrefix(key, "_e") {
				data[key] = change(list)
			}
		}
		return data
	}
}

// eachValue changes every value below data, but _entities itself.
func eachValue(change func(any) any) func(map[string]any) map[string]any {
	var visit func(v any) any
	visit = func(v any) any {
		switch value := v.(type) {
		case map[string]any:
			for key, member := range value {
				if value[key] = visit(member); !strings.HasPrefix(key, "_") {
					value[key] = change(value[key])
				}
			}
		case []any:
			for i, item := range value {
				value[i] = visit(item)
			}
		}
		return v
	}
	return func(data map[string]any) map[string]any { return visit(data).(map[string]any) }
}

// plant makes a graph with the bug; nil where it makes no difference or cannot be composed.
func (b *plantedBug) plant(g generate.Graph, settings world.Settings) *Loaded {
	told := slices.Clone(g.Subgraphs)
	for _, edit := range b.sdl {
		for i := range told {
			told[i].Text = regexp.MustCompile(edit[0]).ReplaceAllString(told[i].Text, edit[1])
		}
	}
	if len(b.sdl) > 0 && slices.Equal(told, g.Subgraphs) {
		return nil
	}
	loaded, err := load(g, told, settings)
	if err != nil {
		return nil
	}
	if b.operation[0] != "" {
		pattern := regexp.MustCompile(b.operation[0])
		loaded.rewrite = func(text string) string {
			if changed := pattern.ReplaceAllString(text, b.operation[1]); loaded.isValid(changed) {
				return changed
			}
			return text // what is not valid would be found by anybody
		}
	}
	switch {
	case b.body != nil:
		loaded.tamper = b.body()
	case b.answer != nil:
		loaded.tamper = b.tamper
	}
	return loaded
}

func (b *plantedBug) tamper(_ *graph.FetchRequest, answer []byte) []byte {
	decoded, err := decode(answer)
	if err != nil {
		return answer
	}
	members, _ := decoded.(map[string]any)
	if data, ok := members["data"].(map[string]any); ok {
		members["data"] = b.answer(data)
	}
	text, err := json.Marshal(members)
	if err != nil {
		return answer
	}
	return text
}

// maxGraphsPerBug is how many graphs may be tried until a planted bug is found: a few seconds.
const maxGraphsPerBug = 150

// TestPlantedBugs holds the fuzzer itself to account: it finds each of these bugs.
func TestPlantedBugs(t *testing.T) {
	for _, bug := range plantedBugs {
		t.Run(bug.name, func(t *testing.T) {
			for seed := range uint64(maxGraphsPerBug) {
				settings := world.Settings{Salt: fmt.Sprint(seed), Breaks: seed%3 == 0}
				random := rand.New(rand.NewPCG(seed, 2))
				g := generate.NewGraph(random)
				if loaded, err := Load(g, settings); err != nil || loaded == nil {
					continue
				}
				loaded := bug.plant(g, settings)
				if loaded == nil {
					continue
				}
				for range 20 {
					c := loaded.NewCase(random, g)
					if d := loaded.Compare(t.Context(), c, nil); d.Kind != "" {
						t.Logf("found on graph %d: %s", seed, d.Kind)
						return
					}
				}
			}
			t.Errorf("not found on %d graphs", maxGraphsPerBug)
		})
	}
}
