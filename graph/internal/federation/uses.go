package federation

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// markUses finds which fields the subgraph's own keys, @requires, @provides and interfaces need, and
// which of them count as shareable or not external for it.
func (s *Subgraph) markUses() {
	for _, t := range s.Types {
		for _, key := range t.Keys {
			s.eachField(t, key.Fields, true, func(f *Field) {
				f.Uses.Key = true
				f.Shareable = true
			})
		}
		for _, f := range t.Fields {
			if f.Requires != nil {
				s.eachField(t, f.Requires.Fields, true, func(used *Field) { used.Uses.Requires = true })
			}
			if f.Provides != nil {
				if target := s.Type(f.Type.Named()); target != nil {
					s.eachField(target, f.Provides.Fields, true, func(used *Field) { used.Uses.Provides = true })
				}
			}
			for _, c := range f.Contexts {
				for _, source := range s.ContextTypes(c.Context) {
					s.eachField(source, c.Selection, true, func(used *Field) { used.Uses.Requires = true })
				}
			}
		}
		s.markInterfaceFields(t)
	}
	s.markKeysOfExtensions()
}

// markInterfaceFields marks the fields that an interface of the type asks for.
func (s *Subgraph) markInterfaceFields(t *Type) {
	if t.Kind != schema.Object && t.Kind != schema.Interface {
		return
	}
	for _, name := range t.Def.Interfaces {
		iface := s.Type(name)
		if iface == nil {
			continue
		}
		for _, f := range iface.Fields {
			if own := t.Field(f.Name); own != nil {
				own.Uses.Interface = true
			}
		}
	}
}

// markKeysOfExtensions treats the @external key fields of an extension as Federation 1 meant them:
// the subgraph knows their values, so they are not external.
func (s *Subgraph) markKeysOfExtensions() {
	for _, t := range s.Types {
		for _, key := range t.Keys {
			if !key.OfExtension && !t.hasExtends() {
				continue
			}
			s.eachField(t, key.Fields, false, func(f *Field) {
				if f.External != nil {
					f.IsKeyOfExtension, f.External = true, nil
				}
			})
		}
	}
}

// hasExtends reports whether the type has @extends: then it is an extension without being declared
// as one.
func (t *Type) hasExtends() bool { return t.IsExtension && !t.Def.IsExtension }

// eachField calls visit for each field that a field set selects on t. With implementations it also
// visits the same fields of the types that implement an interface in the set.
func (s *Subgraph) eachField(t *Type, set FieldSet, implementations bool, visit func(*Field)) {
	for _, item := range set {
		if item.On != "" {
			if on := s.Type(item.On); on != nil {
				s.eachField(on, item.Selections, implementations, visit)
			}
			continue
		}
		f := t.Field(item.Field)
		if f == nil {
			continue // __typename, or reported as unknown
		}
		visit(f)
		if implementations && t.Kind == schema.Interface {
			for _, impl := range s.Types {
				if own := impl.Field(item.Field); own != nil && slices.Contains(impl.Def.Interfaces, t.Name) {
					visit(own)
				}
			}
		}
		if target := s.Type(f.Type.Named()); target != nil {
			s.eachField(target, item.Selections, implementations, visit)
		}
	}
}
