package playground

import (
	"html/template"
	"net/http"
)

// plainPage needs no script and no style, so its policy allows none.
var plainPage = template.Must(template.New("plain").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>weft</title></head>
<body><main><h1>weft</h1>
<p>This is a GraphQL router. Its endpoint is <code>{{.Endpoint}}</code>:</p>
<pre>curl --json '{"query":"{ __typename }"}' {{.Origin}}{{.Endpoint}}</pre>
{{if .Enabled}}<p>The playground was not built into this binary. With Node installed, build it and then weft again:</p>
<pre>cd web/playground &amp;&amp; npm ci &amp;&amp; npm run build
go build ./cmd/weft</pre>
{{end}}</main></body></html>
`))

const plainPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// plain serves the page that says where the endpoint is.
type plain struct {
	router Router
	// enabled is set where the playground is wanted but was not built.
	enabled bool
}

// ServeHTTP answers at the root; below it there is nothing.
func (p plain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		notFound(w)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", plainPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-cache")
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	// The client may be gone, which is not our error.
	_ = plainPage.Execute(w, struct {
		Endpoint, Origin string
		Enabled          bool
	}{p.router.Endpoint, scheme + r.Host, p.enabled})
}
