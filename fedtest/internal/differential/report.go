package differential

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Report tells of one run of the fuzzer.
type Report struct {
	// Commit is what was tried.
	Commit string
	// FirstSeed is the seed of the first graph; those of the others follow.
	FirstSeed uint64
	// Graphs is how many were composed, planned on and asked.
	Graphs   int
	Features Features
	Refusals Refusals
	// Found counts the differences by their kind.
	Found map[string]int
	Took  time.Duration
	// Memory is how many bytes the process had of the system.
	Memory uint64
}

// Summary is the report for a terminal.
func (r *Report) Summary() string {
	return fmt.Sprintf("seeds from %d: %d graphs, %d operations (%d of them also with spoilt answers) in %s; refused: %s\n%s",
		r.FirstSeed, r.Graphs, r.Features.Operations, r.Features.Spoilt, r.Took.Round(time.Millisecond), r.Refusals, &r.Features)
}

// Markdown is the report for a file.
func (r *Report) Markdown() []byte {
	var b bytes.Buffer
	n := r.Features.Operations
	fmt.Fprintf(&b, `# Federated answers against an unsplit schema

Made-up graphs are split into subgraphs, composed, and asked made-up operations; each answer is compared byte for byte with
that of a plain executor on the unsplit schema. `+"`make fuzz-long SEED=%d`"+` runs it again; how it works is in
[docs/differential.md](../docs/differential.md).

| | |
|---|---|
`, r.FirstSeed)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "| %s | %s |\n", name, fmt.Sprintf(format, args...))
	}
	row("commit", "`%s`", r.Commit)
	row("machine", "%s, %d cores used, %s", processor(), runtime.GOMAXPROCS(0), runtime.Version())
	row("seeds", "%d to %d, one for each graph", r.FirstSeed, r.FirstSeed+uint64(max(r.Graphs, 1))-1)
	row("time", "%s (%.0f operations a second)", r.Took.Round(time.Second), float64(n)/r.Took.Seconds())
	row("memory", "%d MB", r.Memory>>20)
	row("graphs that were composed", "%d", r.Graphs)
	row("operations", "%d", n)
	row("of them also with spoilt answers", "%d", r.Features.Spoilt)
	row("composed and not plannable", "%d", r.Found[unplannable])
	row("differences", "%s", r.found())
	fmt.Fprintf(&b, "\nGraphs that composition refused, and that were made up anew: %s.\n", r.Refusals)
	b.WriteString("\nOperations that used a feature while they ran, that is, a field was resolved or a fetch was sent that needs it:\n\n")
	b.WriteString("| feature | operations | share |\n|---|---:|---:|\n")
	for _, name := range r.Features.Names() {
		fmt.Fprintf(&b, "| %s | %d | %.2f %% |\n", name, r.Features.counts[name], r.Features.Share(name))
	}
	return b.Bytes()
}

func (r *Report) found() string {
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(r.Found)) {
		out = append(out, fmt.Sprintf("%d times %s", r.Found[kind], kind))
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

// processor is the machine's model where the system tells it.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOOS + "/" + runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}

// Refusals counts why graphs were refused.
type Refusals map[string]int

// Add counts one refusal.
func (r Refusals) Add(err *RefusedError) {
	for _, code := range err.Codes() {
		r[string(code)]++
	}
}

// String lists the codes with their counts.
func (r Refusals) String() string {
	var out []string
	for _, code := range slices.Sorted(maps.Keys(r)) {
		out = append(out, fmt.Sprintf("%s %d", code, r[code]))
	}
	return strings.Join(out, ", ")
}
