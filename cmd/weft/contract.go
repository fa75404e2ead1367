package main

import (
	"fmt"
	"os"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/router/settings"
	"github.com/weft-graph/weft/router/source"
)

// contractFlag is for commands that look at the part of a graph that a contract leaves.
type contractFlag struct {
	Contract string `placeholder:"FILE" help:"A contract: the part of the graph that an audience sees, by the tags that it includes and excludes (include, exclude, hide_unreachable_types). The rest is @inaccessible."`
}

// contractFile is what stands in the file.
type contractFile struct {
	Include         []string `yaml:"include"`
	Exclude         []string `yaml:"exclude"`
	HideUnreachable bool     `yaml:"hide_unreachable_types"`
}

// apply applies the contract, if there is one, to a version that was loaded with err. What the contract has to say is
// added to the diagnostics, its text to texts.
func (f *contractFlag) apply(version *source.Version, err error, texts texts) error {
	if f.Contract == "" || err != nil {
		return err
	}
	return f.applyWith(os.ReadFile, version, texts)
}

func (f *contractFlag) applyWith(readFile func(string) ([]byte, error), version *source.Version, texts texts) error {
	text, err := readFile(f.Contract)
	if err != nil {
		return fmt.Errorf("read the contract: %w", err)
	}
	texts[f.Contract] = string(text)
	contract, err := parseContract(f.Contract, text)
	if err != nil {
		return err
	}
	filtered, diagnostics := compose.ApplyContract(version.Supergraph, contract)
	for i, d := range diagnostics {
		if len(d.Positions) == 0 { // it is about the contract as a whole
			diagnostics[i].Positions = []diag.Position{{File: f.Contract, Line: 1, Column: 1}}
		}
	}
	version.Supergraph, version.Diagnostics = filtered, append(version.Diagnostics, diagnostics...)
	if filtered == nil {
		return &source.InvalidError{Diagnostics: diagnostics}
	}
	return nil
}

// parseContract reads a contract. The error is settings.Mistakes.
func parseContract(name string, text []byte) (compose.Contract, error) {
	var content contractFile
	file := settings.Parse(name, text, os.LookupEnv)
	file.Decode(&content)
	if err := file.Err(); err != nil {
		return compose.Contract{}, err
	}
	tags := func(key string, names []string) []compose.ContractTag {
		var out []compose.ContractTag
		for i, tag := range names {
			line, column := file.Place(fmt.Sprintf("%s[%d]", key, i))
			out = append(out, compose.ContractTag{Name: tag, Pos: diag.Position{File: name, Line: line, Column: column}})
		}
		return out
	}
	return compose.Contract{
		Include: tags("include", content.Include), Exclude: tags("exclude", content.Exclude), HideUnreachable: content.HideUnreachable,
	}, nil
}
