package execute

import (
	"errors"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/rawjson"
)

// fail ends a call without an answer: what it would have filled is null.
func (x *Execution) fail(f *fetch, c *call, failure *FetchError) {
	c.failures = append(c.failures, Failure{Subgraph: f.name, Fetch: f.ID, Err: failure})
	number := x.causes.add(cause{err: *failure.ClientError(f.name), always: true})
	c.located = append(c.located, located{cause: number, place: atFetch})
	x.loseAll(f, c, number)
}

// failAt is for an error of ours about the answer for batch i. It returns the error's number as a cause.
func (x *Execution) failAt(f *fetch, c *call, i int, message string) int {
	c.failures = append(c.failures, Failure{Subgraph: f.name, Fetch: f.ID, Err: errors.New(message)})
	number := x.causes.add(cause{err: gqlerr.Error{Message: message, Code: gqlerr.InvalidSubgraphData, Subgraph: f.name}})
	c.located = append(c.located, located{cause: number, place: atBatch, batch: i})
	return number
}

// fetchPaths returns the place of a fetch in the response: the path around all objects that each of
// its batches fills.
func (x *Execution) fetchPaths(f *fetch, c *call) []gqlerr.Path {
	var paths []gqlerr.Path
	for i := range f.batches {
		if len(c.batches[i].objects) == 0 {
			continue
		}
		path := x.batchPath(f, c, i)
		if len(paths) == 0 || !paths[len(paths)-1].Equal(path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// batchPath returns the longest path that leads to all objects of a batch. Where it is one object
// and one field, it leads to the field.
func (x *Execution) batchPath(f *fetch, c *call, i int) gqlerr.Path {
	b, members := &f.batches[i], c.batches[i].set()
	var common gqlerr.Path
	var only place
	places := 0
	x.eachPlace(b.path, func(p place) bool {
		if !members[p.object] {
			return true
		}
		if places++; places == 1 {
			common = append(gqlerr.Path{}, p.path...)
			only = place{object: p.object, shape: p.shape, path: common}
			return true
		}
		n := 0
		for n < len(common) && n < len(p.path) && common[n] == p.path[n] {
			n++
		}
		common = common[:n]
		return n > 0
	})
	if places == 1 {
		if fields := x.scanned(only, b.scan); len(fields) == 1 {
			return common.Key(fields[0])
		}
	}
	return common
}

// scanned returns the response keys of the fields of an object that a scan fills.
func (x *Execution) scanned(p place, s *plan.Scan) []string {
	var keys []string
	for i := range s.Cases {
		if !fits(s.Cases[i].On, x.doc.Type(p.object)) && s.TypeKey != "" {
			continue
		}
		for _, sf := range s.Cases[i].Fields {
			for _, f := range x.visible(p.shape, p.object, sf.Slot) {
				keys = append(keys, f.Key)
			}
		}
	}
	return keys
}

// set returns the objects of a batch as a set, for the slow ways of errors.
func (t *targets) set() map[rawjson.Ref]bool {
	out := make(map[rawjson.Ref]bool, len(t.objects))
	for _, object := range t.objects {
		out[object] = true
	}
	return out
}
