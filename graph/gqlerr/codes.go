package gqlerr

// Code is the machine-readable kind of an error, sent as extensions.code.
type Code string

// The codes that the engine and the router give to errors of their own. Codes of subgraphs pass
// through unchanged unless errors are masked.
const (
	// ParseFailed: the document is not GraphQL.
	ParseFailed Code = "GRAPHQL_PARSE_FAILED"
	// ValidationFailed: the document breaks a validation rule of the spec.
	ValidationFailed Code = "GRAPHQL_VALIDATION_FAILED"
	// OperationResolution: the operation name is missing, unknown or ambiguous.
	OperationResolution Code = "OPERATION_RESOLUTION_FAILURE"
	// BadUserInput: a variable cannot be coerced to its type.
	BadUserInput Code = "BAD_USER_INPUT"
	// TooManyTokens, TooNested and TooManyDirectives: the document, as it was sent, is larger than the
	// graph reads.
	TooManyTokens     Code = "MAX_TOKENS_LIMIT"
	TooNested         Code = "MAX_NESTING_LIMIT"
	TooManyDirectives Code = "MAX_DIRECTIVES_LIMIT"
	// TooDeep, TooHigh, TooManyAliases and TooManyRootFields: the operation, its fragments resolved,
	// asks for more than the graph allows.
	TooDeep           Code = "MAX_DEPTH_LIMIT"
	TooHigh           Code = "MAX_HEIGHT_LIMIT"
	TooManyAliases    Code = "MAX_ALIASES_LIMIT"
	TooManyRootFields Code = "MAX_ROOT_FIELDS_LIMIT"
	// LimitExceeded: checking or answering the operation would take more work than is allowed.
	LimitExceeded Code = "OPERATION_LIMIT_EXCEEDED"
	// PlanBudgetExceeded: the planner's budget of states or bytes ran out.
	PlanBudgetExceeded Code = "PLAN_BUDGET_EXCEEDED"
	// PlanFailed: no subgraph can answer a selection.
	PlanFailed Code = "PLAN_FAILED"
	// Unauthenticated: the operation needs an identity and there is none, or it was refused.
	Unauthenticated Code = "UNAUTHENTICATED"
	// UnauthorizedField: a field was withheld because a requirement on it was not met.
	UnauthorizedField Code = "UNAUTHORIZED_FIELD_OR_TYPE"
	// SubgraphFailed: a subgraph could not be reached or did not answer with GraphQL.
	SubgraphFailed Code = "DOWNSTREAM_SERVICE_ERROR"
	// SubgraphTimeout: a subgraph did not answer in time.
	SubgraphTimeout Code = "SUBGRAPH_TIMEOUT"
	// SubgraphTooLarge: a subgraph's answer, or the list of representations for it, was over its limit.
	SubgraphTooLarge Code = "SUBGRAPH_LIMIT_EXCEEDED"
	// InvalidSubgraphData: a subgraph answered with a value that the schema does not allow.
	InvalidSubgraphData Code = "INVALID_SUBGRAPH_DATA"
	// Internal: an invariant of ours was broken.
	Internal Code = "INTERNAL_SERVER_ERROR"
	// BadRequest: the HTTP request is not a well-formed GraphQL request.
	BadRequest Code = "BAD_REQUEST"
	// MethodNotAllowed: the operation, or the endpoint, does not take this HTTP method.
	MethodNotAllowed Code = "METHOD_NOT_ALLOWED"
	// UnsupportedMediaType: the request's content-type or content-encoding is not one that is read.
	UnsupportedMediaType Code = "UNSUPPORTED_MEDIA_TYPE"
	// NotAcceptable: the client accepts no media type that is written.
	NotAcceptable Code = "NOT_ACCEPTABLE"
	// RequestTooLarge: the request is longer than allowed.
	RequestTooLarge Code = "REQUEST_TOO_LARGE"
	// ForgeryPrevented: a request with a cookie that a page of another site could have made.
	ForgeryPrevented Code = "CSRF_PREVENTED"
	// PersistedQueryNotFound: the id names no document that is known, or trusted, here.
	PersistedQueryNotFound Code = "PERSISTED_QUERY_NOT_FOUND"
	// PersistedQueryRequired: only trusted documents run, and the request named none.
	PersistedQueryRequired Code = "PERSISTED_QUERY_ID_REQUIRED"
	// PersistedQueryMismatch: the request's document is not the one that its id stands for.
	PersistedQueryMismatch Code = "PERSISTED_QUERY_HASH_MISMATCH"
	// NotFound: there is no such path.
	NotFound Code = "NOT_FOUND"
	// Unavailable: the router cannot answer now and may be able to later.
	Unavailable Code = "UNAVAILABLE"
	// SubscriptionEnded: the router ended the stream, as it stops or serves another graph. The client subscribes again.
	SubscriptionEnded Code = "SUBSCRIPTION_ENDED"
	// SubscriptionTooSlow: events came faster than the client took them, and the router ended the stream.
	SubscriptionTooSlow Code = "SUBSCRIPTION_TOO_SLOW"
	// TooManySubscriptions: the limit on open subscriptions is reached.
	TooManySubscriptions Code = "TOO_MANY_SUBSCRIPTIONS"
	// UploadRefused: the files of a multipart request are not what its map says, or go where files cannot go.
	UploadRefused Code = "UPLOAD_REFUSED"
)
