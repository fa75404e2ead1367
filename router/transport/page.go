package transport

import (
	"fmt"
	"html"
	"net/http"
)

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>weft</title></head>
<body><h1>weft</h1>
<p>This is a GraphQL router. Its endpoint is <code>%[1]s</code>:</p>
<pre>curl --json '{"query":"{ __typename }"}' %[2]s%[1]s</pre>
</body></html>
`

// Page answers at the root with a plain page that says where the endpoint is.
func Page(endpoint string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-cache")
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		fmt.Fprintf(w, page, html.EscapeString(endpoint), html.EscapeString(scheme+r.Host))
	}
}
