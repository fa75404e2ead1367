package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/user/password"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// TestUnknownNamesTakeTheTimeOfKnownOnes: whoever has an account here cannot be told by the time of a refusal. What else
// the machine does only adds to a time, so the shortest of enough are those of the work.
func TestUnknownNamesTakeTheTimeOfKnownOnes(t *testing.T) {
	w := newWorldAt(t, databasetest.SQLite(t, store.Migrations()), "", password.DefaultCost)
	w.login(t, "leslie").Must(t, `mutation { deleteAccount }`, nil, nil)
	tries := 0
	timeOf := func(username string) time.Duration {
		tries++
		client := w.Client
		client.Header = http.Header{"X-Forwarded-For": {fmt.Sprintf("203.0.%d.%d", tries/250, tries%250)}} // no limit is meant here
		start := time.Now()
		answer := client.Do(t, `mutation($u: String!) { login(input: {username: $u, password: "wrong"}) { token } }`, map[string]any{"u": username}, nil)
		if !slices.Equal(answer.Codes(), []string{"UNAUTHENTICATED"}) {
			t.Fatalf("%q: %v", username, answer.Errors)
		}
		return time.Since(start)
	}
	for unknown, known := range map[string]string{"nobody": "walter", "": "jack", "no name": "clerk", "leslie": "admin"} {
		short, long := time.Hour, time.Hour
		for i := range 20 {
			short, long = min(short, timeOf(unknown)), min(long, timeOf(known))
			if short <= 2*long && long <= 2*short {
				break
			}
			if i == 19 {
				t.Errorf("the unknown name %q takes %v, the known one %s %v", unknown, short, known, long)
			}
		}
	}
}
