package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// packagesAndTests is how a row names its tests: `user/store` TestOne, TestTwo; or, for tests of the same names in each,
	// `user/store` and `order/store` TestOne. A name that ends with … stands for all that begin so.
	packagesAndTests = regexp.MustCompile("((?:`[a-zA-Z0-9/]+`(?:, | and )?)+)((?:[ ,]|and|Test[A-Z][A-Za-z0-9]*…?)+)")
	nameOfPackage    = regexp.MustCompile("`([a-zA-Z0-9/]+)`")
	nameOfTest       = regexp.MustCompile(`Test[A-Z][A-Za-z0-9]*…?`)
	nameOfScenario   = regexp.MustCompile("`([a-z]+\\.test\\.mjs)`")
)

// declarations has the names of the tests by the folder of their package, and those of all under "".
type declarations map[string]map[string]bool

// TestChecklistNamesTests: docs/shop.md says of each promise which test proves it, and in that package there is that test.
func TestChecklistNamesTests(t *testing.T) {
	text, err := os.ReadFile("../docs/shop.md")
	must(t, err)
	declared := readDeclarations(t)
	isList, rows := false, 0
	for i, line := range strings.Split(string(text), "\n") {
		switch cells := strings.Split(line, " | "); {
		case !strings.HasPrefix(line, "|"):
			isList = false
		case strings.HasSuffix(line, " | proven by |"):
			isList = true
		case isList && !strings.HasPrefix(line, "|---"):
			rows++
			declared.wantProof(t, i+1, cells[len(cells)-1])
		}
	}
	if rows < 100 {
		t.Errorf("docs/shop.md has only %d promises", rows)
	}
	for _, name := range nameOfTest.FindAllString(string(text), -1) { // also outside of the lists
		if !declared.has("", name) {
			t.Errorf("docs/shop.md names %s, which there is not", name)
		}
	}
}

func readDeclarations(t *testing.T) declarations {
	t.Helper()
	declaration := regexp.MustCompile(`(?m)^func ((?:Test|Benchmark)\w+)\(`)
	all := declarations{"": {}}
	for _, folder := range []string{"e2e", "subgraphs", "router", "graph", "internal", "cmd"} {
		must(t, filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			code, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			where, err := filepath.Rel(root, filepath.Dir(path))
			if all[where] == nil {
				all[where] = map[string]bool{}
			}
			for _, found := range declaration.FindAllSubmatch(code, -1) {
				all[where][string(found[1])], all[""][string(found[1])] = true, true
			}
			return err
		}))
	}
	return all
}

// has says whether a package has a test of this name.
func (d declarations) has(folder, name string) bool {
	prefix, isPrefix := strings.CutSuffix(name, "…")
	if !isPrefix {
		return d[folder][name]
	}
	for declared := range d[folder] {
		if strings.HasPrefix(declared, prefix) {
			return true
		}
	}
	return false
}

// wantProof checks that a row names tests, each of them with its package, and that they are there.
func (d declarations) wantProof(t *testing.T, line int, proof string) {
	t.Helper()
	inPackages := 0
	for _, found := range packagesAndTests.FindAllStringSubmatch(proof, -1) {
		names := nameOfTest.FindAllString(found[2], -1)
		inPackages += len(names)
		for _, in := range nameOfPackage.FindAllStringSubmatch(found[1], -1) {
			for _, name := range names {
				if !d.has(in[1], name) && !d.has("subgraphs/"+in[1], name) {
					t.Errorf("docs/shop.md:%d: there is no %s in %s", line, name, in[1])
				}
			}
		}
	}
	pages := nameOfScenario.FindAllStringSubmatch(proof, -1)
	for _, page := range pages {
		if _, err := os.Stat(filepath.Join(root, "web", "tests", page[1])); err != nil {
			t.Errorf("docs/shop.md:%d: %v", line, err)
		}
	}
	if inPackages+len(pages) == 0 || inPackages < len(nameOfTest.FindAllString(proof, -1)) {
		t.Errorf("docs/shop.md:%d: a promise without a test, or a test without its package: %s", line, proof)
	}
}
