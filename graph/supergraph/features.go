package supergraph

import (
	"fmt"

	"github.com/weft-graph/weft/graph/internal/federation"
)

// checkLink refuses a link whose purpose says that it must not be ignored and that we cannot honour.
func checkLink(link *federation.Link) error {
	switch known := federation.FeatureOf(link.Identity); {
	case link.Identity == federation.LinkIdentity, link.Identity == federation.CoreIdentity,
		link.Identity == federation.JoinIdentity, link.Purpose == "":
		return nil
	case known == nil:
		return fmt.Errorf("the supergraph links %q for %s, a feature that weft does not know: remove what uses it from the subgraphs, or use a newer weft",
			link.URL, link.Purpose)
	case known.Unsupported != "":
		return fmt.Errorf("the supergraph links %q for %s: %s: remove what uses it from the subgraphs", link.URL, link.Purpose, known.Unsupported)
	case known.Newest.Less(link.Version):
		return fmt.Errorf("the supergraph links %q for %s, weft knows that feature up to %s: use a newer weft", link.URL, link.Purpose, known.Newest)
	}
	return nil
}
