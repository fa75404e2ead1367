package direct

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// allRules are those of the spec, by name.
var allRules = sortedRules(rules.NewDefaultRules())

func sortedRules(all *rules.Rules) []core.Rule {
	var out []core.Rule
	for name, rule := range all.GetInner() {
		out = append(out, core.Rule{Name: name, RuleFunc: rule})
	}
	slices.SortFunc(out, func(a, b core.Rule) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Read parses and validates an operation.
func Read(schema *ast.Schema, query string) (*ast.QueryDocument, error) {
	return read(schema, query, allRules)
}

// mergeRules is the one rule that is hard to keep when one makes up an operation.
var mergeRules = []core.Rule{rules.OverlappingFieldsCanBeMergedRule}

// ReadMade parses an operation that keeps every rule by the way it was made, except perhaps that fields can be merged.
func ReadMade(schema *ast.Schema, query string) (*ast.QueryDocument, error) {
	return read(schema, query, mergeRules)
}

func read(schema *ast.Schema, query string, rules []core.Rule) (*ast.QueryDocument, error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return nil, err
	}
	// The validator's own entry sorts its rules anew for every operation, which takes as long as validating.
	var errs gqlerror.List
	observers := &core.Events{}
	for _, rule := range rules {
		rule.RuleFunc(observers, func(options ...core.ErrorOption) {
			e := &gqlerror.Error{Rule: rule.Name}
			for _, option := range options {
				option(e)
			}
			errs = append(errs, e)
		})
	}
	core.Walk(schema, doc, observers)
	if len(errs) > 0 {
		return nil, errs
	}
	return doc, nil
}
