// Package devfile reads dev.yaml, which says what `weft dev` starts beside the router.
//
// What goes in is the file's text; what comes out is a File whose every mistake was named at once, with its line. The
// package starts nothing. An example with every field:
//
//	supergraph: supergraph.yaml   # the graph: this is the default
//	router: router.yaml           # the router's configuration; left out, the router runs with its defaults
//	redis: true                   # an in-process Redis as ${REDIS_URL}, unless the environment names one
//	secrets: [ROUTER_KEY]         # made up at each start, unless the environment has them
//	build: [make, services]       # run once before anything is started
//	env:                          # for every process, and for ${…} in router.yaml
//	  TOKEN_AUDIENCE: shop
//	processes:
//	  - name: user
//	    run: [bin/user]
//	    env: {LISTEN: "127.0.0.1:4001"}
//	    listen: 127.0.0.1:4001                # refused at once if the port is busy
//	    ready: http://127.0.0.1:4001/readyz   # 200 means ready; left out, it is ready when it listens
//	say: printed when everything runs
package devfile

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// File is a dev.yaml.
type File struct {
	// Supergraph is the graph to serve, a supergraph.yaml or an SDL file.
	Supergraph string `yaml:"supergraph"`
	// Router is the router's configuration file; "" for the defaults.
	Router string `yaml:"router"`
	// Redis asks for a Redis at ${REDIS_URL}.
	Redis bool `yaml:"redis"`
	// Secrets are variables that are made up at each start.
	Secrets []string `yaml:"secrets"`
	// Build is a program and its arguments, run before anything is started.
	Build []string `yaml:"build"`
	// Env holds variables for all processes and for the router's configuration.
	Env map[string]string `yaml:"env"`
	// Processes are started together.
	Processes []Process `yaml:"processes"`
	// Say is printed when everything runs.
	Say string `yaml:"say"`

	// Dir is the folder of the file: all its paths are relative to it.
	Dir string `yaml:"-"`
}

// Process is one program to run.
type Process struct {
	Name   string            `yaml:"name"`
	Run    []string          `yaml:"run"`
	Env    map[string]string `yaml:"env"`
	Listen string            `yaml:"listen"`
	Ready  string            `yaml:"ready"`
}

// Load reads the file at path.
func Load(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("dev file: %w; name another with --file", err)
	}
	file, err := Parse(path, data)
	if err != nil {
		return nil, err
	}
	file.Dir = filepath.Dir(path)
	return file, nil
}

// Parse reads a file's text; path is for messages only.
func Parse(path string, data []byte) (*File, error) {
	file := &File{Supergraph: "supergraph.yaml"}
	if err := yaml.UnmarshalWithOptions(data, file, yaml.Strict()); err != nil {
		var positioned yaml.Error
		if errors.As(err, &positioned) {
			at := positioned.GetToken().Position
			return nil, fmt.Errorf("%s:%d:%d: %s", path, at.Line, at.Column, positioned.GetMessage())
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c := &checker{path: path, tree: tree}
	c.check(file)
	return file, errors.Join(c.mistakes...)
}

// checker collects what is wrong with a file that could be read.
type checker struct {
	path     string
	tree     *ast.File
	mistakes []error
}

// report adds a mistake at the place of a YAML path such as $.processes[0].run.
func (c *checker) report(at, format string, args ...any) {
	line := 1
	if p, err := yaml.PathString(at); err == nil {
		if node, err := p.FilterFile(c.tree); err == nil && node != nil {
			line = node.GetToken().Position.Line
		}
	}
	c.mistakes = append(c.mistakes, fmt.Errorf("%s:%d: %s: %s", c.path, line, at[len("$."):], fmt.Sprintf(format, args...)))
}

// variableName is what a shell takes for a variable.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (c *checker) check(file *File) {
	for i, name := range file.Secrets {
		if !variableName.MatchString(name) {
			c.report(fmt.Sprintf("$.secrets[%d]", i), "%q is no variable name: want letters, digits and _", name)
		}
	}
	c.checkEnv("$.env", file.Env)
	names := map[string]bool{}
	for i, process := range file.Processes {
		at := fmt.Sprintf("$.processes[%d]", i)
		switch {
		case process.Name == "":
			c.report(at, "has no name")
		case names[process.Name]:
			c.report(at+".name", "%q is the name of another process too", process.Name)
		}
		names[process.Name] = true
		c.checkProcess(at, process)
	}
}

func (c *checker) checkProcess(at string, process Process) {
	if len(process.Run) == 0 || process.Run[0] == "" {
		c.report(at, "has nothing to run: want run: [program, argument…]")
	}
	c.checkEnv(at+".env", process.Env)
	if process.Listen != "" {
		if _, port, err := net.SplitHostPort(process.Listen); err != nil || port == "" || port == "0" {
			c.report(at+".listen", "%q: want host:port with the port that the process will take", process.Listen)
		}
	}
	if process.Ready != "" {
		if u, err := url.Parse(process.Ready); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			c.report(at+".ready", "%q: want an http or https URL that answers 200 when the process is ready", process.Ready)
		}
	}
}

func (c *checker) checkEnv(at string, env map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if !variableName.MatchString(name) {
			c.report(at, "%q is no variable name: want letters, digits and _", name)
		}
	}
}
