package transport

import (
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/eventstream"
)

// Responder writes the one answer to one request.
type Responder struct {
	w     http.ResponseWriter
	media MediaType

	// Status and Bytes are those of the answer, once it was written.
	Status, Bytes int
}

// NewResponder returns the Responder for the media type that the client accepts. When it accepts none, the refusal is
// to be written with the Responder, as JSON.
func NewResponder(w http.ResponseWriter, r *http.Request) (*Responder, *Refusal) {
	media, ok := Negotiate(r.Header["Accept"])
	out := &Responder{w: w, media: media}
	if !ok {
		return out, refuse(http.StatusNotAcceptable, gqlerr.NotAcceptable,
			"No media type in the accept header can be written: accept "+responseJSONName+" or "+jsonName+".")
	}
	return out, nil
}

// Result writes a response. If the operation ran the status is 200, whatever errors the response holds; if it did not
// the status is 400, but 200 in the media type of old clients, which take every 4xx for a failure of the network.
func (o *Responder) Result(body []byte, ran bool) {
	if o.media == EventStream {
		o.write(http.StatusOK, appendComplete(eventstream.Append(nil, nextEvent, body)))
		return
	}
	status := http.StatusOK
	if !ran && o.media == ResponseJSON {
		status = http.StatusBadRequest
	}
	o.write(status, body)
}

// RequestErrors writes the errors of an operation that did not run.
func (o *Responder) RequestErrors(errs gqlerr.List) { o.Result(errorBody(errs), false) }

// StopReading makes reading the request's body fail at once, also where it waits already.
func (o *Responder) StopReading() {
	_ = http.NewResponseController(o.w).SetReadDeadline(time.Now()) // a connection without deadlines ends with its client
}

// SetCookies adds cookies to the answer that is written next.
func (o *Responder) SetCookies(cookies []string) {
	if len(cookies) > 0 {
		header := o.w.Header()
		header["Set-Cookie"] = append(header["Set-Cookie"], cookies...)
	}
}

// Refuse writes a refusal. It is JSON also for who wants a stream, which there is none of.
func (o *Responder) Refuse(refusal *Refusal) {
	if o.media == EventStream {
		o.media = JSON
	}
	maps.Copy(o.w.Header(), refusal.Header)
	o.write(refusal.Status, errorBody(gqlerr.List{{Message: refusal.Message, Code: refusal.Code}}))
}

func (o *Responder) write(status int, body []byte) {
	header := o.w.Header()
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	o.Status, o.Bytes = status, len(body)
	o.writeHead(status)
	o.w.Write(body) // the client may be gone, which is not our error
}

func (o *Responder) writeHead(status int) {
	header := o.w.Header()
	header["Content-Type"] = contentTypes[o.media]
	header["X-Content-Type-Options"] = noSniff
	// An answer belongs to who asked. A cache in between knows neither the session nor what a field may be kept for.
	header["Cache-Control"] = cacheControl[o.media]
	header["Vary"] = append(header["Vary"], "Accept")
	o.w.WriteHeader(status)
}

// Header values that are shared by all answers and never changed.
var (
	contentTypes = [...][]string{
		JSON:         {jsonName + "; charset=utf-8"},
		ResponseJSON: {responseJSONName + "; charset=utf-8"},
		EventStream:  {eventstream.MediaType},
	}
	cacheControl = [...][]string{
		JSON:         {"no-store"},
		ResponseJSON: {"no-store"},
		EventStream:  {"no-cache, no-store"}, // as the protocol of the stream names it
	}
	noSniff = []string{"nosniff"}
)

// errorBody writes a response that has no data.
func errorBody(errs gqlerr.List) []byte {
	return append(errs.Append([]byte(`{"errors":`)), '}')
}
