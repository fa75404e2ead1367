package operation

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// libraryRules are the rules of GraphQL spec 5 that gqlparser implements as we need them. Those it
// would pay for per error (suggestions), per pair of types or per pair of fields, or where it lets
// through what the spec forbids, are ours: check.go, literal.go and overlap.go.
var libraryRules = []core.Rule{
	rules.LoneAnonymousOperationRule,
	rules.KnownRootTypeRule,
	rules.UniqueFragmentNamesRule,
	rules.KnownTypeNamesRuleWithoutSuggestions,
	rules.FragmentsOnCompositeTypesRule,
	rules.KnownFragmentNamesRule,
	rules.NoUnusedFragmentsRule,
	rules.NoFragmentCyclesRule,
	rules.ScalarLeafsRule,
	rules.KnownArgumentNamesRuleWithoutSuggestions,
	rules.UniqueArgumentNamesRule,
	rules.ProvidedRequiredArgumentsRule,
	rules.KnownDirectivesRule,
	rules.UniqueDirectivesPerLocationRule,
	rules.UniqueInputFieldNamesRule,
	rules.UniqueVariableNamesRule,
	rules.VariablesAreInputTypesRule,
	rules.NoUndefinedVariablesRule,
	rules.NoUnusedVariablesRule,
	rules.VariablesInAllowedPositionRule,
	rules.MaxIntrospectionDepth,
}

// validator collects the errors of one document, without repetition and up to a limit.
type validator struct {
	*Parser
	doc  *ast.QueryDocument
	errs gqlerr.List
	seen map[string]bool
	// dropped counts the errors past the limit.
	dropped int
}

// validate implements "Validation" (GraphQL spec 5) for the whole document.
func (p *Parser) validate(doc *ast.QueryDocument) gqlerr.List {
	v := &validator{Parser: p, doc: doc, seen: map[string]bool{}}
	v.runLibraryRules()
	v.checkDocument()
	if len(v.errs) == 0 {
		v.checkOverlaps()
	}
	slices.SortStableFunc(v.errs, func(a, b *gqlerr.Error) int { return comparePlaces(a.Locations, b.Locations) })
	if v.dropped > 0 {
		v.errs = append(v.errs, &gqlerr.Error{
			Message: fmt.Sprintf("There are more errors than these %d; mend them first.", len(v.errs)),
			Code:    gqlerr.ValidationFailed,
		})
	}
	return v.errs
}

// comparePlaces orders errors by their first place in the document.
func comparePlaces(a, b []gqlerr.Location) int {
	if len(a) == 0 || len(b) == 0 {
		return cmp.Compare(len(a), len(b))
	}
	return cmp.Or(cmp.Compare(a[0].Line, b[0].Line), cmp.Compare(a[0].Column, b[0].Column))
}

func (v *validator) runLibraryRules() {
	events := &core.Events{}
	for _, rule := range libraryRules {
		if rule.Name == rules.NoUnusedFragmentsRule.Name && len(v.doc.Operations) == 0 {
			continue // a file of fragments is for others to use
		}
		rule.RuleFunc(events, func(options ...core.ErrorOption) {
			if len(v.errs) >= v.limits.MaxErrors {
				v.dropped++
				return
			}
			err := &gqlerror.Error{}
			for _, option := range options {
				option(err)
			}
			v.addError(fromLibrary(err))
		})
	}
	core.Walk(v.ast, v.doc, events)
}

func fromLibrary(err *gqlerror.Error) *gqlerr.Error {
	out := &gqlerr.Error{Message: err.Message, Code: gqlerr.ValidationFailed}
	for _, l := range err.Locations {
		out.Locations = append(out.Locations, gqlerr.Location{Line: l.Line, Column: l.Column})
	}
	return out
}

// add reports an error at a place of the document.
func (v *validator) add(pos *ast.Position, format string, args ...any) {
	if len(v.errs) >= v.limits.MaxErrors {
		v.dropped++
		return
	}
	v.addError(&gqlerr.Error{
		Message: fmt.Sprintf(format, args...), Code: gqlerr.ValidationFailed, Locations: locate(pos),
	})
}

// addError keeps err unless it was reported already: a fragment is walked once for each operation
// that spreads it, and once for itself.
func (v *validator) addError(err *gqlerr.Error) {
	key := fmt.Sprint(err.Message, err.Locations)
	if v.seen[key] {
		return
	}
	v.seen[key] = true
	v.errs = append(v.errs, err)
}

// isFull reports whether no further error would be kept, so that a search may end.
func (v *validator) isFull() bool { return len(v.errs) >= v.limits.MaxErrors }

// checkDocument runs the rules of ours on each operation and fragment.
func (v *validator) checkDocument() {
	named := map[string]bool{}
	for _, op := range v.doc.Operations {
		if op.Name != "" && named[op.Name] {
			v.add(op.Position, "Two operations are named %q: names must be unique.", clip(op.Name))
		}
		named[op.Name] = true
		root := v.root(op.Operation)
		if root == nil {
			continue // reported by KnownRootType
		}
		for _, def := range op.VariableDefinitions {
			v.checkDefault(def)
			v.checkDirectiveValues(def.Directives)
		}
		v.checkDirectiveValues(op.Directives)
		v.checkSelections(root, op.SelectionSet)
		if op.Operation == ast.Subscription {
			v.checkSubscription(op)
		}
	}
	for _, f := range v.doc.Fragments {
		if len(f.VariableDefinition) > 0 {
			v.add(f.Position, "Fragment %q declares variables: only operations may.", f.Name)
		}
		v.checkDirectiveValues(f.Directives)
		if on := v.api.Type(f.TypeCondition); on != nil && on.IsComposite() {
			v.checkSelections(on, f.SelectionSet)
		}
	}
}

// root returns the root operation type, or nil.
func (p *Parser) root(op ast.Operation) *schema.Type {
	switch op {
	case ast.Query, "":
		return p.api.Query
	case ast.Mutation:
		return p.api.Mutation
	case ast.Subscription:
		return p.api.Subscription
	}
	return nil
}

// fieldOf returns the definition of a field selected on a composite type; nil when there is none.
// "__typename" has none and is known everywhere.
func (p *Parser) fieldOf(parent *schema.Type, name string) *schema.Field {
	if parent == p.api.Query {
		switch name {
		case "__schema":
			return p.schemaField
		case "__type":
			return p.typeField
		}
	}
	if parent.Kind == schema.Union {
		return nil
	}
	return parent.Field(name)
}

// checkSubscription implements "Single Root Field" (GraphQL spec 5.2.4.1): one response key, and
// no condition on it, as whether there is a stream cannot depend on a variable.
func (v *validator) checkSubscription(op *ast.OperationDefinition) {
	var keys []string
	visited := map[string]bool{}
	var collect func(set ast.SelectionSet)
	conditional := func(directives ast.DirectiveList, pos *ast.Position) {
		for _, d := range directives {
			if d.Name == "skip" || d.Name == "include" {
				v.add(pos, "Subscription root fields must not have @%s.", d.Name)
			}
		}
	}
	collect = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				conditional(s.Directives, s.Position)
				if s.Name == "__typename" {
					v.add(s.Position, "A subscription must select a field of the root, not %q.", s.Name)
				}
				if !slices.Contains(keys, s.Alias) {
					keys = append(keys, s.Alias)
					if len(keys) > 1 {
						v.add(s.Position, "A subscription must have one root field; %q is one more.", s.Alias)
					}
				}
			case *ast.InlineFragment:
				conditional(s.Directives, s.Position)
				collect(s.SelectionSet)
			case *ast.FragmentSpread:
				conditional(s.Directives, s.Position)
				if s.Definition != nil && !visited[s.Name] {
					visited[s.Name] = true
					collect(s.Definition.SelectionSet)
				}
			}
			if v.isFull() {
				return
			}
		}
	}
	collect(op.SelectionSet)
}
