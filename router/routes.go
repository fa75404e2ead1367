package router

import (
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/limits"
	"github.com/weft-graph/weft/router/playground"
	"github.com/weft-graph/weft/router/transport"
)

// minGzipBytes is the length below which packing an answer costs more than it saves.
const minGzipBytes = 1400

// Handler returns the router's HTTP handler, for a server of the caller's own.
func (r *Router) Handler() http.Handler { return r.handler }

// routes is the seam of HTTP middleware: what stands here sees every request to the endpoint.
func (r *Router) routes() http.Handler {
	endpoint := limits.Body(r.config.Limits, http.HandlerFunc(r.serve))
	unpacked := transport.CORS(r.config.CORS, endpoint)
	if r.config.Server.Gzip {
		if pack, err := gzhttp.NewWrapper(gzhttp.MinSize(minGzipBytes)); err == nil { // only the option can be wrong
			endpoint = pack(endpoint)
		}
	}
	endpoint = transport.CORS(r.config.CORS, endpoint)
	page := playground.New(r.config.Playground, playground.Router{
		Endpoint: r.config.Path, Development: r.config.Development, Introspection: r.config.Introspection || r.config.Development,
	}, playground.Built)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch path := req.URL.Path; {
		case path == r.config.Path && transport.IsUpgrade(req):
			r.serveSocket(w, req)
		case path == r.config.Path && transport.AcceptsEvents(req.Header["Accept"]):
			unpacked.ServeHTTP(w, req) // packing would hold events back
		case path == r.config.Path:
			endpoint.ServeHTTP(w, req)
		case path == "/healthz":
			getOnly(w, req, func() { status(w, http.StatusOK, "ok\n") })
		case path == "/readyz":
			getOnly(w, req, func() { r.readiness(w) })
		case path == "/", strings.HasPrefix(path, playground.Folder):
			getOnly(w, req, func() { page.ServeHTTP(w, req) })
		default:
			refuse(w, req, &transport.Refusal{
				Status: http.StatusNotFound, Code: gqlerr.NotFound,
				Message: "There is nothing at this path: the GraphQL endpoint is " + r.config.Path + ".",
			})
		}
	})
}

func (r *Router) readiness(w http.ResponseWriter) {
	switch {
	case r.isStopping.Load():
		status(w, http.StatusServiceUnavailable, "stopping\n")
	case r.current.Load() == nil:
		status(w, http.StatusServiceUnavailable, "waiting for a supergraph\n")
	default:
		status(w, http.StatusOK, "ready\n")
	}
}

func status(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	io.WriteString(w, text)
}

func getOnly(w http.ResponseWriter, req *http.Request, next func()) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		refuse(w, req, transport.MethodNotAllowed("This path takes GET, not "+req.Method+".", "GET, HEAD"))
		return
	}
	next()
}

func refuse(w http.ResponseWriter, req *http.Request, refusal *transport.Refusal) {
	out, _ := transport.NewResponder(w, req) // one error at a time
	out.Refuse(refusal)
}
