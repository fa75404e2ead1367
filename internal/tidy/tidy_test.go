package tidy

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/weft-graph/weft/internal/golden"
)

// TestRepository holds this repository to its own rules.
func TestRepository(t *testing.T) {
	tree, err := Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.files) < 3 {
		t.Fatalf("found %d Go files: the test does not see the repository", len(tree.files))
	}
	for _, finding := range tree.Check() {
		t.Error(finding)
	}
}

// TestRowsAreDocumented: the packages with a row are those that there are, and docs/architecture.md has them in that row.
func TestRowsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for dir, row := range rows {
		if files, err := filepath.Glob(filepath.Join("../..", dir, "*.go")); err != nil || len(files) == 0 {
			t.Errorf("rows has the package %s, and there is none", dir)
		}
		line := regexp.MustCompile(fmt.Sprintf("(?m)^\\| %d \\| .*`%s`.* \\| .* \\|$", row, path.Base(dir)))
		if !line.Match(page) {
			t.Errorf("docs/architecture.md has no %s in row %d of a table", dir, row)
		}
	}
}

// TestChecks runs every check on small trees that break it: a check that finds nothing there could not fail here.
func TestChecks(t *testing.T) {
	failed := map[string]bool{}
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		files := fstest.MapFS{}
		for _, input := range c.Inputs("") {
			// Written in pieces in the case, as the repository's own check reads that file too.
			data := strings.ReplaceAll(string(input.Data), "{dot}", ".")
			files[input.Name] = &fstest.MapFile{Data: []byte(data)}
		}
		tree, err := Load(files)
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, finding := range tree.Check() {
			fmt.Fprintln(&got, finding)
			if finding.Check == c.Name {
				failed[c.Name] = true
			}
		}
		c.Compare("findings", got.String())
	})
	for _, check := range checks {
		if check.name == "file_length" { // TestFileLength: a case would be as long as the limit
			continue
		}
		if !failed[check.name] {
			t.Errorf("no case testdata/%s.txtar shows that the check %s can fail", check.name, check.name)
		}
	}
}

func TestFileLength(t *testing.T) {
	long := "// Package a is long.\npackage a\n" + strings.Repeat("\n", MaxFileLines)
	tree, err := Load(fstest.MapFS{"internal/a/a.go": {Data: []byte(long)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.Check(); len(got) != 1 || got[0].Check != "file_length" {
		t.Errorf("a file of %d lines gives %v, want one finding of file_length", MaxFileLines+2, got)
	}
}
