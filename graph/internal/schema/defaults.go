package schema

// coerceDefaults turns strings that stand for enum values in defaults into the values, as some
// servers print them.
func (s *Schema) coerceDefaults() {
	coerceArgs := func(args []*InputValue) {
		for _, a := range args {
			a.Default = s.coerced(a.Default, a.Type)
		}
	}
	for _, t := range s.Types {
		for _, f := range t.Fields {
			f.Default = s.coerced(f.Default, f.Type)
			coerceArgs(f.Args)
		}
	}
	for _, d := range s.Directives {
		coerceArgs(d.Args)
	}
}

func (s *Schema) coerced(v *Value, ref *TypeRef) *Value {
	if v == nil {
		return nil
	}
	out := s.coerceValue(*v, ref)
	return &out
}

func (s *Schema) coerceValue(v Value, ref *TypeRef) Value {
	switch {
	case v.Kind == ListValue && ref.Elem != nil:
		items := make([]Value, len(v.Items))
		for i, item := range v.Items {
			items[i] = s.coerceValue(item, ref.Elem)
		}
		v.Items = items
		return v
	case ref.Elem != nil:
		return s.coerceValue(v, ref.Elem)
	}
	t := s.byName[ref.Name]
	switch {
	case t == nil:
	case t.Kind == Enum && v.Kind == String && t.HasValue(v.Raw):
		v.Kind = EnumLiteral
	case t.Kind == InputObject && v.Kind == ObjectValue:
		fields := make([]Argument, len(v.Fields))
		for i, a := range v.Fields {
			fields[i] = a
			if f := t.Field(a.Name); f != nil {
				fields[i].Value = s.coerceValue(a.Value, f.Type)
			}
		}
		v.Fields = fields
	}
	return v
}
