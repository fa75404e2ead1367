package graph

import "slices"

// RootFields returns the root fields that the operation selects, such as "Mutation.refresh", each once and in order;
// __typename does not count. It lets a caller decide by name what may run under which circumstances.
func (p *Prepared) RootFields() []string {
	var names []string
	for _, f := range p.op.Root.Fields {
		if f.Name == "__typename" {
			continue
		}
		name := p.op.Root.Parent.Name + "." + f.Name
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
