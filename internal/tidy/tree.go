// Package tidy holds the repository's own rules as checks that `go test` runs: which package may import which, which
// imports and statements are banned where, what every package must say about itself.
//
// What goes in is a file tree; what comes out is a list of findings. The tree is read with go/parser and never with
// `go list`: a test that shells out is answered from the test cache although the files have changed. Package tidy
// knows file names and syntax, not types. The rules themselves are in docs/architecture.md.
package tidy

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the module path, which begins every import of our own.
const module = "github.com/weft-graph/weft"

// MaxTextBytes is the size past which a file is taken for data and not searched.
const MaxTextBytes = 4 << 20

// Finding is one broken rule.
type Finding struct {
	Path    string
	Line    int
	Check   string
	Message string
}

// String gives the finding as path:line: check: message.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.Path, f.Line, f.Check, f.Message)
}

// Tree is a repository: its Go files, parsed, and the text of all files.
type Tree struct {
	fset  *token.FileSet
	files []*file
	texts []text
}

// file is one Go file.
type file struct {
	path      string
	dir       string
	ast       *ast.File
	isTest    bool
	generated bool
	lines     int
}

// text is any file that is small enough to be read as text.
type text struct {
	path string
	data string
}

// Load reads the tree below fsys: everything but hidden data folders, build output and installed modules. Go files in
// a testdata folder count as text only.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains([]string{".git", ".data", "bin", "node_modules"}, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		return t.read(fsys, name, entry)
	})
	if err != nil {
		return nil, fmt.Errorf("tidy: read the repository: %w", err)
	}
	return t, nil
}

func (t *Tree) read(fsys fs.FS, name string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > MaxTextBytes {
		return nil
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	t.texts = append(t.texts, text{path: name, data: string(data)})
	if !strings.HasSuffix(name, ".go") || slices.Contains(strings.Split(path.Dir(name), "/"), "testdata") {
		return nil
	}
	parsed, err := parser.ParseFile(t.fset, name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	t.files = append(t.files, &file{
		path: name, dir: path.Dir(name), ast: parsed,
		isTest: strings.HasSuffix(name, "_test.go"), generated: ast.IsGenerated(parsed),
		lines: strings.Count(string(data), "\n"),
	})
	return nil
}

// Check runs every check and returns what it found, sorted by place.
func (t *Tree) Check() []Finding {
	var findings []Finding
	for _, c := range checks {
		report := func(path string, line int, message string) {
			findings = append(findings, Finding{Path: path, Line: line, Check: c.name, Message: message})
		}
		c.run(t, report)
	}
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return findings
}

// reporter takes one broken rule.
type reporter func(path string, line int, message string)

// checks is the table of all rules; each has a case of the same name in testdata that shows it fail.
var checks = []struct {
	name string
	run  func(t *Tree, report reporter)
}{
	{"banned_call", checkCalls},
	{"banned_import", checkBannedImports},
	{"file_length", checkFileLength},
	{"gqlparser", checkParserVisible},
	{"import_row", checkRows},
	{"import_world", checkWorlds},
	{"init_function", checkInit},
	{"package_comment", checkPackageComment},
	{"package_name", checkPackageName},
	{"registry_host", checkHosts},
	{"skip_in_ci", checkSkips},
	{"stray_goroutine", checkGoroutines},
	{"test_aid", checkTestAids},
}

func (t *Tree) line(pos token.Pos) int { return t.fset.Position(pos).Line }

// imports calls f with every import of a file.
func (t *Tree) imports(file *file, f func(name string, line int)) {
	for _, spec := range file.ast.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic("tidy: go/parser accepted the import " + spec.Path.Value)
		}
		f(name, t.line(spec.Pos()))
	}
}

// within reports whether dir is root or lies below it.
func within(dir, root string) bool { return dir == root || strings.HasPrefix(dir, root+"/") }

// ownDir turns the import path of one of our packages into its folder; ok is false for anybody else's.
func ownDir(importPath string) (dir string, ok bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}
