package token

import (
	"testing"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/database/databasetest"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// TestDeletedKeyHoldsNoLonger: a key that leaked and was deleted from the store stops to verify tokens, without a restart. Until
// then a token holds as long as its session at the most.
func TestDeletedKeyHoldsNoLonger(t *testing.T) {
	db := databasetest.SQLite(t, store.Migrations())
	people := store.New(db, time.Hour)
	if err := people.RotateSigningKey(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	user, err := people.Register(t.Context(), store.Registration{Username: "ann", Name: "Ann", PasswordHash: "hash"})
	if err != nil {
		t.Fatal(err)
	}
	session, user, err := people.StartSession(t.Context(), user.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	issuer := NewIssuer(people, auth.Trust{Issuer: "http://user.test", Audience: "shop"}, 2*time.Hour)
	token, _, err := issuer.Issue(t.Context(), session, user)
	if err != nil {
		t.Fatal(err)
	}
	verifier := issuer.Verifier()
	if claims, err := verifier.Verify(t.Context(), token); err != nil || claims.ExpiresAt.Unix() != session.ExpiresAt.Unix() {
		t.Errorf("the token %+v, %v outlives its session, which ends at %s", claims, err, session.ExpiresAt)
	}
	for range 2 { // the second time it is remembered
		if _, err := verifier.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	asked := db.Queries()
	if _, err := verifier.Verify(t.Context(), token); err != nil || db.Queries() != asked {
		t.Errorf("a token that is known was verified by %d queries, %v", db.Queries()-asked, err)
	}
	err = db.Tx(t.Context(), func(tx database.Handle) error {
		_, err := tx.Exec(t.Context(), `DELETE FROM signing_keys`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	issuer.known.Range(func(kid, found any) bool { // time passes
		known := found.(knownKey)
		known.until = known.until.Add(-keyAge)
		issuer.known.Store(kid, known)
		return true
	})
	if _, err := verifier.Verify(t.Context(), token); err == nil {
		t.Error("a token of the deleted key is good")
	}
}
