// Package world makes up the data of a graph, so that a federated answer can be held against that of the unsplit schema.
//
// In: the SDL of the unsplit schema, the subgraphs that it was split into, and a salt. Every value follows from the
// identity of its object, the field, its arguments and what it requires; so all subgraphs and the monolith agree without
// sharing any state, and an answer that was put together from the wrong object, field or argument shows. The steps are:
// read what the subgraphs' directives say (world.go), code the identity of entities into their keys (keys.go), compute
// values (values.go), and serve them, as the monolith or as one subgraph that complains of what it must not be asked
// (server.go).
package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/fedtest/internal/direct"
)

// Settings choose one world of a graph.
type Settings struct {
	// Salt tells one world of a graph from another.
	Salt string
	// Breaks makes some fields fail.
	Breaks bool
	// Long makes the lists of root fields long, so that there are many entities to ask for at once.
	Long bool
}

// SDL is the text of one subgraph.
type SDL struct{ Name, Text string }

// World is the data of one graph.
type World struct {
	Settings
	// Schema is the unsplit schema.
	Schema    *ast.Schema
	subgraphs []*subgraph
	// families maps an object type to the keyed interface whose key it has.
	families map[string]string
	// entities are the object types that have a key somewhere.
	entities map[string]bool
	// codes says how fields of keys tell the identity, by family and field.
	codes map[string]code
	// ghosts are the types of which one entity has vanished.
	ghosts map[string]bool
	// firm are fields that never break: what others need of them would be lost.
	firm map[string]bool
	// nullKeys are the types whose vanished entity has a null key.
	nullKeys map[string]bool
	// requires are the field sets of fields, by "Type.field"; contexts their arguments out of contexts.
	requires map[string]ast.SelectionSet
	contexts map[string][]direct.ContextArgument
	// offers are the object types that offer each context.
	offers map[string][]string
	// inaccessible are the types and the values of enums that clients must not see.
	inaccessible map[string]bool
	// traits are what resolving a field uses, by "Type.field".
	traits map[string][]string
	// runtime caches which types the field of an object can return.
	runtime sync.Map
}

type subgraph struct {
	*direct.Subgraph
	name string
	// documents caches the operations that it was asked, by their text.
	documents sync.Map
	// traits are what resolving a field here uses, by "Type.field"; requireTraits what it uses with what it requires.
	traits, requireTraits map[string][]string
}

// read reads an operation that the subgraph is asked.
func (s *subgraph) read(query string) (*ast.QueryDocument, error) {
	if known, ok := s.documents.Load(query); ok {
		return known.(*ast.QueryDocument), nil
	}
	doc, err := direct.Read(s.Schema, query)
	if err == nil {
		s.documents.Store(query, doc)
	}
	return doc, err
}

// New reads a graph. An error says that the texts do not belong together.
func New(monolith string, subgraphs []SDL, settings Settings) (*World, error) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "monolith", Input: monolith})
	if err != nil {
		return nil, fmt.Errorf("read the monolith's SDL: %w", err)
	}
	w := &World{
		Settings: settings, Schema: schema, families: map[string]string{}, entities: map[string]bool{}, codes: map[string]code{},
		ghosts: map[string]bool{}, firm: map[string]bool{}, nullKeys: map[string]bool{}, requires: map[string]ast.SelectionSet{},
		contexts: map[string][]direct.ContextArgument{}, offers: map[string][]string{}, inaccessible: map[string]bool{},
		traits: map[string][]string{},
	}
	for _, sub := range subgraphs {
		read, err := direct.ReadSubgraph(sub.Name, sub.Text)
		if err != nil {
			return nil, err
		}
		maps.Copy(w.inaccessible, read.Inaccessible)
		w.subgraphs = append(w.subgraphs, &subgraph{Subgraph: read, name: sub.Name, traits: map[string][]string{}, requireTraits: map[string][]string{}})
	}
	w.findFamilies()
	w.findRequires()
	w.findContexts()
	w.codeKeys()
	w.findGhosts()
	w.findTraits()
	if w.hasVariance() {
		w.Breaks = false // a subgraph that promises more than the graph loses more when a field breaks
	}
	return w, w.checkTypes()
}

// ErrNoType says that a field must not be null and has no type that every subgraph knows: no data fits such a graph.
var ErrNoType = errors.New("a field that must not be null has no type that all its subgraphs know")

func (w *World) checkTypes() error {
	for _, def := range w.Schema.Types {
		if def.Kind != ast.Object || strings.HasPrefix(def.Name, "__") {
			continue
		}
		for _, f := range def.Fields {
			if !strings.HasPrefix(f.Name, "__") && w.isComposite(f.Type) && f.Type.Name() != w.Schema.Query.Name &&
				strings.Contains(w.promised(def.Name, f).String(), "!") && len(w.runtimeTypes(def.Name, f)) == 0 {
				return ErrNoType
			}
		}
	}
	return nil
}

// possible returns the names of the object types that a type can be, sorted.
func possible(schema *ast.Schema, name string) []string {
	def := schema.Types[name]
	if def == nil {
		return nil
	}
	if def.Kind == ast.Object {
		return []string{name}
	}
	var out []string
	for _, t := range schema.PossibleTypes[name] {
		if t.Kind == ast.Object {
			out = append(out, t.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// findFamilies finds the entities, and the interfaces whose key is theirs.
func (w *World) findFamilies() {
	for _, sub := range w.subgraphs {
		for name, t := range sub.Types {
			if len(t.Keys) == 0 || w.Schema.Types[name] == nil {
				continue
			}
			for _, object := range possible(w.Schema, name) {
				w.entities[object] = true
				if known, ok := w.families[object]; w.Schema.Types[name].Kind == ast.Interface && (!ok || name < known) {
					w.families[object] = name
				}
			}
		}
	}
}

// family is the name under which a type's entities are counted.
func (w *World) family(typ string) string {
	if f, ok := w.families[typ]; ok {
		return f
	}
	return typ
}

// findRequires notes what fields require; it is firm, and so is all that stands beside it in a composite value.
func (w *World) findRequires() {
	for _, sub := range w.subgraphs {
		for name, t := range sub.Types {
			for field, f := range t.Fields {
				if f.Requires == nil {
					continue
				}
				for _, object := range possible(w.Schema, name) {
					w.requires[object+"."+field] = f.Requires
					w.makeFirm(object, f.Requires)
				}
			}
		}
	}
}

// findContexts notes which fields have arguments out of contexts, and who offers these. What they read is firm.
func (w *World) findContexts() {
	for _, sub := range w.subgraphs {
		for name, t := range sub.Types {
			for _, context := range t.Contexts {
				w.offers[context] = append(w.offers[context], possible(w.Schema, name)...)
			}
			for field, f := range t.Fields {
				for _, object := range possible(w.Schema, name) {
					if len(f.Contexts) > 0 {
						w.contexts[object+"."+field] = f.Contexts
					}
				}
			}
		}
	}
	for _, arguments := range w.contexts {
		for _, arg := range arguments {
			for _, object := range w.offers[arg.Context] {
				w.makeFirm(object, arg.Selection)
			}
		}
	}
}

// makeFirm marks the fields of a field set, with everything else below its composite fields.
func (w *World) makeFirm(typ string, set ast.SelectionSet) {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.InlineFragment:
			for _, object := range possible(w.Schema, sel.TypeCondition) {
				w.makeFirm(object, sel.SelectionSet)
			}
		case *ast.Field:
			w.firm[typ+"."+sel.Name] = true
			def := w.Schema.Types[typ].Fields.ForName(sel.Name)
			if def == nil || sel.SelectionSet == nil {
				continue
			}
			for _, object := range possible(w.Schema, def.Type.Name()) {
				for _, f := range w.Schema.Types[object].Fields {
					w.firm[object+"."+f.Name] = true
				}
				w.makeFirm(object, sel.SelectionSet)
			}
		}
	}
}

// findGhosts finds the types of which an entity may vanish without contradicting the schema: one key everywhere, and
// every other field may be null.
func (w *World) findGhosts() {
	for name := range w.entities {
		if w.families[name] != "" {
			continue
		}
		keys := map[string]bool{}
		for _, sub := range w.subgraphs {
			if t := sub.Types[name]; t != nil {
				for _, key := range t.Keys {
					keys[key.Text] = true
				}
			}
		}
		maybe := len(keys) == 1
		for _, f := range w.Schema.Types[name].Fields {
			_, isKey := w.codes[name+"."+f.Name]
			if !isKey && w.promised(name, f).NonNull || isKey && w.isComposite(f.Type) {
				maybe = false
			}
		}
		w.ghosts[name] = maybe
		w.nullKeys[name] = maybe && !w.isInKey(name)
	}
}

// isInKey reports whether the key of another type leads to a type.
func (w *World) isInKey(name string) bool {
	for _, sub := range w.subgraphs {
		for typ, t := range sub.Types {
			for _, key := range t.Keys {
				for _, selection := range key.Fields {
					f, ok := selection.(*ast.Field)
					if ok && f.SelectionSet != nil && slices.Contains(possible(w.Schema, sub.Schema.Types[typ].Fields.ForName(f.Name).Type.Name()), name) {
						return true
					}
				}
			}
		}
	}
	return false
}

func (w *World) isComposite(ref *ast.Type) bool {
	def := w.Schema.Types[ref.Name()]
	return def != nil && def.IsCompositeType()
}

// hasVariance reports whether a subgraph gives a field another type than the monolith does.
func (w *World) hasVariance() bool {
	for _, sub := range w.subgraphs {
		for name, def := range sub.Schema.Types {
			whole := w.Schema.Types[name]
			if whole == nil || strings.HasPrefix(name, "_") || def.Kind == ast.InputObject {
				continue
			}
			for _, f := range def.Fields {
				if other := whole.Fields.ForName(f.Name); other != nil && other.Type.String() != f.Type.String() {
					return true
				}
			}
		}
	}
	return false
}
