package execute

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"text/scanner"

	"github.com/weft-graph/weft/graph/internal/plan"
)

// A script is a small plan in text, so that a case needs neither schema nor planner:
//
//	types User Movie Vehicle
//	variables a flag
//	shape { me: User! { id: ID!, -key: ID, title@Movie: String, other=id: ID, secret: denied String } }
//	fetch user root { me { id __key: key } }
//	fetch credit after 0 if flag with a entity me : User(id, size!required, org{id}) { status }
//
// A shape's field is [-]key[=slot][@Type[|Type]][?[!]variable]: type; "-" hides it from the client.
// A selection's field is [key:] slot[@Type[|Type]][?[!]variable]; "__typename" first makes it the
// type key.
type script struct {
	scanner.Scanner
	t     *testing.T
	plan  *plan.Plan
	tok   string
	names []string // variables
	// members are what the slots of each layout hold.
	members [][]*plan.MemberType
}

// parseScript makes the plan that a script describes.
func parseScript(t *testing.T, text string) *plan.Plan {
	s := &script{t: t, plan: &plan.Plan{}}
	s.Init(strings.NewReader(text))
	s.Mode = scanner.ScanIdents | scanner.ScanInts
	s.next()
	for s.tok != "" {
		switch word := s.take(); word {
		case "types":
			s.plan.Types = s.line()
		case "variables":
			s.names = s.line()
		case "shape":
			s.plan.Root, s.plan.Shape = s.shape("", -1)
		case "fetch":
			s.fetch()
		default:
			t.Fatalf("%s: unknown statement %q", s.Position, word)
		}
	}
	return s.plan
}

func (s *script) next() { s.Scan(); s.tok = s.TokenText() }

func (s *script) take() string { tok := s.tok; s.next(); return tok }

func (s *script) is(tok string) bool {
	if s.tok == tok {
		s.next()
		return true
	}
	return false
}

func (s *script) expect(tok string) {
	s.t.Helper()
	if !s.is(tok) {
		s.t.Fatalf("%s: %q where %q must stand", s.Position, s.tok, tok)
	}
}

// line takes the words up to the end of the line.
func (s *script) line() []string {
	var words []string
	for line := s.Position.Line; s.tok != "" && s.Position.Line == line; {
		words = append(words, s.take())
	}
	return words
}

func (s *script) typeSet() plan.TypeSet {
	if !s.is("@") {
		return nil
	}
	set := plan.TypeSet{}
	for {
		set = set.With(s.typeIndex(s.take()))
		if !s.is("|") {
			return set
		}
	}
}

func (s *script) typeIndex(name string) int { return slices.Index(s.plan.Types, name) }

// condition parses ?[!]variable.
func (s *script) condition() plan.CondID {
	if !s.is("?") {
		return 0
	}
	negated := s.is("!")
	return s.conditionOn(s.take(), negated)
}

func (s *script) conditionOn(name string, negated bool) plan.CondID {
	var c plan.Condition
	c = append(c, nil)
	c[0] = append(c[0], struct {
		Variable int
		Negated  bool
	}{s.variable(name), negated})
	s.plan.Conditions = append(s.plan.Conditions, c)
	return plan.CondID(len(s.plan.Conditions))
}

func (s *script) variable(name string) int {
	i := slices.Index(s.names, name)
	if i < 0 {
		s.t.Fatalf("%s: no variable %q", s.Position, name)
	}
	return i
}

// shape parses {fields} of objects of a type.
func (s *script) shape(place string, typ int) (*plan.Layout, *plan.Shape) {
	layout := &plan.Layout{ID: len(s.plan.Layouts), Place: place, Type: typ}
	s.plan.Layouts = append(s.plan.Layouts, layout)
	s.members = append(s.members, nil)
	shape := &plan.Shape{Layout: layout}
	type field struct {
		on plan.TypeSet
		plan.ShapeField
	}
	var fields []field
	split := false
	s.expect("{")
	for !s.is("}") {
		hidden := s.is("-")
		f := field{ShapeField: plan.ShapeField{Key: s.take(), Subgraph: -1}}
		name := f.Key
		if s.is("=") {
			name = s.take()
		}
		f.on, f.When = s.typeSet(), s.condition()
		s.expect(":")
		f.Coordinate = "T." + name
		switch {
		case s.is("__typename"):
			f.Kind, f.Type = plan.TypenameField, &plan.Completion{NonNull: true}
		case s.is("introspection"):
			f.Kind = plan.IntrospectionField
		default:
			if s.is("denied") {
				f.Kind = plan.DeniedField
			}
			var child *plan.Layout
			f.Type, child = s.completion(place + "." + f.Key)
			if f.Slot = slot(layout, name); f.Slot < 0 {
				f.Slot = len(layout.Slots)
				layout.Slots = append(layout.Slots, plan.Slot{Name: name, Child: child})
				of := &plan.MemberType{Type: f.Type, Coordinate: f.Coordinate}
				if child != nil && child.Type < 0 {
					of.Possible = of.Possible.With(0)
					for i := range s.plan.Types {
						of.Possible = of.Possible.With(i)
					}
				}
				s.members[layout.ID] = append(s.members[layout.ID], of)
			}
		}
		split = split || f.on != nil
		if !hidden {
			fields = append(fields, f)
		}
		s.is(",")
	}
	if !split {
		shape.Cases = []plan.ShapeCase{{}}
		for _, f := range fields {
			shape.Cases[0].Fields = append(shape.Cases[0].Fields, f.ShapeField)
		}
		return layout, shape
	}
	for i := range s.plan.Types {
		c := plan.ShapeCase{On: plan.TypeSet{}.With(i)}
		for _, f := range fields {
			if f.on == nil || f.on.Has(i) {
				c.Fields = append(c.Fields, f.ShapeField)
			}
		}
		shape.Cases = append(shape.Cases, c)
	}
	return layout, shape
}

var leafKinds = map[string]plan.LeafKind{
	"Int": plan.LeafInt, "Float": plan.LeafFloat, "String": plan.LeafString,
	"Boolean": plan.LeafBoolean, "ID": plan.LeafID,
}

// completion parses a type: [Name!]!, with {fields} for a composite one and (A|B) for an enum.
func (s *script) completion(place string) (*plan.Completion, *plan.Layout) {
	c := &plan.Completion{}
	var child *plan.Layout
	if s.is("[") {
		c.Elem, child = s.completion(place)
		s.expect("]")
		c.NonNull = s.is("!")
		if s.tok == "{" {
			inner := c
			for inner.Elem != nil {
				inner = inner.Elem
			}
			child, inner.Shape = s.shape(place, s.typeIndex(inner.TypeName))
		}
		return c, child
	}
	c.TypeName = s.take()
	c.Leaf = leafKinds[c.TypeName]
	if s.is("(") {
		c.Leaf = plan.LeafEnum
		for !s.is(")") {
			c.Enum = append(c.Enum, s.take())
			s.is("|")
		}
	}
	c.NonNull = s.is("!")
	if s.tok == "{" {
		child, c.Shape = s.shape(place, s.typeIndex(c.TypeName))
	}
	return c, child
}

func slot(l *plan.Layout, name string) int {
	return slices.IndexFunc(l.Slots, func(s plan.Slot) bool { return s.Name == name })
}

func (s *script) fetch() {
	f := &plan.Fetch{ID: len(s.plan.Fetches)}
	s.plan.Fetches = append(s.plan.Fetches, f)
	name := s.take()
	if f.Subgraph = slices.Index(s.plan.Subgraphs, name); f.Subgraph < 0 {
		f.Subgraph = len(s.plan.Subgraphs)
		s.plan.Subgraphs = append(s.plan.Subgraphs, name)
	}
	f.Text = fmt.Sprintf("F%d", f.ID)
	for {
		switch word := s.take(); word {
		case "subscription":
			f.Operation = plan.Subscription
		case "after":
			for '0' <= s.tok[0] && s.tok[0] <= '9' {
				f.DependsOn = append(f.DependsOn, int(s.take()[0]-'0'))
			}
		case "if":
			f.When = s.conditionOn(s.take(), false)
		case "with":
			v := s.take()
			f.Variables = append(f.Variables, plan.FetchVariable{Name: v, Value: plan.Value{Variable: s.variable(v)}})
		case "root":
			var layout *plan.Layout
			f.Target, layout = s.path()
			f.Scan = s.selection(layout)
			return
		case "entity":
			f.Kind = plan.EntityFetch
			f.Entities = append(f.Entities, s.entities(len(f.Entities)))
			for s.is("and") {
				f.Entities = append(f.Entities, s.entities(len(f.Entities)))
			}
			return
		default:
			s.t.Fatalf("%s: unknown word %q", s.Position, word)
		}
	}
}

// path parses slot[.slot] from the root; "{" or ":" ends it.
func (s *script) path() (steps []plan.Step, layout *plan.Layout) {
	layout = s.plan.Root
	for s.tok != "{" && s.tok != ":" {
		on := s.typeSet()
		name := s.take()
		i := slot(layout, name)
		if i < 0 || layout.Slots[i].Child == nil {
			s.t.Fatalf("%s: no objects in slot %q", s.Position, name)
		}
		steps, layout = append(steps, plan.Step{Slot: i, On: on}), layout.Slots[i].Child
		s.is(".")
	}
	return steps, layout
}

func (s *script) entities(i int) *plan.Entities {
	e := &plan.Entities{Key: "_entities", Variable: "representations"}
	if i > 0 {
		e.Key, e.Variable = fmt.Sprintf("e%d", i), fmt.Sprintf("r%d", i)
	}
	var layout *plan.Layout
	e.Path, layout = s.path()
	s.expect(":")
	for {
		r := plan.Representation{TypeName: s.take()}
		r.On = s.typeSet()
		s.expect("(")
		r.Fields = s.representation(layout, ")")
		e.Cases = append(e.Cases, r)
		if !s.is("|") {
			break
		}
	}
	e.Scan = s.selection(layout)
	return e
}

func (s *script) representation(layout *plan.Layout, end string) (fields []plan.RepresentationField) {
	for !s.is(end) {
		f := plan.RepresentationField{Name: s.take()}
		if s.is("=") { // a constant
			f.TypeName = s.take()
			fields = append(fields, f)
			s.is(",")
			continue
		}
		f.On = s.typeSet()
		f.Slot = s.slot(layout, f.Name)
		f.Of = s.members[layout.ID][f.Slot]
		if s.is("!") {
			s.expect("required")
			f.Required = true
		}
		if s.is("{") {
			f.Fields = s.representation(layout.Slots[f.Slot].Child, "}")
		}
		fields = append(fields, f)
		s.is(",")
	}
	return fields
}

func (s *script) slot(layout *plan.Layout, name string) int {
	i := slot(layout, name)
	if i < 0 {
		s.t.Fatalf("%s: no slot %q in %v", s.Position, name, layout.Slots)
	}
	return i
}

func (s *script) selection(layout *plan.Layout) *plan.Scan {
	scan := &plan.Scan{Layout: layout}
	type field struct {
		on plan.TypeSet
		plan.ScanField
	}
	var fields []field
	split := false
	s.expect("{")
	if s.is("__typename") {
		scan.TypeKey = "__typename"
	}
	for !s.is("}") {
		var f field
		name := s.take()
		f.Key = name
		if s.is(":") {
			name = s.take()
		}
		f.Slot = s.slot(layout, name)
		f.on, f.When = s.typeSet(), s.condition()
		if s.tok == "{" {
			f.Child = s.selection(layout.Slots[f.Slot].Child)
		}
		split = split || f.on != nil
		fields = append(fields, f)
	}
	if !split {
		scan.Cases = []plan.ScanCase{{}}
		for _, f := range fields {
			scan.Cases[0].Fields = append(scan.Cases[0].Fields, f.ScanField)
		}
		return scan
	}
	for i := range s.plan.Types {
		c := plan.ScanCase{On: plan.TypeSet{}.With(i)}
		for _, f := range fields {
			if f.on == nil || f.on.Has(i) {
				c.Fields = append(c.Fields, f.ScanField)
			}
		}
		scan.Cases = append(scan.Cases, c)
	}
	return scan
}
