package operation

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// UseKind is what a document uses of a schema at one place.
type UseKind uint8

const (
	// UseRoot is an operation: Type is "query", "mutation" or "subscription".
	UseRoot UseKind = iota
	// UseField is a selected field: Type.Member, of the named type Result, with the arguments Given.
	UseField
	// UseCondition is a fragment on Type that is spread in a selection on Within; a fragment's definition has no Within.
	UseCondition
	// UseVariable is a variable whose named type is Type: any value of it may come.
	UseVariable
	// UseInput is a literal of the input object Type with the fields Given, or of the custom scalar Type.
	UseInput
	// UseEnumValue is the literal Type.Member.
	UseEnumValue
	// UseDirective is @Member at the location Within, with the arguments Given.
	UseDirective
)

// Use is one place of a document that needs something of a schema.
type Use struct {
	Kind                         UseKind
	Type, Member, Within, Result string
	Given                        []Given
	// Repeated is set for a directive that stands twice at its place.
	Repeated bool
	// In names the operation or fragment in which the use stands: "query Me", "fragment Name".
	In           string
	Line, Column int
}

// Given is an argument of a field or directive, or a field of an input object, that a document gives a value.
type Given struct {
	Name string
	// Nullable is set where the value is null or a variable that may be.
	Nullable     bool
	Line, Column int
}

// Uses lists what the operations and fragments of a document use of the API schema, in the order of the document,
// fragments last. What the schema does not have is left out, so a document need not be valid. The errors are those of
// a document that cannot be read.
func (p *Parser) Uses(document string) ([]Use, gqlerr.List) {
	doc, errs := p.parse(document)
	if errs != nil {
		return nil, errs
	}
	f := &useFinder{Parser: p, doc: doc, nullable: map[string]bool{}}
	for _, op := range doc.Operations {
		for _, v := range op.VariableDefinitions {
			f.nullable[v.Variable] = f.nullable[v.Variable] || !v.Type.NonNull
		}
	}
	for _, op := range doc.Operations {
		f.operation(op)
	}
	for _, fragment := range doc.Fragments {
		f.in = "fragment " + fragment.Name
		f.add(fragment.Position, Use{Kind: UseCondition, Type: fragment.TypeCondition})
		f.directives(fragment.Directives, ast.LocationFragmentDefinition)
		f.selections(p.api.Type(fragment.TypeCondition), fragment.SelectionSet)
	}
	return f.uses, nil
}

// useFinder walks one document.
type useFinder struct {
	*Parser
	doc *ast.QueryDocument
	// nullable are the variables that may be null in one of the operations.
	nullable map[string]bool
	in       string
	uses     []Use
}

func (f *useFinder) add(pos *ast.Position, use Use) {
	use.In = f.in
	if pos != nil {
		use.Line, use.Column = pos.Line, pos.Column
	}
	f.uses = append(f.uses, use)
}

func (f *useFinder) operation(op *ast.OperationDefinition) {
	f.in = strings.TrimSpace(string(op.Operation) + " " + op.Name)
	f.add(op.Position, Use{Kind: UseRoot, Type: string(op.Operation)})
	for _, v := range op.VariableDefinitions {
		f.add(v.Position, Use{Kind: UseVariable, Type: v.Type.Name()})
		f.value(v.DefaultValue, typeRefOf(v.Type))
		f.directives(v.Directives, ast.LocationVariableDefinition)
	}
	location := map[ast.Operation]ast.DirectiveLocation{
		ast.Query: ast.LocationQuery, ast.Mutation: ast.LocationMutation, ast.Subscription: ast.LocationSubscription,
	}[op.Operation]
	f.directives(op.Directives, location)
	f.selections(f.root(op.Operation), op.SelectionSet)
}

func typeRefOf(t *ast.Type) *schema.TypeRef {
	if t.Elem != nil {
		return &schema.TypeRef{Elem: typeRefOf(t.Elem), NonNull: t.NonNull}
	}
	return &schema.TypeRef{Name: t.NamedType, NonNull: t.NonNull}
}

// selections walks a selection set on parent, which is nil for a type that the schema does not have.
func (f *useFinder) selections(parent *schema.Type, set ast.SelectionSet) {
	if parent == nil || !parent.IsComposite() {
		return
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			f.field(parent, s)
		case *ast.InlineFragment:
			on := parent
			if s.TypeCondition != "" {
				f.add(s.Position, Use{Kind: UseCondition, Type: s.TypeCondition, Within: parent.Name})
				on = f.api.Type(s.TypeCondition)
			}
			f.directives(s.Directives, ast.LocationInlineFragment)
			f.selections(on, s.SelectionSet)
		case *ast.FragmentSpread:
			if fragment := f.doc.Fragments.ForName(s.Name); fragment != nil {
				f.add(s.Position, Use{Kind: UseCondition, Type: fragment.TypeCondition, Within: parent.Name})
			}
			f.directives(s.Directives, ast.LocationFragmentSpread)
		}
	}
}

func (f *useFinder) field(parent *schema.Type, s *ast.Field) {
	f.directives(s.Directives, ast.LocationField)
	def := f.fieldOf(parent, s.Name)
	if def == nil {
		return
	}
	f.add(s.Position, Use{
		Kind: UseField, Type: parent.Name, Member: s.Name, Result: def.Type.Named(), Given: f.given(s.Arguments),
	})
	f.arguments(s.Arguments, def.Args)
	f.selections(f.api.Type(def.Type.Named()), s.SelectionSet)
}

func (f *useFinder) directives(list ast.DirectiveList, location ast.DirectiveLocation) {
	for _, d := range list {
		pos := *d.Position
		pos.Column = max(1, pos.Column-1) // the parser points behind the "@"
		f.add(&pos, Use{
			Kind: UseDirective, Member: d.Name, Within: string(location), Given: f.given(d.Arguments),
			Repeated: len(list.ForNames(d.Name)) > 1,
		})
		if def := f.api.Directive(d.Name); def != nil {
			f.arguments(d.Arguments, def.Args)
		}
	}
}

func (f *useFinder) given(args ast.ArgumentList) []Given {
	var out []Given
	for _, a := range args {
		out = append(out, f.givenValue(a.Name, a.Value, a.Position))
	}
	return out
}

func (f *useFinder) givenValue(name string, v *ast.Value, pos *ast.Position) Given {
	nullable := v.Kind == ast.NullValue || v.Kind == ast.Variable && f.nullable[v.Raw]
	return Given{Name: name, Nullable: nullable, Line: pos.Line, Column: pos.Column}
}

func (f *useFinder) arguments(args ast.ArgumentList, defs []*schema.InputValue) {
	for _, a := range args {
		for _, def := range defs {
			if def.Name == a.Name {
				f.value(a.Value, def.Type)
			}
		}
	}
}

// value walks a literal that stands where a value of type ref is wanted. Variables are uses of their own.
func (f *useFinder) value(v *ast.Value, ref *schema.TypeRef) {
	if v == nil {
		return
	}
	if v.Kind == ast.ListValue {
		if ref.Elem != nil {
			ref = ref.Elem
		}
		for _, child := range v.Children {
			f.value(child.Value, ref)
		}
		return
	}
	t := f.api.Type(ref.Named())
	switch {
	case t == nil:
	case t.Kind == schema.Scalar && !t.BuiltIn && v.Kind != ast.Variable:
		f.add(v.Position, Use{Kind: UseInput, Type: t.Name})
	case t.Kind == schema.Enum && v.Kind == ast.EnumValue:
		f.add(v.Position, Use{Kind: UseEnumValue, Type: t.Name, Member: v.Raw})
	case t.Kind == schema.InputObject && v.Kind == ast.ObjectValue:
		use := Use{Kind: UseInput, Type: t.Name}
		for _, child := range v.Children {
			use.Given = append(use.Given, f.givenValue(child.Name, child.Value, child.Position))
		}
		f.add(v.Position, use)
		for _, child := range v.Children {
			if def := t.Field(child.Name); def != nil {
				f.value(child.Value, def.Type)
			}
		}
	}
}
