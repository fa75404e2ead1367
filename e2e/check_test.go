package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weft-graph/weft/internal/shop"
)

// playgroundOperations are those that the playground offers, and openOrderFile is the one that everything is for.
const (
	playgroundOperations = "web/playground/operations"
	openOrderFile        = playgroundOperations + "/open_order.graphql"
)

// released is a copy of what `weft check` reads of the shop, as it was released, for a test to change.
type released struct{ dir string }

func copyReleased(t *testing.T) released {
	t.Helper()
	r := released{dir: t.TempDir()}
	files := []string{"supergraph.yaml"}
	for _, name := range shop.Services {
		files = append(files, "subgraphs/"+name+"/schema.graphqls")
	}
	for _, file := range append(files, openOrderFile) {
		text, err := os.ReadFile(filepath.Join(root, file))
		must(t, err)
		r.write(t, file, string(text))
	}
	if out, code := r.check(t, "--write-lock"); code != 0 {
		t.Fatalf("the shop as it is does not pass (exit code %d):\n%s", code, out)
	}
	return r
}

func (r released) write(t *testing.T, file, text string) {
	t.Helper()
	path := filepath.Join(r.dir, file)
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

// remove takes the line of a schema that matches away.
func (r released) remove(t *testing.T, service, pattern string) {
	t.Helper()
	file := "subgraphs/" + service + "/schema.graphqls"
	text, err := os.ReadFile(filepath.Join(r.dir, file))
	must(t, err)
	line := regexp.MustCompile(`(?m)^\s*` + pattern + `.*\n`)
	if n := len(line.FindAll(text, -1)); n != 1 {
		t.Fatalf("%s has %d lines like %s, want one", file, n, pattern)
	}
	r.write(t, file, string(line.ReplaceAll(text, nil)))
}

// check runs the real binary on the copy.
func (r released) check(t *testing.T, args ...string) (output string, code int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(binaries, "weft"), append([]string{"check", "supergraph.yaml", playgroundOperations}, args...)...)
	cmd.Dir = r.dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// place is file:line:column of the first line of a file that holds a text.
func (r released) place(t *testing.T, file, text string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, file))
	must(t, err)
	for i, line := range strings.SplitAfter(string(data), "\n") {
		if column := strings.Index(line, text); column >= 0 {
			return fmt.Sprintf("%s:%d:%d", file, i+1, column+1)
		}
	}
	t.Fatalf("%s does not hold %q", file, text)
	return ""
}

// TestCheckOfTheShop is what schema checks are for. Removing a field that no operation uses passes with a note, and fails
// where it is to be strict; removing one that an operation uses fails, and names the places of the operation and of the
// field.
func TestCheckOfTheShop(t *testing.T) {
	r := copyReleased(t)
	r.remove(t, "order", `placedAt: Time`)
	out, code := r.check(t)
	wantOutput(t, out, code, 0,
		`: note FIELD_REMOVED (breaking): field "Order.placedAt" was removed; the one known document does not use it`,
		r.place(t, "subgraphs/order/schema.graphqls", "Order @key")+": was part of this",
		r.place(t, "graph.lock.graphql", "placedAt: Time")+": stood here",
		"1 breaking, 0 dangerous, 0 safe changes")
	out, code = r.check(t, "--strict")
	wantOutput(t, out, code, 1, `error FIELD_REMOVED (breaking): field "Order.placedAt" was removed`)

	r.remove(t, "order", `quantity: Int!`)
	out, code = r.check(t)
	wantOutput(t, out, code, 1,
		r.place(t, openOrderFile, "quantity")+`: error FIELD_REMOVED (breaking): field "OrderItem.quantity" was removed, which breaks query OpenOrder`,
		"        quantity\n", // the operation's line
		r.place(t, "subgraphs/order/schema.graphqls", "OrderItem {")+": was part of this",
		r.place(t, "graph.lock.graphql", "quantity: Int!\n")+": stood here",
		"fails the check with 1 error, 1 document looked at")
	if strings.Contains(out, "GRAPHQL_VALIDATION_FAILED") {
		t.Errorf("the removal is told twice:\n%s", out)
	}
}

func wantOutput(t *testing.T, out string, code, wantCode int, texts ...string) {
	t.Helper()
	if code != wantCode {
		t.Errorf("exit code %d, want %d", code, wantCode)
	}
	for _, text := range texts {
		if !strings.Contains(out, text) {
			t.Errorf("the output does not say %q", text)
		}
	}
	if t.Failed() {
		t.Fatalf("the output was:\n%s", out)
	}
}
