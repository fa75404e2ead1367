package fail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func TestWhatTheClientSees(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.1: refused")
	_, overflow := graphql.UnmarshalInt32(int64(1) << 40)
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"input":             {Input("title", "title must not be blank."), "title must not be blank. map[code:BAD_INPUT field:title]"},
		"wrapped":           {fmt.Errorf("add: %w", New(NotFound, "There is no product %q.", "x")), `There is no product "x". map[code:NOT_FOUND]`},
		"down":              {Down("product", secret), "The product service does not answer; please try again later. map[code:UNAVAILABLE service:product]"},
		"details":           {&Error{Code: PriceChanged, Message: "m", Details: map[string]any{"now": 2}}, "m map[code:PRICE_CHANGED now:2]"},
		"anything else":     {secret, maskedMessage + " map[code:INTERNAL]"},
		"wrapped by gqlgen": {&gqlerror.Error{Message: secret.Error(), Err: secret}, maskedMessage + " map[code:INTERNAL]"},
		"of the request":    {gqlerror.Errorf("Cannot query field"), "Cannot query field map[]"},
		"an integer":        {overflow, overflow.Error() + " map[code:BAD_INPUT]"},
		"a panic":           {Recover(context.Background(), secret), maskedMessage + " map[code:INTERNAL]"},
	} {
		shown := Present(context.Background(), c.err)
		if got := fmt.Sprint(shown.Message, " ", shown.Extensions); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestCheckText(t *testing.T) {
	for _, c := range []struct {
		text     string
		min, max int
		ok       bool
	}{
		{"", 0, 5, true}, {"", 1, 5, false}, {"  ", 1, 5, false}, {"  ", 0, 5, true}, {"éééééé", 1, 5, false}, {"ééééé", 1, 5, true},
		{"a\nb\tc", 1, 5, true}, {"a\x00", 1, 5, false}, {"a\u0085", 1, 5, false}, {strings.Repeat("x", 6), 1, 5, false},
	} {
		err := CheckText("name", c.text, c.min, c.max)
		if (err == nil) != c.ok || err != nil && !Is(err, BadInput) {
			t.Errorf("%q %d to %d: %v", c.text, c.min, c.max, err)
		}
	}
}

// TestACallerWhoHasGoneIsNoFailure: one request with many aliases that is given up would write a line for each.
func TestACallerWhoHasGoneIsNoFailure(t *testing.T) {
	var lines bytes.Buffer
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.NewTextHandler(&lines, nil)))
	ctx, cancel := context.WithCancel(context.Background())
	Present(ctx, errors.New("broken"))
	if !strings.Contains(lines.String(), "broken") {
		t.Errorf("a failure was not logged: %s", &lines)
	}
	lines.Reset()
	cancel()
	if shown := Present(ctx, fmt.Errorf("read: %w", ctx.Err())); shown.Message != maskedMessage || lines.Len() > 0 {
		t.Errorf("%s, logged %s", shown.Message, &lines)
	}
	if Present(ctx, errors.New("broken")); !strings.Contains(lines.String(), "broken") {
		t.Errorf("another failure was not logged: %s", &lines)
	}
}

// TestCodesAreDocumented: docs/shop.md has every code with what it says, and no other.
func TestCodesAreDocumented(t *testing.T) {
	read := func(path, pattern string) (codes []string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
			codes = append(codes, found[1])
		}
		return codes
	}
	want := read("fail.go", `(?m)^\t\w+ +Code = "([A-Z_]+)"`)
	got := read("../../../docs/shop.md", "(?m)^\\| `([A-Z_]+)` \\| [^|]+ \\|$")
	if len(want) < 5 || !slices.Equal(got, want) {
		t.Errorf("docs/shop.md has the codes %v, want %v", got, want)
	}
}
