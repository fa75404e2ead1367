package router

import (
	"context"
	"net/http"
	"time"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/transport"
	"github.com/weft-graph/weft/router/upload"
	"github.com/weft-graph/weft/router/upstream"
)

// takesFiles reports whether the request is a multipart request that is taken.
func (r *Router) takesFiles(req *http.Request) bool {
	return r.config.Limits.Uploads.Enabled && upload.IsMultipart(req)
}

// decode reads the request; of a multipart request all but the files.
func (r *Router) decode(req *http.Request) (*transport.Request, *transport.Refusal) {
	if r.takesFiles(req) {
		return transport.DecodeMultipart(req, r.config.Limits.Uploads, r.config.Limits.MaxBodyBytes)
	}
	return transport.Decode(req)
}

// requestTimeout is the time that a request has. One with files has more, and its connection too.
func (r *Router) requestTimeout(w http.ResponseWriter, req *http.Request) time.Duration {
	if !r.takesFiles(req) {
		return r.config.Server.RequestTimeout
	}
	timeout := r.config.Limits.Uploads.Timeout
	control := http.NewResponseController(w)
	// A connection that has no deadlines keeps the server's, which are shorter.
	_ = control.SetReadDeadline(time.Now().Add(timeout))
	_ = control.SetWriteDeadline(time.Now().Add(timeout + r.config.Server.ReadTimeout))
	return timeout
}

// takeFiles gives the operation the files of its request, if they go to one subgraph and by one call: they come once.
// That is known from the plan, before anything runs.
func (op *operation) takeFiles(ctx context.Context, request *transport.Request, out *transport.Responder) *transport.Refusal {
	if request.Files == nil {
		return nil
	}
	senders, err := op.prepared.Senders(ctx, op.fallen, request.Files.Variables())
	if err != nil {
		return nil // which Execute says as a response
	}
	for _, sender := range senders {
		if sender.IsEntity {
			return refuseFiles("A file cannot be sent to subgraph \"" + sender.Subgraph + "\", which only adds to an entity: pass it to a root field.")
		}
	}
	if len(senders) > 1 {
		return refuseFiles("The files go to subgraph \"" + senders[0].Subgraph + "\" and to subgraph \"" + senders[1].Subgraph +
			"\" in calls of their own, and they can be read once: send an operation for each.")
	}
	op.files = &upstream.Files{Files: request.Files, Abandon: out.StopReading}
	return nil
}

func refuseFiles(message string) *transport.Refusal {
	return &transport.Refusal{Status: http.StatusBadRequest, Code: gqlerr.UploadRefused, Message: message}
}

// filesRefusal says what was wrong with the files while they came. The call that they belong to was cut off.
func (op *operation) filesRefusal() *transport.Refusal {
	if op.files == nil {
		return nil
	}
	if refused := op.files.Refusal(); refused != nil {
		return transport.UploadRefusal(refused)
	}
	return nil
}

// withoutFiles refuses a subscription with files.
func (op *operation) withoutFiles(request *transport.Request) *transport.Refusal {
	if request.Files != nil && op.prepared.Kind() == graph.Subscription {
		return refuseFiles("A subscription takes no files.")
	}
	return nil
}
