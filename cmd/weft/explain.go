package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/weft-graph/weft/graph/compose"
	"github.com/weft-graph/weft/graph/diag"
)

type explainCommand struct {
	Code string `arg:"" optional:"" placeholder:"CODE" help:"A code of composition, such as INVALID_FIELD_SHARING. Without one, all codes are listed."`
}

// Run prints when a code occurs, with an example, what composition says of it, and the fix.
func (c *explainCommand) Run() error {
	if c.Code == "" {
		for _, entry := range diag.Catalogue() {
			if _, err := fmt.Printf("%-5s %s: %s\n", entry.Severity, entry.Code, entry.When); err != nil {
				return err
			}
		}
		return nil
	}
	entry, known := diag.Explain(diag.Code(strings.ToUpper(c.Code)))
	if !known {
		return fmt.Errorf("%q is no code of composition: 'weft explain' lists all", c.Code)
	}
	words, sdl, said := compose.Example(entry.Code)
	_, err := fmt.Fprintf(os.Stdout, "%s (%s, %s)\nWhen: %s.\n\n%s\n\n%s\nWhat weft compose says:\n%s\n",
		entry.Code, severityWords[entry.Severity], entry.Topic, entry.When, words, indent(sdl), indent(said))
	return err
}
