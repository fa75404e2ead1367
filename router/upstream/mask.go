package upstream

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/gqlerr"
)

// response turns an answer into what the engine reads, with the errors masked that clients must not see.
func (c *Client) response(ctx context.Context, s *subgraph, got *answer) graph.FetchResponse {
	body := *got.body
	// Nearly all answers have no errors; "errors" as a key or value in the data only costs a closer look.
	if bytes.Contains(body, errorsKey) {
		body = c.handleErrors(ctx, s, body)
	}
	return graph.FetchResponse{Body: body, Release: got.release, Status: got.status}
}

var errorsKey = []byte(`"errors"`)

// maskedMessage is what clients see of an error that is masked.
const maskedMessage = "The subgraph reported an error."

// handleErrors logs the errors of an answer, and returns the answer with them masked unless clients may see them.
func (c *Client) handleErrors(ctx context.Context, s *subgraph, body []byte) []byte {
	var members map[string]json.RawMessage
	var reported []map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members["errors"] == nil {
		return body // no JSON is the engine's to refuse
	}
	wellFormed := json.Unmarshal(members["errors"], &reported) == nil
	if wellFormed && len(reported) == 0 {
		return body
	}
	c.options.Log.WarnContext(ctx, "subgraph reported errors", "subgraph", s.name, "errors", string(members["errors"]))
	if c.options.ExposeErrors || s.config.Errors == ErrorsExposed {
		return body
	}
	masked := make([]maskedError, len(reported))
	for i, e := range reported {
		masked[i] = newMaskedError(e)
	}
	if !wellFormed { // not a list of objects: something was reported, nobody knows about what
		masked = []maskedError{newMaskedError(nil)}
	}
	members["errors"], _ = json.Marshal(masked)
	delete(members, "extensions") // may say as much as an error
	out, err := json.Marshal(members)
	if err != nil {
		return []byte(`{"errors":[{"message":"` + maskedMessage + `"}]}`)
	}
	return out
}

// maskedError is an error of which only place and code are left.
type maskedError struct {
	Message    string           `json:"message"`
	Path       json.RawMessage  `json:"path,omitempty"`
	Extensions maskedExtensions `json:"extensions"`
}

type maskedExtensions struct {
	Code gqlerr.Code `json:"code"`
}

func newMaskedError(reported map[string]json.RawMessage) maskedError {
	masked := maskedError{Message: maskedMessage, Path: reported["path"]}
	if json.Unmarshal(reported["extensions"], &masked.Extensions) != nil || masked.Extensions.Code == "" {
		masked.Extensions.Code = gqlerr.SubgraphFailed
	}
	return masked
}
