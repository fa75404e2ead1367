// Package persisted turns the id of a document into the document: trusted documents.
//
// In: a manifest that a client's build has written, which maps the SHA-256 of each of its documents to the document;
// Watch reads it again when it changes. For each request: the text and the id that the client sent. Out: the document to run, or why none may. The package
// does not know what a document asks for, who asks, or how a request is written.
package persisted

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/weft-graph/weft/graph/gqlerr"
)

// Config says which documents clients may name by their id.
type Config struct {
	// Manifest is a file with a JSON object from id to document; empty for none.
	Manifest string `yaml:"manifest"`
	// Only serves the documents of the manifest and nothing else.
	Only bool `yaml:"only"`
}

// Resolve makes the path of the manifest start at dir, unless it is absolute.
func (c *Config) Resolve(dir string) {
	if c.Manifest != "" && !filepath.IsAbs(c.Manifest) {
		c.Manifest = filepath.Join(dir, c.Manifest)
	}
}

// Validate reports what is wrong with the values.
func (c Config) Validate(report func(path, message string)) {
	if c.Only && c.Manifest == "" {
		report("only", "there is no document to serve: name the manifest")
	}
}

// Documents are the trusted documents of one manifest. They are immutable and safe for concurrent use.
type Documents struct {
	byHash map[string]string
	only   bool
	// digest is that of the manifest's text.
	digest digest
}

// Open reads the manifest that the Config names. The error names the entry that is wrong, and its place.
func Open(c Config) (*Documents, error) {
	if c.Manifest == "" {
		return &Documents{only: c.Only}, nil
	}
	text, err := readFile(c.Manifest)
	if err != nil {
		return nil, err
	}
	return parse(c, text)
}

// parse makes the documents of a manifest's text.
func parse(c Config, text []byte) (*Documents, error) {
	entries, err := ParseManifest(c.Manifest, text)
	if err != nil {
		return nil, err
	}
	d := &Documents{byHash: make(map[string]string, len(entries)), only: c.Only, digest: sha256.Sum256(text)}
	for _, entry := range entries {
		d.byHash[entry.Hash] = entry.Document
	}
	return d, nil
}

// Len is the number of documents that are known.
func (d *Documents) Len() int { return len(d.byHash) }

// Resolve returns the document to run for a request with the text query and the id, either of which may be empty.
// isExempt lets a text run that is in no manifest, also where only trusted documents are served.
//
// A text that comes with its id must be the one that the id stands for. So a client that sends the id alone, and the
// text too when it is told NotFound, works whether or not its documents are known here.
func (d *Documents) Resolve(query, id string, isExempt bool) (string, *gqlerr.Error) {
	if id == "" {
		if d.only && !isExempt {
			return "", refuse(gqlerr.PersistedQueryRequired,
				"Only trusted documents run here: send the id of one as \"documentId\" instead of the text in \"query\".")
		}
		return query, nil
	}
	hash := strings.ToLower(strings.TrimPrefix(id, hashPrefix))
	if !isHash(hash) {
		return "", refuse(gqlerr.PersistedQueryNotFound, "%q is not the id of a document: it must be a SHA-256 in hexadecimal.", clip(id))
	}
	known, isKnown := d.byHash[hash]
	switch {
	case query != "" && query != known && HashOf(query) != hash:
		return "", refuse(gqlerr.PersistedQueryMismatch, "The document in \"query\" is not the one that the id %s stands for.", hash)
	case isKnown:
		return known, nil
	case query != "" && (!d.only || isExempt):
		return query, nil
	case d.only:
		return "", refuse(gqlerr.PersistedQueryNotFound,
			"The document %s is not trusted here: publish it in the manifest before the client that uses it.", hash)
	}
	return "", refuse(gqlerr.PersistedQueryNotFound, NotFound)
}

// NotFound is the message that tells a client of automatic persisted queries to send the text too: some look for it, and
// not for the code.
const NotFound = "PersistedQueryNotFound"

func refuse(code gqlerr.Code, format string, args ...any) *gqlerr.Error {
	return &gqlerr.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// hashPrefix may stand before a hash and names its algorithm.
const hashPrefix = "sha256:"

// HashOf returns the id of a document: its SHA-256 in lower-case hexadecimal.
func HashOf(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:])
}

func isHash(text string) bool {
	return len(text) == hex.EncodedLen(sha256.Size) && strings.Trim(text, "0123456789abcdef") == ""
}

// clip shortens what a client sent for an error message.
func clip(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
