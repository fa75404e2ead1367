package store

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// Session is one login. It lives until it expires, which a refresh puts off, or is revoked.
type Session struct {
	ID     string
	UserID string `db:"user_id"`
	// Version rises when the person's permissions change; a token holds only at the session's version.
	Version    int64
	UserAgent  *string    `db:"user_agent"`
	CreatedAt  time.Time  `db:"created_at"`
	LastSeenAt time.Time  `db:"last_seen_at"`
	ExpiresAt  time.Time  `db:"expires_at"`
	RevokedAt  *time.Time `db:"revoked_at"`
}

const (
	sessionColumns = `id, user_id, version, user_agent, created_at, last_seen_at, expires_at, revoked_at`

	maxUserAgentLength = 255
	maxUnpublished     = 500
)

// Lives says whether the session is neither revoked nor expired.
func (s *Session) Lives() bool { return s.RevokedAt == nil && database.Now().Before(s.ExpiresAt) }

// StartSession makes a session for a user and returns it with the user as they are at that moment: roles that change
// from then on raise the session's version.
func (s *Store) StartSession(ctx context.Context, userID, userAgent string) (session *Session, user *User, err error) {
	now := database.Now()
	session = &Session{
		ID: newID(), UserID: userID, Version: 1, CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(s.sessionTTL),
	}
	if agent := []rune(userAgent); len(agent) > 0 {
		text := string(agent[:min(len(agent), maxUserAgentLength)])
		session.UserAgent = &text
	}
	err = s.db.Tx(ctx, func(tx database.Handle) (err error) {
		// Since its password was checked the account may have been deleted, or have lost a role.
		if user, err = getUser(ctx, tx, userID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO sessions (`+sessionColumns+`, published) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			session.ID, userID, session.Version, session.UserAgent, now, now, session.ExpiresAt, nil, true)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("start a session: %w", err)
	}
	return session, user, nil
}

// RenewSession puts off the expiry of a session that lives and returns it with its user. A session that does not live
// is an UNAUTHENTICATED error.
func (s *Store) RenewSession(ctx context.Context, id string) (session *Session, user *User, err error) {
	err = s.db.Tx(ctx, func(tx database.Handle) (err error) {
		if session, err = getSession(ctx, tx, id); err != nil {
			return err
		}
		if session == nil || !session.Lives() {
			return fail.New(fail.Unauthenticated, "The session has ended; please log in again.")
		}
		if user, err = getUser(ctx, tx, session.UserID); err != nil {
			return err
		}
		session.LastSeenAt = database.Now()
		session.ExpiresAt = session.LastSeenAt.Add(s.sessionTTL)
		_, err = tx.Exec(ctx, `UPDATE sessions SET last_seen_at = ?, expires_at = ? WHERE id = ?`,
			session.LastSeenAt, session.ExpiresAt, id)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return session, user, nil
}

func getSession(ctx context.Context, h database.Handle, id string) (*Session, error) {
	session := &Session{}
	err := h.Get(ctx, session, `SELECT `+sessionColumns+` FROM sessions WHERE id = ?`, id)
	if database.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the session: %w", err)
	}
	return session, nil
}

// Session returns the session with an id, living or not, or nil.
func (s *Store) Session(ctx context.Context, id string) (*Session, error) {
	return getSession(ctx, s.db.Read(), id)
}

// Sessions returns a user's sessions that live, the newest first.
func (s *Store) Sessions(ctx context.Context, userID string) ([]*Session, error) {
	sessions := []*Session{}
	err := s.db.Read().Select(ctx, &sessions, `SELECT `+sessionColumns+` FROM sessions
		WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? ORDER BY created_at DESC, id`, userID, database.Now())
	if err != nil {
		return nil, fmt.Errorf("read the sessions: %w", err)
	}
	return sessions, nil
}

// EndSession revokes a session; one that has ended already stays ended.
func (s *Store) EndSession(ctx context.Context, id string) error {
	return s.db.Tx(ctx, func(tx database.Handle) error {
		_, err := tx.Exec(ctx, `UPDATE sessions SET revoked_at = ?, published = ? WHERE id = ? AND revoked_at IS NULL`,
			database.Now(), false, id)
		return err
	})
}

// EndOneSession revokes the session with an id and says whether it lived. One that is not userID's is a NOT_FOUND, as is
// one that never was; an empty userID stands for anybody's.
func (s *Store) EndOneSession(ctx context.Context, id, userID string) (lived bool, err error) {
	err = s.db.Tx(ctx, func(tx database.Handle) error {
		session, err := getSession(ctx, tx, id)
		if err != nil {
			return err
		}
		if session == nil || userID != "" && session.UserID != userID {
			return fail.New(fail.NotFound, "There is no session with the id %q.", id)
		}
		if lived = session.Lives(); !lived {
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE sessions SET revoked_at = ?, published = ? WHERE id = ?`, database.Now(), false, id)
		return err
	})
	return lived, err
}

// EndSessions revokes all sessions of a user that are not revoked yet and returns their ids.
func (s *Store) EndSessions(ctx context.Context, userID string) (ended []string, err error) {
	err = s.db.Tx(ctx, func(tx database.Handle) error {
		ended, err = endSessions(ctx, tx, userID)
		return err
	})
	return ended, err
}

func endSessions(ctx context.Context, tx database.Handle, userID string) ([]string, error) {
	return changeSessions(ctx, tx, userID, `revoked_at = ?`, database.Now())
}

// raiseVersions makes every token of a user's living sessions too old.
func raiseVersions(ctx context.Context, tx database.Handle, userID string) ([]string, error) {
	return changeSessions(ctx, tx, userID, `version = version + ?`, 1)
}

func changeSessions(ctx context.Context, tx database.Handle, userID, assignment string, value any) ([]string, error) {
	var ids []string
	err := tx.Select(ctx, &ids, `SELECT id FROM sessions WHERE user_id = ? AND revoked_at IS NULL AND expires_at > ? ORDER BY id`,
		userID, database.Now())
	if err != nil {
		return nil, fmt.Errorf("find the sessions: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE sessions SET `+assignment+`, published = ? WHERE user_id = ? AND revoked_at IS NULL`,
		value, false, userID)
	if err != nil {
		return nil, fmt.Errorf("change the sessions: %w", err)
	}
	return ids, nil
}

// Unpublished returns sessions that were revoked or raised to a new version since the cache was last told of them.
func (s *Store) Unpublished(ctx context.Context) ([]*Session, error) {
	var sessions []*Session
	err := s.db.Read().Select(ctx, &sessions, `SELECT `+sessionColumns+` FROM sessions WHERE NOT published ORDER BY id LIMIT ?`, maxUnpublished)
	if err != nil {
		return nil, fmt.Errorf("read the unpublished sessions: %w", err)
	}
	return sessions, nil
}

// MarkPublished notes that the cache knows a session as it is in the argument; if it has changed since, it stays
// unpublished.
func (s *Store) MarkPublished(ctx context.Context, session *Session) error {
	return s.db.Tx(ctx, func(tx database.Handle) error {
		_, err := tx.Exec(ctx, `UPDATE sessions SET published = ?
			WHERE id = ? AND version = ? AND (revoked_at IS NOT NULL) = ?`,
			true, session.ID, session.Version, session.RevokedAt != nil)
		return err
	})
}

// pruneBatch bounds how long a deletion keeps others from writing.
const pruneBatch = 1000

// PruneSessions deletes sessions that ended before a time: nothing asks for them any more.
func (s *Store) PruneSessions(ctx context.Context, before time.Time) error {
	for _, column := range []string{"expires_at", "revoked_at"} {
		for deleted := int64(pruneBatch); deleted == pruneBatch; {
			err := s.db.Tx(ctx, func(tx database.Handle) (err error) {
				deleted, err = tx.Exec(ctx, `DELETE FROM sessions WHERE id IN
					(SELECT id FROM sessions WHERE `+column+` < ? ORDER BY `+column+` LIMIT ?)`, before, pruneBatch)
				return err
			})
			if err != nil {
				return fmt.Errorf("delete the sessions that have ended: %w", err)
			}
		}
	}
	return nil
}
