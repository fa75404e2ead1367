package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// contractFilter finds what a contract hides.
type contractFilter struct {
	contract Contract
	schema   *schema.Schema
	// reasons say why an element is hidden, by coordinate: "T", "T.field", "T.field(argument:)", "E.VALUE".
	reasons map[string]reason
}

// reason is why an element is hidden.
type reason struct {
	// why ends a sentence about the element.
	why string
	// tag is the excluded tag that the element has, or nil.
	tag *ContractTag
	// isLacking is set where the element has none of the included tags, or nothing in it is left.
	isLacking bool
	// isOwn is set where the subgraphs hide it themselves.
	isOwn bool
}

// matchTags hides what has an excluded tag, and of unions and fields what has no included one.
func (f *contractFilter) matchTags() {
	for _, t := range f.schema.Types {
		if t.BuiltIn {
			continue
		}
		tags := tagsOf(t.Applied)
		f.match(t.Name, t.Applied, tags, t.Kind == schema.Union)
		isOutput := t.Kind == schema.Object || t.Kind == schema.Interface
		for _, field := range t.Fields {
			coordinate, own := t.Name+"."+field.Name, tagsOf(field.Applied)
			if isOutput { // a tag on the type counts for its fields
				own = append(own, tags...)
			}
			f.match(coordinate, field.Applied, own, isOutput)
			for _, arg := range field.Args {
				f.match(argCoordinate(coordinate, arg), arg.Applied, tagsOf(arg.Applied), false)
			}
		}
		for _, v := range t.Values {
			f.match(t.Name+"."+v.Name, v.Applied, tagsOf(v.Applied), false)
		}
	}
}

// match hides one element by its tags. mustInclude is set where it needs an included tag.
func (f *contractFilter) match(coordinate string, applied []schema.Directive, tags []string, mustInclude bool) {
	if isInaccessible(applied) {
		f.reasons[coordinate] = reason{why: "is @inaccessible", isOwn: true}
		return
	}
	for i, tag := range f.contract.Exclude {
		if slices.Contains(tags, tag.Name) {
			f.reasons[coordinate] = reason{why: fmt.Sprintf("is hidden by the contract, which excludes the tag %q", tag.Name), tag: &f.contract.Exclude[i]}
			return
		}
	}
	isIncluded := slices.ContainsFunc(f.contract.Include, func(tag ContractTag) bool { return slices.Contains(tags, tag.Name) })
	if mustInclude && len(f.contract.Include) > 0 && !isIncluded {
		f.reasons[coordinate] = reason{why: "is hidden by the contract, as it has no included tag", isLacking: true}
	}
}

func (f *contractFilter) isHidden(coordinate string) bool {
	_, hidden := f.reasons[coordinate]
	return hidden
}

// hideEmpty hides types in which nothing is left, and fields of interfaces that an implementing type does
// not show; each can make room for the other.
func (f *contractFilter) hideEmpty() {
	for before := -1; before != len(f.reasons); {
		before = len(f.reasons)
		for _, t := range f.schema.Types {
			if t.BuiltIn || f.isHidden(t.Name) {
				continue
			}
			f.hideUnimplemented(t)
			if f.isEmpty(t) {
				f.reasons[t.Name] = reason{why: "is hidden by the contract, as it hides everything in it", isLacking: true}
			}
		}
	}
}

func (f *contractFilter) isEmpty(t *schema.Type) bool {
	parts := slices.Clone(t.Members)
	for _, field := range t.Fields {
		parts = append(parts, t.Name+"."+field.Name)
	}
	for _, v := range t.Values {
		parts = append(parts, t.Name+"."+v.Name)
	}
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(part string) bool { return !f.isHidden(part) })
}

// hideUnimplemented hides the fields of t's interfaces that t does not show.
func (f *contractFilter) hideUnimplemented(t *schema.Type) {
	for _, name := range t.Interfaces {
		iface := f.schema.Type(name)
		if iface == nil || f.isHidden(name) {
			continue
		}
		for _, field := range iface.Fields {
			own, wanted := t.Name+"."+field.Name, name+"."+field.Name
			if f.isHidden(own) && !f.isHidden(wanted) {
				f.reasons[wanted] = reason{why: fmt.Sprintf("is hidden by the contract, as %q is", own), isLacking: true}
			}
		}
	}
}

// hideUnreachable hides types that nothing visible leads to.
func (f *contractFilter) hideUnreachable() {
	r := &reachable{f: f, seen: map[string]bool{}, returned: map[string]bool{}, possible: map[string][]string{}}
	for _, t := range f.schema.Types {
		r.possible[t.Name] = append(r.possible[t.Name], t.Members...)
		for _, iface := range t.Interfaces {
			r.possible[iface] = append(r.possible[iface], t.Name)
		}
	}
	for _, root := range []*schema.Type{f.schema.Query, f.schema.Mutation, f.schema.Subscription} {
		if root != nil {
			r.returns(root.Name)
		}
	}
	for _, d := range f.schema.Directives {
		for _, arg := range d.Args {
			r.mentions(arg.Type.Named())
		}
	}
	for _, t := range f.schema.Types {
		if !t.BuiltIn && !r.seen[t.Name] && !f.isHidden(t.Name) {
			f.reasons[t.Name] = reason{why: "is hidden by the contract, as nothing visible leads to it"}
		}
	}
}

// reachable collects the types that visible elements lead to.
type reachable struct {
	f *contractFilter
	// seen are all of them; returned are those of which there can be a value, so that for an abstract type
	// its object types are reachable too.
	seen, returned map[string]bool
	// possible are the types that implement an interface, and the members of a union.
	possible map[string][]string
}

// returns follows a type of which a field returns values.
func (r *reachable) returns(name string) {
	if r.returned[name] || r.f.isHidden(name) {
		return
	}
	r.returned[name] = true
	r.mentions(name)
	for _, possible := range r.possible[name] {
		r.returns(possible)
	}
}

// mentions follows a type that is named: an argument's, or the interface of an object.
func (r *reachable) mentions(name string) {
	t := r.f.schema.Type(name)
	if t == nil || r.seen[name] || r.f.isHidden(name) {
		return
	}
	r.seen[name] = true
	for _, iface := range t.Interfaces {
		r.mentions(iface)
	}
	for _, field := range t.Fields {
		coordinate := t.Name + "." + field.Name
		if r.f.isHidden(coordinate) {
			continue
		}
		r.returns(field.Type.Named())
		for _, arg := range field.Args {
			if !r.f.isHidden(argCoordinate(coordinate, arg)) {
				r.returns(arg.Type.Named())
			}
		}
	}
}

// The methods below make the filter the hiding of an inaccessibleCheck.

func (f *contractFilter) why(hidden string) string {
	if r, known := f.reasons[hidden]; known {
		return r.why
	}
	return "is hidden by the contract"
}

func (f *contractFilter) alsoHide(element, hidden string) string {
	switch r := f.reasons[hidden]; {
	case r.tag != nil:
		return fmt.Sprintf("add @tag(name: %q) to %s", r.tag.Name, element)
	case r.isOwn:
		return "put @inaccessible on " + element
	}
	if len(f.contract.Include) > 0 {
		return "take the included tags off " + strings.TrimSuffix(element, " too")
	}
	return fmt.Sprintf("add an excluded tag (%s) to %s", tagNames(f.contract.Exclude), element)
}

func (f *contractFilter) show(hidden string) string {
	switch r := f.reasons[hidden]; {
	case r.tag != nil:
		return fmt.Sprintf("take the tag %q off %q", r.tag.Name, hidden)
	case r.isLacking && len(f.contract.Include) > 0:
		return fmt.Sprintf("add an included tag (%s) to %q", tagNames(f.contract.Include), hidden)
	case r.isOwn:
		return fmt.Sprintf("remove @inaccessible from %q", hidden)
	}
	return fmt.Sprintf("show something in %q", hidden)
}

func tagNames(tags []ContractTag) string {
	var names []string
	for _, tag := range tags {
		names = append(names, fmt.Sprintf("%q", tag.Name))
	}
	return strings.Join(names, ", ")
}

func (f *contractFilter) at(hidden string) []diag.Position {
	if tag := f.reasons[hidden].tag; tag != nil {
		return []diag.Position{tag.Pos}
	}
	if len(f.contract.Include) > 0 && f.reasons[hidden].isLacking {
		return []diag.Position{f.contract.Include[0].Pos}
	}
	return nil
}
