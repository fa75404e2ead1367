package operation

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/internal/schema"
)

// authIndex holds the requirements that a schema's directives put on its types and fields.
type authIndex struct {
	// onType and onField are by "Type" and "Type.field".
	onType, onField map[string][]Requirement
	// interfaces are the interfaces of each type, from which it inherits.
	interfaces map[string][]string
}

// newAuthIndex reads @authenticated, @requiresScopes and @policy; nil makes an empty index.
func newAuthIndex(s *schema.Schema) *authIndex {
	x := &authIndex{onType: map[string][]Requirement{}, onField: map[string][]Requirement{}, interfaces: map[string][]string{}}
	if s == nil {
		return x
	}
	for _, t := range s.Types {
		x.interfaces[t.Name] = t.Interfaces
		if r := requirementsIn(t.Applied); r != nil {
			x.onType[t.Name] = r
		}
		for _, f := range t.Fields {
			if r := requirementsIn(f.Applied); r != nil {
				x.onField[t.Name+"."+f.Name] = r
			}
		}
	}
	return x
}

func (x *authIndex) isEmpty() bool { return len(x.onType) == 0 && len(x.onField) == 0 }

func requirementsIn(applied []schema.Directive) []Requirement {
	var out []Requirement
	for _, d := range applied {
		switch d.Name {
		case "authenticated":
			out = append(out, Requirement{Authenticated: true})
		case "requiresScopes":
			out = append(out, Requirement{Scopes: scopesOf(d)})
		case "policy":
			// Nothing here decides policies, so nobody meets one: no alternative is no way.
			out = append(out, Requirement{Scopes: [][]string{}})
		}
	}
	return out
}

// scopesOf reads [[a, b], [c]], also where the list coercion of GraphQL left brackets out.
func scopesOf(d schema.Directive) [][]string {
	out := [][]string{}
	for _, arg := range d.Args {
		if arg.Name != "scopes" {
			continue
		}
		for _, alternative := range itemsOf(arg.Value) {
			all := []string{}
			for _, scope := range itemsOf(alternative) {
				all = append(all, scope.Raw)
			}
			out = append(out, all)
		}
	}
	return out
}

func itemsOf(v schema.Value) []schema.Value {
	if v.Kind == schema.ListValue {
		return v.Items
	}
	return []schema.Value{v}
}

// of returns what must be met to select a field of an object type: what stands on the type, on the
// field, on what the type inherits, and on the type that the field returns.
func (x *authIndex) of(object *schema.Type, field *schema.Field) []Requirement {
	out := slices.Concat(x.onType[object.Name], x.onField[object.Name+"."+field.Name], x.onType[field.Type.Named()])
	for _, name := range x.interfaces[object.Name] {
		out = append(out, x.onType[name]...)
		out = append(out, x.onField[name+"."+field.Name]...)
	}
	return out
}

// need says for which runtime types a field needs a requirement of the operation.
type need struct {
	on          schema.TypeSet
	requirement int
}

// needsOf finds what must be met to select a field, by runtime type, and registers it in the
// operation.
func (n *normaliser) needsOf(f *Field) []need {
	if f.Def == nil || n.auth.isEmpty() {
		return nil
	}
	var out []need
	for _, i := range f.On.Indexes() {
		for _, r := range n.auth.of(n.objects[i], f.Def) {
			id := n.requirement(r)
			at := slices.IndexFunc(out, func(o need) bool { return o.requirement == id })
			if at < 0 {
				out = append(out, need{requirement: id})
				at = len(out) - 1
			}
			out[at].on = out[at].on.With(i)
		}
	}
	return out
}

func (n *normaliser) requirement(r Requirement) int {
	key := fmt.Sprintf("%#v", r) // quotes, so that no two print alike
	if i, ok := n.requirements[key]; ok {
		return i
	}
	i := len(n.op.Requirements)
	n.requirements[key] = i
	n.op.Requirements = append(n.op.Requirements, r)
	return i
}

// Fallen is a set of requirements that an identity does not meet, by their index in
// Operation.Requirements: a bitset of whole bytes without trailing zeros, so that equal sets are
// equal strings. The empty string is the empty set.
type Fallen string

// Has reports whether requirement i has fallen.
func (s Fallen) Has(i int) bool { return i>>3 < len(s) && s[i>>3]&(1<<(i&7)) != 0 }

// Authorize returns the requirements that an identity with these scopes does not meet.
func (op *Operation) Authorize(authenticated bool, scopes []string) Fallen {
	bits := make([]byte, (len(op.Requirements)+7)/8)
	used := 0
	for i, r := range op.Requirements {
		if !r.isMet(authenticated, scopes) {
			bits[i>>3] |= 1 << (i & 7)
			used = i>>3 + 1
		}
	}
	return Fallen(bits[:used])
}

func (r Requirement) isMet(authenticated bool, scopes []string) bool {
	if !authenticated {
		return false
	}
	if r.Scopes == nil {
		return true
	}
	return slices.ContainsFunc(r.Scopes, func(all []string) bool {
		return !slices.ContainsFunc(all, func(scope string) bool { return !slices.Contains(scopes, scope) })
	})
}

// Deny returns the operation in which the fields that need a fallen requirement are Denied. A field
// that needs it for some runtime types only is split in two.
func (op *Operation) Deny(fallen Fallen) *Operation {
	if fallen == "" {
		return op
	}
	out := *op
	out.Root = op.Root.deny(fallen)
	return &out
}

func (set *SelectionSet) deny(fallen Fallen) *SelectionSet {
	if set == nil {
		return nil
	}
	out := &SelectionSet{Parent: set.Parent}
	for _, f := range set.Fields {
		var denied schema.TypeSet
		for _, need := range f.needs {
			if fallen.Has(need.requirement) {
				denied = denied.Or(need.on)
			}
		}
		if allowed := f.On.Minus(denied); !allowed.IsEmpty() {
			kept := *f
			kept.On, kept.Selections = allowed, f.Selections.deny(fallen)
			out.Fields = append(out.Fields, &kept)
		}
		if !denied.IsEmpty() {
			refused := *f
			refused.On, refused.Denied, refused.Selections, refused.Args = denied, true, nil, nil
			out.Fields = append(out.Fields, &refused)
		}
	}
	return out
}
