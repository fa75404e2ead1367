package persisted

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Entry is one document of a manifest.
type Entry struct {
	// Hash is the document's SHA-256 in lower-case hexadecimal.
	Hash     string
	Document string
	// Line and Column are the place of the entry in the manifest, from 1.
	Line, Column int
}

// ReadManifest reads the manifest at path. The error names the place of what is wrong.
func ReadManifest(path string) ([]Entry, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return ParseManifest(path, text)
}

func readFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the manifest of trusted documents: %w", err)
	}
	return text, nil
}

// ParseManifest reads a manifest called name: a JSON object from the SHA-256 of each document, in hexadecimal and with
// or without "sha256:" before it, to the document. The entries are in the order of the file. A hash that is not its
// document's is an error: a manifest in which one of the two was changed must not be believed.
func ParseManifest(name string, text []byte) ([]Entry, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	at := func(offset int64) (line, column int) { return placeOf(text, offset) }
	fail := func(format string, args ...any) ([]Entry, error) {
		line, column := at(d.InputOffset())
		return nil, fmt.Errorf("%s:%d:%d: %w", name, line, column, fmt.Errorf(format, args...))
	}
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		return fail("the manifest of trusted documents must be a JSON object from hash to document")
	}
	var entries []Entry
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return fail("not JSON: %w", err)
		}
		id, _ := key.(string) // inside an object every key is a string
		entry := Entry{Hash: strings.ToLower(strings.TrimPrefix(id, hashPrefix))}
		quoted, err := json.Marshal(id)
		if err != nil {
			return fail("%w", err)
		}
		entry.Line, entry.Column = at(d.InputOffset() - int64(len(quoted)))
		if err := d.Decode(&entry.Document); err != nil {
			return fail("the document of %q must be a string: %w", clip(id), err)
		}
		wrong := func(format string, args ...any) ([]Entry, error) {
			return nil, fmt.Errorf("%s:%d:%d: %w", name, entry.Line, entry.Column, fmt.Errorf(format, args...))
		}
		switch {
		case !isHash(entry.Hash):
			return wrong("%q is not a SHA-256 in hexadecimal", clip(id))
		case HashOf(entry.Document) != entry.Hash:
			return wrong("%s is not the SHA-256 of its document, which is %s: build the manifest again", entry.Hash, HashOf(entry.Document))
		case seen[entry.Hash]:
			return wrong("the document %s comes twice", entry.Hash)
		}
		seen[entry.Hash] = true
		entries = append(entries, entry)
	}
	if _, err := d.Token(); err != nil {
		return fail("not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fail("something stands behind the manifest's object")
	}
	return entries, nil
}

// placeOf turns an offset into line and column, both from 1.
func placeOf(text []byte, offset int64) (line, column int) {
	before := text[:min(int64(len(text)), max(0, offset))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte{'\n'}), 1 + len(before) - start
}
