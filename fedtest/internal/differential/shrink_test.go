package differential

import "testing"

// TestDropBlock drops a type from a text: what names it must go too, or the rest is refused and stays as large as it was.
func TestDropBlock(t *testing.T) {
	const text = `interface K { id: ID! }
type A implements K & P @key(fields: "id") {
  id: ID!
  b(n: Int): [[B!]]
  kept: String
}
type B implements K {
  id: ID!
}
union U = A | B
union V = B
`
	for _, test := range []struct{ name, want string }{
		{"B", `interface K { id: ID! }
type A implements K & P @key(fields: "id") {
  id: ID!
  kept: String
}
union U = A
`},
		{"K", `type A implements P @key(fields: "id") {
  id: ID!
  b(n: Int): [[B!]]
  kept: String
}
type B {
  id: ID!
}
union U = A | B
union V = B
`},
	} {
		if got := dropBlock(text, test.name); got != test.want {
			t.Errorf("without %s:\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}
