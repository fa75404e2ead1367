package source

import (
	"fmt"
	"io"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/router/settings"
)

// contract is the contract of a file.
type contract struct {
	file string
	compose.Contract
}

// contractFile is what stands in the file.
type contractFile struct {
	Include         []string `yaml:"include"`
	Exclude         []string `yaml:"exclude"`
	HideUnreachable bool     `yaml:"hide_unreachable_types"`
}

// readContract reads the contract that the Options name, if they do.
func (in *input) readContract(options Options, hash io.Writer) error {
	if options.Contract == "" {
		return nil
	}
	in.version.files = append(in.version.files, options.Contract)
	text, err := options.ReadFile(options.Contract)
	fmt.Fprintf(hash, "%q %v", text, err != nil)
	if err != nil {
		return fmt.Errorf("read the contract: %w", err)
	}
	in.version.Contract = File{options.Contract, string(text)}
	in.contract, err = parseContract(options.Contract, text, options.Lookup)
	return err
}

// parseContract reads a contract. The error is settings.Mistakes.
func parseContract(name string, text []byte, lookup func(string) (string, bool)) (*contract, error) {
	var content contractFile
	file := settings.Parse(name, text, lookup)
	file.Decode(&content)
	if err := file.Err(); err != nil {
		return nil, err
	}
	tags := func(key string, names []string) []compose.ContractTag {
		var out []compose.ContractTag
		for i, tag := range names {
			line, column := file.Place(fmt.Sprintf("%s[%d]", key, i))
			out = append(out, compose.ContractTag{Name: tag, Pos: diag.Position{File: name, Line: line, Column: column}})
		}
		return out
	}
	return &contract{name, compose.Contract{
		Include: tags("include", content.Include), Exclude: tags("exclude", content.Exclude), HideUnreachable: content.HideUnreachable,
	}}, nil
}

// apply leaves of the version's supergraph what the contract does. What there is to say about the contract is added to
// the diagnostics.
func (c *contract) apply(version *Version) error {
	filtered, diagnostics := compose.ApplyContract(version.Supergraph, c.Contract)
	for i, d := range diagnostics {
		if len(d.Positions) == 0 { // it is about the contract as a whole
			diagnostics[i].Positions = []diag.Position{{File: c.file, Line: 1, Column: 1}}
		}
	}
	version.Supergraph, version.Diagnostics = filtered, append(version.Diagnostics, diagnostics...)
	if filtered == nil {
		return &InvalidError{Diagnostics: diagnostics}
	}
	return nil
}
