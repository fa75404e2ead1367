// Package limits bounds what one request may cost before anybody looks into it: the length of its body, as sent and as
// unpacked. What the operation itself may cost is the engine's to measure.
//
// In comes a handler, out comes the same handler behind the bounds. The package knows no GraphQL.
package limits

import (
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/weft-graph/weft/router/upload"
)

// Config says how much a request may be. What stands below Operation is for the engine, which measures operations.
type Config struct {
	// MaxBodyBytes is the longest request body, after it was unpacked.
	MaxBodyBytes int64 `yaml:"max_body" unit:"bytes"`
	// MaxHeaderBytes is the longest request line with all headers.
	MaxHeaderBytes int64 `yaml:"max_headers" unit:"bytes"`
	// Operation bounds what an operation may ask for.
	Operation Operation `yaml:"operation"`
	// Uploads bounds multipart requests, whose files do not count for MaxBodyBytes.
	Uploads upload.Config `yaml:"uploads"`
}

// Operation bounds what an operation may ask for, counted by the engine.
type Operation struct {
	// MaxTokens is the number of words and signs in a document.
	MaxTokens int `yaml:"max_tokens"`
	// MaxDepth is the number of fields on the longest way down.
	MaxDepth int `yaml:"max_depth"`
	// MaxFields is the number of fields after fragments were resolved and equal fields merged.
	MaxFields int `yaml:"max_fields"`
	// MaxAliases is the number of fields with an alias among them.
	MaxAliases int `yaml:"max_aliases"`
	// MaxRootFields is the number of root fields.
	MaxRootFields int `yaml:"max_root_fields"`
	// MaxDirectives is the number of directives in a document.
	MaxDirectives int `yaml:"max_directives"`
}

// Defaults are far above what applications ask for and far below what hurts.
func Defaults() Config {
	return Config{
		MaxBodyBytes: 2 << 20, MaxHeaderBytes: 64 << 10,
		Operation: Operation{MaxTokens: 15_000, MaxDepth: 100, MaxFields: 10_000, MaxAliases: 1_000, MaxRootFields: 500, MaxDirectives: 1_000},
		Uploads:   upload.Defaults(),
	}
}

// Validate reports what is wrong with the values.
func (c Config) Validate(report func(path, message string)) {
	if c.MaxBodyBytes <= 0 {
		report("max_body", "must be more than 0")
	}
	if c.MaxHeaderBytes <= 0 {
		report("max_headers", "must be more than 0")
	}
	c.Uploads.Validate(func(path, message string) { report("uploads."+path, message) })
	for _, limit := range []struct {
		name  string
		value int
	}{
		{"max_tokens", c.Operation.MaxTokens}, {"max_depth", c.Operation.MaxDepth}, {"max_fields", c.Operation.MaxFields},
		{"max_aliases", c.Operation.MaxAliases}, {"max_root_fields", c.Operation.MaxRootFields},
		{"max_directives", c.Operation.MaxDirectives},
	} {
		if limit.value <= 0 {
			report("operation."+limit.name, "must be more than 0")
		}
	}
}

// Body bounds the body that next reads, and unpacks it: past the limit a read fails with *http.MaxBytesError. A
// content-encoding is never ignored, because then what was checked would not be what runs: Encoding says whether one
// is known, and an unknown one reaches next as a body that cannot be read.
func Body(c Config, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		encoding, known := Encoding(r)
		switch {
		case r.Body == nil || r.Body == http.NoBody:
		case !known:
			r.Body = http.NoBody
		case encoding == "gzip":
			// Packed bytes are bounded too: a stream may unpack to nothing for ever.
			packed := http.MaxBytesReader(w, r.Body, c.MaxBodyBytes)
			r.Body = http.MaxBytesReader(w, &gunzip{packed: packed}, c.MaxBodyBytes)
		case c.Uploads.Enabled && upload.IsMultipart(r):
			r.Body = http.MaxBytesReader(w, r.Body, c.Uploads.MaxTotalBytes)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, c.MaxBodyBytes)
		}
		next.ServeHTTP(w, r)
	})
}

// Encoding returns the content-encoding of a request ("" for none) and whether Body can unpack it.
func Encoding(r *http.Request) (name string, known bool) {
	values := r.Header["Content-Encoding"]
	if len(values) == 0 {
		return "", true
	}
	name = strings.ToLower(strings.TrimSpace(strings.Join(values, ",")))
	switch name {
	case "", "identity":
		return "", true
	case "gzip", "x-gzip":
		return "gzip", true
	}
	return name, false
}

// gunzip unpacks lazily, so that a request that is refused by its header costs nothing.
type gunzip struct {
	packed io.ReadCloser
	reader *gzip.Reader
}

func (g *gunzip) Read(p []byte) (int, error) {
	if g.reader == nil {
		reader, err := gzip.NewReader(g.packed)
		if err != nil {
			return 0, err
		}
		g.reader = reader
	}
	return g.reader.Read(p)
}

func (g *gunzip) Close() error { return g.packed.Close() }
