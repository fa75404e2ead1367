// Package devfile reads dev.yaml, which says what `weft dev` starts beside the router.
//
// What goes in is the file's text; what comes out is a File whose every mistake was named at once, with its place. The
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
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/weft-graph/weft/router/settings"
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
	Dir string
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

// Parse reads a file's text; path is for messages only. The error is settings.Mistakes.
func Parse(path string, data []byte) (*File, error) {
	file := &File{Supergraph: "supergraph.yaml"}
	text := settings.Parse(path, data, nil) // Expand replaces variables, when all are known
	text.Decode(file)
	file.check(text)
	return file, text.Err()
}

// variableName is what a shell takes for a variable.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

const noVariableName = "%q is no variable name: want letters, digits and _"

// check reports what is wrong with the values.
func (f *File) check(text *settings.File) {
	for i, name := range f.Secrets {
		if !variableName.MatchString(name) {
			text.Report(fmt.Sprintf("secrets[%d]", i), fmt.Sprintf(noVariableName, name))
		}
	}
	checkEnv("env", f.Env, text)
	names := map[string]bool{}
	for i, process := range f.Processes {
		at := fmt.Sprintf("processes[%d]", i)
		switch {
		case process.Name == "":
			text.Report(at, "has no name")
		case names[process.Name]:
			text.Report(at+".name", fmt.Sprintf("%q is the name of another process too", process.Name))
		}
		names[process.Name] = true
		process.check(at, text)
	}
}

func (p Process) check(at string, text *settings.File) {
	if len(p.Run) == 0 || p.Run[0] == "" {
		text.Report(at+".run", "has nothing to run: want run: [program, argument…]")
	}
	checkEnv(at+".env", p.Env, text)
	if p.Listen != "" {
		if _, port, err := net.SplitHostPort(p.Listen); err != nil || port == "" || port == "0" {
			text.Report(at+".listen", fmt.Sprintf("%q: want host:port with the port that the process will take", p.Listen))
		}
	}
	if p.Ready != "" && !settings.IsURL(p.Ready) {
		text.Report(at+".ready", fmt.Sprintf("%q: want an http or https URL that answers 200 when the process is ready", p.Ready))
	}
}

func checkEnv(at string, env map[string]string, text *settings.File) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if !variableName.MatchString(name) {
			text.Report(at+"."+name, fmt.Sprintf(noVariableName, name))
		}
	}
}
