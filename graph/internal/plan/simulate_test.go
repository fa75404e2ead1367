package plan_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// simulation runs a plan on types instead of values. It checks that every subgraph operation is
// valid for its subgraph and selects only what the subgraph resolves there, that the scans expect
// what the operation selects, that every representation was fetched before by fetches that it
// depends on, and that every slot of the shape is filled for every runtime type.
type simulation struct {
	sg       *supergraph.Supergraph
	g        *querygraph.Graph
	on       map[string]bool
	schemas  map[int]*ast.Schema
	plan     *plan.Plan
	values   []bool // of boolean variables, by index
	root     *instance
	problems []string
	fetch    *plan.Fetch
	doc      *ast.QueryDocument
}

// instance is the objects in one slot of objects of one runtime type.
type instance struct {
	layout *plan.Layout
	types  schema.TypeSet
	byType map[int]*record
}

// record is what is known of the objects of one runtime type.
type record struct {
	slots map[int]*filled
	// typeFrom are the fetches that told the runtime type; nil if it is known from the schema.
	typeFrom []int
}

type filled struct {
	from  []int
	child *instance
}

func (s *simulation) fail(format string, args ...any) {
	if s.fetch != nil {
		format = fmt.Sprintf("fetch %d: ", s.fetch.ID) + format
	}
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
}

func newInstance(l *plan.Layout, types schema.TypeSet) *instance {
	in := &instance{layout: l, types: types, byType: map[int]*record{}}
	for _, t := range types.Indexes() {
		in.byType[t] = &record{slots: map[int]*filled{}}
	}
	return in
}

func (s *simulation) run() {
	var rootTypes schema.TypeSet
	s.root = newInstance(s.plan.Root, rootTypes.With(s.plan.Root.Type))
	for _, f := range s.plan.Fetches {
		s.fetch = f
		s.runFetch(f)
	}
	s.fetch = nil
	s.checkShape(s.plan.Shape, s.root, "")
}

func (s *simulation) isOn(id plan.CondID) bool {
	if id == 0 {
		return true
	}
	for _, conjunction := range s.plan.Conditions[id-1] {
		holds := true
		for _, l := range conjunction {
			holds = holds && s.values[l.Variable] != l.Negated
		}
		if holds {
			return true
		}
	}
	return false
}

func (s *simulation) runFetch(f *plan.Fetch) {
	for _, d := range f.DependsOn {
		if d >= f.ID {
			s.fail("depends on a later fetch %d", d)
		}
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: f.Text})
	if err != nil {
		s.fail("%v: %s", err, f.Text)
		return
	}
	if errs := validator.ValidateWithRules(s.schemas[f.Subgraph], doc, nil); len(errs) > 0 {
		s.fail("%s refuses %s: %v", s.plan.Subgraphs[f.Subgraph], f.Text, errs)
		return
	}
	s.doc = doc
	if !s.isOn(f.When) {
		return
	}
	selections := doc.Operations[0].SelectionSet
	if f.Kind == plan.RootFetch {
		for _, in := range s.follow(f.Target) {
			for t := range in.byType {
				id := s.g.Node(f.Subgraph, s.plan.Types[t])
				s.scan(f.Scan, selections, id, in, in.types, nil)
			}
		}
		return
	}
	for _, e := range f.Entities {
		if s.isOn(e.When) {
			s.runEntities(e, selections)
		}
	}
}

// follow returns the objects at the end of a path.
func (s *simulation) follow(steps []plan.Step) []*instance {
	at := []*instance{s.root}
	for _, step := range steps {
		var next []*instance
		for _, in := range at {
			for _, t := range in.types.Indexes() {
				if step.On != nil && !step.On.Has(t) {
					continue
				}
				if step.On != nil && in.layout.Type < 0 && !s.isAfter(in.byType[t].typeFrom) {
					s.fail("the type of %s is needed on the way and not known", in.layout.Place)
				}
				if f := in.byType[t].slots[step.Slot]; f != nil {
					if !s.isAfter(f.from) {
						s.fail("starts from objects of %v, which it does not depend on", f.from)
					}
					next = append(next, f.child)
				}
			}
		}
		at = next
	}
	return at
}

func (s *simulation) runEntities(e *plan.Entities, selections ast.SelectionSet) {
	i := slices.IndexFunc(selections, func(sel ast.Selection) bool {
		f, ok := sel.(*ast.Field)
		return ok && f.Alias == e.Key
	})
	if i < 0 {
		s.fail("no selection %s", e.Key)
		return
	}
	below := selections[i].(*ast.Field).SelectionSet
	for _, in := range s.follow(e.Path) {
		for _, t := range in.types.Indexes() {
			for i := range e.Cases {
				c := &e.Cases[i]
				if c.On == nil || c.On.Has(t) {
					s.represent(c, in, t, below, e)
					break
				}
			}
		}
	}
}

// represent checks one representation and fills what comes back for it.
func (s *simulation) represent(c *plan.Representation, in *instance, t int, below ast.SelectionSet, e *plan.Entities) {
	r := in.byType[t]
	if c.On != nil && in.layout.Type < 0 && !s.isAfter(r.typeFrom) {
		s.fail("the type of %s is needed and not known", in.layout.Place)
	}
	id := s.g.Node(s.fetch.Subgraph, c.TypeName)
	if id == querygraph.None {
		s.fail("%s does not know %s", s.plan.Subgraphs[s.fetch.Subgraph], c.TypeName)
		return
	}
	if s.checkMembers(c.Fields, in, t) {
		var only schema.TypeSet
		s.scan(e.Scan, below, id, in, only.With(t), c.Fields)
	}
}

// checkMembers checks that the members of a representation were fetched before. It is false when a
// member is absent: then the object is not represented.
func (s *simulation) checkMembers(members []plan.RepresentationField, in *instance, t int) bool {
	ok := true
	for _, m := range members {
		if m.On != nil && !m.On.Has(t) {
			continue
		}
		if m.TypeName != "" {
			continue
		}
		if m.On != nil && in.layout.Type < 0 && !s.isAfter(in.byType[t].typeFrom) {
			s.fail("representation of %s: its type is needed for %s and not known", in.layout.Place, m.Name)
		}
		f := in.byType[t].slots[m.Slot]
		if f == nil {
			ok = false // what depends on it will be missed by the shape, unless its condition is off
			continue
		}
		if !s.isAfter(f.from) {
			s.fail("representation of %s needs %s from %v, which it does not depend on", in.layout.Place, m.Name, f.from)
		}
		if (f.child == nil) != (m.Fields == nil) {
			s.fail("representation of %s: %s is a leaf on one side only", in.layout.Place, m.Name)
		}
		if f.child != nil {
			for _, below := range f.child.types.Indexes() {
				ok = s.checkMembers(m.Fields, f.child, below) && ok
			}
		}
	}
	return ok
}

// isAfter reports whether the current fetch depends, through others too, on one of the fetches.
func (s *simulation) isAfter(from []int) bool {
	seen := map[int]bool{}
	queue := slices.Clone(s.fetch.DependsOn)
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		if slices.Contains(from, id) {
			return true
		}
		if !seen[id] {
			seen[id] = true
			queue = append(queue, s.plan.Fetches[id].DependsOn...)
		}
	}
	return false
}

// scan fills the objects of an instance by what a selection at a node brings.
func (s *simulation) scan(scan *plan.Scan, selections ast.SelectionSet, id querygraph.NodeID, in *instance, types schema.TypeSet, sent []plan.RepresentationField) {
	if scan.Layout != in.layout {
		s.fail("scan of %q reads into %q", scan.Layout.Place, in.layout.Place)
		return
	}
	n := s.g.Nodes[id]
	for _, t := range types.Indexes() {
		own := s.g.Narrow(id, t)
		if own == querygraph.None {
			s.fail("%s cannot be %s", n, s.plan.Types[t])
			continue
		}
		r := in.byType[t]
		if scan.TypeKey != "" {
			r.typeFrom = append(r.typeFrom, s.fetch.ID)
			if got := s.collect(selections, own, t); got[scan.TypeKey] == nil || got[scan.TypeKey].Name != "__typename" {
				s.fail("__typename is not selected under %s at %s", scan.TypeKey, in.layout.Place)
			}
		}
		i := slices.IndexFunc(scan.Cases, func(c plan.ScanCase) bool { return c.On == nil || c.On.Has(t) })
		if i < 0 {
			continue
		}
		if len(scan.Cases) > 1 && scan.TypeKey == "" {
			s.fail("cases without a type key at %s", in.layout.Place)
		}
		s.scanCase(scan.Cases[i].Fields, s.collect(selections, own, t), own, r, sent)
	}
}

func (s *simulation) scanCase(fields []plan.ScanField, selected map[string]*ast.Field, own querygraph.NodeID, r *record, sent []plan.RepresentationField) {
	n := s.g.Nodes[own]
	for _, f := range fields {
		field := selected[f.Key]
		if !s.isOn(f.When) {
			if field != nil {
				s.fail("%s is selected though its condition is off", f.Key)
			}
			continue
		}
		if field == nil {
			s.fail("%s is expected of %s and not selected", f.Key, n)
			continue
		}
		edge := n.Field(field.Name)
		if edge == nil || !edge.Open(s.on) {
			s.fail("%s does not resolve %s", n, field.Name)
			continue
		}
		s.checkRequires(edge, n, sent)
		old := r.slots[f.Slot]
		if old == nil {
			old = &filled{}
			r.slots[f.Slot] = old
		}
		old.from = append(old.from, s.fetch.ID)
		if (f.Child == nil) != (edge.Target == querygraph.None) {
			s.fail("%s of %s is a leaf on one side only", f.Key, n)
			continue
		}
		if f.Child == nil {
			continue
		}
		types := s.g.Nodes[edge.Target].Possible
		if old.child == nil {
			old.child = newInstance(f.Child.Layout, types)
		}
		old.child.types = old.child.types.And(types)
		s.scan(f.Child, field.SelectionSet, edge.Target, old.child, old.child.types, nil)
	}
}

// checkRequires checks that what @requires names is in the representation, unless the subgraph has
// it on this path.
func (s *simulation) checkRequires(edge *querygraph.FieldEdge, n *querygraph.Node, sent []plan.RepresentationField) {
	for _, item := range edge.Requires {
		own := n.Field(item.Field)
		if item.On != "" || item.Field == "__typename" || own != nil && own.Open(s.on) && own.Requires == nil {
			continue
		}
		if !slices.ContainsFunc(sent, func(m plan.RepresentationField) bool { return m.Name == item.Field || m.Name == item.Alias }) {
			s.fail("%s.%s requires %s, which is not sent", n, edge.Field.Name, item.Field)
		}
	}
}

// collect returns the fields selected for objects of a runtime type by response key.
func (s *simulation) collect(selections ast.SelectionSet, own querygraph.NodeID, t int) map[string]*ast.Field {
	out := map[string]*ast.Field{}
	for _, sel := range selections {
		switch sel := sel.(type) {
		case *ast.Field:
			if s.included(sel.Directives) {
				out[sel.Alias] = sel
			}
		case *ast.InlineFragment:
			if s.fits(sel.TypeCondition, own, t) {
				for k, f := range s.collect(sel.SelectionSet, own, t) {
					out[k] = f
				}
			}
		case *ast.FragmentSpread:
			def := s.doc.Fragments.ForName(sel.Name)
			if s.fits(def.TypeCondition, own, t) {
				for k, f := range s.collect(def.SelectionSet, own, t) {
					out[k] = f
				}
			}
		}
	}
	return out
}

func (s *simulation) fits(condition string, own querygraph.NodeID, t int) bool {
	n := s.g.Nodes[own]
	return condition == n.Type.Name || slices.Contains(n.Type.Interfaces, condition) ||
		!n.Type.IsInterfaceObject && s.g.Possible(condition).Has(t)
}

func (s *simulation) included(directives ast.DirectiveList) bool {
	for _, d := range directives {
		name := d.Arguments.ForName("if").Value.Raw
		i := slices.IndexFunc(s.fetch.Variables, func(v plan.FetchVariable) bool { return v.Name == name })
		v := s.fetch.Variables[i]
		value := false
		if v.Source == plan.FromCondition {
			value = s.isOn(v.Condition)
		} else {
			value = s.values[v.Value.Variable]
		}
		if value == (d.Name == "skip") {
			return false
		}
	}
	return true
}

func (s *simulation) checkShape(shape *plan.Shape, in *instance, path string) {
	if shape.Layout != in.layout {
		s.fail("shape at %q is of another layout: %q", path, in.layout.Place)
		return
	}
	for _, t := range in.types.Indexes() {
		if !s.g.Visible.Has(t) {
			continue
		}
		i := slices.IndexFunc(shape.Cases, func(c plan.ShapeCase) bool { return c.On == nil || c.On.Has(t) })
		if i < 0 {
			s.fail("shape at %q has no case for %s", path, s.plan.Types[t])
			continue
		}
		c := &shape.Cases[i]
		r := in.byType[t]
		known := in.layout.Type >= 0 || r.typeFrom != nil
		if c.On != nil && !known {
			s.fail("shape at %q needs the type, which nobody fetched", path)
		}
		for _, f := range c.Fields {
			s.checkShapeField(&f, r, known, path)
		}
	}
}

func (s *simulation) checkShapeField(f *plan.ShapeField, r *record, known bool, path string) {
	if !s.isOn(f.When) || !s.isOn(f.Guard) {
		return
	}
	switch f.Kind {
	case plan.TypenameField:
		if !known {
			s.fail("__typename at %q is not known", path)
		}
	case plan.SlotField:
		got := r.slots[f.Slot]
		if got == nil {
			s.fail("nobody fills %s (%s) at %q", f.Key, f.Coordinate, path)
			return
		}
		named := f.Type
		for named.Elem != nil {
			named = named.Elem
		}
		if (named.Shape == nil) != (got.child == nil) {
			s.fail("%s at %q is a leaf on one side only", f.Key, path)
			return
		}
		if named.Shape != nil {
			s.checkShape(named.Shape, got.child, strings.TrimPrefix(path+"."+f.Key, "."))
		}
	}
}

// simulate runs a plan for every choice of the boolean variables in its conditions and returns what
// is wrong with it.
func (g *planned) simulate(p *plan.Plan, on ...string) []string {
	if g.schemas == nil {
		g.graph = querygraph.Build(g.sg)
		g.schemas = map[int]*ast.Schema{}
		for _, sub := range g.sg.Subgraphs {
			s, err := subgraphSchema(g.sg, sub)
			if err != nil {
				return []string{err.Error()}
			}
			g.schemas[sub.Index] = s
		}
	}
	if err := p.Check(); err != nil {
		return []string{err.Error()}
	}
	var used []int
	for _, c := range p.Conditions {
		for _, conjunction := range c {
			for _, l := range conjunction {
				if !slices.Contains(used, l.Variable) {
					used = append(used, l.Variable)
				}
			}
		}
	}
	for choice := range 1 << min(len(used), 6) {
		s := &simulation{sg: g.sg, g: g.graph, on: map[string]bool{}, schemas: g.schemas, plan: p, values: make([]bool, len(p.Variables))}
		for i, v := range used {
			s.values[v] = choice&(1<<i) != 0
		}
		for _, label := range on {
			s.on[label] = true
		}
		s.run()
		if len(s.problems) > 0 {
			return s.problems
		}
	}
	return nil
}
