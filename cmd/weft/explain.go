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
	code := diag.Code(strings.ToUpper(c.Code))
	entry, known := diag.Explain(code)
	if !known {
		return explainUnreported(code)
	}
	words, sdl, said := compose.Example(entry.Code)
	_, err := fmt.Fprintf(os.Stdout, "%s (%s, %s)\nWhen: %s.\n\n%s\n\n%s\nWhat weft compose says:\n%s\n",
		entry.Code, severityWords[entry.Severity], entry.Topic, entry.When, words, indent(sdl), indent(said))
	return err
}

// explainUnreported says why weft does not report a code of other composers, or which one was probably meant.
func explainUnreported(code diag.Code) error {
	unreported, known := diag.ExplainUnreported(code)
	if !known {
		if meant := compose.ClosestCode(code); meant != "" {
			return fmt.Errorf("%q is no code of composition: did you mean %s? 'weft explain' lists all", code, meant)
		}
		return fmt.Errorf("%q is no code of composition: 'weft explain' lists all", code)
	}
	text := fmt.Sprintf("weft does not report %s: %s.\n", unreported.Code, unreported.Why)
	for _, see := range unreported.See {
		text += fmt.Sprintf("See: weft explain %s\n", see)
	}
	_, err := fmt.Print(text)
	return err
}
