// Package playground is the page at the router's root: GraphiQL, with the query plan and the timing of each fetch.
//
// In go the configuration (operations for the tabs, operations that sign a developer in) and the page as it was built
// from web/playground; out comes an http.Handler for the root and the files below /playground/. The page talks to no
// host but the router's own, and a content security policy holds it to that. Without a built page the handler answers
// with a plain one that says where the endpoint is and how to build the other. The package knows no schema, and it
// sends operations nowhere: the page does, as any client.
package playground

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// Built is the page as Vite wrote it, each file packed with gzip. A build without Node finds the folder without files.
//
//go:embed all:built
var Built embed.FS

// Folder is the path below which the page's files are served.
const Folder = "/playground/"

// Router is what the page must know of the router that serves it.
type Router struct {
	// Endpoint is the path of the GraphQL endpoint.
	Endpoint string
	// Development offers to sign in, and to show plans and timings: the router answers such requests only then.
	Development bool
	// Introspection says that the router answers introspection, so that the page may ask.
	Introspection bool
}

// handler serves the page. It is immutable.
type handler struct {
	built fs.FS
	// settings is JSON; index is the packed page and etag names its content.
	settings, index []byte
	etag            string
}

// New returns the handler of the page that Config describes. built holds its files, at folder "built".
func New(c Config, router Router, built fs.FS) http.Handler {
	index, err := fs.ReadFile(built, "built/index.html.gz")
	if !c.Enabled || err != nil { // a file that is not embedded: there is no other way to fail
		return plain{router: router, enabled: c.Enabled}
	}
	sum := sha256.Sum256(index)
	return &handler{built: built, settings: settings(c, router), index: index, etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// settings is the JSON that the page asks for. Who signs in, and how, is told only in development.
func settings(c Config, router Router) []byte {
	type operation struct {
		Label     string         `json:"label,omitempty"`
		Operation string         `json:"operation"`
		Variables map[string]any `json:"variables,omitempty"`
	}
	told := struct {
		Endpoint      string      `json:"endpoint"`
		Development   bool        `json:"development"`
		Introspection bool        `json:"introspection"`
		Tabs          []operation `json:"tabs"`
		SignIn        []operation `json:"signIn"`
	}{router.Endpoint, router.Development, router.Introspection, []operation{}, []operation{}}
	for _, tab := range c.Tabs {
		told.Tabs = append(told.Tabs, operation{Operation: tab.Operation, Variables: tab.Variables})
	}
	if router.Development {
		for _, user := range c.SignIn {
			told.SignIn = append(told.SignIn, operation{Label: user.Label, Operation: user.Operation, Variables: user.Variables})
		}
	}
	text, err := json.Marshal(told)
	if err != nil {
		panic("playground: settings that cannot be JSON were let through: " + err.Error())
	}
	return text
}

// ServeHTTP answers GET and HEAD; the caller has refused other methods.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	switch name := strings.TrimPrefix(r.URL.Path, Folder); {
	case r.URL.Path == "/":
		h.page(w, r)
	case name == "settings.json":
		header.Set("Content-Type", "application/json")
		header.Set("Cache-Control", "no-store")
		w.Write(h.settings) // the client may be gone, which is not our error
	default:
		h.file(w, r, name)
	}
}

// policy lets the page load its own files and call its own origin, nothing else, and lets nobody frame it. The editor
// positions its lines with style attributes and writes style elements, so styles cannot be held to files; what a style
// can load is held by the other rules. Fonts and icons are inlined in the style sheet.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page answers at the root. It names its files by their content, so it is asked for each time and they never again.
func (h *handler) page(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", policy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cache-Control", "no-cache")
	header.Set("Etag", h.etag)
	if r.Header.Get("If-None-Match") == h.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	writePacked(w, r, h.index)
}

// contentTypes are those of the files that the build writes.
var contentTypes = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	".ttf": "font/ttf", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

// licenses are those of what the page is made of; the one file that keeps its name when it changes.
const licenses = "licenses.txt"

// file answers with a file of the page, whose name changes with its content.
func (h *handler) file(w http.ResponseWriter, r *http.Request, name string) {
	contentType := contentTypes[path.Ext(name)]
	packed, err := fs.ReadFile(h.built, "built"+Folder+name+".gz")
	if err != nil || contentType == "" {
		notFound(w)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if name == licenses {
		w.Header().Set("Cache-Control", "no-cache")
	}
	writePacked(w, r, packed)
}

func notFound(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store") // the next build may have it
	w.WriteHeader(http.StatusNotFound)
	io.WriteString(w, "The playground has no such file: it may be one of an older build. Load the page again.\n")
}

// writePacked writes packed bytes as they are, or unpacked to the rare client that does not take gzip.
func writePacked(w http.ResponseWriter, r *http.Request, packed []byte) {
	w.Header().Set("Vary", "Accept-Encoding")
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed)
		return
	}
	unpacker, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		http.Error(w, "The playground's file is damaged: build it again.", http.StatusInternalServerError)
		return
	}
	io.Copy(w, unpacker)
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110, 12.5.3) as far as it concerns gzip.
func acceptsGzip(header string) bool {
	for element := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(element, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding == "gzip" || coding == "*" {
			weight, hasWeight := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			return !hasWeight || strings.Trim(weight, "0.") != ""
		}
	}
	return false
}
