package plan

import (
	"strconv"

	"github.com/weft-graph/weft/graph/internal/operation"
)

// share returns the selection that stands for s: an equal one that was read before, or s itself.
// What is asked a thousand times, under as many response keys, is so searched and built once.
// Selections that offer or take contexts belong to their place and are not shared.
func (r *reader) share(s *selection) *selection {
	key, ok := r.shareKey(s)
	if !ok {
		s.isOwn = true
		return s
	}
	if known, ok := r.shared[key]; ok {
		return known
	}
	r.shared[key] = s
	return s
}

// shareKey is equal for selections that are answered with equal bytes from equal slots.
func (r *reader) shareKey(s *selection) (key string, ok bool) {
	if s.offers != nil {
		return "", false
	}
	wants := map[*operation.Field]*want{}
	for _, w := range s.wants {
		if w.contexts != nil || w.sub != nil && w.sub.isOwn {
			return "", false
		}
		wants[w.client] = w
	}
	b := []byte(s.parent)
	for _, f := range s.client.Fields {
		if f.Name == "__schema" || f.Name == "__type" {
			return "", false
		}
		b = append(append(append(b, '\n'), f.Key...), ' ')
		b = append(append(append(b, f.Scope.Name...), '.'), f.Name...)
		for _, word := range f.On {
			b = strconv.AppendUint(append(b, ' '), word, 36)
		}
		b = append(append(b, " @"...), conditionKey(f.When)...)
		b = append(append(b, " !"...), conditionKey(operation.Condition{f.Guard})...)
		if w := wants[f]; w != nil {
			b = append(append(b, " ("...), w.argText...)
			if w.sub != nil {
				b = strconv.AppendInt(append(b, " >"...), int64(w.sub.id), 10)
			}
		} else {
			b = append(b, " denied"...)
		}
	}
	return string(b), true
}

// laid is a selection that was built at a place.
type laid struct {
	at    *spot
	way   *way
	cond  Condition
	built []built
}

// findLaid returns what building the selection in the same way from the same fetches has made: a
// second time would change nothing.
func (b *builder) findLaid(at *spot, sel *selection, w *way, cond Condition) (*laid, bool) {
	for _, l := range at.place.laid[sel] {
		if l.way == w && l.at.isLike(at) && sameCondition(l.cond, cond) {
			return l, true
		}
	}
	return nil, false
}

// isLike reports whether two spots of one place are read by the same fetches in the same way.
func (a *spot) isLike(b *spot) bool {
	if a.wave != b.wave || a.serial != b.serial || a.knowsType != b.knowsType || len(a.sels) != len(b.sels) {
		return false
	}
	for i := range a.sels {
		if a.sels[i] != b.sels[i] {
			return false
		}
	}
	return a.types.Equal(b.types) && sameSteps(a.path, b.path)
}
