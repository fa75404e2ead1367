//go:build corpus

package compose

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/internal/schematest"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/internal/corpus"
)

// The shares of cases of a corpus below which TestCorpus fails, in percent: what was measured,
// less a little.
const (
	minAgreement = 99.7
	minCodes     = 99.8
	minAPI       = 99.6
	minHints     = 99.8
)

// corpusCase is what the test reads of a case.
type corpusCase struct {
	ID, Scope string
	Disputed  bool
	Subgraphs []struct{ Name, URL, SDL string }
	Expected  struct {
		OK                          bool
		ErrorCodes, HintCodes       []string
		ApiSchemaSdl, SupergraphSdl string
	}
}

// tally counts how composing the cases went.
type tally struct {
	total, agree, refused, sameCodes, accepted, sameAPI, sameHints int
	// differences are the IDs of cases by what differs.
	differences map[string][]string
}

// TestCorpus composes the cases of a corpus and compares with the outcome that is written there:
// accepted or refused, the set of error codes, the API schema. Cases about which two reference
// composers disagree count only with $WEFT_DISPUTED, and then nothing is asked of the shares.
func TestCorpus(t *testing.T) {
	withDisputed := os.Getenv("WEFT_DISPUTED") != ""
	n := &tally{differences: map[string][]string{}}
	eachCorpusCase(t, func(c corpusCase) {
		if c.Scope == "core" && (!c.Disputed || withDisputed) {
			n.add(c)
		}
	})
	n.logDifferences(t)
	report := func(what string, count, of int, least float64) {
		share := 100 * float64(count) / float64(max(of, 1))
		t.Logf("%s: %d of %d, %.1f %%", what, count, of, share)
		if share < least && !withDisputed {
			t.Errorf("%s: %.1f %%, less than the %.1f %% that were reached before", what, share, least)
		}
	}
	report("accepted or refused alike", n.agree, n.total, minAgreement)
	report("same error codes where both refuse", n.sameCodes, n.refused, minCodes)
	report("same API schema where both accept", n.sameAPI, n.accepted, minAPI)
	report("same hint codes where both accept", n.sameHints, n.accepted, minHints)
	report("all alike", n.sameCodes+n.sameAPI, n.total, 0)
}

// TestCorpusIsJoinSpec holds what is printed for the cases against the join specification, as TestPrintedIsJoinSpec does.
func TestCorpusIsJoinSpec(t *testing.T) {
	failed := 0
	eachCorpusCase(t, func(c corpusCase) {
		s, _ := composeCase(c)
		if s == nil || failed > 20 {
			return
		}
		for _, problem := range joinProblems(supergraph.Print(s)) {
			failed++
			t.Errorf("%s: %s", c.ID, problem)
		}
		checkContracts(t, c.ID, s)
	})
}

// TestCorpusProofIsRight is TestProofIsRight for the cases.
func TestCorpusProofIsRight(t *testing.T) {
	proven, unproven := 0, 0
	eachCorpusCase(t, func(c corpusCase) {
		yes, no := checkProof(t, c.ID, c.subgraphs())
		proven, unproven = proven+yes, unproven+no
	})
	t.Logf("%d types proven, %d not", proven, unproven)
}

// eachCorpusCase calls use for every case.
func eachCorpusCase(t *testing.T, use func(corpusCase)) {
	t.Helper()
	corpus.Each(t, "open.jsonl", use)
}

// add composes one case and counts it.
func (n *tally) add(c corpusCase) {
	n.total++
	s, diags := composeCase(c)
	got := errorCodes(diags)
	want := slices.Compact(slices.Sorted(slices.Values(c.Expected.ErrorCodes)))
	differ := func(key string) { n.differences[key] = append(n.differences[key], c.ID) }
	switch {
	case (s != nil) != c.Expected.OK:
		differ(fmt.Sprintf("want %v got %v", want, got))
	case s == nil:
		n.agree++
		n.refused++
		if slices.Equal(got, want) {
			n.sameCodes++
		} else {
			differ(fmt.Sprintf("codes want %v got %v", want, got))
		}
	default:
		n.agree++
		n.accepted++
		if wantHints := slices.Compact(slices.Sorted(slices.Values(c.Expected.HintCodes))); slices.Equal(hintCodes(diags), wantHints) {
			n.sameHints++
		} else {
			differ(fmt.Sprintf("hints want %v got %v", wantHints, hintCodes(diags)))
		}
		if sameSchema(c.Expected.ApiSchemaSdl, s.API()) {
			n.sameAPI++
		} else {
			differ("API schema")
		}
	}
}

// logDifferences logs what differs, most frequent first, with some cases for each.
func (n *tally) logDifferences(t *testing.T) {
	t.Helper()
	keys := slices.SortedFunc(maps.Keys(n.differences), func(a, b string) int {
		return cmp.Or(-cmp.Compare(len(n.differences[a]), len(n.differences[b])), cmp.Compare(a, b))
	})
	for _, key := range keys {
		ids := n.differences[key]
		t.Logf("%4d %s  %s", len(ids), key, strings.Join(ids[:min(4, len(ids))], " "))
	}
}

func composeCase(c corpusCase) (*supergraph.Supergraph, diag.List) { return Compose(c.subgraphs()) }

func (c *corpusCase) subgraphs() []Subgraph {
	var subgraphs []Subgraph
	for _, sub := range c.Subgraphs {
		subgraphs = append(subgraphs, Subgraph{Name: sub.Name, URL: sub.URL, SDL: sub.SDL})
	}
	return subgraphs
}

// errorCodes are the different codes of the errors, sorted.
func errorCodes(diags diag.List) []string {
	var out []string
	for _, d := range diags {
		if d.Severity == diag.Error {
			out = append(out, string(d.Code))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hintCodes are the different codes of the hints, sorted, without those that only weft has.
func hintCodes(diags diag.List) []string {
	var out []string
	for _, d := range diags {
		if entry, _ := diag.Explain(d.Code); d.Severity != diag.Error && !entry.Own {
			out = append(out, string(d.Code))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sameSchema(sdl string, got *schema.Schema) bool {
	want, err := schema.Load("want", sdl)
	return err == nil && schematest.Sorted(want) == schematest.Sorted(got)
}
