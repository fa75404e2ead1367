package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// printer prints one subgraph operation and makes the scans that read its answer.
type printer struct {
	b     *builder
	fetch *Fetch
	conds *conditions
	// names are the variables by what they carry; taken are all names in use.
	names        map[string]string
	taken        map[string]bool
	declarations []string
	// fragments holds the selections that are printed more than once.
	fragments []string
	named     map[*printed]string
	// contexts are the variables for contextual arguments of the entities in work.
	contexts []ContextVariable
	done     map[*subSelection]*printed
}

// printed is a finished selection: its text and how its answer is read.
type printed struct {
	text string
	// on is the type on which the selection stands, for a named fragment.
	on   string
	scan *Scan
	uses int
}

// keyed is a field with the response key that it was given.
type keyed struct {
	field *subField
	key   string
	below *printed
	// when is the condition that was printed.
	when Condition
}

func (w *printer) printRoot(d *draft, when Condition) {
	sel := w.selection(d.root, when)
	w.fetch.Scan = sel.scan
	w.finish(sel.text)
}

func (w *printer) printEntities(d *draft, types []string) {
	var b strings.Builder
	b.WriteByte('{')
	for i, e := range d.entities {
		e.text = entitiesText{key: "_entities", variable: w.unused("representations")}
		if len(d.entities) > 1 {
			e.text.key = "_e" + strconv.Itoa(i)
			b.WriteString(e.text.key + ":")
		}
		w.declarations = append(w.declarations, "$"+e.text.variable+":[_Any!]!")
		w.contexts = nil
		sel := w.entitySelection(e)
		text := "_entities(representations:$" + e.text.variable + ")" + sel.text
		b.WriteString(text)
		w.fetch.Entities = append(w.fetch.Entities, &Entities{
			Key: e.text.key, Variable: e.text.variable, Path: e.path,
			Cases: e.cases(types), Scan: sel.scan, When: w.conds.id(e.condition()),
			Contexts: w.contexts, Selection: text,
		})
	}
	b.WriteByte('}')
	w.finish(b.String())
}

func (w *printer) finish(body string) {
	var b strings.Builder
	switch w.fetch.Operation {
	case operation.Mutation:
		b.WriteString("mutation")
	case operation.Subscription:
		b.WriteString("subscription")
	case operation.Query:
		if len(w.declarations) > 0 {
			b.WriteString("query")
		}
	}
	if len(w.declarations) > 0 {
		b.WriteString("(" + strings.Join(w.declarations, ",") + ")")
	}
	b.WriteString(body)
	for _, f := range w.fragments {
		b.WriteString(f)
	}
	w.fetch.Text = b.String()
}

// selection prints what is selected of the objects of one node. The whole selection stands under
// the condition outer: what it says is not repeated at the fields.
func (w *printer) selection(sel *subSelection, outer Condition) *printed {
	if p, ok := w.done[sel]; ok {
		return p
	}
	k := newKeys(w, outer)
	n := w.b.g.Nodes[sel.node]
	direct, byType := w.divide(sel, n)
	out := &printed{on: n.Type.Name, scan: &Scan{Layout: sel.place.layout}}
	if sel.place.layout.Type < 0 && n.KnowsType() {
		out.scan.TypeKey = "__typename"
	}
	shared := k.list(sel, direct, w.expected(n))
	out.scan.Cases, out.text = w.cases(sel, k, shared, byType, n.Possible)
	if out.scan.TypeKey != "" || out.text == "" {
		out.text = join("__typename", out.text)
	}
	out.text = "{" + out.text + "}"
	if w.done == nil {
		w.done = map[*subSelection]*printed{}
	}
	w.done[sel] = out
	return out
}

// entitySelection prints what is selected of entities.
func (w *printer) entitySelection(e *entitiesDraft) *printed {
	if e.typeName != "" {
		inner := w.selection(e.sel, e.condition())
		return &printed{text: "{..." + "on " + inner.on + inner.text + "}", scan: inner.scan}
	}
	k := newKeys(w, e.condition())
	out := &printed{scan: &Scan{Layout: e.place.layout}}
	out.scan.Cases, out.text = w.cases(e.sel, k, nil, e.sel.fields, e.types)
	if len(out.scan.Cases) > 1 {
		out.scan.TypeKey = "__typename"
		out.text = join("__typename", out.text)
	}
	out.text = "{" + out.text + "}"
	return out
}

// expected are the runtime types for which a selection is made: inaccessible ones do not count, as
// long as there are others.
func (w *printer) expected(n *querygraph.Node) schema.TypeSet {
	if types := n.Possible.And(w.b.g.Visible); !types.IsEmpty() {
		return types
	}
	return n.Possible
}

// divide splits the fields of a selection into those selected on the node's type and those that
// need a fragment: they hold for some runtime types only, or a type narrows what the interface's
// field returns.
func (w *printer) divide(sel *subSelection, n *querygraph.Node) (direct, byType []*subField) {
	if n.Type.Kind == schema.Object {
		return sel.fields, nil
	}
	types := w.expected(n)
	for _, f := range sel.fields {
		edge := n.Field(f.want.name)
		_, alike := f.condition(types)
		if edge != nil && alike && f.on.Contains(types) && (f.child == nil || f.child.node == edge.Target) {
			direct = append(direct, f)
		} else {
			byType = append(byType, f)
		}
	}
	return direct, byType
}

// cases prints the shared fields and a fragment for each runtime type, and lists what comes back.
func (w *printer) cases(sel *subSelection, k *keys, shared []keyed, byType []*subField, types schema.TypeSet) ([]ScanCase, string) {
	text := w.fieldsText(shared)
	if len(byType) == 0 && sel.node != querygraph.None {
		return []ScanCase{{Fields: w.scanFields(shared)}}, text
	}
	var cases []ScanCase
	index := map[string]int{}
	for _, t := range types.Indexes() {
		var own schema.TypeSet
		list := k.list(sel, byType, own.With(t))
		if len(list) > 0 {
			text = join(text, "...on "+w.b.g.Types[t].Name+"{"+w.fieldsText(list)+"}")
		}
		all := append(slices.Clone(shared), list...)
		desc := describe(all)
		if i, ok := index[desc]; ok {
			cases[i].On = cases[i].On.With(t)
			continue
		}
		index[desc] = len(cases)
		cases = append(cases, ScanCase{On: own.With(t), Fields: w.scanFields(all)})
	}
	if len(cases) == 1 {
		cases[0].On = nil
	}
	return cases, text
}

func describe(list []keyed) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s %d %p %s;", f.key, f.field.slot, f.below, conditionKey(f.when))
	}
	return b.String()
}

func (w *printer) scanFields(list []keyed) []ScanField {
	out := make([]ScanField, len(list))
	for i, f := range list {
		out[i] = ScanField{Key: f.key, Slot: f.field.slot, When: w.conds.id(f.when)}
		if f.below != nil {
			out[i].Child = f.below.scan
		}
	}
	return out
}

func (w *printer) fieldsText(list []keyed) string {
	text := ""
	for _, f := range list {
		one := f.field.want.name
		if f.key != one {
			one = f.key + ":" + one
		}
		one += w.argsText(f.field) + w.conditionText(f.when)
		if f.below != nil {
			one += w.below(f.below)
		}
		text = join(text, one)
	}
	return text
}

// maxInline is how long a selection may be that is printed again and again. A longer one becomes a
// named fragment the second time: types that are answered alike must not multiply level by level.
const maxInline = 60

// below prints the selection of a field.
func (w *printer) below(p *printed) string {
	p.uses++
	if p.uses == 1 || len(p.text) <= maxInline {
		return p.text
	}
	if w.named == nil {
		w.named = map[*printed]string{}
	}
	name, ok := w.named[p]
	if !ok {
		name = "f" + strconv.Itoa(len(w.fragments))
		w.named[p] = name
		w.fragments = append(w.fragments, "fragment "+name+" on "+p.on+p.text)
	}
	return "{..." + name + "}"
}

// join puts two pieces of text side by side with no more white space than needed.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	last, first := a[len(a)-1], b[0]
	if last == '}' || last == ')' || first == '.' {
		return a + b
	}
	return a + " " + b
}

// keys gives the fields of one selection their response keys. Fields share a key only if they are
// one field: name, arguments, type and what is selected below; the others get internal aliases,
// because a subgraph refuses one key for two things.
type keys struct {
	w     *printer
	outer Condition
	taken map[string]string
	given map[string]string
}

func newKeys(w *printer, outer Condition) *keys {
	return &keys{w: w, outer: outer, taken: map[string]string{"__typename": "__typename"}, given: map[string]string{}}
}

// list returns the fields that are selected for all of the types, with their keys.
func (k *keys) list(sel *subSelection, fields []*subField, types schema.TypeSet) []keyed {
	var out []keyed
	first := types.Indexes()
	for _, f := range fields {
		if sel.node >= 0 && k.isDirect(sel) || f.on.Contains(types) {
			kf := keyed{field: f}
			when, _ := f.condition(types)
			kf.when = within(k.outer, when)
			if f.child != nil {
				whole, _ := f.condition(f.on)
				kf.below = k.w.selection(f.child, whole)
			}
			kf.key = k.key(f, k.typeText(sel, f, first), kf.below)
			out = append(out, kf)
		}
	}
	return out
}

// isDirect reports whether the selection stands on an object type, so that all of its fields do.
func (k *keys) isDirect(sel *subSelection) bool {
	return k.w.b.g.Nodes[sel.node].Type.Kind == schema.Object
}

// typeText is the field's type as the subgraph declares it where the field is selected.
func (k *keys) typeText(sel *subSelection, f *subField, types []int) string {
	g := k.w.b.g
	id := sel.node
	switch {
	case id < 0:
		id = g.Node(sel.fetch.subgraph, g.Types[types[0]].Name)
	case len(types) == 1:
		if own := g.Narrow(id, types[0]); own >= 0 {
			id = own
		}
	}
	if e := g.Nodes[id].Field(f.want.name); e != nil {
		return e.Field.Type.String()
	}
	return ""
}

func (k *keys) key(f *subField, typ string, below *printed) string {
	desc := fmt.Sprintf("%s(%s):%s %p %d", f.want.name, f.want.argText, typ, below, f.slot)
	if key, ok := k.given[desc]; ok {
		return key
	}
	key := f.want.name
	for i := 2; k.taken[key] != ""; i++ {
		key = f.want.name + "_" + strconv.Itoa(i)
	}
	k.taken[key] = desc
	k.given[desc] = key
	return key
}
