package schema

import "testing"

func TestClosest(t *testing.T) {
	options := []string{"internal", "public", "partner", "id"}
	for name, want := range map[string]string{
		"intenral": "internal", "Public": "public", "publik": "public", "partners": "partner", "di": "id",
		"beta": "", "": "", "x": "", "internal-and-very-much-longer-than-any-tag-that-anybody-would-ever-mistype": "",
	} {
		if got := Closest(name, options); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
