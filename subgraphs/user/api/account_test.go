package api_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/auth/authtest"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/events"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// sessions returns the ids of a person's sessions, the newest first, as the client may see them.
func sessions(t *testing.T, client authtest.Client) (ids []string) {
	t.Helper()
	var data struct {
		Me struct{ Sessions []struct{ ID string } }
	}
	client.Must(t, `{ me { sessions { id } } }`, nil, &data)
	for _, session := range data.Me.Sessions {
		ids = append(ids, session.ID)
	}
	return ids
}

func TestSessionsEndOneByOneAndAllAtOnce(t *testing.T) {
	eachRedis(t, func(t *testing.T, r *redisWorld) {
		phone, laptop, tablet := r.login(t, "walter"), r.login(t, "walter"), r.login(t, "walter")
		id := func(client authtest.Client) string { return r.claims(t, client.Token).SessionID }
		if got := sessions(t, phone); len(got) != 3 || !slices.Contains(got, id(laptop)) {
			t.Fatalf("sessions %v", got)
		}
		const end = `mutation($id: ID!) { endSession(id: $id) }`
		for name, c := range map[string]struct {
			client authtest.Client
			id     string
			code   string
		}{
			"nobody":           {r.Client, id(phone), "UNAUTHENTICATED"},
			"another customer": {r.login(t, "jack"), id(phone), "NOT_FOUND"},
			"a clerk":          {r.login(t, "clerk"), id(phone), "NOT_FOUND"},
			"an unknown id":    {phone, "nothing", "NOT_FOUND"},
		} {
			if codes := c.client.Do(t, end, map[string]any{"id": c.id}, nil).Codes(); !slices.Equal(codes, []string{c.code}) {
				t.Errorf("%s: %v, want %s", name, codes, c.code)
			}
		}
		var data struct{ EndSession bool }
		answer := phone.Must(t, end, map[string]any{"id": id(laptop)}, &data)
		if _, text := r.entry(t, id(laptop)); !data.EndSession || text != "revoked" || me(t, laptop) != "" || me(t, phone) != "walter" || answer.Header.Get("Set-Cookie") != "" {
			t.Errorf("another of one's own: %v, %s, %q", data, text, answer.Header.Get("Set-Cookie"))
		}
		if phone.Must(t, end, map[string]any{"id": id(laptop)}, &data); data.EndSession {
			t.Error("it was ended twice")
		}
		if r.login(t, "admin").Must(t, end, map[string]any{"id": id(tablet)}, &data); !data.EndSession || me(t, tablet) != "" {
			t.Errorf("an admin: %v", data)
		}
		answer = phone.Must(t, end, map[string]any{"id": id(phone)}, &data)
		if cookie := answer.Header.Get("Set-Cookie"); me(t, phone) != "" || !strings.HasPrefix(cookie, "__Host-session=;") {
			t.Errorf("one's own: %q", cookie)
		}
	})
}

func TestSlidingExpiry(t *testing.T) {
	w := newWorld(t, "")
	walter := w.login(t, "walter")
	id := w.claims(t, walter.Token).SessionID
	almost := time.Now().Add(time.Minute)
	err := w.db.Tx(t.Context(), func(tx database.Handle) error {
		_, err := tx.Exec(t.Context(), `UPDATE sessions SET expires_at = ? WHERE id = ?`, almost, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	walter.Must(t, `mutation { refresh { token } }`, nil, nil)
	session, err := w.store.Session(t.Context(), id)
	if err != nil || !session.ExpiresAt.After(almost.Add(50*time.Minute)) {
		t.Errorf("after a refresh the session lives until %v, %v", session.ExpiresAt, err)
	}
}

// TestRotationKeepsOldTokens: tokens of the key before hold until they expire, and the new key is published before the
// first token of it.
func TestRotationKeepsOldTokens(t *testing.T) {
	w := newWorld(t, "")
	before := w.login(t, "walter")
	if err := w.store.RotateSigningKey(t.Context(), time.Nanosecond); err != nil {
		t.Fatal(err)
	}
	published := func() []string {
		recorder := httptest.NewRecorder()
		w.Handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
		var set struct{ Keys []struct{ KID string } }
		if err := json.Unmarshal(recorder.Body.Bytes(), &set); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, key := range set.Keys {
			ids = append(ids, key.KID)
		}
		return ids
	}
	soon := w.login(t, "walter")
	if ids := published(); len(ids) != 2 || kid(t, soon.Token) != kid(t, before.Token) || ids[0] == kid(t, soon.Token) {
		t.Fatalf("published %v, signed by %s", ids, kid(t, soon.Token))
	}
	err := w.db.Tx(t.Context(), func(tx database.Handle) error { // time passes
		_, err := tx.Exec(t.Context(), `UPDATE signing_keys SET created_at = ? WHERE kid = ?`, time.Now().Add(-store.KeyLead), published()[0])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	after := w.login(t, "walter")
	if kid(t, after.Token) == kid(t, before.Token) {
		t.Error("the new key does not sign")
	}
	for name, client := range map[string]authtest.Client{"before": before, "after": after} {
		if got := me(t, client); got != "walter" {
			t.Errorf("a token from %s the rotation is %q's", name, got)
		}
	}
}

// kid returns the key id in the header of a token.
func kid(t *testing.T, token string) string {
	t.Helper()
	head, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		t.Fatal(err)
	}
	var header struct{ KID string }
	if err := json.Unmarshal(text, &header); err != nil {
		t.Fatal(err)
	}
	return header.KID
}

func TestDeletedAccountIsATombstoneForOthers(t *testing.T) {
	w := newWorld(t, "")
	jack, clerk := w.login(t, "jack"), w.login(t, "clerk")
	answer := jack.Must(t, `mutation { deleteAccount }`, nil, nil)
	if cookie := answer.Header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "__Host-session=;") {
		t.Errorf("the cookie stays: %q", cookie)
	}
	var data struct {
		Entities []struct {
			ID, Username, Name string
			Email, Address     *string
			Roles              []string
			Sessions           []struct{ ID string }
		} `json:"_entities"`
	}
	w.login(t, "admin").Must(t, entities, map[string]any{"r": []any{map[string]any{"__typename": "User", "id": "jack"}}}, &data)
	got := data.Entities[0]
	if got.ID != "jack" || got.Name != "Deleted account" || got.Username != "deleted:jack" || got.Email != nil || got.Address != nil ||
		!slices.Equal(got.Roles, []string{"CUSTOMER"}) || len(got.Sessions) != 0 {
		t.Errorf("the tombstone is %+v", got)
	}
	var list struct {
		Users struct {
			TotalCount int
			Edges      []struct{ Node struct{ ID string } }
		}
	}
	clerk.Must(t, `{ users { totalCount edges { node { id } } } }`, nil, &list)
	if list.Users.TotalCount != 4 || len(list.Users.Edges) != 4 {
		t.Errorf("the list of all has %+v", list)
	}
	for name, password := range map[string]string{"jack": "jack-demo", "deleted:jack": "", "deleted:JACK": "jack-demo"} {
		if got := tries(t, w.Client, name, password); got != "UNAUTHENTICATED" {
			t.Errorf("logging in as %s: %q", name, got)
		}
	}
	w.Must(t, `mutation { register(input: {username: "jack", password: "another one", name: "Another"}) { user { id } } }`, nil, nil)
}

// TestPeersAreTold: who was away reads who has left.
func TestPeersAreTold(t *testing.T) {
	w := newWorld(t, "")
	w.login(t, "jack").Must(t, `mutation { deleteAccount }`, nil, nil)
	ask := func(key []byte) (int, string) {
		request := httptest.NewRequest(http.MethodGet, events.SnapshotPath+"?kind=&aggregate=", nil)
		if key != nil {
			auth.Sign(request, nil, key)
		}
		recorder := httptest.NewRecorder()
		w.Handler.ServeHTTP(recorder, request)
		return recorder.Code, recorder.Body.String()
	}
	if status, body := ask(w.bus.PeerKey); status != http.StatusOK || !strings.Contains(body, `"aggregate":"jack"`) || !strings.Contains(body, `"isDeleted":true`) || strings.Contains(body, "example.org") {
		t.Errorf("%d %s", status, body)
	}
	for name, key := range map[string][]byte{"nobody": nil, "the router": authtest.RouterKey} {
		if status, body := ask(key); status != http.StatusUnauthorized || strings.Contains(body, "jack") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
