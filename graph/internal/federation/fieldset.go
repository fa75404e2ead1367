package federation

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// FieldSet is a parsed selection of fields as @key, @requires and @provides take it: "id org { id }".
// Order is as written.
type FieldSet []FieldSetItem

// FieldSetItem is a field with its own selection, or an inline fragment.
type FieldSetItem struct {
	// On is the type condition of an inline fragment; Field is then empty.
	On    string
	Field string
	// Alias is the response key when it differs from Field; only @requires may have one.
	Alias      string
	Args       []schema.Argument
	Selections FieldSet
}

// FieldSetError says why a text is not a field set.
type FieldSetError struct {
	Message string
	// HasDirective is set where the only fault is a directive inside.
	HasDirective bool
}

// Error returns the message.
func (e *FieldSetError) Error() string { return e.Message }

// ParseFieldSet parses a field set, with or without braces around it. The error is a *FieldSetError.
func ParseFieldSet(text string) (FieldSet, error) {
	if set, ok := plainFieldSet(text); ok {
		return set, nil
	}
	trimmed := strings.TrimSpace(text)
	if !strings.HasPrefix(trimmed, "{") {
		trimmed = "{" + trimmed + "\n}"
	}
	// The parser bounds nesting, so the recursion below is bounded too.
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: trimmed}, maxFieldSetTokens)
	if err != nil {
		return nil, &FieldSetError{Message: fmt.Sprintf("%q is not a selection of fields: %s", text, syntaxMessage(err))}
	}
	isSelection := len(doc.Operations) == 1 && len(doc.Fragments) == 0 &&
		doc.Operations[0].Operation == ast.Query && doc.Operations[0].Name == ""
	if !isSelection {
		return nil, &FieldSetError{Message: fmt.Sprintf("%q is not one selection of fields", text)}
	}
	return fieldSet(doc.Operations[0].SelectionSet)
}

// plainFieldSet reads a field set that is nothing but names, as those of most keys are. It saves a parser
// for each.
func plainFieldSet(text string) (FieldSet, bool) {
	var out FieldSet
	for len(out) < maxFieldSetTokens {
		text = strings.TrimLeft(text, " \t\r\n,")
		if text == "" {
			return out, len(out) > 0
		}
		end := strings.IndexAny(text, " \t\r\n,")
		if end < 0 {
			end = len(text)
		}
		if !isName(text[:end]) {
			return nil, false
		}
		out = append(out, FieldSetItem{Field: text[:end]})
		text = text[end:]
	}
	return nil, false
}

// maxFieldSetTokens bounds what one field set may cost; real ones have some dozens.
const maxFieldSetTokens = 100_000

func syntaxMessage(err error) string {
	text := err.Error()
	if i := strings.Index(text, ": "); i >= 0 && strings.HasPrefix(text, "input:") {
		return text[i+2:]
	}
	return text
}

func fieldSet(selections ast.SelectionSet) (FieldSet, error) {
	var out FieldSet
	for _, selection := range selections {
		var item FieldSetItem
		var inner ast.SelectionSet
		var directives ast.DirectiveList
		switch n := selection.(type) {
		case *ast.Field:
			item.Field, inner, directives = n.Name, n.SelectionSet, n.Directives
			if n.Alias != n.Name {
				item.Alias = n.Alias
			}
			args, err := arguments(n.Arguments)
			if err != nil {
				return nil, err
			}
			item.Args = args
		case *ast.InlineFragment:
			item.On, inner, directives = n.TypeCondition, n.SelectionSet, n.Directives
		case *ast.FragmentSpread:
			return nil, &FieldSetError{Message: fmt.Sprintf("the named fragment %q cannot be used, write its fields instead", n.Name)}
		}
		if len(directives) > 0 {
			return nil, &FieldSetError{HasDirective: true, Message: fmt.Sprintf("the directive \"@%s\" cannot stand in a field set", directives[0].Name)}
		}
		nested, err := fieldSet(inner)
		if err != nil {
			return nil, err
		}
		if item.On == "" && item.Field == "" { // "... { id }" says nothing
			out = append(out, nested...)
			continue
		}
		item.Selections = nested
		out = append(out, item)
	}
	return out, nil
}

func arguments(list ast.ArgumentList) ([]schema.Argument, error) {
	var out []schema.Argument
	for _, a := range list {
		value, err := constant(a.Value)
		if err != nil {
			return nil, err
		}
		out = append(out, schema.Argument{Name: a.Name, Value: value})
	}
	return out, nil
}

func constant(v *ast.Value) (schema.Value, error) {
	if v.Kind == ast.Variable {
		return schema.Value{}, &FieldSetError{Message: fmt.Sprintf("the variable $%s cannot stand in a field set", v.Raw)}
	}
	for _, child := range v.Children {
		if _, err := constant(child.Value); err != nil {
			return schema.Value{}, err
		}
	}
	return schema.ValueOf(v), nil
}

// String prints the field set on one line: "id org { id }".
func (s FieldSet) String() string {
	if len(s) == 1 && s[0].Field != "" && s[0].Alias == "" && len(s[0].Args)+len(s[0].Selections) == 0 {
		return s[0].Field
	}
	var b strings.Builder
	s.write(&b)
	return b.String()
}

func (s FieldSet) write(b *strings.Builder) {
	for i, item := range s {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch {
		case item.On != "":
			b.WriteString("... on " + item.On)
		case item.Alias != "":
			b.WriteString(item.Alias + ": " + item.Field)
		default:
			b.WriteString(item.Field)
		}
		for j, a := range item.Args {
			if j == 0 {
				b.WriteByte('(')
			} else {
				b.WriteString(", ")
			}
			b.WriteString(a.Name + ": " + a.Value.String())
			if j == len(item.Args)-1 {
				b.WriteByte(')')
			}
		}
		if len(item.Selections) > 0 {
			b.WriteString(" { ")
			item.Selections.write(b)
			b.WriteString(" }")
		}
	}
}
