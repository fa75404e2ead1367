package traffic

import (
	"context"
	"math/rand/v2"
	"time"
)

// application is what the load reads of an application.
type application struct{ ID, Status string }

// apply asks to pay the oldest order that the customer remembers in instalments. The shop may not know a new one yet,
// which is a refusal; asking again for the same order gives the same application.
func (l *Load) apply(ctx context.Context, c *customer) Outcome {
	order := c.placed[0]
	var data struct{ ApplyForFinancing *application }
	reply := l.client.send(ctx, l.call(c, applyMutation, map[string]any{"id": order}), &data)
	out := reply.outcome(data.ApplyForFinancing != nil)
	switch made := data.ApplyForFinancing; {
	case made != nil:
		if l.journal.isNew(made.ID) && made.Status == "PENDING" {
			l.applications.add(made.ID)
		}
		note(&l.journal, &l.journal.Applications, Application{made.ID, order, time.Now()})
	case out.Class == Failed:
		l.journal.unknown(Apply, c.account.Username, order)
	}
	return out
}

// isNew reports whether an application was not acknowledged before.
func (j *Journal) isNew(application string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, a := range j.Applications {
		if a.ID == application {
			return false
		}
	}
	return true
}

// decide approves or declines an application.
func (l *Load) decide(ctx context.Context, id string, random *rand.Rand) Outcome {
	token, _ := l.staff.current()
	var data struct{ DecideFinancing *application }
	call := call{document: decideMutation, variables: map[string]any{"id": id, "approve": random.IntN(2) == 0}, token: token}
	out := l.client.send(ctx, call, &data).outcome(data.DecideFinancing != nil)
	switch {
	case data.DecideFinancing != nil:
		note(&l.journal, &l.journal.Decisions, Decision{id, data.DecideFinancing.Status, time.Now()})
	case out.Class == Failed:
		l.journal.unknown(Decide, "", id)
	case out.Code == unauthenticated:
		l.applications.add(id) // it is still to be decided
	}
	return out
}
