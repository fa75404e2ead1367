package schema

import (
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/validator"
)

// New makes a Schema of its parts and adds the built-in types and directives. It takes over the
// types: they must not belong to another Schema. It checks nothing; Check does.
func New(p Parts) *Schema {
	scalars, introspection, directives := builtIns()
	s := &Schema{Description: p.Description, Applied: p.Applied}
	s.Types = append(append(append(s.Types, scalars...), p.Types...), introspection...)
	s.Directives = append(s.Directives, directives...)
	for _, d := range p.Directives {
		if !isBuiltInDirective(d.Name) {
			s.Directives = append(s.Directives, d)
			continue
		}
		// A service may print them, and allow them in more places; ours stand otherwise.
		for _, own := range s.Directives {
			if own.Name == d.Name {
				own.Locations = sortedUnion(own.Locations, d.Locations)
			}
		}
	}
	s.byName = make(map[string]*Type, len(s.Types))
	for _, t := range s.Types {
		s.byName[t.Name] = t
	}
	s.Query, s.Mutation, s.Subscription = s.byName[p.Query], s.byName[p.Mutation], s.byName[p.Subscription]
	s.numberObjects()
	s.coerceDefaults()
	return s
}

func sortedUnion(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// numberObjects gives each object type its dense number and each composite type its possible types.
func (s *Schema) numberObjects() {
	implementers := map[string][]int{}
	objects := 0
	for _, t := range s.Types {
		t.objectIndex = -1
		if t.Kind != Object {
			continue
		}
		t.objectIndex = objects
		objects++
		for _, name := range t.Interfaces {
			implementers[name] = append(implementers[name], t.objectIndex)
		}
	}
	var single SingleSets
	for _, t := range s.Types {
		switch t.Kind {
		case Object:
			t.possible = single.Of(t.objectIndex, objects)
		case Interface:
			t.possible = SetOf(implementers[t.Name]...)
		case Union:
			var members []int
			for _, name := range t.Members {
				if member := s.byName[name]; member != nil && member.Kind == Object {
					members = append(members, member.objectIndex)
				}
			}
			t.possible = SetOf(members...)
		case Scalar, Enum, InputObject:
		}
	}
}

// Objects returns the object types by their dense number.
func (s *Schema) Objects() []*Type {
	var out []*Type
	for _, t := range s.Types {
		if t.Kind == Object {
			out = append(out, t)
		}
	}
	return out
}

// Directive returns the definition of the directive called name, or nil.
func (s *Schema) Directive(name string) *DirectiveDefinition {
	for _, d := range s.Directives {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// builtInDirectives are the directives of the GraphQL spec that are present in every schema.
var builtInDirectives = map[string]bool{
	"skip": true, "include": true, "deprecated": true, "specifiedBy": true, "oneOf": true,
}

func isBuiltInDirective(name string) bool { return builtInDirectives[name] }

func isBuiltInType(name string) bool {
	switch name {
	case "Int", "Float", "String", "Boolean", "ID",
		"__Schema", "__Type", "__TypeKind", "__Field", "__InputValue", "__EnumValue", "__Directive", "__DirectiveLocation":
		return true
	}
	return false
}

// builtIns returns fresh scalars, introspection types and directives of the GraphQL spec, as the
// parser's library declares them (GraphQL spec 3.5, 3.13 and 4.2). Only what a Schema changes is fresh.
func builtIns() (scalars, introspection []*Type, directives []*DirectiveDefinition) {
	doc := prelude()
	for _, def := range doc.definitions {
		t := *def
		t.BuiltIn = true
		if strings.HasPrefix(t.Name, "__") {
			introspection = append(introspection, &t)
		} else {
			scalars = append(scalars, &t)
		}
	}
	for _, def := range doc.directives {
		if isBuiltInDirective(def.Name) {
			d := *def
			d.BuiltIn = true
			directives = append(directives, &d)
		}
	}
	return scalars, introspection, directives
}

// prelude is parsed once and only read.
var prelude = sync.OnceValue(func() *document {
	doc, ok := parseSDL("", validator.Prelude.Input)
	if !ok {
		panic("schema: the built-in definitions do not parse")
	}
	return doc
})
