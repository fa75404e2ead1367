package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// contentPolicy lets a page load what stands beside it and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// newHandler answers all requests: /graphql by the router, /files by the product service, /healthz itself, everything
// else from the pages. Streams end when ctx does.
func newHandler(ctx context.Context, c config, pages *site, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", newGraphQLProxy(ctx, c.Router, log))
	mux.Handle("/files/", methods(newFileProxy(c.Product, log), http.MethodGet, http.MethodHead))
	mux.Handle("/healthz", methods(http.HandlerFunc(health), http.MethodGet, http.MethodHead))
	mux.Handle("/", methods(pages, http.MethodGet, http.MethodHead))
	return recoverPanics(secure(mux), log)
}

func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(`{"status":"up"}` + "\n")) // the caller has gone if this fails
}

// newFileProxy passes requests for the files of products on, without what tells who asks: anybody may see them. What
// somebody has uploaded is shown in a sandbox, so that it can do nothing on the pages' behalf.
func newFileProxy(product *url.URL, log *slog.Logger) http.Handler {
	const policy = "Content-Security-Policy"
	proxy := &httputil.ReverseProxy{
		Transport: newTransport(),
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(product)
			r.Out.Header.Del("Cookie")
			r.Out.Header.Del("Authorization")
		},
		ModifyResponse: func(res *http.Response) error {
			dropSecurityHeaders(res)
			res.Header.Del("Set-Cookie")
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				log.Warn("the product service does not answer", "error", err.Error())
			}
			refuse(w, http.StatusBadGateway, "UNAVAILABLE", "The file cannot be reached at the moment; please try again.")
		},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(policy, "sandbox")
		proxy.ServeHTTP(w, r)
	})
}

func newTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil // both are neighbours, whatever the environment says of the way out
	transport.MaxIdleConnsPerHost = 64
	return transport
}

// refuse answers as a GraphQL endpoint does.
func refuse(w http.ResponseWriter, status int, code, message string) {
	body, err := json.Marshal(map[string]any{
		"errors": []any{map[string]any{"message": message, "extensions": map[string]string{"code": code}}},
	})
	if err != nil {
		panic(err) // strings alone can always be written
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller has gone if this fails
}

// securityHeaders are on every answer.
var securityHeaders = map[string]string{
	"Content-Security-Policy":      contentPolicy,
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
}

// dropSecurityHeaders makes way for the storefront's own, which hold for what neighbours answer too.
func dropSecurityHeaders(res *http.Response) {
	for name := range securityHeaders {
		res.Header.Del(name)
	}
}

func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range securityHeaders {
			w.Header().Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}

// methods answers a request by any other method with 405 and the Allow header.
func methods(next http.Handler, allowed ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.Contains(allowed, r.Method) {
			next.ServeHTTP(w, r)
			return
		}
		refuseMethod(w, r, allowed...)
	})
}

func refuseMethod(w http.ResponseWriter, r *http.Request, allowed ...string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	refuse(w, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", fmt.Sprintf("%s does not take %s.", r.URL.Path, r.Method))
}

// recoverPanics keeps one request's panic from the others, and logs requests when asked to.
func recoverPanics(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		defer func() {
			panicked := recover()
			if panicked == http.ErrAbortHandler {
				panic(panicked)
			}
			if panicked != nil {
				log.Error("a request panicked", "path", r.URL.Path, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
				refuse(w, http.StatusInternalServerError, "INTERNAL", "Something went wrong.")
			}
			log.Debug("answered", "method", r.Method, "path", r.URL.Path, "took", time.Since(start).String())
		}()
		next.ServeHTTP(w, r)
	})
}
