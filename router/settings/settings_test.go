package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weft-graph/weft/router/settings"
)

func TestExpandSizesAndAliases(t *testing.T) {
	var c struct {
		Text string   `yaml:"text"`
		Size int64    `yaml:"size" unit:"bytes"`
		List []string `yaml:"list"`
		Name string   `yaml:"name"`
	}
	c.List = []string{"default"}
	file := settings.Parse("a.yaml", []byte("text: &t a${env.A}b${B:-c}$${A}${EMPTY:-}\nsize: ${SIZE}KiB\nlist: [1, x]\nname: *t\n"), func(name string) (string, bool) {
		value, ok := map[string]string{"A": "1", "SIZE": "3", "EMPTY": ""}[name]
		return value, ok
	})
	file.Decode(&c)
	if err := file.Err(); err != nil {
		t.Fatal(err)
	}
	if c.Text != "a1bc${A}" || c.Name != c.Text || c.Size != 3<<10 || strings.Join(c.List, ",") != "1,x" {
		t.Errorf("%+v", c)
	}
}

// TestExpandFromFiles: a variable may come from a file, not from both, and the file must be there.
func TestExpandFromFiles(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		env  map[string]string
		want string // of the value, or of the mistake
	}{
		{"${KEY}", map[string]string{"KEY_FILE": secret}, "from the file"},
		{"${KEY:-none}", map[string]string{"KEY_FILE": secret, "KEY": ""}, "from the file"},
		{"${KEY}", map[string]string{"KEY_FILE": "", "KEY": "given"}, "given"},
		{"${KEY}", map[string]string{"KEY_FILE": secret, "KEY": "given"}, "KEY and KEY_FILE are both set"},
		{"${KEY:-none}", map[string]string{"KEY_FILE": secret + "-nowhere"}, "KEY_FILE names a file that cannot be read"},
	} {
		var got struct {
			Text string `yaml:"text"`
		}
		file := settings.Parse("a.yaml", []byte("text: "+c.text), func(name string) (string, bool) {
			value, ok := c.env[name]
			return value, ok
		})
		file.Decode(&got)
		if err := file.Err(); err != nil {
			got.Text = err.Error()
		}
		if !strings.Contains(got.Text, c.want) {
			t.Errorf("%s with %v: %q, want %q", c.text, c.env, got.Text, c.want)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "12": 12, "12B": 12, "1kB": 1000, "2 MiB": 2 << 20, "1GiB": 1 << 30, "-1": -1, "1.5MiB": -1, "9999999999GiB": -1, "MiB": -1,
	} {
		var c struct {
			Size int64 `yaml:"size" unit:"bytes"`
		}
		file := settings.Parse("a.yaml", []byte("size: "+text), nil)
		file.Decode(&c)
		if err := file.Err(); (err != nil) != (want < 0) || err == nil && c.Size != want {
			t.Errorf("%s: %d, %v", text, c.Size, err)
		}
	}
}

func TestPlaces(t *testing.T) {
	var c struct {
		A map[string]struct {
			B string `yaml:"b"`
		} `yaml:"a"`
	}
	file := settings.Parse("a.yaml", []byte("a:\n  x:\n    b: c\n"), nil)
	file.Decode(&c)
	if line, column := file.Place("a.x.b"); line != 3 || column != 5 {
		t.Errorf("a.x.b stands at %d:%d", line, column)
	}
	file.Report("a.x.missing", "is missing")
	file.Report("nowhere", "is missing")
	if got, want := file.Err().Error(), "a.yaml:1:1: nowhere: is missing\na.yaml:2:3: a.x.missing: is missing"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
