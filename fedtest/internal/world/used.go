package world

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/fedtest/internal/direct"
)

// What a run can see in use. A field counts when it is resolved: what was only selected, or planned, does not.
const (
	Requires              = "requires"
	RequiresWithArguments = "requires with arguments"
	RequiresOfRequires    = "requires of requires"
	CircularRequires      = "circular requires"
	RequiresWithFragments = "requires with fragments"
	RequiresOnObject      = "requires on interface object"
	Provides              = "provides"
	NestedProvides        = "nested provides"
	Override              = "override"
	OverrideByLabel       = "override by label"
	InterfaceObject       = "interface object jump"
	InterfaceEntity       = "entity of an interface"
	NullEntity            = "null entity"
	NullKey               = "null key"
	SharedRoot            = "shared root"
	SharedField           = "shared field"
	SplitValue            = "split value type"
	Inaccessible          = "inaccessible value"
	Context               = "context"
	Federation1           = "federation 1"
	OtherNullability      = "nullability differs"
	OtherMembers          = "members differ"
)

// Observable are the names of all that a run can see in use.
var Observable = []string{
	Requires, RequiresWithArguments, RequiresOfRequires, CircularRequires, RequiresWithFragments, RequiresOnObject, Provides, NestedProvides, Override,
	OverrideByLabel, InterfaceObject, InterfaceEntity, NullEntity, NullKey, SharedRoot, SharedField, SplitValue, Inaccessible, Context,
	Federation1, OtherNullability, OtherMembers,
}

// use notes what was seen in use.
func (r *Run) use(names ...string) {
	if len(names) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.used == nil {
		r.used = map[string]bool{}
	}
	for _, name := range names {
		r.used[name] = true
	}
}

// Used reports whether something was seen in use.
func (r *Run) Used(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.used[name]
}

// findTraits notes what resolving each field uses: in a subgraph, and in the graph as a whole.
func (w *World) findTraits() {
	for _, sub := range w.subgraphs {
		for name, t := range sub.Types {
			for field, f := range t.Fields {
				sub.traits[name+"."+field] = traitsOf(sub, f)
				if f.Requires != nil && w.Schema.Types[name] != nil {
					sub.requireTraits[name+"."+field] = w.requireTraits(sub, name, f.Requires)
				}
			}
		}
	}
	for name, def := range w.Schema.Types {
		if def.Kind != ast.Object || strings.HasPrefix(name, "__") {
			continue
		}
		for _, f := range def.Fields {
			w.traits[name+"."+f.Name] = w.sharedTraits(def, f)
		}
	}
}

// traitsOf are what resolving a field in a subgraph uses, whatever the subgraph got.
func traitsOf(sub *subgraph, f *direct.Field) []string {
	var out []string
	if sub.IsFederation1 {
		out = append(out, Federation1)
	}
	if f.OverrideFrom != "" {
		out = append(out, Override)
	}
	if f.Label != "" {
		out = append(out, OverrideByLabel)
	}
	if len(f.Contexts) > 0 {
		out = append(out, Context)
	}
	return out
}

// requireTraits are what resolving a field uses out of a representation with all that it requires.
func (w *World) requireTraits(sub *subgraph, typ string, set ast.SelectionSet) []string {
	out := []string{Requires}
	if hasArguments(set) {
		out = append(out, RequiresWithArguments)
	}
	if hasFragments(set) {
		out = append(out, RequiresWithFragments)
	}
	if sub.Types[typ].IsInterfaceObject {
		out = append(out, RequiresOnObject)
	}
	for _, selection := range set {
		f, ok := selection.(*ast.Field)
		if !ok {
			continue
		}
		for _, object := range possible(w.Schema, typ) {
			needs := w.requires[object+"."+f.Name]
			if needs == nil {
				continue
			}
			out = append(out, RequiresOfRequires)
			if slices.ContainsFunc(needs, func(s ast.Selection) bool { return sub.resolves(typ, s) }) {
				out = append(out, CircularRequires)
			}
			break
		}
	}
	return out
}

// resolves reports whether a subgraph resolves a selected field of a type itself.
func (s *subgraph) resolves(typ string, selection ast.Selection) bool {
	f, ok := selection.(*ast.Field)
	if !ok {
		return false
	}
	own := s.Types[typ].Fields[f.Name]
	return own != nil && !own.External
}

func hasFragments(set ast.SelectionSet) bool {
	return slices.ContainsFunc(set, func(selection ast.Selection) bool {
		f, isField := selection.(*ast.Field)
		return !isField || hasFragments(f.SelectionSet)
	})
}

func hasArguments(set ast.SelectionSet) bool {
	return slices.ContainsFunc(set, func(selection ast.Selection) bool {
		switch sel := selection.(type) {
		case *ast.Field:
			return len(sel.Arguments) > 0 || hasArguments(sel.SelectionSet)
		case *ast.InlineFragment:
			return hasArguments(sel.SelectionSet)
		}
		return false
	})
}

// sharedTraits are what a field of the unsplit schema uses that several subgraphs know.
func (w *World) sharedTraits(def *ast.Definition, f *ast.FieldDefinition) []string {
	var out []string
	resolvers, lacks := 0, false
	var declared []*ast.Type
	for _, sub := range w.subgraphs {
		t := sub.Types[def.Name]
		if t == nil {
			continue
		}
		own := t.Fields[f.Name]
		lacks = lacks || own == nil
		if own != nil && !own.External {
			resolvers++
			declared = append(declared, sub.Schema.Types[def.Name].Fields.ForName(f.Name).Type)
		}
	}
	isRoot := def == w.Schema.Query || def == w.Schema.Mutation || def == w.Schema.Subscription
	_, isKey := w.codes[w.family(def.Name)+"."+f.Name]
	switch {
	case resolvers > 1 && isRoot:
		out = append(out, SharedRoot)
	case resolvers > 1 && !isKey:
		out = append(out, SharedField)
	}
	if lacks && !isRoot && !w.entities[def.Name] {
		out = append(out, SplitValue)
	}
	if slices.ContainsFunc(declared, func(t *ast.Type) bool { return t.String() != declared[0].String() }) {
		out = append(out, OtherNullability)
	}
	if w.isAbstract(f.Type.Name()) && len(w.runtimeTypes(def.Name, f)) < len(possible(w.Schema, f.Type.Name())) {
		out = append(out, OtherMembers)
	}
	return out
}

func (w *World) isAbstract(name string) bool {
	def := w.Schema.Types[name]
	return def != nil && def.IsAbstractType()
}
