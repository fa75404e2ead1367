package plan

import (
	"slices"

	"github.com/weft-graph/weft/graph/internal/querygraph"
)

// object is an object of a known runtime type that was read at a position.
type object struct {
	number int
	pos    *position
}

// option is one way to read one wanted field.
type option struct {
	cost cost
	// own are the calls made for the object itself, not for those below it.
	own  calls
	pick *pick
}

func (o *option) price() cost { return o.cost }

// partial is a choice of options for the first fields of an object.
type partial struct {
	cost  cost
	own   calls
	ready int
	picks *pickList
}

// pickList is the picks of a partial choice, the last first; choices share their beginnings.
type pickList struct {
	want   int
	pick   *pick
	before *pickList
}

func (p *partial) price() cost { return p.cost }

// solve returns the Pareto front of ways to read the wants of one object. Fields that the position
// itself answers without a further call are taken there; jumps are looked at only for the rest.
func (s *search) solve(o object, wants []*want) []*way {
	options := make([][]*option, len(wants))
	free := true
	base := s.baseEntries(o)
	for i, w := range wants {
		options[i] = s.freeOption(o, w, base)
		free = free && options[i] != nil
	}
	if !free {
		entries := s.entries(o)
		for i, w := range wants {
			if options[i] == nil {
				options[i] = s.options(o, w, entries)
			}
		}
	}
	return s.choose(o, wants, options)
}

// solveFrom is solve with a given list of entries: what a table in progress has found so far.
func (s *search) solveFrom(o object, wants []*want, entries []*entry) []*way {
	options := make([][]*option, len(wants))
	for i, w := range wants {
		if options[i] = s.freeOption(o, w, entries); options[i] == nil {
			options[i] = s.options(o, w, entries)
		}
		if len(options[i]) == 0 {
			return nil
		}
	}
	return s.choose(o, wants, options)
}

// choose picks an option for every want. Requests to one subgraph in one wave count once, so
// choices are compared as sets of calls; the wants with the fewest options are placed first.
func (s *search) choose(o object, wants []*want, options [][]*option) []*way {
	order := make([]int, len(wants))
	for i := range wants {
		if len(options[i]) == 0 {
			s.noteStuck(wants[i], o.number)
			return nil
		}
		order[i] = i
	}
	s.addDelays(options)
	slices.SortStableFunc(order, func(a, b int) int { return len(options[a]) - len(options[b]) })
	front := []*partial{{}}
	for _, i := range order {
		if front = s.extend(front, options[i], i); len(front) == 0 {
			return nil
		}
	}
	ways := make([]*way, len(front))
	for i, p := range front {
		picks := make([]*pick, len(wants))
		for l := p.picks; l != nil; l = l.before {
			picks[l.want] = l.pick
		}
		ways[i] = &way{cost: p.cost, ready: p.ready, objects: []objectWay{{o.number, picks}}}
	}
	return ways
}

// extend adds the options of want i to every partial choice.
func (s *search) extend(front []*partial, options []*option, i int) []*partial {
	if len(options) == 1 && len(front) == 1 {
		front[0].take(options[0], i)
		return front
	}
	out := make([]*partial, 0, len(front)*len(options))
	for _, p := range front {
		for _, o := range options {
			if !s.spend(len(p.cost.calls)) {
				return nil
			}
			q := *p
			q.take(o, i)
			out = append(out, &q)
		}
	}
	return prune(out)
}

func (p *partial) take(o *option, i int) {
	before := len(p.own)
	p.own = p.own.union(o.own)
	p.cost = p.cost.add(o.cost)
	p.cost.jumps += len(p.own) - before
	p.ready = max(p.ready, o.pick.ready)
	p.picks = &pickList{i, o.pick, p.picks}
}

// addDelays lets a field wait for a later call of the same subgraph that another field needs, so
// that one request serves both.
func (s *search) addDelays(options [][]*option) {
	waves := map[*querygraph.Node][]int{}
	some := false
	for _, list := range options {
		for _, o := range list {
			if src := o.pick.only(); src != nil && src.entry.isJump() {
				n := s.g.Nodes[src.entry.node]
				if !slices.Contains(waves[n], src.wave) {
					some = some || len(waves[n]) > 0
					waves[n] = append(waves[n], src.wave)
				}
			}
		}
	}
	if !some {
		return
	}
	for i, list := range options {
		for _, o := range list {
			src := o.pick.only()
			if src == nil || !src.entry.isJump() {
				continue
			}
			for _, wave := range waves[s.g.Nodes[src.entry.node]] {
				if wave > src.wave {
					options[i] = append(options[i], o.delayed(wave))
				}
			}
		}
	}
}

// delayed is the option with its last call made in a later wave.
func (o *option) delayed(wave int) *option {
	p := *o.pick
	src := p.from[0]
	src.wave = wave
	p.from = []source{src}
	p.ready += wave - o.pick.from[0].wave
	own := src.ownCalls()
	d := &option{own: own, pick: &p, cost: cost{calls: own, fields: o.cost.fields, jumps: o.cost.jumps, splits: o.cost.splits}}
	if p.child != nil {
		d.cost.calls = own.union(p.child.cost.calls.shift(wave))
	}
	return d
}

// only returns the pick's source if it has just one.
func (p *pick) only() *source {
	if len(p.from) != 1 {
		return nil
	}
	return &p.from[0]
}

// noteStuck remembers a field that had no way, for the error message: the first that the client
// asked for, else the first.
func (s *search) noteStuck(w *want, number int) {
	if s.stuck == nil || s.stuck.client == nil && w.client != nil {
		s.stuck, s.stuckType = w, number
	}
}
