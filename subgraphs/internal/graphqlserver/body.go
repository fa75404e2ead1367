package graphqlserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// members are the members of a GraphQL request body with the JSON types that each may have besides null.
var members = map[string]string{"query": `"`, "operationName": `"`, "variables": `{`, "extensions": `{`}

// checkBody refuses what gqlgen would take: it replaces what is not UTF-8, folds the case of member names, lets the last
// of two equal members win, ignores what follows the document, and echoes a body that it cannot read.
func checkBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body) // bounded: RequireSignature has read it already
		if err == nil {
			err = check(body)
		}
		if err != nil {
			fail.Write(w, http.StatusBadRequest, fail.New(fail.BadInput, "The request body is no GraphQL request: %s.", err))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

func check(body []byte) error {
	if !utf8.Valid(body) { // the decoder would put U+FFFD where the client meant something else
		return errors.New("it is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return errors.New("it is not a JSON object")
	}
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		name, isName := token.(string)
		var value json.RawMessage
		if err != nil || !isName || decoder.Decode(&value) != nil {
			return errors.New("its JSON cannot be read")
		}
		if err := checkMember(name, value, seen); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return errors.New("its JSON ends too early")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON document")
	}
	if !seen["query"] {
		return errors.New("it has no query")
	}
	return nil
}

func checkMember(name string, value json.RawMessage, seen map[string]bool) error {
	if seen[name] {
		return errors.New("it has the member " + name + " twice")
	}
	seen[name] = true
	start, isKnown := members[name]
	if !isKnown {
		for known := range members {
			if strings.EqualFold(known, name) {
				return errors.New("a member is spelt almost like " + known)
			}
		}
		return nil // by the GraphQL over HTTP spec, further members are ignored
	}
	isNull := string(value) == "null" && name != "query"
	if !isNull && !strings.HasPrefix(string(value), start) {
		return errors.New("its member " + name + " has the wrong JSON type")
	}
	return nil
}
