package source

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weft-graph/weft/router/settings"
)

// rover is a supergraph.yaml.
type rover struct {
	// FederationVersion is read for compatibility: every Federation 2 version composes alike.
	FederationVersion string                   `yaml:"federation_version"`
	Subgraphs         map[string]roverSubgraph `yaml:"subgraphs"`
}

type roverSubgraph struct {
	RoutingURL string      `yaml:"routing_url"`
	Schema     roverSchema `yaml:"schema"`
}

// roverSchema has either a file or the address of a running subgraph, with headers for the question.
type roverSchema struct {
	File                 string            `yaml:"file"`
	SubgraphURL          string            `yaml:"subgraph_url"`
	IntrospectionHeaders map[string]string `yaml:"introspection_headers"`
}

// subgraph is one entry of a supergraph.yaml, checked.
type subgraph struct {
	name string
	// url is the routing URL; may be empty.
	url string
	// file has the schema, or askURL is where the subgraph is asked for it, with askHeaders.
	file, askURL string
	askHeaders   map[string]string
	// place is where the entry stands, file:line:column.
	place string
}

// parseConfig reads a supergraph.yaml. The subgraphs are in order of their names.
func parseConfig(path string, text []byte, options Options) ([]subgraph, error) {
	var config rover
	file := settings.Parse(path, text, options.Lookup)
	file.Decode(&config)
	if v := strings.TrimLeft(config.FederationVersion, "=v"); v != "" && v != "2" && !strings.HasPrefix(v, "2.") {
		file.Report("federation_version", fmt.Sprintf("%q is not supported: use a version 2, such as =2.9.0", config.FederationVersion))
	}
	if len(config.Subgraphs) == 0 && file.Err() == nil {
		file.Report("subgraphs", "names no subgraph: write a name with routing_url and schema below it")
	}
	var list []subgraph
	for _, name := range slices.Sorted(maps.Keys(config.Subgraphs)) {
		given, at := config.Subgraphs[name], "subgraphs."+name
		s := subgraph{name: name, url: given.RoutingURL, askURL: given.Schema.SubgraphURL, askHeaders: given.Schema.IntrospectionHeaders}
		if given.Schema.File != "" {
			s.file = given.Schema.File
			if !filepath.IsAbs(s.file) {
				s.file = filepath.Join(filepath.Dir(path), s.file)
			}
		}
		if (s.file == "") == (s.askURL == "") {
			file.Report(at+".schema", "must have exactly one of file and subgraph_url")
		}
		if s.askURL != "" && !settings.IsURL(s.askURL) {
			file.Report(at+".schema.subgraph_url", fmt.Sprintf("%q is not an http or https URL", s.askURL))
		}
		if s.url != "" && !settings.IsURL(s.url) {
			file.Report(at+".routing_url", fmt.Sprintf("%q is not an http or https URL", s.url))
		}
		if s.url == "" {
			s.url = s.askURL
		}
		line, column := file.Place(at)
		s.place = fmt.Sprintf("%s:%d:%d", path, line, column)
		list = append(list, s)
	}
	if err := file.Err(); err != nil {
		return nil, err
	}
	return list, nil
}
