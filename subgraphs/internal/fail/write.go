package fail

import (
	"encoding/json"
	"net/http"
)

// Write answers an HTTP request that is refused before any operation runs with a GraphQL error document.
func Write(w http.ResponseWriter, status int, failure *Error) {
	type entry struct {
		Message    string         `json:"message"`
		Extensions map[string]any `json:"extensions"`
	}
	body, err := json.Marshal(map[string][]entry{"errors": {{failure.Message, failure.Extensions()}}})
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"errors":[{"message":"internal error"}]}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone if this fails, and there is nobody left to tell
}
