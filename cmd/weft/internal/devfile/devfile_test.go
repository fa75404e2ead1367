package devfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/weft-graph/weft/internal/golden"
)

// TestParse reads each dev.yaml, expands it in a small environment and shows what every process would get.
func TestParse(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, c *golden.Case) {
		environment := map[string]string{"REDIS_URL": "redis://127.0.0.1:1", "OUTSIDE": "from outside"}
		file, err := Parse("dev.yaml", c.Input("dev.yaml"))
		if err == nil {
			err = file.Expand(func(name string) (string, bool) {
				value, ok := environment[name]
				return value, ok
			})
		}
		if err != nil {
			c.Compare("error", err.Error())
			return
		}
		c.Compare("file", show(file))
	})
}

func show(file *File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "supergraph %s, router %q, redis %v, secrets %v, build %q\n", file.Supergraph, file.Router, file.Redis, file.Secrets, file.Build)
	showEnv(&b, "env", file.Env)
	for _, p := range file.Processes {
		fmt.Fprintf(&b, "process %s: run %q, listen %q, ready %q\n", p.Name, p.Run, p.Listen, p.Ready)
		showEnv(&b, "  env", p.Env)
	}
	fmt.Fprintf(&b, "say %q\n", file.Say)
	return b.String()
}

func showEnv(b *strings.Builder, label string, env map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		fmt.Fprintf(b, "%s %s=%s\n", label, name, env[name])
	}
}
