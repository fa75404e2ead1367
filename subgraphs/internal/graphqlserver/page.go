package graphqlserver

import (
	"encoding/base64"
	"encoding/json"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// MaxPage is the most that a connection gives at once.
const MaxPage = 100

// PageInfo is the type that every subgraph shares for its connections.
type PageInfo struct {
	HasNextPage     bool    `json:"hasNextPage"`
	HasPreviousPage bool    `json:"hasPreviousPage"`
	StartCursor     *string `json:"startCursor"`
	EndCursor       *string `json:"endCursor"`
}

// EncodeCursor packs the sort key of a row into an opaque cursor. The key must be a struct or list that encodes as JSON.
func EncodeCursor(key any) string {
	text, err := json.Marshal(key)
	if err != nil {
		panic("a cursor's key does not encode as JSON: " + err.Error()) // a defect: keys are plain structs
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// DecodeCursor unpacks a cursor into key, a pointer; a cursor that was not made here is a BAD_INPUT for field.
func DecodeCursor(field, cursor string, key any) error {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, key)
	}
	if err != nil {
		return fail.Input(field, "The cursor is not one of this list's; take endCursor of the page before.")
	}
	return nil
}

// CheckFirst returns the page size that a client asked for: fallback if it named none, BAD_INPUT outside 1 to MaxPage.
func CheckFirst(first *int, fallback int) (int, error) {
	if first == nil {
		return fallback, nil
	}
	if *first < 1 || *first > MaxPage {
		return 0, fail.Input("first", "A page has 1 to %d entries.", MaxPage)
	}
	return *first, nil
}
