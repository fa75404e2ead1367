package settings

import (
	"fmt"
	"math"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// expand is expand with the environment of the file, if it has one.
func (f *File) expand(text string) (string, error) {
	if f.lookup == nil {
		return text, nil
	}
	return expand(text, f.lookup)
}

// expand replaces ${NAME} and ${NAME:-default}; a default may be empty and counts also for an empty variable, as in a
// shell. A variable NAME may come from the file that NAME_FILE names. ${env.NAME}, as other tools write it, is ${NAME}. $${ stands for ${.
func expand(text string, lookup func(string) (string, bool)) (string, error) {
	var out strings.Builder
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			out.WriteString(text)
			return out.String(), nil
		}
		if i > 0 && text[i-1] == '$' {
			out.WriteString(text[:i-1] + "${")
			text = text[i+2:]
			continue
		}
		out.WriteString(text[:i])
		inner, rest, closed := strings.Cut(text[i+2:], "}")
		if !closed {
			return "", fmt.Errorf("%q has no closing brace", text[i:])
		}
		name, fallback, hasFallback := strings.Cut(strings.TrimPrefix(inner, "env."), ":-")
		if !isVariable(name) {
			return "", fmt.Errorf("%q is not the name of an environment variable", name)
		}
		value, set, err := valueOf(name, lookup)
		switch {
		case err != nil:
			return "", err
		case hasFallback && value == "":
			value = fallback
		case !set && !hasFallback:
			return "", fmt.Errorf("the environment variable %s is not set: set it, or write ${%s:-default}", name, name)
		}
		out.WriteString(value)
		text = rest
	}
}

// valueOf returns a variable, or what stands in the file that NAME_FILE names: so a container mounts secrets. A line
// break at the file's end is none of the value's.
func valueOf(name string, lookup func(string) (string, bool)) (value string, set bool, err error) {
	value, set = lookup(name)
	file, fromFile := lookup(name + "_FILE")
	switch {
	case !fromFile || file == "":
		return value, set, nil
	case value != "":
		return "", false, fmt.Errorf("the environment variables %s and %s_FILE are both set: set one of them", name, name)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", false, fmt.Errorf("the environment variable %s_FILE names a file that cannot be read: %w", name, err)
	}
	return strings.TrimRight(string(text), "\r\n"), true, nil
}

func isVariable(name string) bool {
	for i, c := range []byte(name) {
		switch {
		case c == '_', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
		case '0' <= c && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return name != ""
}

// units of sizes; the decimal ones are a thousand, the binary ones 1024 apart.
var units = []struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1},
}

func parseBytes(text string) (int64, error) {
	wrong := fmt.Errorf("%q is not a size: write a whole number with a unit, such as 64KiB or 2MiB", text)
	for _, unit := range units {
		digits, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/unit.bytes {
			return 0, wrong
		}
		return n * unit.bytes, nil
	}
	return 0, wrong
}

// IsToken reports whether text is a token (RFC 9110, 5.6.2), as the names of headers and cookies are.
func IsToken(text string) bool {
	for _, c := range []byte(text) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return text != ""
}

// IsURL reports whether text is the address of something on the web.
func IsURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// nearest returns the candidate that is a misspelling away from word, or "". The candidates are sorted.
func nearest(word string, candidates []string) string {
	best, bestDistance := "", 1+min(3, max(1, len(word)/3)) // more letters may be wrong in a longer word
	for _, candidate := range candidates {
		a, b := normal(word), normal(candidate)
		if d := distance(a, b); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// normal makes camelCase, kebab-case and snake_case the same word.
func normal(word string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(word))
}

// distance counts the letters to insert, delete, replace or swap with their neighbour that make a into b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
