package generate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/fedtest/internal/direct"
)

// Operation is an operation with the JSON of its variables.
type Operation struct {
	Text, Variables string
	// Document is Text read; nil if nobody has read it yet.
	Document *ast.QueryDocument
}

// writer writes one operation.
type writer struct {
	*rand.Rand
	api *ast.Schema
	// left is how many fields may still be selected.
	left int
	// aliases counts the aliases given; collide lets them clash with the names of fields.
	aliases      int
	collide      bool
	declarations []string
	values       map[string]any
	// conditions are the Boolean variables that are used.
	conditions [maxConditions]bool
	// conditional is how many of a hundred selections have a condition.
	conditional int
	fragments   []string
}

// maxDepth is how deep an operation goes; maxTries how often it is written anew because it was not valid; maxConditions how
// many variables decide about @skip and @include.
const (
	maxDepth      = 6
	maxTries      = 8
	maxConditions = 5
)

// NewOperation makes up a valid operation of an API schema.
func NewOperation(random *rand.Rand, api *ast.Schema) Operation {
	for try := 0; ; try++ {
		w := &writer{Rand: random, api: api, left: 4 + random.IntN(24), collide: try < maxTries/2, values: map[string]any{}, conditional: 10}
		if w.chance(10) {
			w.left, w.conditional = 2*w.left, 45
		}
		op := w.write()
		doc, err := direct.ReadMade(api, op.Text)
		if op.Document = doc; err == nil {
			return op
		}
		if try == maxTries {
			return Operation{Text: "{ __typename }", Variables: "{}"}
		}
	}
}

func (w *writer) chance(percent int) bool { return w.IntN(100) < percent }

func (w *writer) write() Operation {
	keyword, body := "query", ""
	switch {
	case w.api.Mutation != nil && w.chance(15):
		keyword, body = "mutation", w.selections(w.api.Mutation, 0)
	case w.api.Subscription != nil && w.chance(15):
		keyword, body = "subscription", w.sourceStream()
	default:
		body = w.selections(w.api.Query, 0)
	}
	for i, isUsed := range w.conditions {
		if !isUsed {
			continue
		}
		w.declarations = append(w.declarations, fmt.Sprintf("$on%d: Boolean!", i))
		w.values[fmt.Sprintf("on%d", i)] = w.chance(50)
	}
	text := keyword
	if len(w.declarations) > 0 {
		text += " Q(" + strings.Join(w.declarations, ", ") + ")"
	}
	variables, err := json.Marshal(w.values)
	if err != nil {
		panic(err) // they are made of JSON
	}
	return Operation{Text: text + " " + body + strings.Join(w.fragments, ""), Variables: string(variables)}
}

// sourceStream selects the one field that a subscription may have, which no condition may take away.
func (w *writer) sourceStream() string {
	fields := w.api.Subscription.Fields
	f := fields[w.IntN(len(fields))]
	text := f.Name + w.arguments(f)
	if w.chance(30) {
		text = "a: " + text
	}
	if below := w.api.Types[f.Type.Name()]; below.IsCompositeType() {
		text += " " + w.selections(below, 1)
	}
	return "{ " + text + " }"
}

func (w *writer) selections(t *ast.Definition, depth int) string {
	var out []string
	for range 1 + w.IntN(4) {
		if text := w.selection(t, depth); text != "" {
			out = append(out, text)
		}
	}
	if len(out) == 0 {
		out = append(out, "__typename")
	}
	if w.chance(10) {
		out = append(out, out[w.IntN(len(out))])
	}
	return "{ " + strings.Join(out, " ") + " }"
}

func (w *writer) selection(t *ast.Definition, depth int) string {
	fields := slices.DeleteFunc(slices.Clone(t.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
	switch {
	case w.chance(6):
		return "__typename"
	case t.Kind == ast.Union || t.Kind == ast.Interface && w.chance(40) || w.chance(5):
		return w.fragment(t, depth)
	case len(fields) == 0:
		return "__typename"
	}
	return w.field(t, fields[w.IntN(len(fields))], depth)
}

// fragment selects what a type can be, in a fragment of either kind.
func (w *writer) fragment(t *ast.Definition, depth int) string {
	var fits []string
	for name, other := range w.api.Types {
		if other.IsCompositeType() && !strings.HasPrefix(name, "__") && w.overlap(t, other) {
			fits = append(fits, name)
		}
	}
	slices.Sort(fits)
	if len(fits) == 0 || depth > maxDepth || w.left < 0 {
		return ""
	}
	on := fits[w.IntN(len(fits))]
	body := w.selections(w.api.Types[on], depth+1)
	if w.chance(25) {
		name := fmt.Sprintf("F%d", len(w.fragments))
		w.fragments = append(w.fragments, fmt.Sprintf(" fragment %s on %s %s", name, on, body))
		return "..." + name + w.condition()
	}
	if on == t.Name && w.chance(30) {
		return "..." + w.condition() + " " + body
	}
	return "... on " + on + w.condition() + " " + body
}

func (w *writer) overlap(a, b *ast.Definition) bool {
	return slices.ContainsFunc(w.api.GetPossibleTypes(a), func(t *ast.Definition) bool { return slices.Contains(w.api.GetPossibleTypes(b), t) })
}

func (w *writer) condition() string {
	if !w.chance(w.conditional) {
		return ""
	}
	name := []string{"skip", "include"}[w.IntN(2)]
	if w.chance(15) {
		return fmt.Sprintf(" @%s(if: %t)", name, w.chance(50))
	}
	i := w.IntN(maxConditions)
	w.conditions[i] = true
	return fmt.Sprintf(" @%s(if: $on%d)", name, i)
}

// field selects a field; "" where it would go too deep.
func (w *writer) field(parent *ast.Definition, f *ast.FieldDefinition, depth int) string {
	below := w.api.Types[f.Type.Name()]
	w.left--
	if below.IsCompositeType() && (depth > maxDepth || w.left < 0) {
		return ""
	}
	text := f.Name + w.arguments(f) + w.condition()
	switch {
	case w.collide && w.chance(12) && len(parent.Fields) > 0:
		// The alias is the name of a neighbour: of a key, if there is luck.
		text = parent.Fields[w.IntN(len(parent.Fields))].Name + ": " + text
	case len(f.Arguments) > 0 && w.chance(80) || w.chance(15):
		w.aliases++
		text = fmt.Sprintf("a%d: %s", w.aliases, text)
	}
	if below.IsCompositeType() {
		text += " " + w.selections(below, depth+1)
	}
	return text
}

// arguments gives required arguments always and others sometimes.
func (w *writer) arguments(f *ast.FieldDefinition) string {
	var out []string
	for _, arg := range f.Arguments {
		if isRequired := arg.Type.NonNull && arg.DefaultValue == nil; isRequired || w.chance(50) {
			out = append(out, arg.Name+": "+w.input(arg.Type, 0))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ", ") + ")"
}

// input writes a value of a type: a literal or a variable.
func (w *writer) input(ref *ast.Type, depth int) string {
	if w.chance(30) {
		return w.variable(ref)
	}
	if !ref.NonNull && w.chance(10) {
		return "null"
	}
	if ref.Elem != nil {
		var items []string
		for range w.IntN(3) {
			items = append(items, w.input(ref.Elem, depth+1))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	def := w.api.Types[ref.NamedType]
	if def.Kind != ast.InputObject {
		return literalOf(w.leaf(def), def.Kind)
	}
	var members []string
	for _, f := range def.Fields {
		if f.Type.NonNull && f.DefaultValue == nil || depth < 2 && w.chance(40) {
			members = append(members, f.Name+": "+w.input(f.Type, depth+1))
		}
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// variable declares a variable of a type, perhaps with a default, perhaps without a value.
func (w *writer) variable(ref *ast.Type) string {
	name := fmt.Sprintf("v%d", len(w.declarations))
	declaration := "$" + name + ": " + ref.String()
	hasDefault := ref.Elem == nil && w.api.Types[ref.NamedType].Kind != ast.InputObject && w.chance(25)
	if hasDefault {
		def := w.api.Types[ref.NamedType]
		declaration += " = " + literalOf(w.leaf(def), def.Kind)
	}
	w.declarations = append(w.declarations, declaration)
	if ref.NonNull && !hasDefault || w.chance(70) {
		w.values[name] = w.json(ref, 0)
	}
	return "$" + name
}

// json is a value of a type as a client sends it.
func (w *writer) json(ref *ast.Type, depth int) any {
	if !ref.NonNull && w.chance(10) {
		return nil
	}
	if ref.Elem != nil {
		if w.chance(15) && ref.Elem.Elem == nil {
			if item := w.json(ref.Elem, depth+1); item != nil {
				return item // it stands for a list of one
			}
		}
		items := []any{}
		for range w.IntN(3) {
			items = append(items, w.json(ref.Elem, depth+1))
		}
		return items
	}
	def := w.api.Types[ref.NamedType]
	if def.Kind != ast.InputObject {
		return w.leaf(def)
	}
	members := map[string]any{}
	for _, f := range def.Fields {
		if f.Type.NonNull && f.DefaultValue == nil || depth < 2 && w.chance(40) {
			members[f.Name] = w.json(f.Type, depth+1)
		}
	}
	return members
}

func (w *writer) leaf(def *ast.Definition) any {
	switch def.Name {
	case "Int":
		return w.IntN(5)
	case "Float":
		return float64(w.IntN(9)) / 2
	case "Boolean":
		return w.chance(50)
	}
	if def.Kind == ast.Enum {
		return def.EnumValues[w.IntN(len(def.EnumValues))].Name
	}
	return fmt.Sprint("v", w.IntN(5))
}

// literalOf writes a leaf as GraphQL does: JSON, but for enums.
func literalOf(v any, kind ast.DefinitionKind) string {
	if text, ok := v.(string); ok && kind == ast.Enum {
		return text
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it is a string, a number or a boolean
	}
	return string(text)
}
