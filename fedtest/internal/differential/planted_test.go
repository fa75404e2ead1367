//go:build planted

package differential

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

var (
	sample = flag.Int("sample", 0, "how many of the planted bugs to try, chosen anew each time; 0 tries all")
	only   = flag.String("only", "", "the name of the one planted bug to try")
)

// maxPlantedGraphs is how many graphs may be tried until a planted bug is found. One core of a small machine tries more
// than that in a minute.
const maxPlantedGraphs = 2000

// plantedBug is an edit of the engine's source that makes it wrong.
type plantedBug struct {
	name string
	// file is relative to the repository's root; old occurs in it once.
	file, old, new string
}

// TestPlanted holds the fuzzer to account: it builds the engine anew with each of the bugs in testdata/planted, one at a
// time and without touching the source, and the fuzzer must find each of them.
func TestPlanted(t *testing.T) {
	bugs := readPlanted(t)
	if *sample > 0 && *sample < len(bugs) {
		n := uint64(time.Now().UnixNano())
		t.Logf("a sample chosen by %d", n)
		random := rand.New(rand.NewPCG(n, 0))
		random.Shuffle(len(bugs), func(i, j int) { bugs[i], bugs[j] = bugs[j], bugs[i] })
		bugs = bugs[:*sample]
	}
	free := make(chan bool, runtime.NumCPU())
	for _, bug := range bugs {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			free <- true
			defer func() { <-free }()
			binary := bug.build(t)
			bug.find(t, binary)
		})
	}
}

func readPlanted(t *testing.T) []*plantedBug {
	paths, err := filepath.Glob("testdata/planted/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no planted bugs: %v", err)
	}
	var bugs []*plantedBug
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		bug := &plantedBug{name: strings.TrimSuffix(filepath.Base(path), ".txtar")}
		for _, section := range archive.Files {
			text := strings.TrimSuffix(string(section.Data), "\n")
			switch section.Name {
			case "file":
				bug.file = text
			case "old":
				bug.old = text
			case "new":
				bug.new = text
			default:
				t.Fatalf("%s: a planted bug has no section %q", path, section.Name)
			}
		}
		if *only == "" || *only == bug.name {
			bugs = append(bugs, bug)
		}
	}
	if len(bugs) == 0 {
		t.Fatalf("no planted bug is called %q", *only)
	}
	return bugs
}

// build builds the fuzzer on an engine with the bug, and returns the path of the program.
func (b *plantedBug) build(t *testing.T) string {
	path, err := filepath.Abs(filepath.Join("../../..", filepath.FromSlash(b.file)))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(source, []byte(b.old)); n != 1 {
		t.Fatalf("%s has the text of this bug %d times, and not once: plant it anew in testdata/planted/%s.txtar\n%s", b.file, n, b.name, b.old)
	}
	dir := t.TempDir()
	wrong, overlay, binary := filepath.Join(dir, "wrong.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "differential.test")
	replaced, err := json.Marshal(map[string]map[string]string{"Replace": {path: wrong}})
	if err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{wrong: bytes.Replace(source, []byte(b.old), []byte(b.new), 1), overlay: replaced} {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay", overlay, "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the engine with the bug: %v\n%s", err, out)
	}
	return binary
}

// find runs the fuzzer on one core until it finds a difference.
func (b *plantedBug) find(t *testing.T, binary string) {
	hunt := exec.CommandContext(t.Context(), binary, "-test.run=^TestDifferential$", "-test.v", "-test.timeout=0", "-first",
		"-graphs", fmt.Sprint(maxPlantedGraphs), "-seed", fmt.Sprint(rand.Uint32()))
	hunt.Env = append(slices.Clone(os.Environ()), "GOMAXPROCS=1")
	started := time.Now()
	out, err := hunt.CombinedOutput()
	if _, after, found := strings.Cut(string(out), foundMark); err != nil && found {
		line, _, _ := strings.Cut(after, "\n")
		t.Logf("found after %s:%s", time.Since(started).Round(time.Millisecond), line)
		return
	}
	t.Errorf("not found on %d graphs: the fuzzer has a gap (%v)\n%s", maxPlantedGraphs, err, out)
}
