package execute_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graph/weft/graph/internal/execute"
	"github.com/weft-graph/weft/graph/internal/operation"
	"github.com/weft-graph/weft/graph/internal/plan"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// federated is a graph whose subgraphs answer from one world.
type federated struct {
	w       *world
	parser  *operation.Parser
	planner *plan.Planner
}

func newFederated(sdl string) (*federated, error) {
	sg, err := supergraph.Load(sdl)
	if err != nil {
		return nil, err
	}
	p, err := operation.NewParser(sg.API(), sg.Schema, operation.Limits{})
	if err != nil {
		return nil, err
	}
	return &federated{w: newWorld(sg), parser: p, planner: plan.New(sg)}, nil
}

// Fetch answers as the subgraph would.
func (g *federated) Fetch(_ context.Context, req *execute.FetchRequest) (execute.FetchResponse, error) {
	var body struct {
		Query     string
		Variables map[string]any
	}
	decoder := json.NewDecoder(bytes.NewReader(req.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		return execute.FetchResponse{}, err
	}
	data, errors, err := g.w.ask(g.w.sg.Subgraph(req.Subgraph), body.Query, body.Variables)
	if err != nil {
		return execute.FetchResponse{}, err
	}
	answer := append([]byte(`{"data":`), data...)
	if len(errors) > 0 {
		list, _ := json.Marshal(errors)
		answer = append(append(answer, `,"errors":`...), list...)
	}
	return execute.FetchResponse{Body: append(answer, '}')}, nil
}

// prepared is an operation with variables, its plan and what a monolith of the same world answers.
type prepared struct {
	variables []byte
	values    [][]byte
	plan      *plan.Plan
	want      []byte
}

// prepare makes up variables for an operation and asks the monolith; skipped says why that cannot be.
func (g *federated) prepare(ctx context.Context, text string, seed int) (p prepared, skipped string) {
	op, errs := g.parser.Parse(text, "")
	if len(errs) > 0 {
		return p, "invalid: " + errs[0].Message
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil || strings.Contains(text, "__schema") || strings.Contains(text, "__type(") {
		return p, "introspection"
	}
	variables := map[string]any{}
	for i, d := range doc.Operations[0].VariableDefinitions {
		if v, ok := g.input(d.Type, seed+i, 0); ok {
			variables[d.Variable] = v
		}
	}
	p.variables, _ = json.Marshal(variables)
	if p.values, errs = g.parser.Coerce(op, p.variables); len(errs) > 0 {
		return p, "variables: " + errs[0].Message
	}
	if p.plan, err = g.planner.Plan(ctx, op); err != nil {
		return p, "plan: " + err.Error()
	}
	g.w.problems, g.w.salt = nil, fmt.Sprint(seed)
	if p.want, _, err = g.w.ask(nil, text, decode(p.variables).(map[string]any)); err != nil {
		return p, "monolith: " + err.Error()
	}
	return p, g.unsupported()
}

// unsupported is a problem of the world itself.
func (g *federated) unsupported() string {
	for _, problem := range g.w.problems {
		if strings.HasPrefix(problem, "unsupported") {
			return problem
		}
	}
	return ""
}

// differ runs an operation on the federated graph and on a monolith of the same world. It returns
// how they differ; skipped says why they cannot be compared.
func (g *federated) differ(ctx context.Context, text string, seed int) (difference, skipped string) {
	p, skipped := g.prepare(ctx, text, seed)
	if skipped != "" {
		return "", skipped
	}
	result := execute.Run(ctx, execute.Input{Plan: execute.Compile(p.plan), Variables: p.values, Fetcher: g})
	defer result.Release()
	if skipped := g.unsupported(); skipped != "" {
		return "", skipped
	}
	if !bytes.Equal(result.Data, p.want) || len(result.Errors) > 0 || len(g.w.problems) > 0 {
		return g.describe(p, result), ""
	}
	return "", ""
}

func (g *federated) describe(p prepared, result *execute.Result) string {
	return fmt.Sprintf("variables %s\ngot    %s\nwant   %s\nerrors %s\n%v\n%s", p.variables, result.Data, p.want, result.Errors.Append(nil), g.w.problems, p.plan)
}

// input makes up a value for a variable; ok is false where it is left out.
func (g *federated) input(t *ast.Type, seed, depth int) (v any, ok bool) {
	if !t.NonNull && (depth > 3 || (seed+depth)%3 == 0) {
		return nil, false
	}
	if t.Elem != nil {
		v, ok = g.input(t.Elem, seed, depth+1)
		return []any{v}, ok
	}
	switch t.NamedType {
	case "Int":
		return seed, true
	case "Float":
		return float64(seed) + 0.5, true
	case "Boolean":
		return seed%2 == 0, true
	}
	def := g.w.sg.API().Type(t.NamedType)
	switch {
	case def == nil:
		return nil, false
	case def.Kind == schema.Enum:
		return def.Values[seed%len(def.Values)].Name, true
	case def.Kind == schema.InputObject:
		fields := map[string]any{}
		for i, f := range def.Fields {
			if value, given := g.input(astType(f.Type), seed+i, depth+1); given {
				fields[f.Name] = value
			}
		}
		return fields, true
	}
	return fmt.Sprint("v", seed), true
}

func astType(r *schema.TypeRef) *ast.Type {
	if r.Elem != nil {
		return &ast.Type{Elem: astType(r.Elem), NonNull: r.NonNull}
	}
	return &ast.Type{NamedType: r.Name, NonNull: r.NonNull}
}

// TestFederatedIsMonolith makes up operations on testdata/shop.graphqls.
func TestFederatedIsMonolith(t *testing.T) {
	sdl, err := os.ReadFile("testdata/shop.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	g, err := newFederated(string(sdl))
	if err != nil {
		t.Fatal(err)
	}
	for seed := range 300 {
		m := operationMaker{api: g.w.sg.API(), seed: uint32(seed)*2654435761 + 1}
		text := m.operation()
		difference, skipped := g.differ(t.Context(), text, seed)
		if skipped != "" {
			t.Errorf("seed %d: %s: %s", seed, skipped, text)
		}
		if difference != "" {
			t.Fatalf("seed %d: %s\n%s", seed, text, difference)
		}
	}
}

// operationMaker makes up valid operations, the same for the same seed.
type operationMaker struct {
	api  *schema.Schema
	seed uint32
	b    strings.Builder
	n    int
}

func (m *operationMaker) chance(n uint32) uint32 {
	m.seed ^= m.seed << 13
	m.seed ^= m.seed >> 17
	m.seed ^= m.seed << 5
	return m.seed % n
}

func (m *operationMaker) operation() string {
	m.b.WriteString("query($on: Boolean!, $off: Boolean!) ")
	m.selection(m.api.Query, 0)
	// Both variables must be used.
	return strings.TrimSuffix(m.b.String(), "}") + " last: __typename @include(if: $on) @skip(if: $off)}"
}

func (m *operationMaker) selection(t *schema.Type, depth int) {
	m.b.WriteString("{")
	fmt.Fprintf(&m.b, "t%d: __typename ", m.next())
	for _, f := range t.Fields {
		if m.chance(3) == 0 {
			m.field(f, depth)
		}
	}
	if t.IsAbstract() || m.chance(6) == 0 {
		for i, o := range m.api.Objects() {
			if t.Possible().Has(i) && m.chance(2) == 0 {
				fmt.Fprintf(&m.b, "... on %s %s ", o.Name, m.condition())
				m.selection(o, depth)
			}
		}
	}
	m.b.WriteString("}")
}

func (m *operationMaker) next() int { m.n++; return m.n }

func (m *operationMaker) condition() string {
	return []string{"", "", "", "@include(if: $on)", "@skip(if: $off)", "@include(if: $off) @skip(if: $on)"}[m.chance(6)]
}

// literals are values of the argument types that are made up; fields that need others are left out.
var literals = map[string]string{"Int": "3", "ID": `"x"`, "String": `"s"`, "Boolean": "true", "Float": "1.5"}

func (m *operationMaker) field(f *schema.Field, depth int) {
	named := m.api.Type(f.Type.Named())
	if named.IsComposite() && depth > 4 {
		return
	}
	for _, a := range f.Args {
		if a.Type.NonNull && a.Default == nil && literals[a.Type.Named()] == "" {
			return
		}
	}
	if m.chance(2) == 0 || len(f.Args) > 0 {
		fmt.Fprintf(&m.b, "a%d: ", m.next())
	}
	m.b.WriteString(f.Name)
	var args []string
	for _, a := range f.Args {
		literal := literals[a.Type.Named()]
		if literal == "" {
			continue
		}
		if a.Type.NonNull && a.Default == nil || m.chance(2) == 0 {
			args = append(args, a.Name+": "+literal)
		}
	}
	if len(args) > 0 {
		fmt.Fprintf(&m.b, "(%s)", strings.Join(args, ", "))
	}
	m.b.WriteString(" " + m.condition() + " ")
	if named.IsComposite() {
		m.selection(named, depth+1)
	}
}

// corpusLine is a case of a corpus that lies outside of the repository.
type corpusLine struct{ ID, Group, Operation, SupergraphSDL string }

// readCorpus returns the cases, and the supergraphs by group.
func readCorpus(t *testing.T) (cases []corpusLine, sdl map[string]string) {
	dir := os.Getenv("WEFT_CORPUS")
	if dir == "" {
		t.Skip("WEFT_CORPUS is not set")
	}
	file, err := os.Open(filepath.Join(dir, "plans-open.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	sdl = map[string]string{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var c corpusLine
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.SupergraphSDL != "" {
			sdl[c.Group] = c.SupergraphSDL
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases, sdl
}

// TestCorpusIsMonolith runs the operations of a corpus, and made-up ones on its supergraphs, without
// and with faults. Operations that use what the engine does not have yet are counted.
func TestCorpusIsMonolith(t *testing.T) {
	cases, sdl := readCorpus(t)
	compared, skips, made := 0, map[string]int{}, map[string]bool{}
	try := func(g *federated, c corpusLine, text string, seed int) {
		difference, skipped := g.differ(t.Context(), text, seed)
		if skipped != "" {
			reason, _, _ := strings.Cut(skipped, ":")
			skips[reason]++
			return
		}
		compared++
		if difference == "" {
			difference, _ = g.spoil(t.Context(), text, seed)
		}
		if difference != "" {
			t.Errorf("%s, seed %d: %s\n%s", c.ID, seed, text, difference)
		}
	}
	for _, c := range cases {
		g, err := newFederated(sdl[c.Group])
		if err != nil || strings.Contains(c.Operation, "@defer") || strings.Contains(sdl[c.Group], "contextArguments: [{") {
			skips["not in the engine yet"]++
			continue
		}
		for seed := range 4 {
			try(g, c, c.Operation, seed)
		}
		if made[c.Group] {
			continue
		}
		made[c.Group] = true
		for seed := range 10 {
			m := operationMaker{api: g.w.sg.API(), seed: uint32(seed)*2654435761 + 1}
			try(g, c, m.operation(), seed)
		}
	}
	t.Logf("compared %d, not compared: %v", compared, skips)
	if compared < 1000 {
		t.Errorf("only %d operations were compared", compared)
	}
}
