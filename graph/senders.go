package graph

import (
	"context"
	"slices"

	"github.com/weft-graph/weft/graph/internal/plan"
)

// Sender is a fetch of an operation's plan that sends one of its variables.
type Sender struct {
	Subgraph string
	// IsEntity is set for a fetch that asks for entities, after others.
	IsEntity bool
}

// Senders returns the fetches that send one of the variables to a subgraph, in order of the plan: for a caller who can
// give the value of a variable once, and has to know to whom before anything runs. The error is Plan's.
func (p *Prepared) Senders(ctx context.Context, fallen Fallen, variables []string) ([]Sender, error) {
	made, err := p.Plan(ctx, fallen)
	if err != nil {
		return nil, err
	}
	var senders []Sender
	for _, fetch := range made.Fetches {
		if slices.ContainsFunc(fetch.Variables, func(v plan.FetchVariable) bool {
			return v.Source != plan.FromCondition && holdsVariable(made, &v.Value, variables)
		}) {
			senders = append(senders, Sender{Subgraph: made.Subgraphs[fetch.Subgraph], IsEntity: fetch.Kind == plan.EntityFetch})
		}
	}
	return senders, nil
}

// holdsVariable reports whether the value is or holds one of the variables.
func holdsVariable(made *Plan, value *plan.Value, variables []string) bool {
	if len(value.Items) == 0 {
		return value.Kind == plan.VariableValue && slices.Contains(variables, made.Variables[value.Variable].Name)
	}
	for i := range value.Items {
		if holdsVariable(made, &value.Items[i], variables) {
			return true
		}
	}
	return false
}
