package e2e

import (
	"net/http"
	"slices"
	"testing"
)

// TestSessionsThroughTheRouter: a person lists their sessions and ends one; its very next request is refused.
func TestSessionsThroughTheRouter(t *testing.T) {
	s := startShop(t)
	phone, laptop := s.login(t, "walter"), s.login(t, "walter")
	laptop.must(t, meQuery, nil)
	const list = `{ me { sessions { id current } } }`
	var others []any
	sessions, _ := phone.must(t, list, nil).at("me", "sessions").([]any)
	for i := range sessions {
		if session, _ := sessions[i].(map[string]any); session["current"] == false {
			others = append(others, session["id"])
		}
	}
	if len(sessions) != 2 || len(others) != 1 {
		t.Fatalf("the sessions are %v", sessions)
	}
	const end = `mutation ($id: ID!) { endSession(id: $id) }`
	variables := map[string]any{"id": others[0]}
	if res := s.login(t, "jack").send(t, end, variables); res.code() != "NOT_FOUND" {
		t.Errorf("jack ends a session of walter's: %s", res.Body)
	}
	laptop.must(t, meQuery, nil)
	if ended := phone.must(t, end, variables).at("endSession"); ended != true {
		t.Errorf("endSession answered %v", ended)
	}
	wantRefused(t, laptop, "its session was ended from another device")
	phone.must(t, meQuery, nil)
}

// TestGuessingIsLimited: past the limit nobody logs in with this name from this address, until the window ends; others
// do.
func TestGuessingIsLimited(t *testing.T) {
	s := startShop(t, "LOGIN_LIMIT=3/1h")
	login := func(username, password string) response {
		return s.anonymous().send(t, loginMutation, map[string]any{"input": map[string]any{"username": username, "password": password}})
	}
	var codes []string
	for range 4 {
		codes = append(codes, login("walter", "guess").code())
	}
	if want := []string{"UNAUTHENTICATED", "UNAUTHENTICATED", "UNAUTHENTICATED", "RATE_LIMITED"}; !slices.Equal(codes, want) {
		t.Errorf("guessing gives %v, want %v", codes, want)
	}
	res := login("walter", "walter-demo")
	if wait, _ := res.Errors[0].Extensions["retryAfter"].(float64); res.code() != "RATE_LIMITED" || wait < 60 {
		t.Errorf("the right password gives %s", res.Body)
	}
	s.login(t, "jack")
	input := map[string]any{"input": map[string]any{"username": "walter", "password": "walter-demo"}}
	elsewhere, err := post(s.URL(), loginMutation, input, http.Header{"X-Forwarded-For": {"203.0.113.9"}})
	if must(t, err); elsewhere.at("login") == nil {
		t.Errorf("through a trusted proxy from elsewhere: %s", elsewhere.Body)
	}
	must(t, s.StopRedis())
	s.login(t, "walter") // each replica counts for itself while Redis is down, and this one has not counted yet
}

// TestDeletedAccountThroughTheRouter: its sessions end at once, its name is free, and staff who see its id elsewhere find
// a tombstone.
func TestDeletedAccountThroughTheRouter(t *testing.T) {
	s := startShop(t)
	guest, username := s.register(t)
	again := s.loginWith(t, username, "correct horse battery")
	again.must(t, addItemMutation, map[string]any{"id": "movie-the-dare", "n": 1})
	placed := again.must(t, checkoutMutation, map[string]any{"key": "before leaving"}).at("checkout", "id")
	guest.must(t, `mutation { deleteAccount }`, nil)
	wantRefused(t, guest, "the account was deleted")
	wantRefused(t, again, "the account was deleted from another device")
	const query = `query ($id: ID!) { order(id: $id) { id customer { name email } } }`
	res := s.login(t, "clerk").must(t, query, map[string]any{"id": placed})
	if name := res.at("order", "customer", "name"); name != "Deleted account" || res.at("order", "customer", "email") != nil {
		t.Errorf("the customer of a placed order is %s", res.Body)
	}
	s.anonymous().must(t, registerMutation, map[string]any{"input": map[string]any{
		"username": username, "password": "correct horse battery", "name": "Another",
	}})
}
