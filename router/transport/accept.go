package transport

import (
	"strconv"
	"strings"

	"github.com/weft-graph/weft/router/eventstream"
)

// MediaType is a media type in which an answer can be written.
type MediaType uint8

const (
	// JSON is application/json: request errors have status 200, for clients of the time before the specification.
	JSON MediaType = iota
	// ResponseJSON is application/graphql-response+json: the status says whether the operation ran.
	ResponseJSON
	// EventStream is text/event-stream: each response is an event, and the last event says that there are no more.
	EventStream
)

const (
	jsonName         = "application/json"
	responseJSONName = "application/graphql-response+json"
)

// Negotiate chooses the media type of the answer from the Accept headers (RFC 9110, 12.5.1): the type with the higher
// quality, graphql-response+json when they are equal and the client names it. No header, and a wildcard, mean JSON; an
// event stream is for who takes no JSON. It reports false when the client takes none of them.
func Negotiate(accept []string) (MediaType, bool) {
	if len(accept) == 0 {
		return JSON, true
	}
	if len(accept) == 1 {
		switch accept[0] {
		case "", "*/*", jsonName:
			return JSON, true
		case responseJSONName:
			return ResponseJSON, true
		}
	}
	var plain, response quality
	for _, header := range accept {
		for rest := header; rest != ""; {
			var element string
			element, rest = cutQuoted(rest, ',')
			plain.consider(element, jsonName)
			response.consider(element, responseJSONName)
		}
	}
	switch {
	case response.q > 0 && response.precision == exact && response.q >= plain.q:
		return ResponseJSON, true
	case plain.q > 0:
		return JSON, true
	case response.q > 0:
		return ResponseJSON, true
	case AcceptsEvents(accept):
		return EventStream, true
	}
	return JSON, false
}

// AcceptsEvents reports whether the client takes an event stream and says so: a wildcard does not.
func AcceptsEvents(accept []string) bool {
	var events quality
	for _, header := range accept {
		for rest := header; rest != ""; {
			var element string
			element, rest = cutQuoted(rest, ',')
			events.consider(element, eventstream.MediaType)
		}
	}
	return events.q > 0 && events.precision == exact
}

// precision ranks how closely a media range names a type; the closest range decides the quality.
type precision uint8

const (
	unnamed precision = iota
	anything
	anySubtype
	exact
)

// quality is what the ranges seen so far say about one media type.
type quality struct {
	precision precision
	q         float64
}

// consider takes one element of an Accept header into account.
func (best *quality) consider(element, name string) {
	mediaRange, params := cutQuoted(element, ';')
	p := unnamed
	switch mediaRange = strings.ToLower(strings.TrimSpace(mediaRange)); mediaRange {
	case name:
		p = exact
	case "application/*":
		p = anySubtype
	case "*/*":
		p = anything
	}
	q, ok := parseParams(params)
	if !ok || p < best.precision || p == unnamed || p == best.precision && q <= best.q {
		return
	}
	*best = quality{precision: p, q: q}
}

// parseParams returns the q parameter (1 without) and false for a charset that we do not write.
func parseParams(params string) (float64, bool) {
	q := 1.0
	for params != "" {
		var param string
		param, params = cutQuoted(params, ';')
		key, value, _ := strings.Cut(param, "=")
		value = strings.Trim(strings.TrimSpace(value), `"`)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "q":
			weight, err := strconv.ParseFloat(value, 64)
			if err != nil || !(weight >= 0 && weight <= 1) {
				return 0, false
			}
			q = weight
		case "charset":
			if !strings.EqualFold(value, "utf-8") && !strings.EqualFold(value, "utf8") {
				return 0, false
			}
		}
	}
	return q, true
}

// cutQuoted is strings.Cut at the first separator that does not stand in a quoted string.
func cutQuoted(s string, sep byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
