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
		if longest <= t.waves && !t.needs(g, f) && !t.needs(f, g) {
			best = g
		}
	}
	return best
}

// timing is when fetches run, in waves: the longest chains that lead to a fetch and away from it.
type timing struct {
	// depth and height count the fetch itself.
	depth, height map[*draft]int
	// waves is the length of the longest chain.
	waves int
	after map[*draft][]*draft
	// numbers are those of the fetches in needed: the sets of what each fetch needs, perhaps through others.
	numbers map[*draft]int
	needed  map[*draft][]uint64
}

func (b *builder) timing() *timing {
	t := &timing{
		depth: map[*draft]int{}, height: map[*draft]int{}, after: map[*draft][]*draft{},
		numbers: map[*draft]int{}, needed: map[*draft][]uint64{},
	}
	for i, f := range b.fetches {
		t.numbers[f] = i
	}
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

// neededBy is the set of the fetches that f needs, perhaps through others.
func (t *timing) neededBy(f *draft) []uint64 {
	if set, known := t.needed[f]; known {
		return set
	}
	set := make([]uint64, len(t.numbers)/64+1)
	for _, d := range f.deps {
		for i, word := range t.neededBy(d) {
			set[i] |= word
		}
		n := t.numbers[d]
		set[n/64] |= 1 << (n % 64)
	}
	t.needed[f] = set
	return set
}

// needs reports whether a needs b, perhaps through others.
func (t *timing) needs(a, b *draft) bool {
	n := t.numbers[b]
	return t.neededBy(a)[n/64]&(1<<(n%64)) != 0
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
