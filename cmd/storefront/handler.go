package main

import (
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
// else from the pages.
func newHandler(router, product *url.URL, pages *site, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", methods(newProxy(router, log), http.MethodPost))
	mux.Handle("/files/", methods(newFileProxy(product, log), http.MethodGet, http.MethodHead))
	mux.Handle("/healthz", methods(http.HandlerFunc(health), http.MethodGet, http.MethodHead))
	mux.Handle("/", methods(pages, http.MethodGet, http.MethodHead))
	return recoverPanics(secure(mux), log)
}

func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(`{"status":"up"}` + "\n")) // the caller has gone if this fails
}

// newProxy passes requests on to the router. The session's cookie goes with them; so does the chain of addresses, to
// which the address of the connection is added. What other origins send is refused here already.
func newProxy(router *url.URL, log *slog.Logger) http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport: newTransport(),
		Rewrite: func(r *httputil.ProxyRequest) {
			target := *router
			r.Out.URL, r.Out.Host = &target, ""
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
		},
		ModifyResponse: func(res *http.Response) error {
			// The pages' own headers hold for every answer.
			for name := range securityHeaders {
				res.Header.Del(name)
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				log.Warn("the router does not answer", "error", err.Error())
			}
			refuse(w, http.StatusBadGateway, "UNAVAILABLE", "The shop cannot be reached at the moment; please try again.")
		},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	return http.NewCrossOriginProtection().Handler(proxy)
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
			for name := range securityHeaders {
				res.Header.Del(name)
			}
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
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		refuse(w, http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", fmt.Sprintf("%s does not take %s.", r.URL.Path, r.Method))
	})
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
