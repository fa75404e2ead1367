// Command testrun runs `go test` for `make test` and says at its end what did not run.
//
// What goes in are arguments of `go test`; what comes out is its output without the noise: a line for each package,
// everything that a failing test wrote, then what was skipped, by the reason for it, and one closing line. Where the
// environment has CI=true a skip is a failure.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "testrun:", err)
	}
	os.Exit(code)
}

func run(args []string) (code int, err error) {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 2, err
	}
	if err := cmd.Start(); err != nil {
		return 2, fmt.Errorf("start go test: %w", err)
	}
	r := newReport(os.Stdout)
	readErr := r.read(stdout)
	waitErr := cmd.Wait()
	var exit *exec.ExitError
	if waitErr != nil && !errors.As(waitErr, &exit) {
		return 2, fmt.Errorf("go test: %w", waitErr)
	}
	if readErr != nil {
		return 2, readErr
	}
	ok := r.finish(os.Getenv("CI") == "true")
	if waitErr != nil || !ok {
		return 1, nil
	}
	return 0, nil
}

// event is one line of `go test -json`.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// test names one test of one package.
type test struct{ pkg, name string }

// report collects what the events say.
type report struct {
	w       io.Writer
	output  map[test]*strings.Builder
	skipped []test
	counts  map[string]int
}

func newReport(w io.Writer) *report {
	return &report{w: w, output: map[test]*strings.Builder{}, counts: map[string]int{}}
}

func (r *report) read(src io.Reader) error {
	lines := bufio.NewReader(src)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if jsonErr := json.Unmarshal(line, &e); jsonErr != nil {
				fmt.Fprintf(r.w, "%s", line) // the go command itself talks outside the protocol
			} else {
				r.add(e)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read go test's output: %w", err)
		}
	}
}

func (r *report) add(e event) {
	key := test{e.Package, e.Test}
	switch e.Action {
	case "output":
		if e.Test == "" {
			if e.Output != "PASS\n" && !strings.Contains(e.Output, "[no test files]") {
				fmt.Fprint(r.w, e.Output)
			}
			return
		}
		if r.output[key] == nil {
			r.output[key] = &strings.Builder{}
		}
		r.output[key].WriteString(e.Output)
	case "build-output":
		fmt.Fprint(r.w, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
			return
		}
		r.counts[e.Action]++
		switch e.Action {
		case "fail":
			fmt.Fprint(r.w, r.text(key))
			delete(r.output, key)
		case "skip":
			r.skipped = append(r.skipped, key)
		case "pass":
			delete(r.output, key)
		}
	}
}

// endPackage counts a package and, where it failed, shows what tests wrote that never came to an end.
func (r *report) endPackage(e event) {
	if e.Action != "skip" { // a package without test files
		r.counts["package "+e.Action]++
	}
	if e.Action != "fail" {
		return
	}
	for key := range r.output {
		if key.pkg == e.Package && !r.isSkipped(key) {
			fmt.Fprint(r.w, r.text(key))
			delete(r.output, key)
		}
	}
}

func (r *report) isSkipped(key test) bool {
	for _, s := range r.skipped {
		if s == key {
			return true
		}
	}
	return false
}

func (r *report) text(key test) string {
	if b := r.output[key]; b != nil {
		return b.String()
	}
	return ""
}

// place is the file and the line with which a test's words begin.
var place = regexp.MustCompile(`^\w+\.go:\d+: `)

// reason is what a skipped test wrote, without the runner's own lines and without where it wrote it.
func (r *report) reason(key test) string {
	var kept []string
	for line := range strings.SplitSeq(r.text(key), "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			kept = append(kept, place.ReplaceAllString(line, ""))
		}
	}
	return strings.Join(kept, " ")
}

// finish lists the skipped tests by their reasons, prints the closing line and reports whether the run may count as
// passed.
func (r *report) finish(strict bool) bool {
	verdict := "skipped"
	if strict {
		verdict = "SKIPPED, which CI does not allow"
	}
	byReason := map[string][]test{}
	for _, key := range r.skipped {
		reason := r.reason(key)
		byReason[reason] = append(byReason[reason], key)
	}
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		fmt.Fprintf(r.w, "%s: %s\n", verdict, reason)
		for _, line := range namesByPackage(byReason[reason]) {
			fmt.Fprintf(r.w, "    %s\n", line)
		}
	}
	ok := r.counts["fail"] == 0 && r.counts["package fail"] == 0 && (!strict || len(r.skipped) == 0)
	word := "PASS"
	if !ok {
		word = "FAIL"
	}
	fmt.Fprintf(r.w, "%s: %d packages passed, %d failed; %d tests passed, %d failed, %d skipped\n", word,
		r.counts["package pass"], r.counts["package fail"], r.counts["pass"], r.counts["fail"], r.counts["skip"])
	return ok
}

// namesByPackage is a line for each package with the names of its tests.
func namesByPackage(tests []test) []string {
	names := map[string][]string{}
	for _, one := range tests {
		names[one.pkg] = append(names[one.pkg], one.name)
	}
	var lines []string
	for _, pkg := range slices.Sorted(maps.Keys(names)) {
		slices.Sort(names[pkg])
		lines = append(lines, pkg+": "+strings.Join(names[pkg], ", "))
	}
	return lines
}
