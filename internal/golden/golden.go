// Package golden runs text cases: a folder of txtar files, one case each, in which a pass is written down as
// description, inputs and expectations.
//
// What goes in is a folder and a function; what comes out is one subtest for each file, with a readable diff where an
// expectation differs. `go test ./pkg -update` rewrites the expectations, and the reviewer reads the diff.
//
//	A shared field must have one type.
//	-- user.graphqls --
//	type Query { a: Int @shareable }
//	-- want.diag --
//	error FIELD_TYPE_MISMATCH Query.a
//
// A section named want.* is an expectation, every other one an input. The package knows nothing of GraphQL.
package golden

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// update is the -update flag of every test binary that imports this package.
var update = flag.Bool("update", false, "rewrite the want.* sections of golden files with what the code gives now")

// wantPrefix begins the name of every section that is an expectation.
const wantPrefix = "want."

// File is one input of a case.
type File struct {
	Name string
	Data []byte
}

// Case is one txtar file: a description, inputs and expectations.
type Case struct {
	// Name is the file's name without .txtar.
	Name string
	// Path is where the file lies, for messages.
	Path string
	// Description is the text above the first section, trimmed.
	Description string

	t        *testing.T
	update   bool
	archive  *txtar.Archive
	compared map[string]bool
}

// Run runs f as a subtest for every *.txtar file in dir, in the order of their names. A folder without cases, a case
// without a description and an expectation that f never compares fail the test.
func Run(t *testing.T, dir string, f func(t *testing.T, c *Case)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		t.Fatalf("golden: list %s: %v", dir, err)
	}
	if len(paths) == 0 {
		t.Fatalf("golden: no *.txtar file in %s: a runner without cases proves nothing", dir)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { runCase(t, path, f) })
	}
}

func runCase(t *testing.T, path string, f func(t *testing.T, c *Case)) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	c, err := parse(path, data)
	if err != nil {
		t.Fatal(err)
	}
	c.t, c.update = t, *update
	f(t, c)
	if t.Failed() {
		return
	}
	unused := c.unused()
	if !c.update {
		for _, name := range unused {
			t.Errorf("golden: %s: nothing compares section %s: remove it, or compare it", path, name)
		}
		return
	}
	c.drop(unused)
	if out := txtar.Format(c.archive); !bytes.Equal(out, data) {
		if err := os.WriteFile(path, out, 0o644); err != nil {
			t.Fatalf("golden: rewrite the expectations: %v", err)
		}
	}
}

// parse reads one case and refuses what would make it ambiguous.
func parse(path string, data []byte) (*Case, error) {
	archive := txtar.Parse(data)
	description := strings.TrimSpace(string(archive.Comment))
	if description == "" {
		return nil, fmt.Errorf("golden: %s:1: no description: say above the first section what the case shows", path)
	}
	seen := map[string]bool{}
	for _, file := range archive.Files {
		if seen[file.Name] {
			return nil, fmt.Errorf("golden: %s: two sections are named %s", path, file.Name)
		}
		seen[file.Name] = true
	}
	name := strings.TrimSuffix(filepath.Base(path), ".txtar")
	return &Case{Name: name, Path: path, Description: description, archive: archive, compared: map[string]bool{}}, nil
}

// Input returns the input section of that name; a case without it fails.
func (c *Case) Input(name string) []byte {
	c.t.Helper()
	if i := c.find(name); i >= 0 {
		return c.archive.Files[i].Data
	}
	c.t.Fatalf("golden: %s: no section %s", c.Path, name)
	return nil
}

// Has reports whether the case has a section of that name, for inputs that a case may leave out.
func (c *Case) Has(name string) bool { return c.find(name) >= 0 }

// Inputs returns the input sections whose names end in suffix ("" for all), in the order of the file.
func (c *Case) Inputs(suffix string) []File {
	var files []File
	for _, file := range c.archive.Files {
		if !strings.HasPrefix(file.Name, wantPrefix) && strings.HasSuffix(file.Name, suffix) {
			files = append(files, File{Name: file.Name, Data: file.Data})
		}
	}
	return files
}

// Compare holds got against the section want.<name> and reports the difference as a diff. A missing section counts as
// empty; with -update the section becomes got, or goes away if got is empty. A missing last newline is no difference.
func (c *Case) Compare(name, got string) {
	c.t.Helper()
	section := wantPrefix + strings.TrimPrefix(name, wantPrefix)
	if got != "" && !strings.HasSuffix(got, "\n") {
		got += "\n"
	}
	if len(txtar.Parse([]byte(got)).Files) > 0 {
		c.t.Fatalf("golden: %s: the output for %s holds a line that txtar reads as a section's start", c.Path, section)
	}
	c.compared[section] = true
	i := c.find(section)
	want := ""
	if i >= 0 {
		want = string(c.archive.Files[i].Data)
	}
	if got == want {
		return
	}
	if !c.update {
		c.t.Errorf("%s: %s differs (-want +got; rewrite with -update):\n%s",
			c.Path, section, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		return
	}
	switch {
	case got == "":
		c.drop([]string{section})
	case i >= 0:
		c.archive.Files[i].Data = []byte(got)
	default:
		c.archive.Files = append(c.archive.Files, txtar.File{Name: section, Data: []byte(got)})
	}
}

// unused names the expectations that nothing compared.
func (c *Case) unused() []string {
	var names []string
	for _, file := range c.archive.Files {
		if strings.HasPrefix(file.Name, wantPrefix) && !c.compared[file.Name] {
			names = append(names, file.Name)
		}
	}
	return names
}

func (c *Case) drop(names []string) {
	for _, name := range names {
		i := c.find(name)
		c.archive.Files = append(c.archive.Files[:i], c.archive.Files[i+1:]...)
	}
}

func (c *Case) find(name string) int {
	for i := range c.archive.Files {
		if c.archive.Files[i].Name == name {
			return i
		}
	}
	return -1
}
