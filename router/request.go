package router

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/auth"
	"github.com/weft-graph/weft/router/limits"
	"github.com/weft-graph/weft/router/telemetry"
	"github.com/weft-graph/weft/router/transport"
	"github.com/weft-graph/weft/router/upstream"
)

// serve answers one request to the endpoint, whatever happens, and logs it.
func (r *Router) serve(w http.ResponseWriter, req *http.Request) {
	started := time.Now()
	requestID := telemetry.RequestIDOf(req)
	w.Header()[telemetry.RequestIDHeader] = []string{requestID}
	ctx, cancel := context.WithTimeout(telemetry.WithRequestID(req.Context(), requestID), r.requestTimeout(w, req))
	defer cancel()
	record := &telemetry.Record{Method: req.Method, Path: req.URL.Path, Client: transport.ClientAddress(req, r.trusted)}

	out, refusal := transport.NewResponder(w, req)
	err := telemetry.Recover(ctx, r.log, "request", func() error {
		if refusal == nil {
			refusal = r.answer(ctx, req, out, record)
		}
		if refusal != nil {
			record.Errors = 1
			out.Refuse(refusal)
		}
		return nil
	})
	if err != nil && out.Status == 0 {
		out.Refuse(&transport.Refusal{Status: http.StatusInternalServerError, Code: gqlerr.Internal, Message: "The router failed."})
	}
	record.Status, record.Bytes = out.Status, out.Bytes
	r.tell(ctx, record, time.Since(started))
}

// tell logs and counts a request that is over.
func (r *Router) tell(ctx context.Context, record *telemetry.Record, took time.Duration) {
	r.requests.answered(record, took)
	if r.config.Log.Requests {
		record.Log(ctx, r.log, took)
	}
}

// answer is the table of contents of a request. It writes the answer, or returns why there is none.
func (r *Router) answer(ctx context.Context, req *http.Request, out *transport.Responder, record *telemetry.Record) *transport.Refusal {
	if refusal := checkEncoding(req); refusal != nil {
		return refusal
	}
	request, refusal := r.decode(req)
	if refusal != nil {
		return refusal
	}
	defer request.Release()
	identity, refusal := r.authenticate(ctx, req)
	if refusal != nil {
		return refusal
	}
	op, errs, refusal := r.resolve(req, request, identity, record)
	if refusal != nil {
		return refusal
	}
	debug := r.debugging(req)
	if errs == nil && debug.skips() {
		debug.dryRun(ctx, out, op.prepared, op.fallen)
		return nil
	}
	if errs == nil {
		op.variables, errs = op.prepared.Variables(request.Variables)
	}
	if errs != nil {
		record.Errors = len(errs)
		out.RequestErrors(errs)
		return nil
	}
	if refusal := op.withoutFiles(request); refusal != nil {
		return refusal
	}
	if op.prepared.Kind() == graph.Subscription {
		return r.answerStream(ctx, op, out, record)
	}
	if refusal := op.takeFiles(ctx, request, out); refusal != nil {
		return refusal
	}
	call := op.call(ctx, record)
	result := op.prepared.Execute(ctx, op.variables, op.fallen, debug.watch(call))
	defer result.Release()
	if refusal := op.filesRefusal(); refusal != nil {
		return refusal
	}
	r.tellFailures(ctx, op.now, result.Failures)
	record.Errors, record.Fetches = result.Errors, call.Fetches()
	out.SetCookies(call.Cookies())
	if identity.Outdated != "" && identity.Cookie != "" && len(call.Cookies()) == 0 && isRefused(result) {
		out.SetCookies([]string{auth.ClearCookie(identity.Cookie)})
	}
	result.Body = debug.extend(ctx, result.Body, op.prepared, op.fallen)
	out.Result(result.Body, result.HasData)
	return nil
}

// operation is what a client asks for, checked, and ready to run once it has its variables.
type operation struct {
	// req is the client's HTTP request; that of the handshake for an operation on a WebSocket.
	req       *http.Request
	identity  auth.Identity
	now       *snapshot
	prepared  *graph.Prepared
	fallen    graph.Fallen
	variables graph.Variables
	// files are those of a multipart request; nil without.
	files *upstream.Files
}

// resolve finds the operation of a request in the graph that is served now, and whether and how much of it this caller
// may run. The errors are those of an operation that does not run.
func (r *Router) resolve(req *http.Request, request *transport.Request, identity auth.Identity, record *telemetry.Record) (operation, gqlerr.List, *transport.Refusal) {
	op := operation{req: req, identity: identity, now: r.current.Load()}
	if op.now == nil {
		return op, nil, unavailable("There is no graph to serve yet.")
	}
	document, unknown := r.documents.Load().Resolve(request.Query, request.DocumentID, r.isDeveloper(req))
	switch {
	case unknown == nil:
	case unknown.Code == gqlerr.PersistedQueryNotFound: // a question to the client in every media type, and no failure
		return op, nil, &transport.Refusal{Status: http.StatusOK, Code: unknown.Code, Message: unknown.Message}
	default:
		return op, gqlerr.List{unknown}, nil
	}
	var errs gqlerr.List
	if op.prepared, errs = op.now.graph.Prepare(document, request.OperationName, op.now.overrides.on(req)...); errs != nil {
		return op, errs, nil
	}
	record.Operation, record.Kind, record.Subject = op.prepared.Name(), kindNames[op.prepared.Kind()], identity.Subject
	if refusal := r.checkOperation(request, op.prepared, identity); refusal != nil {
		return op, nil, refusal
	}
	op.fallen = op.prepared.Authorize(identity.Authenticated, identity.Scopes)
	return op, nil, nil
}

// call returns the operation's door to the subgraphs.
func (op *operation) call(ctx context.Context, record *telemetry.Record) *upstream.Call {
	return op.now.client.Call(upstream.Incoming{
		Header: op.req.Header, Token: op.identity.Token, Unchecked: op.identity.Unchecked, ByCookie: op.identity.Cookie != "",
		RequestID: telemetry.RequestID(ctx), ClientAddress: record.Client, Files: op.files,
	})
}

var kindNames = map[graph.Kind]string{graph.Query: "query", graph.Mutation: "mutation", graph.Subscription: "subscription"}

// checkEncoding refuses a body that cannot be unpacked; the middleware has withheld it.
func checkEncoding(req *http.Request) *transport.Refusal {
	encoding, known := limits.Encoding(req)
	if known {
		return nil
	}
	return &transport.Refusal{
		Status: http.StatusUnsupportedMediaType, Code: gqlerr.UnsupportedMediaType,
		Message: "The content-encoding \"" + encoding + "\" is not supported: use gzip, or none.",
		Header:  http.Header{"Accept-Encoding": {"gzip"}},
	}
}

// authenticate says who is calling. A token that is not good is answered with 401 and its cookie cleared; a request
// that a cookie authenticates must be one that a page of another site cannot make.
func (r *Router) authenticate(ctx context.Context, req *http.Request) (auth.Identity, *transport.Refusal) {
	identity, refusal := r.identify(ctx, req)
	if refusal == nil && identity.Cookie != "" {
		refusal = transport.CheckForgery(req)
	}
	return identity, refusal
}

// identify is authenticate for a request of which it is known that no other site's page has made it.
func (r *Router) identify(ctx context.Context, req *http.Request) (auth.Identity, *transport.Refusal) {
	identity, err := r.auth.Authenticate(ctx, req)
	var refused *auth.Refusal
	switch {
	case errors.As(err, &refused):
		refusal := unauthenticated(refused.Message)
		if refused.Cookie != "" {
			refusal.Header.Set("Set-Cookie", auth.ClearCookie(refused.Cookie))
		}
		return identity, refusal
	case err != nil:
		return identity, unavailable("The request was ended before its token was checked.")
	}
	return identity, nil
}

func unauthenticated(message string) *transport.Refusal {
	return &transport.Refusal{
		Status: http.StatusUnauthorized, Code: gqlerr.Unauthenticated, Message: message,
		Header: http.Header{"Www-Authenticate": {"Bearer"}},
	}
}

func unavailable(message string) *transport.Refusal {
	return &transport.Refusal{
		Status: http.StatusServiceUnavailable, Code: gqlerr.Unavailable, Message: message,
		Header: http.Header{"Retry-After": {"1"}},
	}
}

// checkOperation refuses what may not run by this method, or by this caller.
func (r *Router) checkOperation(request *transport.Request, prepared *graph.Prepared, identity auth.Identity) *transport.Refusal {
	if request.ReadOnly && prepared.Kind() == graph.Mutation {
		return transport.MethodNotAllowed("By GET no mutation runs: send it by POST.", "POST")
	}
	if identity.Unchecked && prepared.NeedsIdentity() {
		return unavailable("The token cannot be checked now, and this operation needs to know who is calling: try again.")
	}
	if identity.Outdated != "" && !r.renews(prepared) {
		return unauthenticated(identity.Outdated)
	}
	return nil
}

// renews reports whether the operation selects nothing but the root fields that an outdated token may call.
func (r *Router) renews(prepared *graph.Prepared) bool {
	fields := prepared.RootFields()
	for _, field := range fields {
		if !slices.Contains(r.config.Auth.Renewal, field) {
			return false
		}
	}
	return len(fields) > 0
}

// isRefused reports whether a subgraph has said that the caller's token is good for nothing any more. A browser that kept
// its cookie then could neither renew it nor do without.
func isRefused(result *graph.Result) bool {
	return result.Errors > 0 && bytes.Contains(result.Body, refusedCode)
}

var refusedCode = []byte(`"code":"` + gqlerr.Unauthenticated + `"`)

// tellFailures tells the operator why subgraphs gave no answer; the client was told less.
func (r *Router) tellFailures(ctx context.Context, now *snapshot, failures []graph.Failure) {
	if ctx.Err() == context.Canceled {
		return // the client has gone, and with it the reason for the calls
	}
	for _, failure := range failures {
		r.requests.callFailed(failure.Subgraph, failure.Err)
		r.log.WarnContext(ctx, "a subgraph call failed",
			"subgraph", failure.Subgraph, "url", now.client.Address(failure.Subgraph), "fetch", failure.Fetch, "error", failure.Err.Error())
	}
}
