package federation

import (
	"fmt"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// checkCosts checks @cost and @listSize on the fields of a type.
func (v *validator) checkCosts(t *Type) {
	for _, f := range t.Fields {
		for _, d := range f.Applied {
			switch name, known := v.sub.Canonical(d); {
			case known && name == "cost" && t.Kind == schema.Interface:
				v.fail(diag.CostAppliedToInterfaceField, d.Pos, v.onImplementations("@cost", f),
					"@cost cannot stand on %q, a field of an interface", f.Coordinate())
			case known && name == "listSize":
				v.checkListSize(f, d)
			}
		}
	}
}

func (v *validator) checkListSize(f *Field, d schema.Directive) {
	sized := listItems(d.Arg("sizedFields"))
	if f.Type.Elem == nil && len(sized) == 0 {
		v.fail(diag.ListSizeAppliedToNonList, d.Pos, "remove @listSize, or name the lists below in \"sizedFields\"",
			"@listSize on %q, which returns %s and no list", f.Coordinate(), f.Type)
	}
	if size := d.Arg("assumedSize"); size != nil && size.Kind == schema.Int && size.Raw[0] == '-' {
		v.fail(diag.ListSizeInvalidAssumedSize, d.Pos, "write a number that is not negative",
			"@listSize on %q assumes the negative size %s", f.Coordinate(), size.Raw)
	}
	for _, item := range listItems(d.Arg("slicingArguments")) {
		arg := f.Def.Arg(item.Raw)
		if arg == nil || arg.Type.Elem != nil || arg.Type.Name != "Int" {
			v.fail(diag.ListSizeInvalidSlicingArgument, d.Pos, oneOf("arguments of type Int", intArguments(f)),
				"@listSize on %q: the slicing argument %q is no Int argument of the field", f.Coordinate(), item.Raw)
		}
	}
	target := v.sub.Type(f.Type.Named())
	for _, item := range sized {
		why, code := "", diag.ListSizeInvalidSizedField
		switch {
		case target == nil || !target.Def.IsComposite():
			why = fmt.Sprintf("the field returns %s, which has no fields", f.Type)
		case target.Field(item.Raw) == nil:
			why = fmt.Sprintf("type %q has no such field", target.Name)
		case target.Field(item.Raw).Type.Elem == nil:
			why, code = "it is no list", diag.ListSizeAppliedToNonList
		}
		if why != "" {
			v.fail(code, d.Pos, oneOf("fields that are lists", listFields(target)), "@listSize on %q: the sized field %q: %s", f.Coordinate(), item.Raw, why)
		}
	}
}

// listItems are the items of a list; a value that is no list stands for a list of itself (GraphQL spec
// 3.11, "Input Coercion").
func listItems(v *schema.Value) []schema.Value {
	switch {
	case v == nil || v.Kind == schema.Null:
		return nil
	case v.Kind != schema.ListValue:
		return []schema.Value{*v}
	}
	return v.Items
}

// oneOf is the fix that names what may be named; what says it in words.
func oneOf(what string, names []string) string {
	if len(names) == 0 {
		return fmt.Sprintf("name %s; there is none", what)
	}
	return fmt.Sprintf("name %s: %s", what, strings.Join(names, ", "))
}

func intArguments(f *Field) []string {
	var out []string
	for _, arg := range f.Def.Args {
		if arg.Type.Elem == nil && arg.Type.Name == "Int" {
			out = append(out, arg.Name)
		}
	}
	return out
}

func listFields(t *Type) []string {
	var out []string
	if t != nil {
		for _, f := range t.Fields {
			if f.Type.Elem != nil {
				out = append(out, f.Name)
			}
		}
	}
	return out
}
