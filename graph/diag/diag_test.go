package diag

import "testing"

func TestString(t *testing.T) {
	d := Diagnostic{
		Code: SatisfiabilityError, Message: `"T.x" cannot be answered`, Fix: "add a key", Witness: "{ t { x } }",
		Positions: []Position{{Subgraph: "a", File: "a.graphqls", Line: 2, Column: 3}, {Subgraph: "b", File: "b"}},
	}
	const want = `error SATISFIABILITY_ERROR "T.x" cannot be answered
  at a.graphqls:2:3, b
  shown by { t { x } }
  fix: add a key
`
	if got := d.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if l := (List{{Severity: Warn}, {Severity: Debug}}); l.HasErrors() || !append(l, d).HasErrors() {
		t.Error("HasErrors must see errors and nothing else")
	}
}

// TestUnreported: what is said not to be reported is not in the catalogue, and what is to be seen instead is.
func TestUnreported(t *testing.T) {
	for _, u := range UnreportedCodes() {
		if _, known := Explain(u.Code); known || u.Why == "" {
			t.Errorf("%s is reported, or nothing is said of it", u.Code)
		}
		for _, see := range u.See {
			if _, known := Explain(see); !known {
				t.Errorf("%s: %s is not in the catalogue", u.Code, see)
			}
		}
	}
}
