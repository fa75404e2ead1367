package transport

import (
	"mime"
	"net/http"

	"github.com/weft-graph/weft/graph/gqlerr"
)

// PreflightHeaders are headers of which one shows that a browser has asked before it sent the request: a page of
// another origin cannot set them without a CORS preflight.
var PreflightHeaders = []string{"Weft-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"}

// CheckForgery refuses a request that a page of another origin could have made with the user's cookie. It is called
// for every request that a cookie authenticates: such a request must be one for which a browser asks first, by its
// content type or by one of the PreflightHeaders.
func CheckForgery(r *http.Request) *Refusal {
	if hasPreflightHeader(r) {
		return nil
	}
	if r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Site") == "same-origin" && AcceptsEvents(r.Header["Accept"]) {
		return nil // an EventSource can set no header; this one no page can
	}
	if values := r.Header["Content-Type"]; len(values) == 1 {
		if media, _, err := mime.ParseMediaType(values[0]); err == nil && media == jsonName {
			return nil
		}
	}
	return refuse(http.StatusForbidden, gqlerr.ForgeryPrevented,
		"A request with a session cookie must have the content-type application/json or the header "+PreflightHeaders[0]+
			", so that a page of another site cannot make it.")
}
