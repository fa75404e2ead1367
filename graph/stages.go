package graph

import "context"

// Stage is one step on the way from a document to its plan, as text for people.
type Stage struct {
	// Name is operation, ways, plan or shape.
	Name string
	Text string
}

// Stages returns every stage of planning, in order: the operation in its normal form, the cheapest
// ways to its fields, the plan and the response's shape. It plans anew; the error is that of Plan.
func (p *Prepared) Stages(ctx context.Context, fallen Fallen) ([]Stage, error) {
	made, err := p.Plan(ctx, fallen)
	if err != nil {
		return nil, err
	}
	ways, err := p.graph.planner.Ways(ctx, p.op.Deny(fallen), p.labelList()...)
	if err != nil {
		return nil, err
	}
	return []Stage{
		{"operation", p.text}, {"ways", ways}, {"plan", made.String()}, {"shape", made.ShapeText()},
	}, nil
}
