package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestChecklistNamesTests: docs/shop.md says which test proves a promise, and there is that test. A name that ends with
// … stands for all that begin so.
func TestChecklistNamesTests(t *testing.T) {
	text, err := os.ReadFile("../docs/shop.md")
	must(t, err)
	var all strings.Builder
	for _, folder := range []string{"e2e", "subgraphs", "router", "graph", "internal", "cmd"} {
		must(t, filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			code, err := os.ReadFile(path)
			all.Write(code)
			return err
		}))
	}
	names := regexp.MustCompile(`\bTest[A-Z]\w*…?`).FindAllString(string(text), -1)
	if len(names) < 30 {
		t.Errorf("docs/shop.md names only %d tests", len(names))
	}
	for _, name := range names {
		declaration := "func " + name + "("
		if prefix, isPrefix := strings.CutSuffix(name, "…"); isPrefix {
			declaration = "func " + prefix
		}
		if !strings.Contains(all.String(), declaration) {
			t.Errorf("docs/shop.md names %s, which there is not", name)
		}
	}
}
