package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/querygraph"
	"github.com/weft-graph/weft/graph/supergraph"
)

// contextsOf returns the contextual arguments that decide a field's value: those that every subgraph
// which resolves the field has. isContextual is set where some has any.
func (w *world) contextsOf(o object, field string) (same []supergraph.ContextArgument, isContextual bool) {
	first := true
	for _, sub := range w.super.Subgraphs {
		for _, t := range sub.Types {
			f := t.Field(field)
			if f == nil || f.External || !w.is(o, t.Name) {
				continue
			}
			isContextual = isContextual || len(f.Contexts) > 0
			if first {
				same, first = f.Contexts, false
			} else if fmt.Sprint(f.Contexts) != fmt.Sprint(same) {
				same = nil
			}
		}
	}
	return same, isContextual
}

// argumentsWithContext is the text of a field's arguments, the contextual ones included: as they came to
// a subgraph, as the objects above have them in the monolith.
func (s *server) argumentsWithContext(o object, f *ast.Field) string {
	contexts, isContextual := s.contextsOf(o, f.Name)
	if !isContextual {
		return s.arguments(f.Arguments)
	}
	texts := []string{s.arguments(slices.DeleteFunc(slices.Clone(f.Arguments), func(a *ast.Argument) bool { return s.isContextual(o, f.Name, a.Name) }))}
	for _, c := range contexts {
		text := "no context"
		if s.sub == nil {
			text = jsonText(json.RawMessage(s.contextValue(c)))
		} else if given := f.Arguments.ForName(c.Name); given != nil {
			text = s.text(given.Value)
		} else {
			s.complain("%s.%s without its context %s", o.typ, f.Name, c.Name)
		}
		texts = append(texts, c.Name+":"+text)
	}
	return strings.Join(texts, ";")
}

func (s *server) isContextual(o object, field, arg string) bool {
	for _, sub := range s.super.Subgraphs {
		if t := sub.Type(o.typ); t != nil && t.Field(field) != nil {
			for _, c := range t.Field(field).Contexts {
				if c.Name == arg {
					return true
				}
			}
		}
	}
	return false
}

// contextValue is the JSON of a context, of the nearest object above that offers it.
func (s *server) contextValue(c supergraph.ContextArgument) string {
	g := querygraph.Build(s.super)
	for i := len(s.above) - 2; i >= 0; i-- {
		if g.ContextTypes(c.Context).Has(g.Number(s.above[i].typ)) {
			return s.contextJSON(s.above[i], c.Selection)
		}
	}
	return "null"
}

func (w *world) contextJSON(o object, fields federation.FieldSet) string {
	for _, item := range fields {
		if item.On != "" {
			if w.is(o, item.On) {
				return w.contextJSON(o, item.Selections)
			}
			continue
		}
		def := w.super.Schema.Type(o.typ).Field(item.Field)
		required := ""
		if fields := w.requiresOf(o, item.Field); fields != nil {
			required = w.required(o, fields)
		}
		return w.contextValueJSON(w.value(o, def, constantArguments(item.Args), required, def.Type), item.Selections)
	}
	return "null"
}

func (w *world) contextValueJSON(v any, fields federation.FieldSet) string {
	switch v := v.(type) {
	case json.RawMessage:
		return string(v)
	case object:
		return w.contextJSON(v, fields)
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			items[i] = w.contextValueJSON(item, fields)
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	return "null"
}
