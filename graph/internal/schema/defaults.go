package schema

// coerceDefaults turns strings that stand for enum values in defaults into the values, as some
// servers print them.
func (s *Schema) coerceDefaults() {
	var values bool
	coerceArgs := func(args []*InputValue) {
		for _, a := range args {
			values = values || a.Default != nil || len(a.Applied) > 0
			s.coerceDefault(&a.Default, a.Type)
		}
	}
	for _, t := range s.Types {
		if t.isCoerced {
			continue
		}
		values = len(t.Applied) > 0
		for _, f := range t.Fields {
			values = values || f.Default != nil || len(f.Applied) > 0
			s.coerceDefault(&f.Default, f.Type)
			coerceArgs(f.Args)
		}
		for _, v := range t.Values {
			values = values || len(v.Applied) > 0
		}
		t.isCoerced, t.hasValues = true, values
	}
	for _, d := range s.Directives {
		coerceArgs(d.Args)
	}
}

// coerceDefault writes only what changes: arguments may be shared with a schema that is in use.
func (s *Schema) coerceDefault(slot **Value, ref *TypeRef) {
	if *slot == nil {
		return
	}
	if out := s.coerceValue(**slot, ref); out.String() != (*slot).String() {
		*slot = &out
	}
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
