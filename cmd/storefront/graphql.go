package main

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// newGraphQLProxy passes requests on to the router: operations by POST, and streams of events and WebSockets by GET. The
// session's cookie goes with them; so does the chain of addresses, to which the address of the connection is added. What
// pages of other origins send is refused here already: the router cannot know the storefront's origin. Streams and
// WebSockets, which have no end of their own, end with ctx, so that the storefront can stop.
func newGraphQLProxy(ctx context.Context, router *url.URL, log *slog.Logger) http.Handler {
	proxy := httputil.ReverseProxy{
		Transport: newTransport(),
		Rewrite: func(r *httputil.ProxyRequest) {
			target := *router
			target.RawQuery = r.In.URL.RawQuery
			r.Out.URL, r.Out.Host = &target, ""
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
			if isSocket(r.In) {
				r.Out.Header.Del("Origin") // it is the storefront's, as was checked, and no origin of the router's
			}
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				log.Warn("the router does not answer", "error", err.Error())
			}
			refuse(w, http.StatusBadGateway, "UNAVAILABLE", "The shop cannot be reached at the moment; please try again.")
		},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost && !isSocket(r) && !asksForEvents(r) {
			refuseMethod(w, r, http.MethodPost)
			return
		}
		if isFromElsewhere(r) {
			refuse(w, http.StatusForbidden, "FORBIDDEN", "A page of another origin may not send this request.")
			return
		}
		if !isUpload(r) {
			// Otherwise the server closes the request's body when the answer begins. A stream begins so early that the
			// router's connection may not have read the body's end yet, and would be given up with the stream. For an
			// upload that is refused half-way closing is right.
			_ = http.NewResponseController(w).EnableFullDuplex() // a server that cannot has no such rule
		}
		request, end := context.WithCancel(r.Context())
		defer end()
		one := proxy
		one.ModifyResponse = func(res *http.Response) error {
			dropSecurityHeaders(res)
			if !isStream(res) {
				return nil
			}
			background(func() error {
				select {
				case <-ctx.Done():
					end()
				case <-request.Done():
				}
				return nil
			})
			if res.StatusCode == http.StatusOK {
				res.Body = cleanEnd{ReadCloser: res.Body, stopping: ctx}
			}
			return nil
		}
		one.ServeHTTP(w, r.WithContext(request))
	})
}

// cleanEnd is a stream that ends like any other when the storefront stops, and not like one that has broken: a page opens
// it again either way, and a browser complains of the latter.
type cleanEnd struct {
	io.ReadCloser
	stopping context.Context
}

func (c cleanEnd) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if err != nil && c.stopping.Err() != nil {
		err = io.EOF
	}
	return n, err
}

// isFromElsewhere reports whether a page of another origin sends the request. Browsers let every page open a WebSocket
// and send a GET with the user's cookies, so for these the rules are those of a POST.
func isFromElsewhere(r *http.Request) bool {
	asPost := *r
	asPost.Method = http.MethodPost
	return http.NewCrossOriginProtection().Check(&asPost) != nil
}

// isSocket reports whether the request wants to become a WebSocket.
func isSocket(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// asksForEvents reports whether a GET can be an EventSource's.
func asksForEvents(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

// isUpload reports whether the request brings files.
func isUpload(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == "multipart/form-data"
}

// isStream reports whether the answer goes on until one side ends it.
func isStream(res *http.Response) bool {
	media, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	return res.StatusCode == http.StatusSwitchingProtocols || err == nil && media == "text/event-stream"
}
