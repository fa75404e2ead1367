// Package introspect answers __schema and __type from the API schema.
//
// In: a field of a normalised operation and the values of its variables. Out: the field's value,
// appended as raw JSON. It knows nothing of subgraphs: nobody is asked (GraphQL spec 4).
package introspect

import (
	"fmt"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/rawjson"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// MaxBytes bounds the answer to one introspection field: aliases can ask for the same lists many
// times over.
const MaxBytes = 32 << 20

// Append appends the value of a "__schema" or "__type" field. The error says that the answer would
// be over MaxBytes.
func Append(dst []byte, api *schema.Schema, f *operation.Field, values operation.Values) ([]byte, *gqlerr.Error) {
	w := &writer{api: api, objects: api.Objects(), values: values, dst: dst, end: len(dst) + MaxBytes}
	switch f.Name {
	case "__schema":
		w.object(f, w.schemaField)
	case "__type":
		name := rawjson.AppendUnquoted(nil, w.argument(f, "name"))
		if t := api.Type(string(name)); t != nil {
			w.typeValue(f, typeUse{named: t})
		} else {
			w.null()
		}
	default:
		panic("introspect: " + f.Name + " is no introspection field")
	}
	if w.isFull() {
		return dst, &gqlerr.Error{
			Message: fmt.Sprintf("The answer to %q would be over %d bytes. Select fewer fields under fewer aliases.", f.Key, MaxBytes),
			Code:    gqlerr.LimitExceeded,
		}
	}
	return w.dst, nil
}

// writer appends one answer.
type writer struct {
	api     *schema.Schema
	objects []*schema.Type
	values  operation.Values
	dst     []byte
	// end is the length at which dst is full.
	end int
}

func (w *writer) isFull() bool { return len(w.dst) > w.end }

// argument returns the value of an argument as JSON; nil if it has none.
func (w *writer) argument(f *operation.Field, name string) []byte {
	for _, arg := range f.Args {
		if arg.Name == name {
			return w.values[arg.Value.Variable]
		}
	}
	return nil
}

// isOn evaluates a field's condition.
func (w *writer) isOn(c operation.Condition) bool {
	for _, conjunction := range c {
		holds := true
		for _, l := range conjunction {
			holds = holds && (string(w.values[l.Variable]) == "true") != l.Negated
		}
		if holds {
			return true
		}
	}
	return c == nil
}

// object writes the fields selected below f; value writes one of them.
func (w *writer) object(f *operation.Field, value func(*operation.Field)) {
	w.dst = append(w.dst, '{')
	isFirst := true
	for _, child := range f.Selections.Fields {
		if w.isFull() || !w.isOn(child.When) {
			continue
		}
		if !isFirst {
			w.dst = append(w.dst, ',')
		}
		isFirst = false
		w.dst = append(rawjson.AppendString(w.dst, child.Key), ':')
		if child.Name == "__typename" {
			w.text(f.Selections.Parent.Name)
			continue
		}
		value(child)
	}
	w.dst = append(w.dst, '}')
}

// list writes n elements, those that element writes; element reports whether it wrote one.
func (w *writer) list(n int, element func(i int) bool) {
	w.dst = append(w.dst, '[')
	for i := range n {
		if w.isFull() {
			break
		}
		before := len(w.dst)
		if w.dst[before-1] != '[' {
			w.dst = append(w.dst, ',')
		}
		if !element(i) {
			w.dst = w.dst[:before]
		}
	}
	w.dst = append(w.dst, ']')
}

func (w *writer) null() { w.dst = append(w.dst, "null"...) }

func (w *writer) text(s string) { w.dst = rawjson.AppendString(w.dst, s) }

// optional writes a text, or null where it is empty.
func (w *writer) optional(s string) {
	if s == "" {
		w.null()
		return
	}
	w.text(s)
}

func (w *writer) boolean(b bool) {
	if b {
		w.dst = append(w.dst, "true"...)
		return
	}
	w.dst = append(w.dst, "false"...)
}

// deprecation returns the reason of @deprecated, and whether it is applied at all.
func deprecation(applied []schema.Directive) (reason string, isDeprecated bool) {
	for _, d := range applied {
		if d.Name == "deprecated" {
			return stringArgument(d, "reason", "No longer supported"), true
		}
	}
	return "", false
}

func stringArgument(d schema.Directive, name, byDefault string) string {
	for _, arg := range d.Args {
		if arg.Name == name && arg.Value.Kind == schema.String {
			return arg.Value.Raw
		}
	}
	return byDefault
}

// deprecationField writes isDeprecated or deprecationReason.
func (w *writer) deprecationField(name string, applied []schema.Directive) {
	reason, isDeprecated := deprecation(applied)
	switch {
	case name == "isDeprecated":
		w.boolean(isDeprecated)
	case isDeprecated:
		w.text(reason)
	default:
		w.null()
	}
}
