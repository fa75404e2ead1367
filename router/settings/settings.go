// Package settings reads a YAML file into a Go struct and says every mistake in it at once, with its place.
//
// In comes the text and a struct that holds the defaults; out comes the struct filled in. Keys are the fields' yaml
// tags; a key that is none is a mistake, with the key that was probably meant. ${NAME} and ${NAME:-default} in a value
// are replaced by the environment, or by the file that NAME_FILE names there, $${ stands for ${. A field with the tag unit:"bytes" takes sizes such as 2MiB, a
// time.Duration takes 1m30s, a field of type any takes whatever JSON can hold. A map field with the tag like:"Field"
// starts each entry as a copy of that other field.
// The package does not know what any setting means: who does calls Report with the setting's path. What several of them
// ask of a value is here: IsToken, IsURL.
package settings

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Mistake is one thing that is wrong with a file. Line and Column start at 1.
type Mistake struct {
	File         string
	Line, Column int
	Message      string
}

// String is file:line:column: message.
func (m Mistake) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Message)
}

// Mistakes are all mistakes in a file, in the order of their places.
type Mistakes []Mistake

// Error is one line for each mistake.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, mistake := range m {
		lines[i] = mistake.String()
	}
	return strings.Join(lines, "\n")
}

// File is a file that is being read.
type File struct {
	name     string
	root     ast.Node // nil for an empty file
	lookup   func(string) (string, bool)
	anchors  map[string]ast.Node
	places   map[string]token.Position
	mistakes Mistakes
	// unread are the settings that have a value which could not be read.
	unread map[string]bool
}

// Parse reads YAML. What is not YAML is a mistake that Err returns. lookup gives the environment's values; without it
// values stay as they are written, ${…} and all.
func Parse(name string, text []byte, lookup func(string) (string, bool)) *File {
	f := &File{
		name: name, lookup: lookup, anchors: map[string]ast.Node{}, places: map[string]token.Position{}, unread: map[string]bool{},
	}
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil {
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) && syntax.Token != nil {
			f.mistake(syntax.Token.Position, "not YAML: %s%s", syntax.Message, quoteHint(text, syntax.Token.Position.Line))
		} else {
			f.mistake(nil, "not YAML: %v", err)
		}
		return f
	}
	for i, doc := range parsed.Docs {
		if i == 0 {
			f.root = doc.Body
		} else if doc.Body != nil {
			f.mistake(doc.Body.GetToken().Position, "a second document begins: one file holds one")
		}
	}
	if _, isComment := f.root.(*ast.CommentGroupNode); isComment {
		f.root = nil
	}
	return f
}

// quoteHint says what is mostly wrong with a line that has a variable and is not YAML.
func quoteHint(text []byte, line int) string {
	lines := bytes.Split(text, []byte("\n"))
	if line < 1 || line > len(lines) || !bytes.Contains(lines[line-1], []byte("${")) {
		return ""
	}
	return `; between [ ] and { } a variable stands in quotes: "${NAME}"`
}

// Report notes a mistake in the setting at path, such as "auth.session.key" or "headers[2]". Where the file does not
// have that setting, the mistake is placed at what surrounds it. Of a setting whose value could not be read nothing
// further is said: it would only follow.
func (f *File) Report(path, message string) {
	if f.unread[path] {
		return
	}
	label := path
	for {
		if at, ok := f.places[path]; ok {
			f.mistake(&at, "%s", labelled(label, message))
			return
		}
		i := max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['))
		if i < 0 {
			f.mistake(nil, "%s", labelled(label, message))
			return
		}
		path = path[:i]
	}
}

func labelled(label, message string) string {
	if label == "" {
		return message
	}
	return label + ": " + message
}

// Within returns a Report for the settings below path.
func (f *File) Within(path string) func(path, message string) {
	return func(below, message string) { f.Report(join(path, below), message) }
}

func join(path, below string) string {
	if path == "" || below == "" {
		return path + below
	}
	return path + "." + below
}

// Err returns the mistakes found so far as Mistakes, or nil.
func (f *File) Err() error {
	if len(f.mistakes) == 0 {
		return nil
	}
	slices.SortStableFunc(f.mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return f.mistakes
}

// Place returns where the setting at path stands; zeros when the file does not have it.
func (f *File) Place(path string) (line, column int) {
	at := f.places[path]
	return at.Line, at.Column
}

func (f *File) mistake(at *token.Position, format string, args ...any) {
	m := Mistake{File: f.name, Line: 1, Column: 1, Message: fmt.Sprintf(format, args...)}
	if at != nil {
		m.Line, m.Column = at.Line, at.Column
	}
	f.mistakes = append(f.mistakes, m)
}
