package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestLoginAgain: a browser whose token has expired keeps its cookie, so that it can refresh; whoever sits there now can
// log in as well.
func TestLoginAgain(t *testing.T) {
	s := startShop(t, "TOKEN_TTL=1s")
	b := &browser{url: s.URL()}
	b.login(t, "walter")
	b.awaitExpiry(t)
	b.login(t, "jack")
	// The new token lasts no longer than the old one did: on a busy machine it may be over before it is used.
	eventually(t, "who has logged in again is not known", func() error {
		status, body := b.send(t, meQuery, "application/json")
		if status == http.StatusUnauthorized {
			b.login(t, "jack")
		}
		if status != http.StatusOK || !strings.Contains(body, `"jack"`) {
			return fmt.Errorf("me answered %d %s", status, body)
		}
		return nil
	})
}
