package differential

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weft-graph/weft/fedtest/internal/direct"
	"github.com/weft-graph/weft/fedtest/internal/world"
	"github.com/weft-graph/weft/graph"
)

// Features counts the operations that used each feature of federation or of GraphQL while they ran: a field counts when it
// is resolved, a fetch when it is sent. A nil *Features counts nothing.
type Features struct {
	// Operations is how many were compared, Spoilt how many of them also with subgraphs whose answers were spoilt.
	Operations, Spoilt int
	counts             map[string]int
}

// The features that are seen in a request rather than in its subgraphs.
const (
	abstractType = "abstract type"
	aliasOfKey   = "alias of a key"
	condition    = "condition"
	failure      = "error"
	fragment     = "fragment"
	keyChain     = "key chain"
	listOfLists  = "list of lists"
	subgraphs    = "several subgraphs"
	mutation     = "mutation"
	subscription = "subscription"
	threeWaves   = "three waves or more"
	variables    = "variables"
)

// Names are the features that are counted, sorted.
func (f *Features) Names() []string {
	return slices.Sorted(slices.Values(append([]string{
		abstractType, aliasOfKey, condition, failure, fragment, keyChain, listOfLists, subgraphs, mutation, subscription, threeWaves, variables,
	}, world.Observable...)))
}

// trial is what one comparison ran.
type trial struct {
	c     *Case
	plan  *graph.Plan
	want  *direct.Response
	whole *world.Run
	split *world.Run
	// sent are the numbers of the fetches that were sent.
	sent []bool
}

// count adds what a trial used, and ends it.
func (f *Features) count(t *trial) {
	if f == nil {
		return
	}
	if f.counts == nil {
		f.counts = map[string]int{}
	}
	add := func(name string, used bool) {
		if used {
			f.counts[name]++
		}
	}
	f.Operations++
	add(abstractType, t.want.Met.Abstract)
	add(condition, t.want.Met.Condition)
	add(fragment, t.want.Met.Fragment)
	add(listOfLists, t.want.Met.ListOfLists)
	add(failure, len(t.want.Errors) > 0)
	add(mutation, t.c.isMutation())
	add(subscription, t.c.isSubscription())
	add(variables, strings.Contains(t.c.Text, "($v"))
	add(aliasOfKey, aliasesKey.MatchString(t.c.Text))
	add(subgraphs, t.countSubgraphs() > 1)
	add(threeWaves, t.waves() > 2)
	add(keyChain, t.hasKeyChain())
	for _, name := range world.Observable {
		add(name, t.whole.Used(name) || t.split.Used(name))
	}
}

var aliasesKey = regexp.MustCompile(` (id|code|a|b): `)

func (t *trial) countSubgraphs() int {
	asked := map[int]bool{}
	for _, fetch := range t.plan.Fetches {
		if t.sent[fetch.ID] {
			asked[fetch.Subgraph] = true
		}
	}
	return len(asked)
}

// waves is the length of the longest chain of fetches that were sent.
func (t *trial) waves() int {
	depth, longest := make([]int, len(t.plan.Fetches)), 0
	for i, fetch := range t.plan.Fetches {
		for _, before := range fetch.DependsOn {
			depth[i] = max(depth[i], depth[before])
		}
		if t.sent[i] {
			depth[i]++
		}
		longest = max(longest, depth[i])
	}
	return longest
}

// hasKeyChain reports whether a fetch of entities knew them by a key that another fetch of the same entities had brought.
func (t *trial) hasKeyChain() bool {
	for i, fetch := range t.plan.Fetches {
		if !t.sent[i] {
			continue
		}
		for batch, entities := range fetch.Entities {
			var keys []int
			for _, representation := range entities.Cases {
				for _, f := range representation.Fields {
					if !f.Required && f.TypeName == "" {
						keys = append(keys, f.Slot)
					}
				}
			}
			for _, before := range fetch.DependsOn {
				if t.sent[before] && t.brings(before, i, batch, keys) {
					return true
				}
			}
		}
	}
	return false
}

// brings reports whether a fetch of entities fills one of the slots of the objects that a batch of another is about.
func (t *trial) brings(before, fetch, batch int, slots []int) bool {
	path := t.plan.Fetches[fetch].Entities[batch].Path
	for _, entities := range t.plan.Fetches[before].Entities {
		if len(entities.Path) != len(path) {
			continue
		}
		isHere := true
		for i, step := range entities.Path {
			isHere = isHere && step.Slot == path[i].Slot
		}
		if !isHere {
			continue
		}
		for _, c := range entities.Scan.Cases {
			for _, f := range c.Fields {
				if slices.Contains(slots, f.Slot) {
					return true
				}
			}
		}
	}
	return false
}

// Add adds what another counted.
func (f *Features) Add(other *Features) {
	if f.counts == nil {
		f.counts = map[string]int{}
	}
	f.Operations += other.Operations
	f.Spoilt += other.Spoilt
	for name, n := range other.counts {
		f.counts[name] += n
	}
}

// Share is how many of a hundred operations used a feature.
func (f *Features) Share(name string) float64 {
	return 100 * float64(f.counts[name]) / float64(max(f.Operations, 1))
}

// String prints a line for each feature.
func (f *Features) String() string {
	var b strings.Builder
	for _, name := range f.Names() {
		fmt.Fprintf(&b, "%-28s %9d  %6.2f %%\n", name, f.counts[name], f.Share(name))
	}
	return b.String()
}
