package plan

import "fmt"

// Check returns what a fetch needs and does not wait for: a value that no fetch before it brings, or
// a runtime type that none tells. Such a plan is wrong, though it may be answered well as long as
// answers arrive in a lucky order. It is for tests; a Planner makes no such plan.
func (p *Plan) Check() error {
	before := make([]map[int]bool, len(p.Fetches))
	for i, f := range p.Fetches {
		before[i] = map[int]bool{}
		for _, d := range f.DependsOn {
			before[i][d] = true
			for earlier := range before[d] {
				before[i][earlier] = true
			}
		}
		c := &checker{fetch: f, tells: map[*Layout]bool{}, brings: map[layoutSlot][]TypeSet{}}
		for d := range before[i] {
			c.read(p.Fetches[d].Scan, []TypeSet{nil})
			for _, e := range p.Fetches[d].Entities {
				var of []TypeSet
				for i := range e.Cases {
					of = append(of, e.Cases[i].On)
				}
				c.read(e.Scan, of)
			}
		}
		c.path(p.Root, f.Target)
		for _, e := range f.Entities {
			l := c.path(p.Root, e.Path)
			for i := range e.Cases {
				c.types(l, e.Cases[i].On)
				c.members(l, e.Cases[i].On, e.Cases[i].Fields)
			}
		}
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

// layoutSlot is a slot of a layout.
type layoutSlot struct {
	layout *Layout
	slot   int
}

// checker checks one fetch against what the fetches bring that it waits for.
type checker struct {
	fetch *Fetch
	tells map[*Layout]bool
	// brings are the runtime types of the objects for which a slot is brought; nil is every type.
	brings map[layoutSlot][]TypeSet
	err    error
}

// read notes what a scan brings to objects of some types.
func (c *checker) read(s *Scan, of []TypeSet) {
	if s == nil {
		return
	}
	c.tells[s.Layout] = c.tells[s.Layout] || s.TypeKey != ""
	for i := range s.Cases {
		for _, f := range s.Cases[i].Fields {
			at := layoutSlot{s.Layout, f.Slot}
			for _, types := range of {
				c.brings[at] = append(c.brings[at], both(types, s.Cases[i].On))
			}
			c.read(f.Child, []TypeSet{nil})
		}
	}
}

// both are the types in two sets; nil is every type.
func both(a, b TypeSet) TypeSet {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return a.And(b)
}

// path checks the way to objects and returns their layout.
func (c *checker) path(l *Layout, steps []Step) *Layout {
	for _, step := range steps {
		c.types(l, step.On)
		c.slot(l, step.Slot, step.On)
		l = l.Slots[step.Slot].Child
	}
	return l
}

// members checks what is sent of objects of some types.
func (c *checker) members(l *Layout, of TypeSet, fields []RepresentationField) {
	for i := range fields {
		f := &fields[i]
		if f.TypeName != "" {
			continue // it is left out as long as the type is not known
		}
		c.types(l, f.On)
		c.slot(l, f.Slot, both(of, f.On))
		if f.Fields != nil {
			c.members(l.Slots[f.Slot].Child, nil, f.Fields)
		}
	}
}

func (c *checker) types(l *Layout, on TypeSet) {
	if on != nil && l.Type < 0 && !c.tells[l] && c.err == nil {
		c.err = fmt.Errorf("plan: fetch %d does not wait for the types of the objects at %q", c.fetch.ID, l.Place)
	}
}

// slot checks that a slot is brought to objects of all of the types; nil is any.
func (c *checker) slot(l *Layout, slot int, of TypeSet) {
	var brought TypeSet
	all := c.brings[layoutSlot{l, slot}]
	for _, types := range all {
		if types == nil {
			return
		}
		brought = brought.Or(types)
	}
	if (len(all) == 0 || !brought.Contains(of)) && c.err == nil {
		c.err = fmt.Errorf("plan: fetch %d does not wait for %s of the objects at %q", c.fetch.ID, l.Slots[slot].Name, l.Place)
	}
}
