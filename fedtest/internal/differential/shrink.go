package differential

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graph/weft/fedtest/internal/generate"
	"github.com/weft-graph/weft/fedtest/internal/world"
)

const (
	// maxShrinkRuns bounds how often a case is run to make it smaller.
	maxShrinkRuns = 3000
	// triedOrders is in how many further orders of answers a smaller case is tried.
	triedOrders = 6
)

// shrinker makes one case smaller as long as it still differs in the same way.
type shrinker struct {
	ctx  context.Context
	best *Case
	why  Difference
	runs int
}

// Shrink makes a case that differs as small as it gets: first the operation, then the graph, then the operation again. It
// returns the small case and how it differs.
func Shrink(ctx context.Context, c *Case, why Difference) (*Case, Difference) {
	s := &shrinker{ctx: ctx, best: c, why: why}
	if c.Text == "" {
		return c, why
	}
	for before := -1; before != s.size() && s.runs < maxShrinkRuns; {
		before = s.size()
		s.shrinkOperation()
		s.shrinkGraph()
	}
	return s.best, s.why
}

func (s *shrinker) size() int {
	n := len(s.best.Text) + len(s.best.Monolith)
	for _, sub := range s.best.Subgraphs {
		n += len(sub.Text)
	}
	return n
}

// try keeps a smaller case if it differs in the same way.
func (s *shrinker) try(c *Case) bool {
	if s.runs++; s.runs > maxShrinkRuns || s.ctx.Err() != nil {
		return false
	}
	loaded, err := Load(c.Graph, c.Settings)
	if err != nil || !loaded.isValid(c.Text) {
		return false
	}
	for range 1 + min(c.Order, triedOrders) { // a smaller plan has other fetches to rank
		if d := loaded.Compare(s.ctx, c, nil); d.Kind == s.why.Kind {
			s.best, s.why = c, d
			return true
		}
		c.Order++
	}
	return false
}

// shrinkOperation takes away selections, directives, aliases and arguments, one after the other.
func (s *shrinker) shrinkOperation() {
	for i := 0; ; i++ {
		text, ok := edited(s.best.Text, i)
		if !ok {
			return
		}
		if text == s.best.Text {
			continue
		}
		c := *s.best
		c.Operation = generate.Operation{Text: text, Variables: usedVariables(text, s.best.Variables)}
		if s.try(&c) {
			i--
		}
	}
}

// edited makes the i-th edit of an operation; false if there are fewer.
func edited(text string, i int) (string, bool) {
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		return text, false
	}
	e := &editor{left: i}
	for _, op := range doc.Operations {
		op.SelectionSet = e.set(op.SelectionSet, doc)
	}
	for _, f := range doc.Fragments {
		f.SelectionSet = e.set(f.SelectionSet, doc)
	}
	if e.left >= 0 {
		return text, false
	}
	dropUnused(doc)
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent(" ")).FormatQueryDocument(doc)
	return b.String(), true
}

// editor counts down to the edit that it makes.
type editor struct{ left int }

func (e *editor) now() bool { e.left--; return e.left == -1 }

func (e *editor) set(set ast.SelectionSet, doc *ast.QueryDocument) ast.SelectionSet {
	var out ast.SelectionSet
	for _, selection := range set {
		if len(set) > 1 && e.now() {
			continue
		}
		switch sel := selection.(type) {
		case *ast.Field:
			if len(sel.Directives) > 0 && e.now() {
				sel.Directives = nil
			}
			if sel.Alias != sel.Name && e.now() {
				sel.Alias = sel.Name
			}
			if len(sel.Arguments) > 0 && e.now() {
				sel.Arguments = nil
			}
			sel.SelectionSet = e.set(sel.SelectionSet, doc)
			out = append(out, sel)
		case *ast.InlineFragment:
			if e.now() {
				out = append(out, sel.SelectionSet...)
				continue
			}
			if len(sel.Directives) > 0 && e.now() {
				sel.Directives = nil
			}
			sel.SelectionSet = e.set(sel.SelectionSet, doc)
			out = append(out, sel)
		case *ast.FragmentSpread:
			if f := doc.Fragments.ForName(sel.Name); f != nil && e.now() {
				out = append(out, &ast.InlineFragment{TypeCondition: f.TypeCondition, Directives: sel.Directives, SelectionSet: f.SelectionSet})
				continue
			}
			out = append(out, sel)
		}
	}
	return out
}

// dropUnused drops variables and fragments that nothing names any more.
func dropUnused(doc *ast.QueryDocument) {
	used := map[string]bool{}
	for _, op := range doc.Operations {
		spreadsIn(op.SelectionSet, doc, used)
	}
	doc.Fragments = slices.DeleteFunc(doc.Fragments, func(f *ast.FragmentDefinition) bool { return !used[f.Name] })
	var b strings.Builder
	for _, op := range doc.Operations {
		definitions := op.VariableDefinitions
		op.VariableDefinitions = nil
		formatter.NewFormatter(&b).FormatQueryDocument(doc)
		op.VariableDefinitions = slices.DeleteFunc(definitions, func(v *ast.VariableDefinition) bool {
			return !regexp.MustCompile(`\$` + v.Variable + `\b`).MatchString(b.String())
		})
	}
}

func spreadsIn(set ast.SelectionSet, doc *ast.QueryDocument, used map[string]bool) {
	for _, selection := range set {
		switch sel := selection.(type) {
		case *ast.Field:
			spreadsIn(sel.SelectionSet, doc, used)
		case *ast.InlineFragment:
			spreadsIn(sel.SelectionSet, doc, used)
		case *ast.FragmentSpread:
			if f := doc.Fragments.ForName(sel.Name); f != nil && !used[sel.Name] {
				used[sel.Name] = true
				spreadsIn(f.SelectionSet, doc, used)
			}
		}
	}
}

func usedVariables(text, variables string) string {
	var values map[string]json.RawMessage
	if json.Unmarshal([]byte(variables), &values) != nil {
		return variables
	}
	maps.DeleteFunc(values, func(name string, _ json.RawMessage) bool {
		return !regexp.MustCompile(`\$` + name + `\b`).MatchString(text)
	})
	out, err := json.Marshal(values)
	if err != nil {
		return variables
	}
	return string(out)
}

// shrinkGraph takes away subgraphs, types, fields and directives, one after the other.
func (s *shrinker) shrinkGraph() {
	for i := len(s.best.Subgraphs) - 1; i >= 0; i-- {
		c := *s.best
		c.Subgraphs = slices.Delete(slices.Clone(c.Subgraphs), i, i+1)
		s.try(&c)
	}
	for _, block := range blocksOf(s.best.Monolith) {
		s.tryEdit(-1, func(text string) string { return dropBlock(text, block.name) })
	}
	for _, block := range blocksOf(s.best.Monolith) {
		for _, field := range block.fields {
			s.tryEdit(-1, func(text string) string { return dropField(text, block.name, field) })
		}
	}
	for i := range s.best.Subgraphs {
		for _, block := range blocksOf(s.best.Subgraphs[i].Text) {
			if s.tryEdit(i, func(text string) string { return dropBlock(text, block.name) }) {
				continue
			}
			for _, field := range block.fields {
				s.tryEdit(i, func(text string) string { return dropField(text, block.name, field) })
			}
		}
		s.dropDirectives(i)
	}
}

var directive = regexp.MustCompile(` @(requires|provides|override|shareable|inaccessible|external|context|interfaceObject)(\((?:[^")]|"(?:[^"\\]|\\.)*")*\))?`)

// dropDirectives tries to do without each directive of a subgraph.
func (s *shrinker) dropDirectives(sub int) {
	for from := 0; ; {
		text := s.best.Subgraphs[sub].Text
		if from > len(text) {
			return
		}
		at := directive.FindStringIndex(text[from:])
		if at == nil {
			return
		}
		begin, end := from+at[0], from+at[1]
		if from = end; s.tryEdit(sub, func(string) string { return text[:begin] + text[end:] }) {
			from = begin
		}
	}
}

// tryEdit edits the SDL of a subgraph, or with -1 of all and the monolith.
func (s *shrinker) tryEdit(sub int, edit func(string) string) bool {
	c := *s.best
	c.Subgraphs = slices.Clone(c.Subgraphs)
	isChanged := false
	for i, old := range c.Subgraphs {
		if sub >= 0 && i != sub {
			continue
		}
		text := edit(old.Text)
		isChanged = isChanged || text != old.Text
		c.Subgraphs[i] = world.SDL{Name: old.Name, Text: text}
	}
	if sub < 0 {
		c.Monolith = edit(c.Monolith)
		isChanged = isChanged || c.Monolith != s.best.Monolith
	}
	return isChanged && s.try(&c)
}

// block is a type definition in SDL that has a line for each field, as the generator prints it.
type block struct {
	name   string
	fields []string
}

// walkLines calls f with each line, the type that it belongs to and its field.
func walkLines(text string, f func(line, typ, field string)) {
	typ := ""
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) > 2 && words[0] == "extend" && words[1] != "schema" {
			words = words[1:] // Federation 1
		}
		switch {
		case len(words) > 1 && line[0] != ' ' && words[0] != "extend":
			typ = words[1]
			f(line, typ, "")
		case len(words) > 1 && line[0] == ' ':
			end := strings.IndexFunc(words[0], func(r rune) bool { return !isNameRune(r) })
			f(line, typ, words[0][:max(end, 0)])
		case len(words) == 0 || words[0] == "extend":
			f(line, "", "")
		default:
			f(line, typ, "")
		}
	}
}

func blocksOf(text string) []block {
	var out []block
	walkLines(text, func(line, typ, field string) {
		switch {
		case typ == "":
		case len(out) == 0 || out[len(out)-1].name != typ:
			out = append(out, block{name: typ})
		case field != "":
			out[len(out)-1].fields = append(out[len(out)-1].fields, field)
		}
	})
	return out
}

// dropBlock drops a type with all that names it: fields that return it or take it, its place in unions, and that others
// implement it.
func dropBlock(text, name string) string {
	use := regexp.MustCompile(`: \[*` + name + `\b`)
	var b strings.Builder
	walkLines(text, func(line, typ, field string) {
		if typ != name && (field == "" || !use.MatchString(line)) {
			b.WriteString(withoutMember(line, name))
		}
	})
	return b.String()
}

// withoutMember is the first line of a type without a member of the union, or an interface that it implements; empty for a
// union that has no other.
func withoutMember(line, name string) string {
	if head, list, ok := strings.Cut(line, " = "); ok && strings.HasPrefix(line, "union ") {
		if list = without(strings.TrimSpace(list), " | ", name); list == "" {
			return ""
		}
		return head + " = " + list + "\n"
	}
	head, rest, ok := strings.Cut(line, " implements ")
	if !ok {
		return line
	}
	list := interfaces.FindString(rest)
	rest = rest[len(list):]
	if list = without(list, " & ", name); list == "" {
		return head + rest
	}
	return head + " implements " + list + rest
}

func without(list, separator, name string) string {
	items := slices.DeleteFunc(strings.Split(list, separator), func(item string) bool { return item == name })
	return strings.Join(items, separator)
}

// interfaces is what follows "implements".
var interfaces = regexp.MustCompile(`^\w+( & \w+)*`)

func dropField(text, typ, field string) string {
	var b strings.Builder
	walkLines(text, func(line, t, f string) {
		if t != typ || f != field {
			b.WriteString(line)
		}
	})
	return b.String()
}

func isNameRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
