package operation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// checkSelections checks the fields, spreads and values written in one selection set. Spread
// fragments are checked where they are defined.
func (v *validator) checkSelections(parent *schema.Type, set ast.SelectionSet) {
	for _, selection := range set {
		if v.isFull() {
			v.dropped++
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			v.checkField(parent, s)
		case *ast.InlineFragment:
			v.checkDirectiveValues(s.Directives)
			on := parent
			if s.TypeCondition != "" {
				on = v.api.Type(s.TypeCondition)
			}
			if on == nil || !on.IsComposite() {
				continue // reported by KnownTypeNames or FragmentsOnCompositeTypes
			}
			v.checkSpread(parent, on, s.Position, "This fragment")
			v.checkSelections(on, s.SelectionSet)
		case *ast.FragmentSpread:
			v.checkDirectiveValues(s.Directives)
			if s.Definition == nil {
				continue // reported by KnownFragmentNames
			}
			if on := v.api.Type(s.Definition.TypeCondition); on != nil && on.IsComposite() {
				v.checkSpread(parent, on, s.Position, "Fragment "+quote(s.Name))
			}
		}
	}
}

// checkField implements "Field Selections" (GraphQL spec 5.3.1) and checks the field's values.
func (v *validator) checkField(parent *schema.Type, f *ast.Field) {
	v.checkDirectiveValues(f.Directives)
	if f.Name == "__typename" {
		return
	}
	def := v.fieldOf(parent, f.Name)
	if def == nil {
		v.add(f.Position, "Type %q has no field %q.%s", parent.Name, clip(f.Name), v.suggestField(parent, f.Name))
		return
	}
	for _, arg := range f.Arguments {
		if argDef := argument(def.Args, arg.Name); argDef != nil {
			v.checkValue(arg.Value, argDef.Type)
		}
	}
	if below := v.api.Type(def.Type.Named()); below != nil && below.IsComposite() {
		v.checkSelections(below, f.SelectionSet)
	}
}

// checkSpread implements "Fragment Spread Is Possible" (GraphQL spec 5.5.2.3).
func (v *validator) checkSpread(parent, on *schema.Type, pos *ast.Position, what string) {
	if on != parent && on.Possible().And(parent.Possible()).IsEmpty() {
		v.add(pos, "%s on %q can never apply here: no object is both a %q and a %q.", what, on.Name, parent.Name, on.Name)
	}
}

func (v *validator) checkDirectiveValues(directives ast.DirectiveList) {
	for _, d := range directives {
		def := v.api.Directive(d.Name)
		if def == nil {
			continue // reported by KnownDirectives
		}
		for _, arg := range d.Arguments {
			if argDef := argument(def.Args, arg.Name); argDef != nil {
				v.checkValue(arg.Value, argDef.Type)
			}
		}
	}
}

// checkDefault checks a variable's default value against its type.
func (v *validator) checkDefault(def *ast.VariableDefinition) {
	if def.DefaultValue == nil {
		return
	}
	if t := v.api.Type(def.Type.Name()); t != nil && isInput(t) {
		v.checkValue(def.DefaultValue, typeRef(def.Type))
	}
}

func isInput(t *schema.Type) bool {
	return t.Kind == schema.Scalar || t.Kind == schema.Enum || t.Kind == schema.InputObject
}

// typeRef turns the parser's type into ours.
func typeRef(t *ast.Type) *schema.TypeRef {
	out := &schema.TypeRef{Name: t.NamedType, NonNull: t.NonNull}
	if t.Elem != nil {
		out.Elem = typeRef(t.Elem)
	}
	return out
}

func argument(defs []*schema.InputValue, name string) *schema.InputValue {
	for _, def := range defs {
		if def.Name == name {
			return def
		}
	}
	return nil
}

// suggestField says where a field of that name is to be had: on a type below an abstract one, or
// under a name that differs little.
func (v *validator) suggestField(parent *schema.Type, name string) string {
	if parent.IsAbstract() {
		for _, i := range parent.Possible().Indexes() {
			if t := v.objects[i]; t.Field(name) != nil {
				return " Did you mean to select it in a fragment on " + quote(t.Name) + "?"
			}
		}
	}
	names := make([]string, len(parent.Fields))
	for i, f := range parent.Fields {
		names[i] = f.Name
	}
	return suggest(name, names)
}

// suggest returns " Did you mean …?" with the few options that differ least from name, or "".
func suggest(name string, options []string) string {
	if len(name) > maxSuggestedBytes {
		return ""
	}
	type near struct {
		option   string
		distance int
	}
	var found []near
	for _, option := range options {
		if d := editDistance(strings.ToLower(name), strings.ToLower(option)); d <= 1+len(name)*2/5 {
			found = append(found, near{option, d})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var quoted []string
	for _, n := range found[:min(len(found), 3)] {
		quoted = append(quoted, quote(n.option))
	}
	if len(quoted) == 0 {
		return ""
	}
	return " Did you mean " + strings.Join(quoted, " or ") + "?"
}

// maxSuggestedBytes bounds the names for which suggestions are looked for.
const maxSuggestedBytes = 64

// editDistance is the number of inserted, deleted and replaced bytes between two names.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

func quote(s string) string { return `"` + clip(s) + `"` }
