package fedtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graph/weft/fedtest/internal/direct"
	"github.com/weft-graph/weft/graph"
)

// Fault makes one subgraph fail during one request. Several may be given for one subgraph. What names no Field concerns the
// whole answer.
type Fault struct {
	// Subgraph is the subgraph's name.
	Subgraph string
	// Latency is waited before the subgraph answers, or until the request's time is over. Inside of testing/synctest it
	// takes no time.
	Latency time.Duration
	// Status is answered in place of a GraphQL response, without a body: 503.
	Status int
	// Error is the message of an error. With a Field the field is null and the error has its path; without one, "data" is
	// null and the error has no path.
	Error string
	// DropEntities answers null for every entity, as if it had been deleted, without an error.
	DropEntities bool
	// Field is "Type.field", as the type is called in the subgraph's SDL: an object type, or the interface on which the
	// subgraph is asked for the field.
	Field string
	// Null answers null for the field, without an error, whatever the schema says.
	Null bool
	// Value answers this JSON for the field, of the wrong type perhaps. Empty leaves the value alone.
	Value json.RawMessage
}

// faultSchema is what spoiling an answer must know of a subgraph.
type faultSchema struct{ *direct.Subgraph }

func readFaultSchema(s Subgraph) (*faultSchema, error) {
	sub, err := direct.ReadSubgraph(s.Name, s.SDL)
	if err != nil {
		return nil, err
	}
	return &faultSchema{sub}, nil
}

// checkFault refuses a fault that could never happen.
func (g *Graph) checkFault(f Fault) error {
	schema := g.schemas[f.Subgraph]
	if schema == nil {
		return fmt.Errorf("a fault names the subgraph %q, and the graph has none of that name", f.Subgraph)
	}
	if f.Field == "" {
		if f.Null || len(f.Value) > 0 {
			return fmt.Errorf("a fault of %s has a Null or a Value and no Field", f.Subgraph)
		}
		return nil
	}
	typ, field, _ := strings.Cut(f.Field, ".")
	if def := schema.Schema.Types[typ]; def == nil || def.Fields.ForName(field) == nil {
		return fmt.Errorf("a fault names the field %q, and the subgraph %s has none of that name", f.Field, f.Subgraph)
	}
	if len(f.Value) > 0 && !json.Valid(f.Value) {
		return fmt.Errorf("a fault of %s has a Value that is no JSON: %s", f.Field, f.Value)
	}
	return nil
}

func (f *fetcher) faultsOf(subgraph string) []Fault {
	return slices.DeleteFunc(slices.Clone(f.req.Faults), func(fault Fault) bool { return fault.Subgraph != subgraph })
}

// delay waits as long as the faults say; the error is ctx's.
func delay(ctx context.Context, faults []Fault) error {
	var total time.Duration
	for _, fault := range faults {
		total += fault.Latency
	}
	if total == 0 {
		return nil
	}
	timer := time.NewTimer(total)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func statusOf(faults []Fault) int {
	for _, fault := range faults {
		if fault.Status != 0 {
			return fault.Status
		}
	}
	return 0
}

// spoiler applies faults to one answer.
type spoiler struct {
	schema *faultSchema
	doc    *ast.QueryDocument
	faults []Fault
	path   []any
	errors []any
}

// spoil applies the faults of an answer's fields and entities.
func spoil(schema *faultSchema, req *graph.FetchRequest, body []byte, faults []Fault) ([]byte, error) {
	if !slices.ContainsFunc(faults, func(f Fault) bool { return f.Field != "" || f.DropEntities || f.Error != "" }) {
		return body, nil
	}
	decoded, err := decodeJSON(body)
	if err != nil {
		return body, nil // the handler's own fault
	}
	answer, _ := decoded.(map[string]any)
	doc, err := parser.ParseQuery(&ast.Source{Input: req.Query})
	if err != nil || answer == nil {
		return body, err
	}
	s := &spoiler{schema: schema, doc: doc, faults: faults}
	for _, fault := range faults {
		if fault.Error != "" && fault.Field == "" {
			answer["data"] = nil
			s.errors = append(s.errors, map[string]any{"message": fault.Error})
		}
	}
	if data, ok := answer["data"].(map[string]any); ok {
		op := doc.Operations[0]
		root := map[ast.Operation]*ast.Definition{ast.Query: schema.Schema.Query, ast.Mutation: schema.Schema.Mutation}[op.Operation]
		s.object(data, root.Name, op.SelectionSet)
	}
	if len(s.errors) > 0 {
		known, _ := answer["errors"].([]any)
		answer["errors"] = append(known, s.errors...)
	}
	return json.Marshal(answer)
}

// object spoils the members of an object that a selection set names.
func (s *spoiler) object(members map[string]any, typ string, set ast.SelectionSet) {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.InlineFragment:
			s.fragment(members, typ, sel.TypeCondition, sel.SelectionSet)
		case *ast.FragmentSpread:
			if f := s.doc.Fragments.ForName(sel.Name); f != nil {
				s.fragment(members, typ, f.TypeCondition, f.SelectionSet)
			}
		case *ast.Field:
			if _, ok := members[sel.Alias]; ok {
				s.path = append(s.path, sel.Alias)
				s.field(members, typ, sel)
				s.path = s.path[:len(s.path)-1]
			}
		}
	}
}

// fragment spoils what a fragment selects, unless the object says that it is of another type.
func (s *spoiler) fragment(members map[string]any, typ, condition string, set ast.SelectionSet) {
	if condition == "" {
		condition = typ
	}
	for key, v := range members {
		name, isText := v.(string)
		def := s.schema.Schema.Types[name]
		if !strings.HasSuffix(key, "typename") || !isText || def == nil || def.Kind != ast.Object {
			continue
		}
		if name != condition && !slices.Contains(s.schema.Schema.PossibleTypes[condition], def) {
			return
		}
	}
	s.object(members, condition, set)
}

func (s *spoiler) field(members map[string]any, typ string, sel *ast.Field) {
	def := s.schema.Schema.Types[typ].Fields.ForName(sel.Name)
	if def == nil {
		return
	}
	for _, fault := range s.faults {
		if list, ok := members[sel.Alias].([]any); ok && fault.DropEntities && sel.Name == "_entities" {
			members[sel.Alias] = make([]any, len(list))
		}
		if fault.Field != typ+"."+sel.Name {
			continue
		}
		if len(fault.Value) > 0 {
			members[sel.Alias] = fault.Value
		}
		if fault.Null || fault.Error != "" {
			members[sel.Alias] = nil
		}
		if fault.Error != "" {
			s.errors = append(s.errors, map[string]any{"message": fault.Error, "path": slices.Clone(s.path)})
		}
	}
	s.value(members[sel.Alias], def.Type.Name(), sel.SelectionSet)
}

func (s *spoiler) value(v any, typ string, set ast.SelectionSet) {
	switch value := v.(type) {
	case map[string]any:
		s.object(value, typ, set)
	case []any:
		for i, item := range value {
			s.path = append(s.path, i)
			s.value(item, typ, set)
			s.path = s.path[:len(s.path)-1]
		}
	}
}
