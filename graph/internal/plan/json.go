package plan

import (
	"encoding/json"
	"strings"
)

// jsonFetch is one fetch in the plan's JSON form.
type jsonFetch struct {
	ID int `json:"id"`
	// Kind is query, mutation or subscription for a RootFetch and entities for an EntityFetch.
	Kind     string `json:"kind"`
	Subgraph string `json:"subgraph"`
	// Wave is one more than the latest wave of DependsOn, starting at 1.
	Wave      int   `json:"wave"`
	DependsOn []int `json:"dependsOn"`
	// Awaits are those that may make this one needless.
	Awaits []int `json:"awaits,omitempty"`
	// Place is where in the response the objects lie that the fetch fills.
	Place string `json:"place"`
	// When is the condition of the fetch in words; empty for always.
	When string `json:"when,omitempty"`
	Why  string `json:"why"`
	// Text is the subgraph operation, laid out for people.
	Text string `json:"text"`
}

// MarshalJSON returns the plan for tools that draw it: its fetches, each with what it waits for.
// What an execution needs beside that (layouts, scans, the response's shape) is not in it.
func (p *Plan) MarshalJSON() ([]byte, error) {
	waves := p.Waves()
	fetches := make([]jsonFetch, len(p.Fetches))
	for i, f := range p.Fetches {
		fetches[i] = jsonFetch{
			ID: f.ID, Kind: kindText(f.Operation), Subgraph: p.Subgraphs[f.Subgraph], Wave: waves[i],
			DependsOn: append([]int{}, f.DependsOn...), Awaits: f.Awaits, Place: p.placeText(f), Why: f.Why,
			Text: strings.TrimSuffix(pretty(f.Text), "\n"),
		}
		if f.Kind == EntityFetch {
			fetches[i].Kind = "entities"
		}
		if f.When != 0 {
			fetches[i].When = p.conditionText(f.When)
		}
	}
	return json.Marshal(struct {
		Kind    string      `json:"kind"`
		Fetches []jsonFetch `json:"fetches"`
	}{kindText(p.Kind), fetches})
}

// placeText prints where the objects of a fetch lie; selections that share a fetch are separated by
// commas.
func (p *Plan) placeText(f *Fetch) string {
	if f.Kind == RootFetch {
		return p.stepsText(f.Target)
	}
	places := make([]string, len(f.Entities))
	for i, e := range f.Entities {
		places[i] = p.stepsText(e.Path)
	}
	return strings.Join(places, ", ")
}
