package schema

import "reflect"

// CheckAfter is Check for a schema that has most types in common with one that passed it: types that share
// all with theirs before are checked only where they depend on others that changed.
func (s *Schema) CheckAfter(before *Schema) Problems {
	changed, isLocal := s.changedSince(before)
	if !isLocal {
		return s.Check()
	}
	isInput := false
	for t := range changed {
		isInput = isInput || t.Kind == Enum || t.Kind == InputObject
	}
	c := newChecker(s)
	c.checkDirectives("SCHEMA", s.Applied)
	for _, t := range s.Types {
		if !t.BuiltIn && (changed[t] || isInput && t.hasValues || c.hasInterfaceIn(t, changed)) {
			c.checkType(t)
		}
	}
	if isInput && len(c.problems) == 0 {
		c.checkInputCycles()
	}
	return c.problems
}

// hasInterfaceIn reports whether an interface of the type is in the set.
func (c *checker) hasInterfaceIn(t *Type, set map[*Type]bool) bool {
	for _, name := range t.Interfaces {
		if set[c.schema.Type(name)] {
			return true
		}
	}
	return false
}

// changedSince are the types that do not share all with those of a schema before. The second result is
// false where the change may matter to any type: directives changed, or a type is gone or of another kind.
func (s *Schema) changedSince(before *Schema) (changed map[*Type]bool, isLocal bool) {
	if !reflect.DeepEqual(s.Directives, before.Directives) {
		return nil, false
	}
	changed = map[*Type]bool{}
	found := 0
	for _, t := range s.Types {
		old := before.Type(t.Name)
		if old != nil {
			found++
		}
		switch {
		case old != nil && old.Kind != t.Kind:
			return nil, false
		case old == nil || !t.BuiltIn && !t.SharesAll(old):
			changed[t] = true
		}
	}
	return changed, found == len(before.Types)
}

// SharesAll reports whether both types are the same and have their parts in common, as a type and a copy
// of it do.
func (t *Type) SharesAll(other *Type) bool {
	return t.Kind == other.Kind && t.Name == other.Name && t.Description == other.Description &&
		isOneList(t.Fields, other.Fields) && isOneList(t.Interfaces, other.Interfaces) && isOneList(t.Members, other.Members) &&
		isOneList(t.Values, other.Values) && isOneList(t.Applied, other.Applied)
}

// isOneList reports whether two lists are one in memory.
func isOneList[T any](a, b []T) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }
