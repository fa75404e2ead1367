package schema

import (
	"testing"

	"github.com/weft-graph/weft/internal/golden"
)

// TestLoad loads schema.graphql and shows the problems, or the printed schema, which must load
// again to the same text and be one that operations can be validated against.
func TestLoad(t *testing.T) {
	golden.Run(t, "testdata/load", func(t *testing.T, c *golden.Case) {
		s, err := Load("schema.graphql", string(c.Input("schema.graphql")))
		if err != nil {
			c.Compare("problems", err.Error()+"\n")
			return
		}
		printed := Print(s)
		c.Compare("schema", printed)
		again, err := Load("printed.graphql", printed)
		if err != nil {
			t.Fatalf("the printed schema does not load: %v\n%s", err, printed)
		}
		if twice := Print(again); twice != printed {
			t.Errorf("printing twice differs:\n%s\n%s", printed, twice)
		}
		if _, err := s.AST(); err != nil && s.Query != nil {
			t.Error(err)
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add(`type Query { a(b: [Int!] = [1]): String @deprecated } input I { a: I } enum E { A } union U = Query`)
	f.Add("\"\"\"\n a\n  b\n\"\"\" scalar S @specifiedBy(url: \"\") extend type T @x { a: T }")
	f.Fuzz(func(t *testing.T, sdl string) {
		s, err := Load("f", sdl)
		if err != nil {
			return
		}
		printed := Print(s)
		again, err := Load("f", printed)
		if err != nil {
			t.Fatalf("printed schema does not load: %v\n%s", err, printed)
		}
		if twice := Print(again); twice != printed {
			t.Fatalf("printing twice differs:\n%q\n%q", printed, twice)
		}
	})
}
