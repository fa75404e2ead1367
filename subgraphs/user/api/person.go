package api

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
	"github.com/weft-graph/weft/subgraphs/internal/fail"
	"github.com/weft-graph/weft/subgraphs/internal/graphqlserver"
	"github.com/weft-graph/weft/subgraphs/user/api/generated"
	"github.com/weft-graph/weft/subgraphs/user/store"
)

// private returns value if the caller is the person themselves or has the permission, else FORBIDDEN. Who the caller
// is comes from the token alone, whatever representation brought us here.
func private[T any](ctx context.Context, person *store.User, permission string, value T) (T, error) {
	caller, err := auth.Require(ctx)
	if err == nil && !caller.Is(person.ID) && !caller.Has(permission) {
		err = fail.New(fail.Forbidden, "Only the person themselves may see this.")
	}
	if err != nil {
		var none T
		return none, err
	}
	return value, nil
}

func (r *Resolver) me(ctx context.Context) (*store.User, error) {
	caller, err := auth.Require(ctx)
	if fail.Is(err, fail.Unauthenticated) {
		return nil, nil
	}
	if err != nil {
		return nil, err // nobody knows who this is, which is not the same as nobody
	}
	user, err := r.store.User(ctx, caller.Subject)
	if fail.Is(err, fail.NotFound) {
		return nil, nil // the account was deleted after the token was checked
	}
	return user, err
}

func (r *Resolver) user(ctx context.Context, id, username *string) (*store.User, error) {
	var users []*store.User
	var err error
	switch {
	case (id == nil) == (username == nil):
		return nil, fail.Input("id", "Give either id or username.")
	case id != nil:
		users, err = r.store.UsersByIDs(ctx, []string{*id})
	default:
		users, err = r.store.UsersByUsernames(ctx, []string{*username})
	}
	if err != nil {
		return nil, err
	}
	return users[0], nil
}

func (r *Resolver) usernameAvailable(ctx context.Context, username string) (*bool, error) {
	if err := r.take(ctx, r.limits.Username); err != nil {
		return nil, err
	}
	if err := store.CheckUsername("username", username); err != nil {
		return nil, err
	}
	isFree, err := r.store.IsUsernameFree(ctx, username)
	if err != nil {
		return nil, err
	}
	return &isFree, nil
}

func (r *Resolver) users(ctx context.Context, first *int, after *string) (*generated.UserConnection, error) {
	size, position, err := graphqlserver.ReadPage[store.UserPosition](first, after)
	if err != nil {
		return nil, err
	}
	page, err := r.store.Users(ctx, size, position)
	if err != nil {
		return nil, err
	}
	edges, cursors := make([]*generated.UserEdge, len(page.Users)), make([]string, len(page.Users))
	for i, user := range page.Users {
		cursors[i] = graphqlserver.EncodeCursor(user.Position())
		edges[i] = &generated.UserEdge{Cursor: cursors[i], Node: user}
	}
	return &generated.UserConnection{Edges: edges, PageInfo: graphqlserver.NewPageInfo(after, cursors, page.HasMore)}, nil
}

func (r *Resolver) updateProfile(ctx context.Context, input generated.ProfileInput) (*store.User, error) {
	caller, err := auth.Require(ctx)
	if err != nil {
		return nil, err
	}
	name, isSet := input.Name.ValueOK()
	if isSet && name == nil {
		return nil, fail.Input("name", "name must not be null.")
	}
	return r.store.UpdateProfile(ctx, caller.Subject, store.ProfileChange{
		Name: name, Age: changeOf(input.Age), Email: changeOf(input.Email), Address: changeOf(input.Address),
	})
}

func changeOf[T any](given graphql.Omittable[*T]) store.Change[T] {
	value, isSet := given.ValueOK()
	return store.Change[T]{IsSet: isSet, To: value}
}

func (r *Resolver) changeRole(ctx context.Context, id string, role store.Role, isGranted bool) (*store.User, error) {
	user, sessions, err := r.store.ChangeRole(ctx, id, role, isGranted)
	if err != nil {
		return nil, err
	}
	r.publish(ctx, user, sessions)
	return user, nil
}
