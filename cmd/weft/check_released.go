package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/weft-graph/weft/graph"
	"github.com/weft-graph/weft/graph/diff"
	"github.com/weft-graph/weft/router/source"
)

const (
	// lockName is the file with the API schema that was last released, beside the graph's.
	lockName = "graph" + lockSuffix
	// lockSuffix ends the name of a lock; that of a contract is called after the contract.
	lockSuffix = ".lock.graphql"
	// lockHeader says in a lock what it is.
	lockHeader = "# The API schema that was last released: `weft check` compares with it, `weft check --write-lock` writes it.\n\n"
	// gitPrefix begins a revision in --against.
	gitPrefix = "git:"
)

// lockPath is the file that --write-lock writes.
func (c *checkCommand) lockPath() string {
	if c.Against != "" && !strings.HasPrefix(c.Against, gitPrefix) {
		return c.Against
	}
	if c.Contract != "" {
		return strings.TrimSuffix(c.Contract, filepath.Ext(c.Contract)) + lockSuffix
	}
	return filepath.Join(filepath.Dir(c.File), lockName)
}

// released reads the API schema that clients know; nil if it is not known.
func (c *check) released(ctx context.Context) (*diff.API, error) {
	if revision, ok := strings.CutPrefix(c.Against, gitPrefix); ok {
		c.report.Against = c.Against
		return c.releasedInGit(ctx, revision)
	}
	name := c.lockPath()
	text, err := os.ReadFile(name)
	isOptional := c.Against == "" || c.WriteLock
	if errors.Is(err, fs.ErrNotExist) && isOptional {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the API schema that was last released: %w", err)
	}
	c.report.Against = name
	c.texts[name] = string(text)
	return diff.Read(name, string(text))
}

// releasedInGit composes the graph as it was at a revision.
func (c *check) releasedInGit(ctx context.Context, revision string) (*diff.API, error) {
	past, err := openRevision(ctx, c.File, revision)
	if err != nil {
		return nil, err
	}
	version, err := source.Load(ctx, c.File, source.Options{ReadFile: past.read, Transport: refuseToAsk{}, Contract: c.Contract})
	if err != nil {
		return nil, fmt.Errorf("--against %s: %w", c.Against, err)
	}
	g, err := graph.New(version.Supergraph, graph.Options{})
	if err != nil {
		return nil, fmt.Errorf("--against %s: %w", c.Against, err)
	}
	return c.readAPI(g, version, apiFiles{prefix: revision + ":", read: past.read})
}

// apiFiles are the files in which the elements of an API schema stand; prefix stands before their names in positions.
type apiFiles struct {
	prefix string
	read   func(name string) ([]byte, error)
}

// readAPI reads the API schema of a graph, with the places in its subgraphs, or in the supergraph where no subgraph was
// composed.
func (c *check) readAPI(g *graph.Graph, version *source.Version, files apiFiles) (*diff.API, error) {
	var sources []diff.Source
	for _, subgraph := range version.Subgraphs {
		file := files.prefix + subgraph.File
		c.texts[file] = subgraph.SDL
		sources = append(sources, diff.Source{Subgraph: subgraph.Name, File: file, SDL: subgraph.SDL})
	}
	if len(sources) == 0 {
		text, err := files.read(c.File)
		if err != nil {
			return nil, err
		}
		file := files.prefix + c.File
		c.texts[file] = string(text)
		sources = append(sources, diff.Source{File: file, SDL: string(text)})
	}
	return diff.Read(files.prefix+c.File, g.APISchema(), sources...)
}

// revision is a git repository at one revision.
type revision struct {
	ctx  context.Context
	name string
	// dir is the folder of the graph's file, prefix its path from the top of the repository.
	dir, prefix string
}

func openRevision(ctx context.Context, file, name string) (*revision, error) {
	if name == "" || strings.HasPrefix(name, "-") {
		return nil, fmt.Errorf("--against %s%s: write a revision behind git:, such as git:origin/main", gitPrefix, name)
	}
	r := &revision{ctx: ctx, name: name, dir: filepath.Dir(file)}
	prefix, err := r.git("rev-parse", "--show-prefix")
	if err != nil {
		return nil, fmt.Errorf("--against %s%s: %w", gitPrefix, name, err)
	}
	r.prefix = strings.TrimSpace(string(prefix))
	if _, err := r.git("rev-parse", "--verify", "--quiet", name+"^{commit}"); err != nil {
		return nil, fmt.Errorf("--against %s%s: there is no such revision here; fetch it (a shallow clone has the newest one only)", gitPrefix, name)
	}
	return r, nil
}

// read returns a file as it was.
func (r *revision) read(name string) ([]byte, error) {
	relative := name
	if absolute, err := filepath.Abs(name); err == nil {
		if dir, err := filepath.Abs(r.dir); err == nil {
			if relative, err = filepath.Rel(dir, absolute); err != nil {
				return nil, err
			}
		}
	}
	return r.git("show", r.name+":"+path.Join(r.prefix, filepath.ToSlash(relative)))
}

func (r *revision) git(args ...string) ([]byte, error) {
	cmd := exec.CommandContext(r.ctx, "git", append([]string{"-C", r.dir}, args...)...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		return nil, fmt.Errorf("run git: %w", err)
	}
	return out, nil
}

// refuseToAsk answers for running subgraphs, which know nothing of the past.
type refuseToAsk struct{}

// RoundTrip implements http.RoundTripper.
func (refuseToAsk) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("a running subgraph cannot say what its schema was; compare with a lock that `weft check --write-lock` writes")
}
