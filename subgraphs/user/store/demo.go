package store

import (
	"context"
	"log/slog"

	"github.com/weft-graph/weft/subgraphs/internal/fail"
)

// demoUsers have fixed ids, by which the other services' demo data knows them. A password is "<username>-demo".
var demoUsers = []Registration{
	{ID: "walter", Username: "walter", Name: "Walter", Age: new(52), Email: new("walter@example.org"), Address: new("8 Mill Lane, Norwich")},
	{ID: "jack", Username: "jack", Name: "Jack", Age: new(38), Email: new("jack@example.org"), Address: new("12 Harbour Road, Brighton")},
	{ID: "leslie", Username: "leslie", Name: "Leslie", Age: new(41), Email: new("leslie@example.org"), Address: new("4 Park Row, Leeds")},
	{ID: "clerk", Username: "clerk", Name: "Clara Clerk", Roles: Roles{RoleClerk}},
	{ID: "admin", Username: "admin", Name: "Ada Admin", Roles: Roles{RoleAdmin}},
}

// SeedDemo makes the demo accounts that are missing; hash makes the hash of a password. It may run at every start.
func (s *Store) SeedDemo(ctx context.Context, hash func(ctx context.Context, password string) (string, error)) error {
	for _, registration := range demoUsers {
		found, err := s.UsersByIDs(ctx, []string{registration.ID})
		if err != nil {
			return err
		}
		if found[0] != nil {
			continue
		}
		encoded, err := hash(ctx, registration.Username+"-demo")
		if err != nil {
			return err
		}
		registration.PasswordHash = encoded
		_, err = s.Register(ctx, registration)
		if fail.Is(err, fail.Conflict) {
			slog.InfoContext(ctx, "left out a demo account, because its name is taken", "username", registration.Username)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}
