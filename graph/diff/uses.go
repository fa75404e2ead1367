package diff

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// reachKind is a way in which a change touches operations.
type reachKind uint8

const (
	// reachNothing: no operation notices.
	reachNothing reachKind = iota
	// reachRoot: operations of the kind typ.
	reachRoot
	// reachType: whatever names typ, selects on it, gets it or sends it.
	reachType
	// reachResult: fields of the named type typ, whose values are others now.
	reachResult
	// reachField: selections of typ.member.
	reachField
	// reachFragment: fragments on member where typ stands, and the other way round.
	reachFragment
	// reachEnumValue: the literal typ.member, and variables that may bring it.
	reachEnumValue
	// reachGiven: where arg is given. Of typ.member if that is a field, of the directive member if typ is empty, of
	// the input object typ if member is empty; so also below.
	reachGiven
	// reachNullable: where arg is given and may be null.
	reachNullable
	// reachOmitted: where arg is left out.
	reachOmitted
	// reachMissing: where arg is left out or may be null.
	reachMissing
	// reachOwner: where arg could stand.
	reachOwner
	// reachLocation: the directive member at the location arg.
	reachLocation
	// reachRepeated: the directive member where it stands several times.
	reachRepeated
)

// reach says which uses a change touches.
type reach struct {
	kind             reachKind
	typ, member, arg string
}

// findUses fills in the places of each change.
func (c *comparison) findUses(documents []Document) []Unreadable {
	var unreadable []Unreadable
	carriers := newCarriers(c.old.schema)
	for _, document := range documents {
		uses, errs := c.old.parser.Uses(document.Text)
		if errs != nil {
			unreadable = append(unreadable, Unreadable{File: document.File, Errors: errs})
			continue
		}
		for i := range c.changes {
			change := &c.changes[i]
			for _, use := range uses {
				line, column, ok := change.reach.touches(use, carriers)
				found := Use{File: document.File, Line: line, Column: column, In: use.In}
				if ok && !slices.Contains(change.Uses, found) {
					change.Uses = append(change.Uses, found)
				}
			}
		}
	}
	return unreadable
}

// touches reports whether the change touches a use, and at which place.
func (r reach) touches(use operation.Use, carry carriers) (line, column int, ok bool) {
	line, column = use.Line, use.Column
	switch r.kind {
	case reachNothing:
	case reachRoot:
		ok = use.Kind == operation.UseRoot && use.Type == r.typ
	case reachType:
		ok = use.Kind != operation.UseRoot && (use.Type == r.typ || use.Result == r.typ) || carry.brings(use, r.typ)
	case reachResult:
		ok = use.Kind == operation.UseField && use.Result == r.typ
	case reachField:
		ok = use.Kind == operation.UseField && use.Type == r.typ && use.Member == r.member
	case reachFragment:
		ok = use.Kind == operation.UseCondition &&
			(use.Type == r.member && use.Within == r.typ || use.Type == r.typ && use.Within == r.member)
	case reachEnumValue:
		ok = use.Kind == operation.UseEnumValue && use.Type == r.typ && use.Member == r.member || carry.brings(use, r.typ)
	case reachLocation:
		ok = use.Kind == operation.UseDirective && use.Member == r.member && use.Within == r.arg
	case reachRepeated:
		ok = use.Kind == operation.UseDirective && use.Member == r.member && use.Repeated
	case reachGiven, reachNullable, reachOmitted, reachMissing, reachOwner:
		return r.touchesInput(use, carry)
	}
	return line, column, ok
}

// touchesInput is touches for what has arguments or input fields. What a variable brings is not known here, so it
// counts as touched by all but a change of default, which would be told of every variable.
func (r reach) touchesInput(use operation.Use, carry carriers) (line, column int, ok bool) {
	line, column = use.Line, use.Column
	switch {
	case r.typ == "":
		ok = use.Kind == operation.UseDirective && use.Member == r.member
	case r.member != "":
		ok = use.Kind == operation.UseField && use.Type == r.typ && use.Member == r.member
	default:
		ok = use.Kind == operation.UseInput && use.Type == r.typ
		if carry.brings(use, r.typ) {
			return line, column, true
		}
	}
	if !ok || r.kind == reachOwner {
		return line, column, ok
	}
	i := slices.IndexFunc(use.Given, func(g operation.Given) bool { return g.Name == r.arg })
	if i < 0 {
		return line, column, r.kind == reachOmitted || r.kind == reachMissing
	}
	given := use.Given[i]
	return given.Line, given.Column, r.kind == reachGiven || given.Nullable && r.kind != reachOmitted
}

// carriers says of each input type which types a value of it may hold, itself included.
type carriers map[string]map[string]bool

func newCarriers(s *schema.Schema) carriers {
	carry := carriers{}
	var fill func(held map[string]bool, t *schema.Type)
	fill = func(held map[string]bool, t *schema.Type) {
		if t == nil || t.IsComposite() || held[t.Name] {
			return
		}
		held[t.Name] = true
		for _, f := range t.Fields {
			fill(held, s.Type(f.Type.Named()))
		}
	}
	for _, t := range s.Types {
		carry[t.Name] = map[string]bool{}
		fill(carry[t.Name], t)
	}
	return carry
}

// brings reports whether the use is a variable that may hold a value of the type.
func (c carriers) brings(use operation.Use, typ string) bool {
	return use.Kind == operation.UseVariable && c[use.Type][typ]
}
