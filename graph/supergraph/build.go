package supergraph

import (
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// New makes a Supergraph of its exported parts: it takes over merged and the subgraphs, whose Index
// and order of types and fields it sets, and derives the API schema. It checks nothing.
func New(parts Supergraph) *Supergraph {
	s := assemble(parts)
	s.api = s.apiSchema(nil)
	return s
}

// Renew is New for a graph that has much in common with s: what clients see of a type whose definition
// shares its parts with that in s is taken from s. The types themselves must be new ones.
func (s *Supergraph) Renew(parts Supergraph) *Supergraph {
	next := assemble(parts)
	next.api = next.apiSchema(s)
	next.keepTexts(s)
	return next
}

// assemble is New without the API schema.
func assemble(parts Supergraph) *Supergraph {
	s := &Supergraph{Schema: parts.Schema, Subgraphs: parts.Subgraphs, Links: parts.Links, Join: parts.Join, texts: &texts{}}
	if oldest := (federation.Version{Minor: 3}); s.Join.Less(oldest) {
		s.Join = oldest
	}
	s.byName = map[string]*Subgraph{}
	for i, sub := range s.Subgraphs {
		sub.Index = i
		sub.byName = make(map[string]*SubgraphType, len(sub.Types))
		for _, t := range sub.Types {
			sub.byName[t.Name] = t
			if t.fields != nil || len(t.Fields) < manyFields {
				continue
			}
			t.fields = make(map[string]*SubgraphField, len(t.Fields))
			for _, f := range t.Fields {
				t.fields[f.Name] = f
			}
		}
		s.byName[sub.Name] = sub
	}
	return s
}

// API returns the schema that clients see: the merged schema without what is inaccessible and
// without directives of linked features. It is the same value at each call.
func (s *Supergraph) API() *schema.Schema { return s.api }
