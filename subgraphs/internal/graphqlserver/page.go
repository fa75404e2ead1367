package graphqlserver

import (
	"encoding/base64"
	"encoding/json"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

const (
	// MaxPage is the most that a connection gives at once.
	MaxPage = 100
	// DefaultPage is what it gives where nobody says how much.
	DefaultPage = 20
)

// PageInfo is the type that every subgraph shares for its connections. HasPreviousPage says whether the page began after
// a cursor.
type PageInfo struct {
	HasNextPage     bool    `json:"hasNextPage"`
	HasPreviousPage bool    `json:"hasPreviousPage"`
	StartCursor     *string `json:"startCursor"`
	EndCursor       *string `json:"endCursor"`
}

// ReadPage checks the arguments of a connection and returns how much is asked for, and the sort key that the page begins
// after, nil for the beginning. It returns BAD_INPUT for a size outside 1 to MaxPage and a cursor that was not made here.
func ReadPage[K any](first *int, after *string) (size int, position *K, err error) {
	if size, err = CheckFirst(first, DefaultPage); err != nil || after == nil {
		return size, nil, err
	}
	position = new(K)
	if err := decodeCursor("after", *after, position); err != nil {
		return 0, nil, err
	}
	return size, position, nil
}

// NewPageInfo returns the PageInfo of a page with these cursors that began after another one, or at the beginning.
func NewPageInfo(after *string, cursors []string, hasNext bool) *PageInfo {
	info := &PageInfo{HasNextPage: hasNext, HasPreviousPage: after != nil}
	if last := len(cursors) - 1; last >= 0 {
		info.StartCursor, info.EndCursor = &cursors[0], &cursors[last]
	}
	return info
}

// EncodeCursor packs the sort key of a row into an opaque cursor. The key must be a struct or list that encodes as JSON.
func EncodeCursor(key any) string {
	text, err := json.Marshal(key)
	if err != nil {
		panic("a cursor's key does not encode as JSON: " + err.Error()) // a defect: keys are plain structs
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// decodeCursor unpacks a cursor into key, a pointer; a cursor that was not made here is a BAD_INPUT for field. So is that
// of a list with another key, of which json.Unmarshal would take what it finds: the page would begin anywhere.
func decodeCursor(field, cursor string, key any) error {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, key)
	}
	if err != nil || EncodeCursor(key) != cursor {
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
