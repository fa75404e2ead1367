package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/router/signature"
)

// probe tries one field of the table of permissions. Its operations call the field x.
type probe struct {
	// router is sent through the router, or for the owner, if there is one, owner. Empty where there is no way to the
	// field through the graph but for the owner.
	router, owner string
	// direct is sent to the service itself, with the router's signature; empty is router.
	direct string
	// spoils is what an answer of yes makes useless for the next cell.
	spoils wear
}

// wear is what has to be new.
type wear int

const (
	nothing wear = iota
	// things are what the callers have made: products, orders and applications.
	things
	// people are the callers themselves, with their things. Passwords are dear to hash.
	people
)

// probes are all that there are, by the name of the field.
var probes = merge(userProbes, productProbes, orderProbes, creditProbes)

func merge(all ...map[string]probe) map[string]probe {
	merged := map[string]probe{}
	for _, some := range all {
		maps.Copy(merged, some)
	}
	return merged
}

// cell is one cell of a table of permissions in docs/shop.md.
type cell struct{ service, field, caller, want string }

// callers are the columns of the tables.
var callers = []string{"anonymous", "owner", "customer", "clerk", "admin"}

// permissions reads the tables: each is below a heading that names the service, and begins with the callers.
func permissions(t *testing.T) (cells []cell) {
	t.Helper()
	text, err := os.ReadFile("../docs/shop.md")
	must(t, err)
	service, inTable := "", false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if heading, isHeading := strings.CutPrefix(line, "### "); isHeading {
			service = heading
		}
		columns := strings.Split(strings.ReplaceAll(strings.Trim(line, "|"), " ", ""), "|")
		switch {
		case !strings.HasPrefix(line, "|"):
			inTable = false
		case line == "| field | "+strings.Join(callers, " | ")+" |":
			inTable = true
		case inTable && len(columns) == len(callers)+1 && !strings.HasPrefix(columns[0], "-"):
			for i, caller := range callers {
				cells = append(cells, cell{service, columns[0], caller, columns[i+1]})
			}
		}
	}
	return cells
}

// TestPermissions tries every cell of the tables in docs/shop.md.
func TestPermissions(t *testing.T) {
	cells := permissions(t)
	if len(cells) < 20*len(callers) {
		t.Fatalf("docs/shop.md has only %d cells", len(cells))
	}
	s := startShop(t, "REGISTER_LIMIT=100000/1h", "TOKEN_TTL=6h")
	admin := s.login(t, "admin")
	at := s.meet(t, admin)
	renew := func(spoilt wear, answer string) {
		switch {
		case answer == "no" || spoilt == nothing:
		case spoilt == things:
			s.gather(t, at)
		default:
			at = s.meet(t, admin)
		}
	}
	for _, c := range cells {
		p, isThere := probes[c.field]
		if !isThere || c.want != "yes" && c.want != "no" && c.want != "null" {
			t.Errorf("%s for %s: want yes, no or null, and a probe of the field: %q, %v", c.field, c.caller, c.want, isThere)
			continue
		}
		query := p.router
		if c.caller == "owner" && p.owner != "" {
			query = p.owner
		}
		if query != "" {
			got := judge(t, postAny, s.URL(), query, at.variables, at.header(c.caller))
			if got != c.want {
				t.Errorf("%s for %s, through the router: %s, want %s", c.field, c.caller, got, c.want)
			}
			renew(p.spoils, got)
		}
		if query = p.direct; query == "" {
			query = p.router
		}
		got := judge(t, s.signedAny, "http://"+s.Addresses[c.service]+"/graphql", query, at.variables, at.header(c.caller))
		if got != c.want {
			t.Errorf("%s for %s, at %s itself: %s, want %s", c.field, c.caller, c.service, got, c.want)
		}
		renew(p.spoils, got)
	}
}

// TestEveryFieldHasItsPermissions: what can be asked for first, and what is known of people, stands in a table; but for the
// two ways in, which are for everybody.
func TestEveryFieldHasItsPermissions(t *testing.T) {
	text, err := os.ReadFile("../web/schema.graphql")
	must(t, err)
	stands := map[string]bool{"User.id": true, "Mutation.register": true, "Mutation.login": true}
	for _, c := range permissions(t) {
		stands[c.field] = true
	}
	field, object, found := regexp.MustCompile(`^  (\w+)[(:]`), "", 0
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); strings.HasSuffix(line, "{\n") && line[0] != ' ' {
			object = words[1] // an input has a name of its own
		}
		match := field.FindStringSubmatch(line)
		if match == nil || object != "Query" && object != "Mutation" && object != "User" {
			continue
		}
		if found++; !stands[object+"."+match[1]] {
			t.Errorf("docs/shop.md does not say who may ask for %s.%s", object, match[1])
		}
	}
	if found < 50 {
		t.Errorf("the schema has only %d such fields", found)
	}
}

// judge says yes for an answer with the field x and without errors, no for one with errors and without it, null for one
// without both, and else what came.
func judge(t *testing.T, send func(url, query string, variables map[string]any, header http.Header) (response, error),
	url, query string, variables map[string]any, header http.Header) string {
	t.Helper()
	res, err := send(url, query, variables, header)
	must(t, err)
	switch hasValue := hasX(res.Data); {
	case hasValue && len(res.Errors) == 0 && res.Status == http.StatusOK:
		return "yes"
	case !hasValue && len(res.Errors) > 0 && res.Status < http.StatusInternalServerError:
		return "no"
	case !hasValue && len(res.Errors) == 0 && res.Status == http.StatusOK:
		return "null"
	}
	return fmt.Sprintf("%d %s for %s", res.Status, res.Body, query)
}

// hasX says whether a value is anywhere under the key x.
func hasX(value any) bool {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			if key == "x" && member != nil || hasX(member) {
				return true
			}
		}
	case []any:
		for _, item := range value {
			if hasX(item) {
				return true
			}
		}
	}
	return false
}

// signed is post as the router does it.
func (s system) signed(url, query string, variables map[string]any, header http.Header) (response, error) {
	key, err := signature.NewKey(s.RouterKey)
	if err != nil {
		return response{}, err
	}
	req, body, err := newRequest(url, query, variables, header)
	if err != nil {
		return response{}, err
	}
	key.Sign(req, body, time.Now())
	return do(req)
}

// company is one caller of each kind, and what operations need to know of the owner.
type company struct {
	tokens    map[string]string
	variables map[string]any
}

// header is that of a caller's requests.
func (c company) header(caller string) http.Header {
	header := http.Header{"Weft-Token-In-Body": {"true"}}
	if token := c.tokens[caller]; token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return header
}

// meet makes new callers, with what operations need; admin gives them their roles.
func (s system) meet(t *testing.T, admin client) company {
	t.Helper()
	c := company{tokens: map[string]string{}, variables: map[string]any{}}
	for _, caller := range callers[1:] {
		username := caller + "-" + unique()
		res := s.anonymous().must(t, `mutation ($input: RegisterInput!) { register(input: $input) { token user { id } } }`, map[string]any{
			"input": map[string]any{
				"username": username, "password": "correct horse battery", "name": "A " + caller,
				"age": 40, "email": caller + "@example.org", "address": "1 Road",
			},
		})
		id, _ := res.at("register", "user", "id").(string)
		c.tokens[caller], _ = res.at("register", "token").(string)
		if caller == "clerk" || caller == "admin" {
			admin.must(t, `mutation ($id: ID!, $role: Role!) { grantRole(userId: $id, role: $role) { id } }`,
				map[string]any{"id": id, "role": strings.ToUpper(caller)})
			refreshed := client{shop: s, token: c.tokens[caller]}.must(t, `mutation { refresh { token } }`, nil)
			c.tokens[caller], _ = refreshed.at("refresh", "token").(string)
		}
		if caller == "owner" {
			session := client{shop: s, token: c.tokens[caller]}.must(t, `{ me { sessions { id } } }`, nil).at("me", "sessions", 0, "id")
			c.variables = map[string]any{
				"id": id, "username": username, "session": session, "token": c.tokens[caller],
				// What a forger would say: only the id may count.
				"user": []any{map[string]any{
					"__typename": "User", "id": id, "sub": id, "roles": []string{"ADMIN"}, "permissions": []string{"user:read", "user:admin"},
					"email": "forged@example.org", "authenticated": true,
				}},
			}
		}
	}
	s.gather(t, c)
	return c
}

// gather makes new things of each kind that operations use up.
func (s system) gather(t *testing.T, c company) {
	t.Helper()
	owner, clerk := client{shop: s, token: c.tokens["owner"]}, client{shop: s, token: c.tokens["clerk"]}
	c.stock(t, clerk)
	c.order(t, owner, clerk)
}
