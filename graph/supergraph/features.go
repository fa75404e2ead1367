package supergraph

import (
	"fmt"

	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// CheckFeatures refuses a graph that links a feature which must not be ignored (its purpose is
// SECURITY or EXECUTION) and which we cannot honour. Load calls it; who serves a graph that was
// composed in the same process calls it too.
func (s *Supergraph) CheckFeatures() error { return s.checkLinks(false) }

// CheckPlanning is CheckFeatures for who only plans: access rules that we cannot decide, such as
// policies, are no reason to refuse, as they change who may run an operation and not its plan.
func (s *Supergraph) CheckPlanning() error { return s.checkLinks(true) }

func (s *Supergraph) checkLinks(onlyPlans bool) error {
	applied := []schema.Directive{Link{URL: federation.LinkIdentity + "/v1.0"}.directive()}
	for _, link := range s.Links {
		applied = append(applied, link.directive())
	}
	links, problems := federation.ReadLinks(applied)
	if len(problems) > 0 {
		return fmt.Errorf("the supergraph's links: %s", problems[0].Message)
	}
	for _, link := range links.List {
		if err := checkLink(link, onlyPlans); err != nil {
			return err
		}
	}
	return nil
}

// checkLink checks one link.
func checkLink(link *federation.Link, onlyPlans bool) error {
	switch known := federation.FeatureOf(link.Identity); {
	case link.Purpose == "":
		return nil
	case known == nil:
		return fmt.Errorf("the supergraph links %q for %s, a feature that weft does not know: remove what uses it from the subgraphs, or use a newer weft",
			link.URL, link.Purpose)
	case known.Unsupported != "" && !(onlyPlans && known.Purpose == "SECURITY"):
		return fmt.Errorf("the supergraph links %q for %s: %s: remove what uses it from the subgraphs", link.URL, link.Purpose, known.Unsupported)
	case known.Newest.Less(link.Version):
		return fmt.Errorf("the supergraph links %q for %s, weft knows that feature up to %s: use a newer weft", link.URL, link.Purpose, known.Newest)
	}
	return nil
}
