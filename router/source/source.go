// Package source is where a supergraph comes from: supergraph SDL in a file, or a supergraph.yaml in the format of
// Rover, whose subgraphs are composed.
//
// In comes a path; out come Versions: the supergraph with what composition had to say, or why there is none. The passes
// of one load are: read the file, read the subgraphs it names (a file beside it, or a running subgraph asked by
// _service), compose. Watch does it again when something has changed. The package serves nothing and knows no requests.
package source

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/supergraph"
	"github.com/weft-graph/weft/router/signature"
)

// Options say how subgraphs are asked for their schema. The zero value asks them unsigned.
type Options struct {
	// Key signs the questions, Keys those to the subgraphs that it names; nil does not sign.
	Key  *signature.Key
	Keys map[string]*signature.Key
	// Timeout bounds one question; 0 means DefaultTimeout.
	Timeout time.Duration
	// Lookup gives the environment's values for ${NAME} in a supergraph.yaml; nil means the process's environment.
	Lookup func(string) (string, bool)
	// Transport sends the questions; nil means http.DefaultTransport.
	Transport http.RoundTripper
	// ReadFile reads the supergraph's file and the schemas that it names, such as those of an earlier revision; nil
	// means os.ReadFile.
	ReadFile func(path string) ([]byte, error)
	// Contract is a file with a contract, of which only the part of the graph that it leaves is loaded; empty means all.
	Contract string
	// OnlyPlans takes also supergraph SDL whose access rules weft cannot decide: for looking at plans, never for serving.
	OnlyPlans bool
}

// DefaultTimeout bounds a question to a subgraph where Options name none.
const DefaultTimeout = 10 * time.Second

// Version is one state of a source.
type Version struct {
	// Supergraph is nil when there is none.
	Supergraph *supergraph.Supergraph
	// Diagnostics are what composition had to say, with the names of files in their positions: hints, or errors when
	// there is no supergraph. Of supergraph SDL there are errors only.
	Diagnostics diag.List
	// Subgraphs are what was composed; empty for a file with supergraph SDL.
	Subgraphs []compose.Subgraph
	// Contract is the file with the contract; the zero value without one.
	Contract File

	// files are all files that were read, or were to be.
	files []string
	// isRemote is set when a running subgraph was asked.
	isRemote bool
	digest   [sha256.Size]byte
}

// File is a file that was read.
type File struct{ Name, Text string }

// InvalidError says that what was read makes no supergraph: subgraphs that do not compose, or SDL that is none.
type InvalidError struct {
	// Diagnostics hold at least one error.
	Diagnostics diag.List
}

// Error counts the errors and tells the first.
func (e *InvalidError) Error() string {
	n, first := 0, ""
	for _, d := range e.Diagnostics {
		if d.Severity != diag.Error {
			continue
		}
		if n == 0 {
			first = fmt.Sprintf("%s: %s", d.Code, d.Message)
			if len(d.Positions) > 0 {
				at := d.Positions[0]
				first = fmt.Sprintf("%s:%d:%d: %s", at.File, at.Line, at.Column, first)
			}
		}
		n++
	}
	if n == 1 {
		return "the graph is not valid: " + first
	}
	return fmt.Sprintf("the graph is not valid: %d errors, the first is %s", n, first)
}

// Load loads the supergraph from the file at path: a .yaml or .yml file is composed, any other is supergraph SDL. The
// error is settings.Mistakes for a supergraph.yaml that is wrong, a *InvalidError, or says what could not be read.
// A Version comes also with an error, so that Watch can go on from it.
func Load(ctx context.Context, path string, options Options) (*Version, error) {
	in, err := read(ctx, path, options)
	if err != nil {
		return in.version, err
	}
	return in.version, in.build(new(compose.Composer))
}

// input is everything that a supergraph is made of.
type input struct {
	// version is what becomes of it.
	version *Version
	// path is the file that was named.
	path string
	// sdl is supergraph SDL; empty when subgraphs are composed.
	sdl string
	// load reads supergraph SDL.
	load func(sdl string) (*supergraph.Supergraph, error)
	// contract is applied to what was composed or loaded; nil without one.
	contract *contract
}

// read reads all files and asks all running subgraphs. The digest covers what was read, also with an error, so that a
// file that is still broken in the same way is no news.
func read(ctx context.Context, path string, options Options) (*input, error) {
	in := &input{path: path, version: &Version{files: []string{path}}, load: supergraph.Load}
	hash := sha256.New()
	defer func() { hash.Sum(in.version.digest[:0]) }()
	if options.ReadFile == nil {
		options.ReadFile = os.ReadFile
	}
	if options.Lookup == nil {
		options.Lookup = os.LookupEnv
	}
	if options.OnlyPlans {
		in.load = supergraph.LoadForPlanning
	}
	err := in.readGraph(ctx, options, hash)
	if contractErr := in.readContract(options, hash); err == nil {
		err = contractErr
	}
	return in, err
}

// readGraph reads what the supergraph is composed or loaded of.
func (in *input) readGraph(ctx context.Context, options Options, hash io.Writer) error {
	text, err := options.ReadFile(in.path)
	if err != nil {
		fmt.Fprintf(hash, "%v", err)
		return fmt.Errorf("read the supergraph: %w", err)
	}
	fmt.Fprintf(hash, "%q", text)
	if extension := strings.ToLower(filepath.Ext(in.path)); extension != ".yaml" && extension != ".yml" {
		in.sdl = string(text)
		return nil
	}
	list, err := parseConfig(in.path, text, options)
	if err != nil {
		return err
	}
	var failures []error
	for _, s := range list {
		sdl, err := in.readSubgraph(ctx, s, options)
		// Not the error's text: two failed calls differ in their ports, and are no news.
		fmt.Fprintf(hash, "%q %q %q %v", s.name, s.url, sdl, err != nil)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		in.version.Subgraphs = append(in.version.Subgraphs, compose.Subgraph{Name: s.name, URL: s.url, File: s.file + s.askURL, SDL: sdl})
	}
	return errors.Join(failures...)
}

// readSubgraph returns the schema of one subgraph.
func (in *input) readSubgraph(ctx context.Context, s subgraph, options Options) (string, error) {
	if s.file == "" {
		in.version.isRemote = true
		sdl, err := ask(ctx, s, options)
		if err != nil {
			return "", fmt.Errorf("%s: ask subgraph %q at %s for its schema: %w", s.place, s.name, s.askURL, err)
		}
		return sdl, nil
	}
	in.version.files = append(in.version.files, s.file)
	text, err := options.ReadFile(s.file)
	if err != nil {
		return "", fmt.Errorf("%s: read the schema of subgraph %q: %w", s.place, s.name, err)
	}
	return string(text), nil
}

// build makes the supergraph; the composer may have composed an earlier version.
func (in *input) build(composer *compose.Composer) error {
	if err := in.buildWhole(composer); err != nil || in.contract == nil {
		return err
	}
	return in.contract.apply(in.version)
}

// buildWhole makes the supergraph before a contract is applied.
func (in *input) buildWhole(composer *compose.Composer) error {
	v := in.version
	if in.sdl != "" || v.Subgraphs == nil {
		s, err := in.load(in.sdl)
		var invalid *supergraph.LoadError
		if errors.As(err, &invalid) {
			v.Diagnostics = invalid.Diagnostics(in.path)
			return &InvalidError{Diagnostics: v.Diagnostics}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", in.path, err)
		}
		v.Supergraph = s
		return nil
	}
	s, diagnostics := composer.Compose(v.Subgraphs)
	v.Diagnostics = diagnostics
	if diagnostics.HasErrors() {
		return &InvalidError{Diagnostics: diagnostics}
	}
	v.Supergraph = s
	return nil
}
