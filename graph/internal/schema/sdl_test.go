package schema

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// sdlSeeds are texts with everything that SDL has, and with what it has not.
var sdlSeeds = []string{
	`"""
	 A text.
	   indented
	"""
	type Query implements A & B @a(x: 1, y: [1, -2.5e3, "s\n\u00e9\u{1F600}", null, TRUE, true, {k: {}}]) @b { "d" f("e" a: [Int!]! = 3 @c, b: ID = "\"q\""): [[String]!]! @d g: Int }
	interface A implements & B { f: Int } union U @u = | A | B union V enum E { A @x "B" B } input I { a: Int = 1, b: [I!] = [] @d }
	scalar S @specifiedBy(url: "x") schema @s { query: Query mutation: M } extend schema @link(url: "u")
	directive @d(a: Int = 1 @x) repeatable on | FIELD | OBJECT directive @e on SCHEMA
	extend type Query { z: Int } extend input I @x extend enum E { C } extend union U = S extend scalar S @x extend interface A @a extend directive @d @x`,
	"# é\n\uFEFFtype A { é }", "type A { a: Int } # é ü", "type A { \"é\" a: Int, \"\"\"é\n ü\"\"\" b: Int }",
	"type A {}", "type A { a(): Int }", "type A { a: Int = 1 }", "extend type A", "extend schema", "\"x\" extend type A @a", "\"\" extend type A @a",
	"type 1", "type A { a: 01 }", "input A { a: Int = 00 }", "input A { a: Int = 1. }", "input A { a: Int = $a }", "extend input A @a(x: $a)",
	`type A { a: Int @a(x: "\q") }`, `type A { a: Int @a(x: "\u12") }`, `type A { a: Int @a(x: "\uD83D\uDE00") }`, `type A { a: Int @a(x: "abc) }`,
	`type A { """a""""" b: Int }`, `"""\"""x""" type A`, "type A\x00", "type A { a: [Int }", "type A { a: Int! ! }", "schema { query: Q subscribe: S }",
	"directive @a on", "directive @a on X", "query { a }", "", "\"a\"", "type type { type: type }", "type A implements", "enum E { true }", "a\xff", "# \xff\ntype A { \"\xff\" a: Int }",
	"type A { a: Int } ... ", "extend directive @a", "input I { a: Int = {a: 1 b: [{}]} }",
}

func FuzzSDL(f *testing.F) {
	for _, seed := range sdlSeeds {
		f.Add(seed)
	}
	f.Add(validator.Prelude.Input)
	paths, err := filepath.Glob("../../compose/testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for part := range strings.SplitSeq(string(data), "\n-- ") {
			if name, sdl, ok := strings.Cut(part, " --\n"); ok && strings.HasSuffix(name, ".graphqls") {
				f.Add(sdl)
			}
		}
	}
	f.Fuzz(compareParsers)
}

// compareParsers holds our parser against gqlparser: both accept the text or neither, and they read the
// same. Where they differ on purpose (columns after "\r\n", the indentation of block strings, variables
// where only constants make sense, a description that is the word "implements") nothing is compared.
func compareParsers(t *testing.T, sdl string) {
	got, ok := parseSDL("f", sdl)
	tree, err := parser.ParseSchema(&ast.Source{Name: "f", Input: sdl})
	isOdd := strings.ContainsAny(sdl, "\r$") || strings.Contains(sdl, "implements\"") || !utf8.ValidString(sdl)
	if isOdd {
		return
	}
	if ok != (err == nil) {
		t.Fatalf("accepted: %v; gqlparser says %v", ok, err)
	}
	if !ok {
		return
	}
	want := documentOf(tree)
	sameIndentation(got)
	sameIndentation(want)
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("read\n%+v\ninstead of\n%+v", got, want)
	}
}

// sameIndentation takes the indentation out of all descriptions and values.
func sameIndentation(doc *document) {
	var values func(v *Value)
	values = func(v *Value) {
		v.Raw = strings.Join(strings.Fields(v.Raw), " ")
		for i := range v.Items {
			values(&v.Items[i])
		}
		for i := range v.Fields {
			values(&v.Fields[i].Value)
		}
	}
	applied := func(list []Directive) {
		for i := range list {
			for j := range list[i].Args {
				values(&list[i].Args[j].Value)
			}
		}
	}
	text := func(s *string) { *s = strings.Join(strings.Fields(*s), " ") }
	args := func(list []*InputValue) {
		for _, a := range list {
			text(&a.Description)
			applied(a.Applied)
			if a.Default != nil {
				values(a.Default)
			}
		}
	}
	for _, list := range [][]*Type{doc.definitions, doc.extensions} {
		for _, t := range list {
			text(&t.Description)
			applied(t.Applied)
			for _, f := range t.Fields {
				text(&f.Description)
				args(f.Args)
				applied(f.Applied)
				if f.Default != nil {
					values(f.Default)
				}
			}
			for _, v := range t.Values {
				text(&v.Description)
				applied(v.Applied)
			}
		}
	}
	for _, d := range doc.directives {
		text(&d.Description)
		args(d.Args)
	}
	for _, list := range [][]schemaDeclaration{doc.schemas, doc.schemaExtensions} {
		for i := range list {
			text(&list[i].description)
			applied(list[i].applied)
		}
	}
}

// documentOf turns gqlparser's tree into ours.
func documentOf(tree *ast.SchemaDocument) *document {
	out := &document{}
	for _, d := range tree.Definitions {
		out.definitions = append(out.definitions, typeOfTree(d))
	}
	for _, d := range tree.Extensions {
		out.extensions = append(out.extensions, typeOfTree(d))
	}
	for _, d := range tree.Directives {
		one := &DirectiveDefinition{Name: d.Name, Description: d.Description, Args: argsOfTree(d.Arguments), Repeatable: d.IsRepeatable, Pos: posOfTree(d.Position)}
		for _, location := range d.Locations {
			one.Locations = append(one.Locations, string(location))
		}
		out.directives = append(out.directives, one)
	}
	schemas := func(list ast.SchemaDefinitionList) (out []schemaDeclaration) {
		for _, d := range list {
			one := schemaDeclaration{description: d.Description, applied: appliedOfTree(d.Directives), pos: posOfTree(d.Position)}
			for _, root := range d.OperationTypes {
				one.roots = append(one.roots, rootDeclaration{string(root.Operation), root.Type, posOfTree(root.Position)})
			}
			out = append(out, one)
		}
		return out
	}
	out.schemas, out.schemaExtensions = schemas(tree.Schema), schemas(tree.SchemaExtension)
	return out
}

func typeOfTree(d *ast.Definition) *Type {
	kinds := map[ast.DefinitionKind]Kind{ast.Object: Object, ast.Interface: Interface, ast.Union: Union, ast.Enum: Enum, ast.InputObject: InputObject}
	t := &Type{Kind: kinds[d.Kind], Name: d.Name, Description: d.Description, Interfaces: d.Interfaces, Members: d.Types, Applied: appliedOfTree(d.Directives), Pos: posOfTree(d.Position)}
	for _, f := range d.Fields {
		t.Fields = append(t.Fields, &Field{
			Name: f.Name, Description: f.Description, Args: argsOfTree(f.Arguments), Type: refOfTree(f.Type),
			Default: defaultOfTree(f.DefaultValue), Applied: appliedOfTree(f.Directives), Pos: posOfTree(f.Position),
		})
	}
	for _, v := range d.EnumValues {
		t.Values = append(t.Values, &EnumValue{Name: v.Name, Description: v.Description, Applied: appliedOfTree(v.Directives), Pos: posOfTree(v.Position)})
	}
	return t
}

func argsOfTree(list ast.ArgumentDefinitionList) (out []*InputValue) {
	for _, a := range list {
		out = append(out, &InputValue{
			Name: a.Name, Description: a.Description, Type: refOfTree(a.Type), Default: defaultOfTree(a.DefaultValue),
			Applied: appliedOfTree(a.Directives), Pos: posOfTree(a.Position),
		})
	}
	return out
}

func appliedOfTree(list ast.DirectiveList) (out []Directive) {
	for _, d := range list {
		one := Directive{Name: d.Name, Pos: posOfTree(d.Position)}
		if one.Pos.Column > 1 {
			one.Pos.Column--
		}
		for _, a := range d.Arguments {
			one.Args = append(one.Args, Argument{Name: a.Name, Value: ValueOf(a.Value)})
		}
		out = append(out, one)
	}
	return out
}

func refOfTree(t *ast.Type) *TypeRef {
	if t.Elem != nil {
		return &TypeRef{Elem: refOfTree(t.Elem), NonNull: t.NonNull}
	}
	return &TypeRef{Name: t.NamedType, NonNull: t.NonNull}
}

func defaultOfTree(v *ast.Value) *Value {
	if v == nil {
		return nil
	}
	out := ValueOf(v)
	return &out
}

func posOfTree(p *ast.Position) Position { return Position{File: "f", Line: p.Line, Column: p.Column} }
