package diag

// Codes of errors, in groups. The text at each says when it occurs.
const (
	// InvalidGraphQL: a subgraph, or the merged result, breaks a rule of plain GraphQL.
	InvalidGraphQL Code = "INVALID_GRAPHQL"
	// InvalidLinkDirectiveUsage: an application of @link is malformed.
	InvalidLinkDirectiveUsage Code = "INVALID_LINK_DIRECTIVE_USAGE"
	// InvalidLinkIdentifier: the URL of a @link is not that of a specification.
	InvalidLinkIdentifier Code = "INVALID_LINK_IDENTIFIER"
)
