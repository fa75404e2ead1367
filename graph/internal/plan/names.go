package plan

import "github.com/weft-graph/weft/graph/internal/operation"

// Names of package operation that a plan's reader needs, beside the types in plan.go.
const (
	// Query, Mutation and Subscription are the kinds of an operation.
	Query        = operation.Query
	Mutation     = operation.Mutation
	Subscription = operation.Subscription
	// VariableValue, ListTemplate and ObjectTemplate are the kinds of a Value.
	VariableValue  = operation.VariableValue
	ListTemplate   = operation.ListTemplate
	ObjectTemplate = operation.ObjectTemplate
)
