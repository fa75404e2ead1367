package tidy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// rows orders the packages of the engine and of the router: a package imports only packages of an earlier row.
var rows = map[string]int{
	"graph/internal/rawjson": 1, "graph/gqlerr": 1, "graph/diag": 1,
	"graph/internal/schema":     2,
	"graph/internal/federation": 3, "graph/internal/operation": 3, "graph/internal/schematest": 3,
	"graph/supergraph": 4, "graph/diff": 4,
	"graph/internal/querygraph": 5,
	"graph/compose":             6, "graph/internal/plan": 6,
	"graph/internal/execute": 7, "graph/internal/introspect": 7,
	"graph": 8,

	"router/telemetry": 1, "router/signature": 1, "router/settings": 1,
	"router/graphqlws": 1, "router/eventstream": 1, "router/upload": 1, "router/watch": 1,
	"router/auth": 2, "router/limits": 2, "router/persisted": 2,
	"router/upstream": 2, "router/transport": 2, "router/source": 2,
	"router/playground": 2,
	"router/config":     3,
	"router":            4,
}

// apart names imports that the rows would allow and an invariant does not.
var apart = map[string][]string{
	"graph/internal/execute": {"graph/internal/schema", "graph/internal/operation", "graph/internal/federation"},
}

// world is a part of the repository, with the parts of it that its packages may import.
type world struct {
	root string
	may  []string
}

// worlds is searched from the top: the first root that holds a folder is its world. A world always sees itself.
var worlds = []world{
	{root: "graph"},
	{root: "router", may: []string{"graph", "web"}},
	// Only tests import it (test_aid), so what it imports of the test aids is not in a service either.
	{root: "subgraphs/internal/database/databasetest", may: []string{"subgraphs/internal", "internal/postgres"}},
	{root: "subgraphs/internal"},
	{root: "subgraphs/user", may: []string{"subgraphs/internal"}},
	{root: "subgraphs/product", may: []string{"subgraphs/internal"}},
	{root: "subgraphs/order", may: []string{"subgraphs/internal"}},
	{root: "subgraphs/credit", may: []string{"subgraphs/internal"}},
	{root: "web"},
	{root: "cmd/storefront", may: []string{"web"}},
	{root: "cmd/weft", may: []string{"graph", "router", "web"}},
	{root: "fedtest", may: []string{"graph"}},
	{root: "bench", may: []string{"graph", "router", "internal"}},
	{root: "deploy"},
	{root: "e2e", may: []string{"graph", "router", "subgraphs", "fedtest"}},
	{root: "internal"},
}

// testAids may be imported by every test.
const testAids = "internal"

// checkRows holds the engine and the router to their rows. Tests are free: a test of the query graph may compose.
func checkRows(t *Tree, report reporter) {
	for _, file := range t.files {
		layered := within(file.dir, "graph") || within(file.dir, "router")
		if !layered || file.isTest {
			continue
		}
		row, ok := rows[file.dir]
		if !ok {
			report(file.path, t.line(file.ast.Package), fmt.Sprintf(
				"package %s has no row: add it to the table in internal/tidy and docs/architecture.md, or put the file elsewhere", file.dir))
			continue
		}
		t.imports(file, func(name string, line int) {
			dir, own := ownDir(name)
			if !own || !within(dir, strings.Split(file.dir, "/")[0]) {
				return
			}
			switch other, known := rows[dir]; {
			case known && other >= row:
				report(file.path, line, fmt.Sprintf("%s (row %d) imports %s (row %d): only an earlier row may be imported", file.dir, row, dir, other))
			case slices.Contains(apart[file.dir], dir):
				report(file.path, line, fmt.Sprintf("%s must not know %s", file.dir, dir))
			}
		})
	}
}

// checkWorlds keeps the parts of the repository apart: the engine sees only itself, services see neither each other
// nor the engine, and only e2e sees both the router and the services.
func checkWorlds(t *Tree, report reporter) {
	for _, file := range t.files {
		i := slices.IndexFunc(worlds, func(w world) bool { return within(file.dir, w.root) })
		if i < 0 {
			report(file.path, t.line(file.ast.Package), fmt.Sprintf(
				"folder %s belongs to no part of the repository: add it to worlds in internal/tidy, with what it may import", file.dir))
			continue
		}
		w := worlds[i]
		t.imports(file, func(name string, line int) {
			dir, own := ownDir(name)
			allowed := !own || within(dir, w.root) || file.isTest && within(dir, testAids) ||
				slices.ContainsFunc(w.may, func(root string) bool { return within(dir, root) })
			if !allowed {
				report(file.path, line, fmt.Sprintf("%s imports %s: %s may import only %s", file.dir, dir, w.root, allowedText(w)))
			}
		})
	}
}

// checkTestAids keeps the aids of tests out of programs: of our own packages those that import testing outside of their
// own tests are imported only by tests, and by each other.
func checkTestAids(t *Tree, report reporter) {
	aids := map[string]bool{}
	for _, file := range t.files {
		if !file.isTest && importName(file.ast, "testing") != "" {
			aids[file.dir] = true
		}
	}
	for _, file := range t.files {
		if file.isTest || aids[file.dir] {
			continue
		}
		t.imports(file, func(name string, line int) {
			if dir, own := ownDir(name); own && aids[dir] {
				report(file.path, line, fmt.Sprintf("%s imports %s: what imports testing is for tests", file.dir, dir))
			}
		})
	}
}

func allowedText(w world) string {
	return strings.Join(append([]string{w.root}, w.may...), ", ")
}

// engineBans are import paths, and what lies below them, that graph/ lives without: it is bytes in and bytes out.
var engineBans = []string{
	"net", "os", "log", "database/sql", "math/rand", "crypto/rand", "testing", "plugin", "syscall",
	"go.opentelemetry.io", "github.com/prometheus",
}

func checkBannedImports(t *Tree, report reporter) {
	for _, file := range t.files {
		if file.isTest || !within(file.dir, "graph") {
			continue
		}
		t.imports(file, func(name string, line int) {
			for _, ban := range engineBans {
				if within(name, ban) && name != "net/url" {
					report(file.path, line, fmt.Sprintf("graph/ must not import %s: the engine has no sockets, files, clocks, logs or randomness", name))
				}
			}
		})
	}
}

// parserOwners are the packages that may see gqlparser's syntax tree.
var parserOwners = []string{
	"graph/internal/schema", "graph/internal/federation", "graph/internal/operation", "fedtest", "subgraphs",
}

// checkParserVisible keeps gqlparser behind our own types. Tests may parse.
func checkParserVisible(t *Tree, report reporter) {
	for _, file := range t.files {
		owner := slices.ContainsFunc(parserOwners, func(root string) bool { return within(file.dir, root) })
		if owner || file.isTest {
			continue
		}
		for _, spec := range file.ast.Imports {
			blank := spec.Name != nil && spec.Name.Name == "_" // which shows the importer nothing
			name, _ := strconv.Unquote(spec.Path.Value)
			if within(name, "github.com/vektah/gqlparser") && !blank {
				report(file.path, t.line(spec.Pos()), fmt.Sprintf("%s sees gqlparser: only %s may", file.dir, strings.Join(parserOwners, ", ")))
			}
		}
	}
}
