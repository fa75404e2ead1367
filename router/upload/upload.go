// Package upload is the GraphQL multipart request specification, for both of its sides: the files of a client's request
// go on to the one subgraph that needs them, as they come and never whole in memory.
//
// In: a multipart request, whose first two parts are the operation and the map that says which file stands where in its
// variables. Out: the operation with a mark in place of each file, and Files. Where a mark comes back in the request to
// a subgraph, Files writes that request, with the files. It knows neither schemas nor plans: a mark is an object, which
// only a custom scalar takes, so that coercion refuses a file in any other place.
package upload

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config bounds uploads.
type Config struct {
	// Enabled takes multipart requests.
	Enabled bool `yaml:"enabled"`
	// MaxFiles is how many files one request may have.
	MaxFiles int `yaml:"max_files"`
	// MaxFileBytes is the longest file, MaxTotalBytes the longest request.
	MaxFileBytes  int64 `yaml:"max_file" unit:"bytes"`
	MaxTotalBytes int64 `yaml:"max_total" unit:"bytes"`
	// Timeout bounds the time in which an upload must have come and been answered.
	Timeout time.Duration `yaml:"timeout"`
}

// Defaults take a few photographs or a short film.
func Defaults() Config {
	return Config{Enabled: true, MaxFiles: 10, MaxFileBytes: 64 << 20, MaxTotalBytes: 128 << 20, Timeout: 5 * time.Minute}
}

// Validate reports what is wrong with the values.
func (c Config) Validate(report func(path, message string)) {
	for _, limit := range []struct {
		name  string
		value int64
	}{
		{"max_files", int64(c.MaxFiles)}, {"max_file", c.MaxFileBytes}, {"max_total", c.MaxTotalBytes}, {"timeout", int64(c.Timeout)},
	} {
		if limit.value <= 0 {
			report(limit.name, "must be more than 0")
		}
	}
}

// IsMultipart reports whether a request may have files.
func IsMultipart(r *http.Request) bool {
	values := r.Header["Content-Type"]
	if r.Method != http.MethodPost || len(values) != 1 || !strings.HasPrefix(strings.ToLower(values[0]), "multipart/") {
		return false
	}
	media, _, err := mime.ParseMediaType(values[0])
	return err == nil && media == "multipart/form-data"
}

// Refusal is a multipart request that is not good.
type Refusal struct {
	// Status is the HTTP status, 400 or 413.
	Status int
	// Message says what is wrong, for the client.
	Message string
}

// Error returns the message.
func (e *Refusal) Error() string { return e.Message }

func refuse(format string, args ...any) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// Files are the files of one request. They are read once, in the order in which they come.
type Files struct {
	config Config
	reader *multipart.Reader
	// nonce is what no client can have written into its variables.
	nonce string
	// names are the keys of the map; a mark holds an index.
	names []string
	// variables are the names of the variables in which the files stand, sorted.
	variables []string

	mu      sync.Mutex
	isTaken bool
	// isDone is set when nobody needs the files any more: then nothing can be wrong with them.
	isDone  bool
	refusal *Refusal
}

// Open reads the operation and the map of a multipart request. It returns the operation, a JSON object whose variables
// hold marks, and the files, which are still to come. The error is a *Refusal. The caller has bounded the body;
// maxOperations bounds operation and map.
func Open(r *http.Request, c Config, maxOperations int64) ([]byte, *Files, error) {
	reader, err := r.MultipartReader()
	if err != nil {
		return nil, nil, refuse("The multipart request cannot be read: its content-type needs a boundary.")
	}
	operations, err := readPart(reader, "operations", "first", maxOperations)
	if err != nil {
		return nil, nil, err
	}
	text, err := readPart(reader, "map", "second", maxOperations)
	if err != nil {
		return nil, nil, err
	}
	var nonce [16]byte
	rand.Read(nonce[:]) // never fails: crypto/rand ends the process instead
	f := &Files{config: c, reader: reader, nonce: hex.EncodeToString(nonce[:])}
	places, err := f.readMap(text)
	if err != nil {
		return nil, nil, err
	}
	marked, err := f.mark(operations, places)
	if err != nil {
		return nil, nil, err
	}
	return marked, f, nil
}

// Variables returns the names of the variables in which files stand, sorted.
func (f *Files) Variables() []string { return f.variables }

// Refusal returns what was found to be wrong with the files while they came, or nil.
func (f *Files) Refusal() *Refusal {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refusal
}

func (f *Files) refuse(refusal *Refusal) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refusal == nil && !f.isDone {
		f.refusal = refusal
	}
	return refusal
}

// Done says that the subgraph has answered: what is still to come of the files counts for nothing.
func (f *Files) Done() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.isDone = true
}

// readPart reads one of the two parts that come before the files.
func readPart(reader *multipart.Reader, name, place string, most int64) ([]byte, error) {
	part, err := reader.NextRawPart()
	if err != nil {
		return nil, readRefusal(err)
	}
	if part.FormName() != name || part.FileName() != "" {
		return nil, refuse("The %s part of a multipart request must be %q.", place, name)
	}
	text, err := io.ReadAll(io.LimitReader(part, most+1))
	switch {
	case err != nil:
		return nil, readRefusal(err)
	case int64(len(text)) > most:
		return nil, &Refusal{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("The part %q is longer than %d bytes.", name, most)}
	}
	return text, nil
}

// readRefusal says why the body cannot be read on.
func readRefusal(err error) *Refusal {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &Refusal{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("The request is longer than %d bytes.", tooLarge.Limit)}
	}
	return refuse("The multipart request ends too early, or is not well-formed.")
}

// readMap reads the map: the key of each file's part, and the places at which it stands. It returns the file's index by
// its place.
func (f *Files) readMap(text []byte) (map[string]int, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return nil, refuse("The part \"map\" is not a JSON object from the name of each file's part to a list of places.")
	}
	places := map[string]int{}
	for decoder.More() {
		key, err := decoder.Token()
		name, isString := key.(string)
		var paths []string
		if err != nil || !isString || decoder.Decode(&paths) != nil {
			return nil, refuse("The part \"map\" is not a JSON object from the name of each file's part to a list of places.")
		}
		switch {
		case len(f.names) == f.config.MaxFiles:
			return nil, &Refusal{Status: http.StatusRequestEntityTooLarge, Message: fmt.Sprintf("The request has more than %d files.", f.config.MaxFiles)}
		case name == "" || name == "operations" || name == "map" || slices.Contains(f.names, name):
			return nil, refuse("The part \"map\" names the file %q twice, or no file can have this name.", name)
		case len(paths) == 0:
			return nil, refuse("The part \"map\" says of the file %q not where it stands.", name)
		}
		for _, path := range paths {
			if _, isDouble := places[path]; isDouble {
				return nil, refuse("Two files stand at %q.", path)
			}
			if !strings.HasPrefix(path, "variables.") {
				return nil, refuse("A file cannot stand at %q: write variables, and the way to the file in them, with dots between.", path)
			}
			places[path] = len(f.names)
		}
		if len(places) > maxPlaces {
			return nil, refuse("The files stand in more than %d places.", maxPlaces)
		}
		f.names = append(f.names, name)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, refuse("The part \"map\" is not a JSON object.")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, refuse("Something stands behind the JSON object in the part \"map\".")
	}
	if len(f.names) == 0 {
		return nil, refuse("The part \"map\" names no file: send the operation as application/json.")
	}
	return places, nil
}

// maxPlaces is in how many places the files of one request may stand.
const maxPlaces = 1000
