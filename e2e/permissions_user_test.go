package e2e

// ofUser probes a field of User: staff reach it by its owner's id, the owner by me, and whoever forges a representation
// at the service itself.
func ofUser(field string) probe {
	return probe{
		router: `query ($id: ID!) { user(id: $id) { x: ` + field + ` } }`,
		owner:  `{ me { x: ` + field + ` } }`,
		direct: forgedUser(field),
	}
}

// publicOfUser is ofUser for a field that everybody may read: through the graph only its owner finds it without a scope.
func publicOfUser(field string) probe {
	return probe{owner: `{ me { x: ` + field + ` } }`, direct: forgedUser(field)}
}

func forgedUser(field string) string {
	return `query ($user: [_Any!]!) { _entities(representations: $user) { ... on User { x: ` + field + ` } } }`
}

// userProbes are those of the user service.
var userProbes = map[string]probe{
	"User.username":  publicOfUser(`username`),
	"User.name":      publicOfUser(`name`),
	"User.createdAt": publicOfUser(`createdAt`),
	"User.age":       ofUser(`age`),
	"User.email":     ofUser(`email`),
	"User.address":   ofUser(`address`),
	"User.roles":     ofUser(`roles`),
	"User.sessions":  ofUser(`sessions { id createdAt userAgent }`),

	"Query.me":                {router: `{ x: me { id } }`},
	"Query.user":              {router: `query ($id: ID!) { x: user(id: $id) { id } }`},
	"Query.users":             {router: `{ x: users(first: 5) { totalCount edges { node { id } } } }`},
	"Query.usernameAvailable": {router: `query ($username: String!) { x: usernameAvailable(username: $username) }`},
	"Query.tokenClaims":       {router: `query ($token: String!) { x: tokenClaims(token: $token) { subject valid } }`},

	"Mutation.updateProfile":    {router: `mutation { x: updateProfile(input: {name: "Changed"}) { id } }`},
	"Mutation.refresh":          {router: `mutation { x: refresh { token } }`},
	"Mutation.endSession":       {router: `mutation ($session: ID!) { x: endSession(id: $session) }`, spoils: people},
	"Mutation.logout":           {router: `mutation { x: logout }`, spoils: people},
	"Mutation.logoutEverywhere": {router: `mutation { x: logoutEverywhere }`, spoils: people},
	"Mutation.deleteAccount":    {router: `mutation { x: deleteAccount }`, spoils: people},
	"Mutation.grantRole":        {router: `mutation ($id: ID!) { x: grantRole(userId: $id, role: CLERK) { id } }`, spoils: people},
	"Mutation.revokeRole":       {router: `mutation ($id: ID!) { x: revokeRole(userId: $id, role: CLERK) { id } }`, spoils: people},
}
