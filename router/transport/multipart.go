package transport

import (
	"errors"
	"net/http"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/router/upload"
)

// DecodeMultipart reads the operation of a multipart request; its files are still to come. maxOperation bounds the
// operation. A page of another site can send such a request without asking, so it needs one of the PreflightHeaders,
// also where no cookie authenticates it: there may be other things that only who is inside may do.
func DecodeMultipart(r *http.Request, c upload.Config, maxOperation int64) (*Request, *Refusal) {
	if !hasPreflightHeader(r) {
		return nil, refuse(http.StatusForbidden, gqlerr.ForgeryPrevented,
			"A multipart request must have the header "+PreflightHeaders[0]+", so that a page of another site cannot make it.")
	}
	operation, files, err := upload.Open(r, c, maxOperation)
	if err != nil {
		return nil, UploadRefusal(err)
	}
	request, refusal := ParseRequest(operation)
	if refusal != nil {
		return nil, refusal
	}
	request.Files = files
	return request, nil
}

// UploadRefusal is the refusal of a request whose files are not good.
func UploadRefusal(err error) *Refusal {
	var refused *upload.Refusal
	switch {
	case !errors.As(err, &refused):
		return badRequest("The files could not be read.")
	case refused.Status == http.StatusRequestEntityTooLarge:
		return refuse(refused.Status, gqlerr.RequestTooLarge, refused.Message)
	}
	return refuse(refused.Status, gqlerr.UploadRefused, refused.Message)
}

func hasPreflightHeader(r *http.Request) bool {
	for _, name := range PreflightHeaders {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}
