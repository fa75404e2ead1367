package introspect

import (
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// typeUse is what a __Type describes: a named type, or a list or non-null wrapper around one.
type typeUse struct {
	// named is set for a named type, wrapper for a wrapper: a reference that is non-null or a list.
	named   *schema.Type
	wrapper *schema.TypeRef
}

// use makes the typeUse of a reference.
func (w *writer) use(ref *schema.TypeRef) typeUse {
	if ref.NonNull || ref.Elem != nil {
		return typeUse{wrapper: ref}
	}
	return typeUse{named: w.api.Type(ref.Name)}
}

// schemaField writes a field of __Schema (GraphQL spec 4.2.1).
func (w *writer) schemaField(f *operation.Field) {
	root := func(t *schema.Type) {
		if t == nil {
			w.null()
			return
		}
		w.typeValue(f, typeUse{named: t})
	}
	switch f.Name {
	case "description":
		w.optional(w.api.Description)
	case "types":
		w.list(len(w.api.Types), func(i int) bool { w.typeValue(f, typeUse{named: w.api.Types[i]}); return true })
	case "queryType":
		root(w.api.Query)
	case "mutationType":
		root(w.api.Mutation)
	case "subscriptionType":
		root(w.api.Subscription)
	case "directives":
		w.list(len(w.api.Directives), func(i int) bool { w.directive(f, w.api.Directives[i]); return true })
	default:
		unknown("__Schema", f)
	}
}

// unknown means that the introspection types have a field that this package does not answer.
func unknown(typeName string, f *operation.Field) {
	panic("introspect: no answer for " + typeName + "." + f.Name)
}

// typeValue writes a __Type (GraphQL spec 4.2.2).
func (w *writer) typeValue(f *operation.Field, t typeUse) {
	w.object(f, func(child *operation.Field) {
		if t.wrapper != nil {
			w.wrapperField(child, t.wrapper)
			return
		}
		w.namedField(child, t.named)
	})
}

func (w *writer) wrapperField(f *operation.Field, ref *schema.TypeRef) {
	switch {
	case f.Name == "kind" && ref.NonNull:
		w.text("NON_NULL")
	case f.Name == "kind":
		w.text("LIST")
	case f.Name == "ofType" && ref.NonNull:
		w.typeValue(f, w.use(&schema.TypeRef{Name: ref.Name, Elem: ref.Elem}))
	case f.Name == "ofType":
		w.typeValue(f, w.use(ref.Elem))
	default:
		w.null()
	}
}

func (w *writer) namedField(f *operation.Field, t *schema.Type) {
	hasFields := t.Kind == schema.Object || t.Kind == schema.Interface
	switch f.Name {
	case "kind":
		w.text(kindName(t.Kind))
	case "name":
		w.text(t.Name)
	case "description":
		w.optional(t.Description)
	case "specifiedByURL":
		w.optional(specifiedBy(t))
	case "isOneOf":
		if t.Kind != schema.InputObject {
			w.null()
			return
		}
		w.boolean(hasDirective(t, "oneOf"))
	case "fields":
		w.elements(f, hasFields, len(t.Fields), func(i int) []schema.Directive { return t.Fields[i].Applied },
			func(i int) { w.field(f, t.Fields[i]) })
	case "inputFields":
		w.elements(f, t.Kind == schema.InputObject, len(t.Fields), func(i int) []schema.Directive { return t.Fields[i].Applied },
			func(i int) { w.inputValue(f, inputField(t.Fields[i])) })
	case "enumValues":
		w.elements(f, t.Kind == schema.Enum, len(t.Values), func(i int) []schema.Directive { return t.Values[i].Applied },
			func(i int) { w.enumValue(f, t.Values[i]) })
	case "interfaces":
		w.elements(f, hasFields, len(t.Interfaces), nil,
			func(i int) { w.typeValue(f, typeUse{named: w.api.Type(t.Interfaces[i])}) })
	case "possibleTypes":
		possible := t.Possible().Indexes()
		w.elements(f, t.IsAbstract(), len(possible), nil,
			func(i int) { w.typeValue(f, typeUse{named: w.objects[possible[i]]}) })
	case "ofType":
		w.null()
	default:
		unknown("__Type", f)
	}
}

// elements writes a list of n elements, or null if the type has no such list. Deprecated ones are
// left out unless the argument includeDeprecated is true; applied is nil where nothing can be.
func (w *writer) elements(f *operation.Field, has bool, n int, applied func(i int) []schema.Directive, write func(i int)) {
	if !has {
		w.null()
		return
	}
	all := applied == nil || string(w.argument(f, "includeDeprecated")) == "true"
	w.list(n, func(i int) bool {
		if !all {
			if _, isDeprecated := deprecation(applied(i)); isDeprecated {
				return false
			}
		}
		write(i)
		return true
	})
}

func kindName(k schema.Kind) string {
	switch k {
	case schema.Scalar:
		return "SCALAR"
	case schema.Object:
		return "OBJECT"
	case schema.Interface:
		return "INTERFACE"
	case schema.Union:
		return "UNION"
	case schema.Enum:
		return "ENUM"
	case schema.InputObject:
		return "INPUT_OBJECT"
	}
	panic("introspect: unknown kind of type")
}

func specifiedBy(t *schema.Type) string {
	for _, d := range t.Applied {
		if d.Name == "specifiedBy" {
			return stringArgument(d, "url", "")
		}
	}
	return ""
}

func hasDirective(t *schema.Type, name string) bool {
	for _, d := range t.Applied {
		if d.Name == name {
			return true
		}
	}
	return false
}

// field writes a __Field (GraphQL spec 4.2.3).
func (w *writer) field(f *operation.Field, def *schema.Field) {
	w.object(f, func(child *operation.Field) {
		switch child.Name {
		case "name":
			w.text(def.Name)
		case "description":
			w.optional(def.Description)
		case "args":
			w.arguments(child, def.Args)
		case "type":
			w.typeValue(child, w.use(def.Type))
		case "isDeprecated", "deprecationReason":
			w.deprecationField(child.Name, def.Applied)
		default:
			unknown("__Field", child)
		}
	})
}

func (w *writer) arguments(f *operation.Field, args []*schema.InputValue) {
	w.elements(f, true, len(args), func(i int) []schema.Directive { return args[i].Applied },
		func(i int) { w.inputValue(f, args[i]) })
}

func inputField(f *schema.Field) *schema.InputValue {
	return &schema.InputValue{Name: f.Name, Description: f.Description, Type: f.Type, Default: f.Default, Applied: f.Applied}
}

// inputValue writes a __InputValue (GraphQL spec 4.2.4).
func (w *writer) inputValue(f *operation.Field, def *schema.InputValue) {
	w.object(f, func(child *operation.Field) {
		switch child.Name {
		case "name":
			w.text(def.Name)
		case "description":
			w.optional(def.Description)
		case "type":
			w.typeValue(child, w.use(def.Type))
		case "defaultValue":
			if def.Default == nil {
				w.null()
				return
			}
			w.text(def.Default.String())
		case "isDeprecated", "deprecationReason":
			w.deprecationField(child.Name, def.Applied)
		default:
			unknown("__InputValue", child)
		}
	})
}

// enumValue writes a __EnumValue (GraphQL spec 4.2.5).
func (w *writer) enumValue(f *operation.Field, def *schema.EnumValue) {
	w.object(f, func(child *operation.Field) {
		switch child.Name {
		case "name":
			w.text(def.Name)
		case "description":
			w.optional(def.Description)
		case "isDeprecated", "deprecationReason":
			w.deprecationField(child.Name, def.Applied)
		default:
			unknown("__EnumValue", child)
		}
	})
}

// directive writes a __Directive (GraphQL spec 4.2.6).
func (w *writer) directive(f *operation.Field, def *schema.DirectiveDefinition) {
	w.object(f, func(child *operation.Field) {
		switch child.Name {
		case "name":
			w.text(def.Name)
		case "description":
			w.optional(def.Description)
		case "isRepeatable":
			w.boolean(def.Repeatable)
		case "locations":
			w.list(len(def.Locations), func(i int) bool { w.text(def.Locations[i]); return true })
		case "args":
			w.arguments(child, def.Args)
		default:
			unknown("__Directive", child)
		}
	})
}
