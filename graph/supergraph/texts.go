package supergraph

import (
	"slices"
	"sync"
)

// texts are the printed types of a supergraph, as far as it was printed. They are kept because a graph is
// mostly printed again after a small change, see Renew. It is safe for concurrent use.
type texts struct {
	mu     sync.Mutex
	byType map[string]string
}

func (t *texts) get(name string) (text string, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, known = t.byType[name]
	return text, known
}

func (t *texts) set(name, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byType == nil {
		t.byType = map[string]string{}
	}
	t.byType[name] = text
}

// keepTexts takes the texts of types that are printed in s as they were before: those that share all,
// also what each subgraph has of them.
func (s *Supergraph) keepTexts(before *Supergraph) {
	if !slices.EqualFunc(s.Subgraphs, before.Subgraphs, func(a, b *Subgraph) bool { return a.Enum == b.Enum }) {
		return
	}
	differs := map[string]bool{}
	for i, sub := range s.Subgraphs {
		noteDifferent(differs, sub.Types, before.Subgraphs[i])
		noteDifferent(differs, before.Subgraphs[i].Types, sub)
	}
	before.texts.mu.Lock()
	defer before.texts.mu.Unlock()
	s.texts.byType = make(map[string]string, len(before.texts.byType))
	for name, text := range before.texts.byType {
		if t, old := s.Schema.Type(name), before.Schema.Type(name); t != nil && old != nil && t.SharesAll(old) && !differs[name] {
			s.texts.byType[name] = text
		}
	}
}

// noteDifferent notes the types of which another subgraph does not have just the same. Mostly it has
// them in the same places.
func noteDifferent(differs map[string]bool, types []*SubgraphType, other *Subgraph) {
	for i, t := range types {
		if i < len(other.Types) && other.Types[i] == t {
			continue
		}
		if other.Type(t.Name) != t {
			differs[t.Name] = true
		}
	}
}
