package golden_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graph/weft/internal/golden"
)

// childDir names, in the environment, the folder of cases that TestChild runs: a runner that must fail is watched from
// outside, in a process of its own.
const childDir = "GOLDEN_CHILD_DIR"

func upper(t *testing.T, c *golden.Case) {
	for _, file := range c.Inputs(".txt") {
		c.Compare(strings.TrimSuffix(file.Name, ".txt"), strings.ToUpper(string(file.Data)))
	}
}

func TestRun(t *testing.T) { golden.Run(t, "testdata", upper) }

func TestChild(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		golden.Run(t, dir, upper)
	}
}

func runChild(t *testing.T, dir string, args ...string) (output string, ok bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestChild$"}, args...)...)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func TestRunFails(t *testing.T) {
	tests := []struct{ name, archive, message string }{
		{"difference", "A case.\n-- a.txt --\nx\n-- want.a --\nY\n", "want.a differs"},
		{"missing expectation", "A case.\n-- a.txt --\nx\n", "want.a differs"},
		{"unused expectation", "A case.\n-- want.b --\nY\n", "nothing compares section want.b"},
		{"no description", "-- a.txt --\nx\n-- want.a --\nX\n", "no description"},
		{"section twice", "A case.\n-- a.txt --\n-- a.txt --\n", "two sections are named a.txt"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			writeCase(t, dir, test.archive)
			out, ok := runChild(t, dir)
			if ok || !strings.Contains(out, test.message) {
				t.Errorf("passed = %v, want a failure that says %q; it said:\n%s", ok, test.message, out)
			}
		})
	}
	if out, ok := runChild(t, t.TempDir()); ok || !strings.Contains(out, "no *.txtar file") {
		t.Errorf("an empty folder passed: %s", out)
	}
}

func TestUpdate(t *testing.T) {
	dir := t.TempDir()
	path := writeCase(t, dir, "A case.\n-- a.txt --\nx\n-- b.txt --\ny\n-- want.a --\nold\n-- want.gone --\nold\n")
	if out, ok := runChild(t, dir, "-update"); !ok {
		t.Fatalf("-update failed:\n%s", out)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "A case.\n-- a.txt --\nx\n-- b.txt --\ny\n-- want.a --\nX\n-- want.b --\nY\n"
	if string(got) != want {
		t.Errorf("-update wrote\n%s\nwant\n%s", got, want)
	}
	if out, ok := runChild(t, dir); !ok {
		t.Errorf("an updated case fails:\n%s", out)
	}
}

func writeCase(t *testing.T, dir, archive string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "case.txtar")
	if err := os.WriteFile(path, []byte(archive), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
