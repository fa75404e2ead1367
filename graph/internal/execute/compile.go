package execute

import (
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// Compiled is a plan with everything that its runs share worked out: the constant bytes of request
// bodies and of the response, and how answers are read. It is immutable and kept beside the plan.
type Compiled struct {
	plan    *plan.Plan
	fetches []fetch
	shape   *shape
	// split has a true for every slot, by layout, whose composite value more than one fetch writes:
	// what is put there is merged in place and must not be shared between objects.
	split    [][]bool
	hasSplit bool
	// shown has a true for every slot, by layout, that the client sees of some objects.
	shown [][]bool
	// sources are the representations by which the objects of plan.Sources are known.
	sources [][]representation
}

// fetch is a plan.Fetch, compiled.
type fetch struct {
	*plan.Fetch
	name string
	// head is the request body up to the first variable.
	head      []byte
	variables []variable
	// data reads the "data" of an answer: for an EntityFetch batch i fills slot i.
	data    *rawjson.Scan
	batches []batch
	// dependents are the fetches that depend on this one, or look at what it brings.
	dependents []int
	// precedents is how many fetches must have ended before this one starts.
	precedents int
	// suffix begins what tells the names of contexts' groups apart; empty for a fetch without contexts.
	suffix string
}

// variable is a plan.FetchVariable, compiled.
type variable struct {
	plan.FetchVariable
	// prefix is `"name":`.
	prefix []byte
}

// batch is what one _entities selection, or one root selection, fills.
type batch struct {
	// entities is nil for a RootFetch.
	entities *plan.Entities
	// prefix is `"representations":`, the variable that carries the representations.
	prefix []byte
	path   []plan.Step
	scan   *plan.Scan
	cases  []representation
	reuse  []reuse
	// contexts are those of entities.
	contexts []contextVariable
	// entity reads one entity of an answer.
	entity *rawjson.Scan
}

// representation is a plan.Representation, compiled.
type representation struct {
	on plan.TypeSet
	// head is `{"__typename":"T"`.
	head   []byte
	fields []representationField
}

// representationField is a plan.RepresentationField, compiled.
type representationField struct {
	on plan.TypeSet
	// prefix is `,"name":`; for a constant the whole member.
	prefix   []byte
	constant bool
	required bool
	slot     int
	fields   []representationField
	of       *member
}

// member is a plan.MemberType, compiled.
type member struct {
	*plan.MemberType
	typ      *completion
	subgraph string
	// composite is set where objects are expected.
	composite bool
}

// anything is the type of what is not looked at: it is its own element.
var anything = &completion{Completion: &plan.Completion{}}

// elemOf is the type of a list's elements, nil if it is none's.
func (c *completion) elemOf() *completion {
	if c == anything {
		return anything
	}
	return c.elem
}

// compiler keeps what the parts of one plan share.
type compiler struct {
	plan  *plan.Plan
	types map[string]int
	scans map[*plan.Scan]*rawjson.Scan
	// shapes and the number of shapes and lists met, which become their numbers for the memo.
	shapes  map[*plan.Shape]*shape
	numbers uint32
}

// Compile prepares a plan for running.
func Compile(p *plan.Plan) *Compiled {
	c := &compiler{plan: p, types: make(map[string]int, len(p.Types)), scans: map[*plan.Scan]*rawjson.Scan{}, shapes: map[*plan.Shape]*shape{}}
	for i, name := range p.Types {
		c.types[name] = i
	}
	out := &Compiled{plan: p, fetches: make([]fetch, len(p.Fetches)), split: splitSlots(p)}
	for i, f := range p.Fetches {
		out.fetches[i] = c.fetch(f)
	}
	for i, f := range p.Fetches {
		out.fetches[i].precedents = len(f.DependsOn) + len(f.Awaits)
		for _, d := range f.DependsOn {
			out.fetches[d].dependents = append(out.fetches[d].dependents, i)
		}
		for _, d := range f.Awaits {
			out.fetches[d].dependents = append(out.fetches[d].dependents, i)
		}
	}
	for _, slots := range out.split {
		out.hasSplit = out.hasSplit || slices.Contains(slots, true)
	}
	for i := range p.Sources {
		out.sources = append(out.sources, []representation{c.representation(&p.Sources[i].Key)})
	}
	out.shape = c.shape(p.Shape)
	out.shown = c.shownSlots()
	return out
}

// Plan returns the plan that was compiled.
func (c *Compiled) Plan() *plan.Plan { return c.plan }

func (c *compiler) fetch(f *plan.Fetch) fetch {
	out := fetch{Fetch: f, name: c.plan.Subgraphs[f.Subgraph]}
	out.head = rawjson.AppendString([]byte(`{"query":`), f.Text)
	for _, v := range f.Variables {
		out.variables = append(out.variables, variable{FetchVariable: v, prefix: memberPrefix(v.Name)})
	}
	if f.Kind == plan.RootFetch {
		out.data = c.scan(f.Scan)
		out.batches = []batch{{path: f.Target, scan: f.Scan}}
		return out
	}
	var fields []rawjson.Field
	for i, e := range f.Entities {
		b := batch{entities: e, prefix: memberPrefix(e.Variable), path: e.Path, scan: e.Scan, contexts: c.contexts(e.Contexts)}
		for i := range e.Cases {
			b.cases = append(b.cases, c.representation(&e.Cases[i]))
		}
		for i := range e.Reuse {
			b.reuse = append(b.reuse, reuse{Reuse: &e.Reuse[i], key: []representation{c.representation(&e.Reuse[i].Key)}})
		}
		b.entity = c.scan(e.Scan)
		out.batches = append(out.batches, b)
		fields = append(fields, rawjson.Field{Key: e.Key, Slot: i, Child: b.entity})
		if e.Contexts != nil && out.suffix == "" {
			out.suffix = unusedSuffix(f.Text)
		}
	}
	out.data = &rawjson.Scan{Slots: len(fields), Type: rawjson.TypeNone, Cases: []rawjson.Case{rawjson.NewCase(fields)}}
	return out
}

// memberPrefix is `"name":`.
func memberPrefix(name string) []byte { return append(rawjson.AppendString(nil, name), ':') }

func (c *compiler) representation(r *plan.Representation) representation {
	return representation{
		on:     r.On,
		head:   rawjson.AppendString([]byte(`{"__typename":`), r.TypeName),
		fields: c.representationFields(r.Fields),
	}
}

func (c *compiler) representationFields(fields []plan.RepresentationField) []representationField {
	out := make([]representationField, len(fields))
	for i, f := range fields {
		prefix := append([]byte{','}, memberPrefix(f.Name)...)
		if f.TypeName != "" {
			prefix = rawjson.AppendString(prefix, f.TypeName)
		}
		out[i] = representationField{
			on: f.On, prefix: prefix, constant: f.TypeName != "", required: f.Required, slot: f.Slot,
			fields: c.representationFields(f.Fields), of: c.member(f.Of, f.Fields != nil),
		}
	}
	return out
}

// member compiles what a value must be; nil for a constant.
func (c *compiler) member(m *plan.MemberType, composite bool) *member {
	if m == nil {
		return nil
	}
	typ := anything
	if m.Type != nil {
		typ = c.completion(m.Type)
	}
	return &member{MemberType: m, typ: typ, subgraph: c.plan.Subgraphs[m.Subgraph], composite: composite}
}

func (c *compiler) scan(s *plan.Scan) *rawjson.Scan {
	if s == nil {
		return nil
	}
	if out := c.scans[s]; out != nil {
		return out
	}
	out := &rawjson.Scan{Slots: len(s.Layout.Slots), Type: s.Layout.Type, TypeKey: s.TypeKey, Types: c.types, Any: -1}
	c.scans[s] = out
	if s.TypeKey != "" {
		out.ByType = filled(len(c.plan.Types), -1)
	}
	for i, sc := range s.Cases {
		fields := make([]rawjson.Field, len(sc.Fields))
		for j, f := range sc.Fields {
			fields[j] = rawjson.Field{Key: f.Key, Slot: f.Slot, Child: c.scan(f.Child)}
		}
		out.Cases = append(out.Cases, rawjson.NewCase(fields))
		if s.TypeKey == "" || sc.On == nil {
			if out.Any < 0 {
				out.Any = i
			}
			continue
		}
		for _, typ := range sc.On.Indexes() {
			out.ByType[typ] = i
		}
	}
	for typ, i := range out.ByType {
		if i < 0 {
			out.ByType[typ] = out.Any
		}
	}
	return out
}

func filled(n, value int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = value
	}
	return out
}

// unusedSuffix returns letters that stand nowhere in the text.
func unusedSuffix(text string) string {
	suffix := "_c"
	for strings.Contains(text, suffix) {
		suffix += "c"
	}
	return suffix
}

// markContexts marks the slots on the way from an object that offers a context to those for which it
// counts: what lies there differs, also where the object is the same.
func markContexts(split [][]bool, root *plan.Layout, e *plan.Entities) {
	first := len(e.Path)
	for _, v := range e.Contexts {
		for _, from := range v.From {
			first = min(first, from.Depth)
		}
	}
	for i, step := range e.Path {
		if i >= first {
			split[root.ID][step.Slot] = true
		}
		root = root.Slots[step.Slot].Child
	}
}

// splitSlots finds the slots whose composite value more than one selection of the plan reads, or
// whose objects differ by contexts.
func splitSlots(p *plan.Plan) [][]bool {
	writers := make([][]int, len(p.Layouts))
	split := make([][]bool, len(p.Layouts))
	for i, l := range p.Layouts {
		writers[i], split[i] = make([]int, len(l.Slots)), make([]bool, len(l.Slots))
	}
	writer := 0
	var walk func(*plan.Scan)
	walk = func(s *plan.Scan) {
		for _, sc := range s.Cases {
			for _, f := range sc.Fields {
				if f.Child == nil {
					continue
				}
				w := &writers[s.Layout.ID][f.Slot]
				if *w != 0 && *w != writer {
					split[s.Layout.ID][f.Slot] = true
				}
				*w = writer
				walk(f.Child)
			}
		}
	}
	for _, f := range p.Fetches {
		if f.Scan != nil {
			writer++
			walk(f.Scan)
		}
		for _, e := range f.Entities {
			writer++
			walk(e.Scan)
			markContexts(split, p.Root, e)
		}
	}
	return split
}
