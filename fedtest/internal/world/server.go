package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/fedtest/internal/direct"
)

// Run is one request on a world, be it answered by the monolith or by subgraphs.
type Run struct {
	World *World
	// Labels are the override labels that are on.
	Labels []string
	// Faults chooses fields that fail in subgraphs and in no unsplit schema; 0 chooses none.
	Faults uint64

	version    atomic.Int64
	mu         sync.Mutex
	complaints []string
	used       map[string]bool
}

// Complaints are what subgraphs were asked and must not be asked.
func (r *Run) Complaints() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.complaints)
}

func (r *Run) complain(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.complaints = append(r.complaints, fmt.Sprintf(format, args...))
}

// Advance lets something happen in the world, as a mutation would: what was answered before is answered differently.
func (r *Run) Advance() { r.version.Add(1) }

// Monolith answers a request on the unsplit schema.
func (r *Run) Monolith(req direct.Request) *direct.Response {
	return direct.Execute(r.World.Schema, &monolith{r}, req)
}

// Ask answers a request to one subgraph.
func (r *Run) Ask(name string, req direct.Request) *direct.Response {
	i := slices.IndexFunc(r.World.subgraphs, func(s *subgraph) bool { return s.name == name })
	if i < 0 {
		return &direct.Response{Errors: []direct.Error{{Message: "there is no subgraph " + name}}}
	}
	sub := r.World.subgraphs[i]
	doc, err := sub.read(req.Query)
	if err != nil {
		r.complain("%s refuses: %v in %s", name, err, req.Query)
		return &direct.Response{Errors: []direct.Error{{Message: err.Error()}}}
	}
	req.Document = doc
	answer := direct.Execute(sub.Schema, &server{r, sub}, req)
	if answer.Data == nil {
		r.complain("%s refuses: %s in %s", name, answer.Errors[0].Message, req.Query)
	}
	return answer
}

// monolith is the Source of the whole graph.
type monolith struct{ *Run }

// Field computes a field of the unsplit schema.
func (m *monolith) Field(o direct.Object, f *ast.FieldDefinition, args map[string]any) (any, error) {
	self, ok := o.Value.(object)
	if !ok {
		self = object{typ: o.Type, id: o.Type}
	}
	m.use(m.World.traits[o.Type+"."+f.Name]...)
	if m.World.isMutation(o.Type) {
		m.version.Add(1)
	}
	version := m.version.Load()
	args = m.World.contextual(self, f.Name, args, version)
	v, err := m.World.value(self, f, reading{argumentText(args), m.World.required(self, f.Name, version), version})
	return m.show(v, f.Type.Name(), &self), err
}

// show is a value as clients see it: what is inaccessible is an error.
func (m *monolith) show(v any, typ string, above *object) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = m.show(item, typ, above)
		}
		return out
	case object:
		if len(m.World.contexts) > 0 {
			v.above = above
		}
		if m.World.inaccessible[v.typ] {
			m.use(Inaccessible)
			return errInaccessible
		}
		return direct.Object{Type: v.typ, Value: v}
	case string:
		if m.World.inaccessible[typ+"."+v] {
			m.use(Inaccessible)
			return errInaccessible
		}
	}
	return v
}

var errInaccessible = errors.New("the value is inaccessible")

func (w *World) isMutation(typ string) bool {
	return w.Schema.Mutation != nil && w.Schema.Mutation.Name == typ
}

// wrap replaces the objects in a value.
func wrap(v any, with func(object) any) any {
	switch v := v.(type) {
	case object:
		return with(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = wrap(item, with)
		}
		return out
	}
	return v
}

// WrongType is the JSON of the value that spoilt answers have in place of others. A subgraph that gets it refuses it.
const WrongType = `{"wrong":"type"}`

// server is the Source of one subgraph.
type server struct {
	*Run
	sub *subgraph
}

// known is an object as a subgraph holds it.
type known struct {
	object
	// rep is the representation that it came by; nil without.
	rep map[string]any
	// provided is what can be resolved of it although it is external; levels counts the fields of the @provides above.
	provided ast.SelectionSet
	levels   int
}

// Field computes a field that the subgraph resolves, or complains.
func (s *server) Field(o direct.Object, f *ast.FieldDefinition, args map[string]any) (any, error) {
	switch f.Name {
	case "_service":
		return direct.Object{Type: "_Service"}, nil
	case "sdl":
		if o.Type == "_Service" {
			return s.sub.SDL, nil
		}
	case "_entities":
		return s.entities(args["representations"].([]any)), nil
	}
	self, ok := o.Value.(known)
	if !ok {
		self = known{object: object{typ: o.Type, id: o.Type}}
	}
	if s.World.isMutation(o.Type) {
		s.version.Add(1)
	}
	own := s.sub.Types[o.Type].Fields[f.Name]
	s.check(self, own, o.Type, f.Name)
	if s.Faults != 0 && hash(s.Faults, s.sub.name, self.id, f.Name)%32 == 0 {
		return nil, errBroken
	}
	s.use(s.sub.traits[o.Type+"."+f.Name]...)
	for _, arg := range own.Contexts {
		if _, ok := args[arg.Name]; !ok {
			args[arg.Name] = nil // nothing above offers it
		}
	}
	version, required := s.version.Load(), ""
	if own.Requires != nil {
		values, ok := represented(self.rep, own.Requires, s.World)
		if text, err := json.Marshal(values); ok && err == nil {
			if required = string(text); strings.Contains(required, WrongType) {
				return nil, errors.New("a required value has the wrong type")
			}
			s.use(s.sub.requireTraits[o.Type+"."+f.Name]...)
		} else if s.hasAll(o.Type, own.Requires, self.provided) {
			required = s.World.required(self.object, f.Name, version)
		} else {
			s.complain("%s: %s.%s is asked without what it requires", s.sub.name, o.Type, f.Name)
		}
	} else {
		// Another subgraph's copy of the field may require something; the value is the same.
		required = s.World.required(self.object, f.Name, version)
	}
	whole := s.World.Schema.Types[self.typ].Fields.ForName(f.Name)
	v, err := s.World.value(self.object, whole, reading{argumentText(args), required, version})
	declared := f.Type.Name()
	provided, levels := slices.Concat(own.Provides, providedBelow(self.provided, self.typ, f.Name)), self.levels+1
	if len(own.Provides) > 0 {
		levels = 1
	}
	if v == nil && s.isKey(self.typ, f.Name) {
		s.use(NullKey)
	}
	return wrap(v, func(o object) any {
		typ := o.typ
		if t := s.sub.Types[declared]; t != nil && t.IsInterfaceObject {
			typ = declared
		}
		return direct.Object{Type: typ, Value: known{object: o, provided: provided, levels: levels}}
	}), err
}

// check complains of a field that the subgraph declares and must not be asked for.
func (s *server) check(self known, own *direct.Field, typ, field string) {
	isKey := s.isKey(self.typ, field)
	provided := isProvided(self.provided, self.typ, field)
	switch {
	case own.External && !isKey && !provided:
		s.complain("%s: the external field %s.%s is asked for", s.sub.name, typ, field)
	case own.External && !isKey:
		s.use(Provides)
	}
	if provided && self.levels > 1 {
		s.use(NestedProvides)
	}
	if own.Label != "" && !slices.Contains(s.Labels, own.Label) {
		s.complain("%s: %s.%s is asked for, and its override is off", s.sub.name, typ, field)
	}
	for _, other := range s.World.subgraphs {
		t := other.Types[typ]
		if t == nil || t.Fields[field] == nil || t.Fields[field].OverrideFrom != s.sub.name {
			continue
		}
		if label := t.Fields[field].Label; !isKey && (label == "" || slices.Contains(s.Labels, label)) {
			s.complain("%s: %s.%s is asked for, and %s has taken it over", s.sub.name, typ, field, other.name)
		}
	}
}

func (s *server) isKey(typ, field string) bool {
	return s.World.codes[s.World.family(typ)+"."+field] != 0
}

// hasAll reports whether the subgraph itself can resolve a field set of an object: it need not be represented then.
func (s *server) hasAll(typ string, set, provided ast.SelectionSet) bool {
	for _, selection := range set {
		f, ok := selection.(*ast.Field)
		if !ok {
			return false
		}
		own, def := s.sub.Types[typ].Fields[f.Name], s.sub.Schema.Types[typ].Fields.ForName(f.Name)
		if own == nil || own.External && !s.isKey(typ, f.Name) && !isProvided(provided, typ, f.Name) {
			return false
		}
		if f.SelectionSet != nil && !s.hasAll(def.Type.Name(), f.SelectionSet, providedBelow(provided, typ, f.Name)) {
			return false
		}
	}
	return true
}

func isProvided(set ast.SelectionSet, typ, field string) bool {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			if sel.Name == field {
				return true
			}
		case *ast.InlineFragment:
			if isProvided(sel.SelectionSet, typ, field) {
				return true
			}
		}
	}
	return false
}

func providedBelow(set ast.SelectionSet, typ, field string) ast.SelectionSet {
	var out ast.SelectionSet
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			if sel.Name == field {
				out = append(out, sel.SelectionSet...)
			}
		case *ast.InlineFragment:
			out = append(out, providedBelow(sel.SelectionSet, typ, field)...)
		}
	}
	return out
}

// entities answers _entities.
func (s *server) entities(representations []any) []any {
	out := make([]any, len(representations))
	for i, representation := range representations {
		rep, _ := representation.(map[string]any)
		typ, _ := rep["__typename"].(string)
		t := s.sub.Types[typ]
		if t == nil || s.World.Schema.Types[typ] == nil {
			s.complain("%s: a representation of the unknown type %q", s.sub.name, typ)
			out[i] = errors.New("nothing has this type")
			continue
		}
		var keys []ast.SelectionSet
		for _, key := range t.Keys {
			if key.Resolvable {
				keys = append(keys, key.Fields)
			}
		}
		n, ok := s.World.find(typ, rep, keys)
		if !ok {
			s.complain("%s: nothing that can be resolved has the representation %v", s.sub.name, rep)
			out[i] = errors.New("nothing has this representation")
			continue
		}
		out[i] = s.represent(typ, n, rep)
	}
	return out
}

// represent is the entity that a representation stands for, as the subgraph knows it; nil if it has vanished.
func (s *server) represent(typ string, n int, rep map[string]any) any {
	concrete, shown := typ, typ
	if s.World.Schema.Types[typ].Kind == ast.Interface {
		concrete = s.World.typeOf(typ, n)
		if s.use(InterfaceEntity); s.sub.Types[typ].IsInterfaceObject {
			s.use(InterfaceObject)
		} else {
			shown = concrete
		}
	}
	entity := s.World.entity(concrete, n)
	if entity.vanished {
		s.use(NullEntity)
		return nil
	}
	return direct.Object{Type: shown, Value: known{object: entity, rep: rep}}
}

// represented takes the values of a field set out of a representation; false if one is missing.
func represented(rep map[string]any, set ast.SelectionSet, w *World) (map[string]any, bool) {
	out := map[string]any{}
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.InlineFragment:
			typ, _ := rep["__typename"].(string)
			if sel.TypeCondition != "" && !slices.Contains(possible(w.Schema, sel.TypeCondition), typ) {
				continue
			}
			below, ok := represented(rep, sel.SelectionSet, w)
			if !ok {
				return nil, false
			}
			for name, v := range below {
				out[name] = v
			}
		case *ast.Field:
			v, ok := rep[sel.Name]
			if !ok {
				return nil, false
			}
			if out[sel.Name], ok = representedValue(v, sel.SelectionSet, w); !ok {
				return nil, false
			}
		}
	}
	return out, true
}

func representedValue(v any, set ast.SelectionSet, w *World) (any, bool) {
	switch value := v.(type) {
	case map[string]any:
		if set == nil {
			return value, true // a custom scalar
		}
		return represented(value, set, w)
	case []any:
		if set == nil {
			return value, true
		}
		out := make([]any, len(value))
		for i, item := range value {
			var ok bool
			if out[i], ok = representedValue(item, set, w); !ok {
				return nil, false
			}
		}
		return out, true
	}
	return v, true
}
