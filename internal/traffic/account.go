package traffic

import (
	"context"
	"time"
)

// unauthenticated is the code for a token that does not hold. Then nothing was done, but an earlier try may have been.
const unauthenticated = "UNAUTHENTICATED"

// beforeExpiry is how long before its end a token is given up.
const beforeExpiry = time.Minute

type session struct {
	Token     string
	ExpiresAt time.Time
	User      struct{ ID string }
}

// register makes the customer's account; who is not registered for sure is not seen again.
func (l *Load) register(ctx context.Context, c *customer) Outcome {
	var data struct{ Register *session }
	input := map[string]any{"username": c.account.Username, "password": c.account.Password, "name": "A Customer"}
	reply := l.client.send(ctx, l.call(c, registerMutation, map[string]any{"input": input}), &data)
	out := reply.outcome(data.Register != nil)
	switch {
	case data.Register != nil:
		note(&l.journal, &l.journal.Users, User{data.Register.User.ID, c.account})
		c.token, c.until = data.Register.Token, data.Register.ExpiresAt.Add(-beforeExpiry)
		l.crowd.rest(c)
	case out.Class == Failed:
		l.journal.unknown(Register, c.account.Username, c.account.Username)
	}
	return out
}

func (l *Load) login(ctx context.Context, c *customer) Outcome {
	session, out := l.logIn(ctx, c, c.account)
	if session != nil {
		c.token, c.until = session.Token, session.ExpiresAt.Add(-beforeExpiry)
	}
	return out
}

func (l *Load) loginStaff(ctx context.Context) Outcome {
	session, out := l.logIn(ctx, nil, l.staff.account)
	if session != nil {
		l.staff.set(session.Token, session.ExpiresAt.Add(-beforeExpiry))
	}
	return out
}

// logIn asks for a new session, with no token of an old one.
func (l *Load) logIn(ctx context.Context, c *customer, account Account) (*session, Outcome) {
	var data struct{ Login *session }
	input := map[string]any{"username": account.Username, "password": account.Password}
	call := l.call(c, loginMutation, map[string]any{"input": input})
	call.token = ""
	reply := l.client.send(ctx, call, &data)
	return data.Login, reply.outcome(data.Login != nil)
}

// logout ends the session. A token whose end was not answered is not used again.
func (l *Load) logout(ctx context.Context, c *customer) Outcome {
	var data struct{ Logout *bool }
	out := l.client.send(ctx, l.call(c, logoutMutation, nil), &data).outcome(data.Logout != nil && *data.Logout)
	switch out.Class {
	case OK, Partial:
		note(&l.journal, &l.journal.EndedSessions, EndedSession{c.account.Username, c.token, time.Now()})
	case Failed:
		l.journal.unknown(Logout, c.account.Username, c.token)
	case Refused: // it has ended already
	}
	c.token = ""
	return out
}
