package differential

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weft-graph/weft/fedtest/internal/direct"
	"github.com/weft-graph/weft/fedtest/internal/world"
)

// sdlSuffix ends the section names of subgraphs; monolithName and the others are sections of their own.
const (
	sdlSuffix     = ".graphqls"
	monolithName  = "monolith" + sdlSuffix
	operationName = "operation.graphql"
	variablesName = "variables.json"
	settingsName  = "settings"
	differsName   = "differs"
)

// isMutation reports whether the case's operation is a mutation.
func (c *Case) isMutation() bool { return strings.HasPrefix(c.Text, "mutation") }

// isSubscription reports whether the case's operation is a subscription.
func (c *Case) isSubscription() bool { return strings.HasPrefix(c.Text, "subscription") }

// isValid reports whether an operation is valid for the API.
func (l *Loaded) isValid(text string) bool {
	_, err := direct.Read(l.api, text)
	return err == nil
}

// Format writes a case as txtar, with how it differs.
func (c *Case) Format(d Difference) []byte {
	archive := &txtar.Archive{Comment: []byte(d.Kind + ".\n")}
	add := func(name, text string) {
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	add(monolithName, c.Monolith)
	for _, s := range c.Subgraphs {
		add(s.Name+sdlSuffix, s.Text)
	}
	add(operationName, c.Text)
	add(variablesName, c.Variables)
	add(settingsName, fmt.Sprintf("salt %s\nbreaks %t\nlong %t\nfaults %d\norder %d\nlabels %s", c.Salt, c.Breaks, c.Long, c.Faults, c.Order, strings.Join(c.Labels, " ")))
	if d.Text != "" {
		add(differsName, d.Text)
	}
	return txtar.Format(archive)
}

// ParseCase reads a case that Format wrote.
func ParseCase(data []byte) (*Case, error) {
	c := &Case{}
	for _, file := range txtar.Parse(data).Files {
		text := string(file.Data)
		switch name, isSDL := strings.CutSuffix(file.Name, sdlSuffix); {
		case file.Name == monolithName:
			c.Monolith = text
		case isSDL:
			c.Subgraphs = append(c.Subgraphs, world.SDL{Name: name, Text: text})
		case file.Name == operationName:
			c.Text = text
		case file.Name == variablesName:
			c.Variables = text
		case file.Name == settingsName:
			if err := c.parseSettings(text); err != nil {
				return nil, err
			}
		case file.Name == differsName: // for the reader
		default:
			return nil, fmt.Errorf("no case has a section %q", file.Name)
		}
	}
	if c.Monolith == "" || len(c.Subgraphs) == 0 || c.Text == "" {
		return nil, fmt.Errorf("a case needs the sections %s, %s and one for each subgraph", monolithName, operationName)
	}
	if c.Variables == "" {
		c.Variables = "{}"
	}
	return c, nil
}

func (c *Case) parseSettings(text string) error {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		var err error
		switch name {
		case "salt":
			c.Salt = value
		case "breaks":
			c.Breaks, err = strconv.ParseBool(value)
		case "long":
			c.Long, err = strconv.ParseBool(value)
		case "faults":
			c.Faults, err = strconv.ParseUint(value, 10, 64)
		case "order":
			c.Order, err = strconv.ParseUint(value, 10, 64)
		case "labels":
			c.Labels = strings.Fields(value)
		default:
			err = fmt.Errorf("it is none of salt, breaks, long, faults, order, labels")
		}
		if err != nil {
			return fmt.Errorf("the setting %q: %w", name, err)
		}
	}
	return nil
}
