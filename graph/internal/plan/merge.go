package plan

import "slices"

// mergeFetches joins entity fetches of one subgraph in different waves to one request, made in the
// later wave, where no chain of fetches gets longer by it. A fetch whose answer a later one may find
// in the response stays early: then the later one need not be sent at all.
func (b *builder) mergeFetches() {
	t := b.timing()
	sources := b.findSources(t)
	for i := 0; i < len(b.fetches); i++ {
		f := b.fetches[i]
		into := b.laterFetch(f, t, sources)
		if into == nil {
			continue
		}
		into.entities = append(into.entities, f.entities...)
		into.dependOn(f.deps)
		b.fetches = slices.Delete(b.fetches, i, i+1)
		for _, other := range b.fetches {
			if at := slices.Index(other.deps, f); at >= 0 {
				other.deps = slices.Delete(other.deps, at, at+1)
				other.dependOn([]*draft{into})
			}
		}
		t = b.timing()
		sources = b.findSources(t)
		i = -1
	}
	for _, f := range b.fetches {
		f.wave = t.depth[f]
	}
}

// laterFetch returns the earliest fetch that f can join, or nil.
func (b *builder) laterFetch(f *draft, t *timing, sources *sources) *draft {
	if f.root != nil || f.apart != "" || sources.feeds[f] {
		return nil
	}
	var best *draft
	for _, g := range b.fetches {
		if g == f || g.root != nil || g.apart != "" || g.subgraph != f.subgraph || g.serial != f.serial || t.depth[g] < t.depth[f] {
			continue
		}
		if sources.spare[g] && !sources.spare[f] || best != nil && t.depth[g] >= t.depth[best] {
			continue
		}
		longest := t.depth[g] - 1 + max(t.height[f], t.height[g])
		if longest <= t.waves && !needs(g, f) && !needs(f, g) {
			best = g
		}
	}
	return best
}

// needs reports whether a needs b, perhaps through others.
func needs(a, b *draft) bool {
	return slices.ContainsFunc(a.deps, func(d *draft) bool { return d == b || needs(d, b) })
}

// timing is when fetches run, in waves: the longest chains that lead to a fetch and away from it.
type timing struct {
	// depth and height count the fetch itself.
	depth, height map[*draft]int
	// waves is the length of the longest chain.
	waves int
	after map[*draft][]*draft
}

func (b *builder) timing() *timing {
	t := &timing{depth: map[*draft]int{}, height: map[*draft]int{}, after: map[*draft][]*draft{}}
	for _, f := range b.fetches {
		for _, d := range b.precedents(f) {
			t.after[d] = append(t.after[d], f)
		}
	}
	for _, f := range b.fetches {
		t.waves = max(t.waves, b.depth(f, t))
		t.heightOf(f)
	}
	return t
}

func (b *builder) depth(f *draft, t *timing) int {
	if d, known := t.depth[f]; known {
		return d
	}
	depth := 1
	for _, d := range b.precedents(f) {
		depth = max(depth, b.depth(d, t)+1)
	}
	t.depth[f] = depth
	return depth
}

func (t *timing) heightOf(f *draft) int {
	if h, known := t.height[f]; known {
		return h
	}
	height := 1
	for _, d := range t.after[f] {
		height = max(height, t.heightOf(d)+1)
	}
	t.height[f] = height
	return height
}

// precedents are the fetches whose data d needs and, in a mutation, all of the root field before.
func (b *builder) precedents(d *draft) []*draft {
	before := d.deps
	if d.root != nil && d.serial > 1 && len(d.target) == 0 {
		before = slices.Clone(before)
		for _, other := range b.fetches {
			if other.serial == d.serial-1 && !slices.Contains(before, other) {
				before = append(before, other)
			}
		}
	}
	return before
}
