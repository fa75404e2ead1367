package tidy

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// MaxFileLines is the length past which a hand-written file must be split.
const MaxFileLines = 700

// engineCalls are functions of package time that read the clock or wait for it.
var engineCalls = []string{
	"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker",
}

// checkCalls refuses the clock under graph/: a plan or an answer never depends on when it was made.
func checkCalls(t *Tree, report reporter) {
	for _, file := range t.files {
		if file.isTest || !within(file.dir, "graph") {
			continue
		}
		clock := importName(file.ast, "time")
		ast.Inspect(file.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if ok && clock != "" && isIdent(sel.X, clock) && slices.Contains(engineCalls, sel.Sel.Name) {
				report(file.path, t.line(sel.Pos()), fmt.Sprintf("graph/ must not use time.%s: the engine has no clock", sel.Sel.Name))
			}
			return true
		})
	}
}

// goroutineHelpers are the functions that may start a goroutine, one for each world: what they start is recovered, and
// a panic fails its unit of work. Everybody else calls one of them.
var goroutineHelpers = []string{
	"graph/internal/execute.goFetch",
	"router/telemetry.Go",
	"subgraphs/internal/boot.Run", "subgraphs/internal/boot.Parallel",
	"cmd/weft/internal/task.Go",
	"cmd/storefront.background",
}

// checkGoroutines refuses goroutines that nobody recovers: a go statement, and the Go and AfterFunc methods and
// functions of sync, errgroup, time and context, which are go statements in disguise. Tests, their aids and benchmarks may: a
// panic there should end the run.
func checkGoroutines(t *Tree, report reporter) {
	for _, file := range t.files {
		if file.isTest || file.generated || within(file.dir, "bench") || within(file.dir, testAids) {
			continue
		}
		ast.Inspect(file.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				return !slices.Contains(goroutineHelpers, file.dir+"."+n.Name.Name)
			case *ast.GoStmt:
				report(file.path, t.line(n.Pos()), "bare go statement: start goroutines through a helper that recovers: "+strings.Join(goroutineHelpers, ", "))
			case *ast.CallExpr:
				if name := disguisedGo(file.ast, n); name != "" {
					report(file.path, t.line(n.Pos()), name+" starts a goroutine that nobody recovers: use one of "+strings.Join(goroutineHelpers, ", "))
				}
			}
			return true
		})
	}
}

// disguisedGo names a call that starts a goroutine, or returns "". A method Go of a variable counts (sync.WaitGroup,
// errgroup.Group); a function Go of an imported package is a helper of our own.
func disguisedGo(f *ast.File, call *ast.CallExpr) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	switch sel.Sel.Name {
	case "AfterFunc":
		if isIdent(sel.X, importName(f, "time")) || isIdent(sel.X, importName(f, "context")) {
			return "AfterFunc"
		}
	case "Go", "TryGo":
		if id, ok := sel.X.(*ast.Ident); ok && importsName(f, id.Name) || len(call.Args) != 1 {
			return ""
		}
		return "the method " + sel.Sel.Name
	}
	return ""
}

// checkInit refuses func init in hand-written code: what runs at start is called from main.
func checkInit(t *Tree, report reporter) {
	for _, file := range t.files {
		if file.generated {
			continue
		}
		for _, decl := range file.ast.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				report(file.path, t.line(f.Pos()), "func init: call it from main, or make it a value")
			}
		}
	}
}

// checkSkips refuses a skip of a test in a function that does not ask whether this is CI: what is missing on a person's
// machine may be left out there, and is a failure where CI=true.
func checkSkips(t *Tree, report reporter) {
	for _, file := range t.files {
		if !file.isTest && importName(file.ast, "testing") == "" {
			continue
		}
		for _, decl := range file.ast.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Body == nil || readsCI(f.Body) {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
					report(file.path, t.line(sel.Pos()), sel.Sel.Name+" without a look at CI: where os.Getenv(\"CI\") is \"true\" the test must fail")
				}
				return true
			})
		}
	}
}

// readsCI reports whether a function reads the environment's CI.
func readsCI(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		sel, isSelector := call.Fun.(*ast.SelectorExpr)
		name, isLiteral := call.Args[0].(*ast.BasicLit)
		found = found || isSelector && isLiteral && sel.Sel.Name == "Getenv" && name.Value == `"CI"`
		return true
	})
	return found
}

// bannedNames say nothing about what a package holds.
var bannedNames = []string{
	"util", "utils", "common", "helper", "helpers", "core", "types", "model", "models", "manager", "managers",
	"misc", "shared", "lib", "base",
}

func checkPackageName(t *Tree, report reporter) {
	for _, file := range t.files {
		name := strings.TrimSuffix(file.ast.Name.Name, "_test")
		if slices.Contains(bannedNames, name) || slices.Contains(bannedNames, path.Base(file.dir)) {
			report(file.path, t.line(file.ast.Package), fmt.Sprintf("package %s: name it after what it holds", name))
		}
	}
}

// checkPackageComment wants one file of each package to say what the package is. A folder that holds only generated
// code is described by its generator's configuration.
func checkPackageComment(t *Tree, report reporter) {
	type state struct {
		first     *file
		described bool
	}
	packages := map[string]*state{}
	var dirs []string
	for _, file := range t.files {
		if file.generated {
			continue
		}
		s := packages[file.dir]
		if s == nil {
			s = &state{first: file}
			packages[file.dir] = s
			dirs = append(dirs, file.dir)
		}
		s.described = s.described || describes(file.ast)
	}
	for _, dir := range dirs {
		if s := packages[dir]; !s.described {
			report(s.first.path, t.line(s.first.ast.Package), fmt.Sprintf(
				"package %s has no package comment: begin one with %q", s.first.ast.Name.Name, opening(s.first.ast)))
		}
	}
}

// describes reports whether a file's doc comment opens as Go's convention wants it.
func describes(f *ast.File) bool {
	return f.Doc != nil && strings.HasPrefix(strings.TrimSpace(f.Doc.Text()), opening(f))
}

func opening(f *ast.File) string {
	if f.Name.Name == "main" {
		return "Command "
	}
	return "Package " + strings.TrimSuffix(f.Name.Name, "_test") + " "
}

func checkFileLength(t *Tree, report reporter) {
	for _, file := range t.files {
		if !file.generated && file.lines > MaxFileLines {
			report(file.path, MaxFileLines+1, fmt.Sprintf("%d lines: split it, at most %d are read in one go", file.lines, MaxFileLines))
		}
	}
}

// importName is the name under which a file sees an imported package, "" if it does not import it.
func importName(f *ast.File, importPath string) string {
	for _, spec := range f.Imports {
		if name, err := strconv.Unquote(spec.Path.Value); err != nil || name != importPath {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(importPath)
	}
	return ""
}

// importsName reports whether a file imports a package under that name, taking a path's last element for the name.
func importsName(f *ast.File, name string) bool {
	for _, spec := range f.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err == nil && importName(f, importPath) == name {
			return true
		}
	}
	return false
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
