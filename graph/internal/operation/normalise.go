package operation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/schema"
)

const (
	// maxNormaliseWork bounds the selections that normalising one operation looks at.
	maxNormaliseWork = 300_000
	// maxConjunctions bounds the alternatives in the condition of a field that depends on its other places in the
	// response, maxOccurrences those before they are simplified, and those under which a field is written at all.
	maxConjunctions = 32
	maxOccurrences  = 256
)

// normaliser makes one Operation of a valid document.
type normaliser struct {
	*Parser
	op        *Operation
	def       *ast.OperationDefinition
	variables map[string]int
	// literals finds the variable of a literal by its type and JSON.
	literals     map[string]int
	requirements map[string]int
	work, fields int
	// failed is set once a bound is passed; the rest of the work is then cut short.
	failed *gqlerr.Error
	// guard is what the field in work needs: variables that are not null. introspects is set for an
	// introspection field.
	guard       Conjunction
	introspects bool
}

// part is a selection set as written on the type scope, to be merged with others: for which runtime
// types it holds, and when.
type part struct {
	scope *schema.Type
	set   ast.SelectionSet
	on    schema.TypeSet
	when  Conjunction
}

// occurrence is one field as written; at numbers the fields of a merged set in the order in which
// they are met.
type occurrence struct {
	at    int
	field *ast.Field
	scope *schema.Type
	def   *schema.Field
	on    schema.TypeSet
	when  Conjunction
}

// normalise resolves fragments, merges equal fields, attaches conditions and turns literals into
// variables. The operation must be valid.
func (p *Parser) normalise(doc *ast.QueryDocument, def *ast.OperationDefinition) (*Operation, *gqlerr.Error) {
	n := &normaliser{
		Parser: p, def: def,
		op:        &Operation{Kind: kindOf(def.Operation), Name: def.Name, types: p.objects},
		variables: map[string]int{}, literals: map[string]int{}, requirements: map[string]int{},
	}
	linkFragments(doc, def.SelectionSet, map[string]bool{})
	n.declareVariables()
	n.op.byName = n.variables
	root := p.root(def.Operation)
	set := n.mergeSets(root, []part{{scope: root, set: def.SelectionSet, on: root.Possible()}}, nil)
	if n.failed != nil {
		return nil, n.failed
	}
	n.op.Root = set
	if len(set.Fields) == 0 && n.op.Kind == Subscription {
		return nil, &gqlerr.Error{Message: "The subscription selects no field.", Code: gqlerr.ValidationFailed}
	}
	return n.op, nil
}

func kindOf(op ast.Operation) Kind {
	switch op {
	case ast.Mutation:
		return Mutation
	case ast.Subscription:
		return Subscription
	case ast.Query:
	}
	return Query
}

// linkFragments points the spreads below a selection set to their definitions.
func linkFragments(doc *ast.QueryDocument, set ast.SelectionSet, linked map[string]bool) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			linkFragments(doc, s.SelectionSet, linked)
		case *ast.InlineFragment:
			linkFragments(doc, s.SelectionSet, linked)
		case *ast.FragmentSpread:
			if s.Definition == nil {
				s.Definition = doc.Fragments.ForName(s.Name)
			}
			if !linked[s.Name] {
				linked[s.Name] = true
				linkFragments(doc, s.Definition.SelectionSet, linked)
			}
		}
	}
}

func (n *normaliser) declareVariables() {
	for _, def := range n.def.VariableDefinitions {
		v := &Variable{Name: def.Variable, Type: typeRef(def.Type)}
		if def.DefaultValue != nil {
			v.Default = n.appendLiteral(nil, def.DefaultValue, v.Type)
		}
		n.variables[def.Variable] = len(n.op.Variables)
		n.op.Variables = append(n.op.Variables, v)
		n.op.literals = append(n.op.literals, nil)
	}
}

func (n *normaliser) fail(err *gqlerr.Error) {
	if n.failed == nil {
		err.Locations = locate(n.def.Position)
		n.failed = err
	}
}

// mergeSets makes one selection set of the parts. given are the literals that hold wherever the set
// is reached.
func (n *normaliser) mergeSets(parent *schema.Type, parts []part, given Conjunction) *SelectionSet {
	c := &collector{normaliser: n, given: given, byKey: map[string]int{}, spread: map[string][]part{}}
	for _, p := range parts {
		if on := p.on.And(parent.Possible()); !on.IsEmpty() {
			c.collect(part{scope: p.scope, set: p.set, on: on, when: p.when})
		}
	}
	set := &SelectionSet{Parent: parent}
	if n.failed == nil {
		set.Fields = n.mergeFields(parent, c.keys, given)
	}
	return set
}

// collector gathers the occurrences of each response key, in the order of "CollectFields" (GraphQL
// spec 6.3.2).
type collector struct {
	*normaliser
	given  Conjunction
	at     int
	byKey  map[string]int
	keys   [][]occurrence
	spread map[string][]part
}

func (c *collector) collect(p part) {
	for _, selection := range p.set {
		if c.work++; c.work > maxNormaliseWork {
			c.fail(&gqlerr.Error{
				Message: "The operation is too large once its fragments are resolved. Spread fewer fragments inside others.",
				Code:    gqlerr.LimitExceeded,
			})
		}
		if c.failed != nil {
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			if when, ok := c.condition(p.when, s.Directives); ok {
				c.addField(p, s, when)
			}
		case *ast.InlineFragment:
			on := p.scope
			if s.TypeCondition != "" {
				on = c.api.Type(s.TypeCondition)
			}
			c.collectFragment(p, part{scope: on, set: s.SelectionSet}, s.Directives)
		case *ast.FragmentSpread:
			on := c.api.Type(s.Definition.TypeCondition)
			if inner, ok := c.enter(p, part{scope: on, set: s.Definition.SelectionSet}, s.Directives); ok && !c.wasSpread(s.Name, inner) {
				c.spread[s.Name] = append(c.spread[s.Name], inner)
				c.collect(inner)
			}
		}
	}
}

func (c *collector) collectFragment(outer, inner part, directives ast.DirectiveList) {
	if inner, ok := c.enter(outer, inner, directives); ok {
		c.collect(inner)
	}
}

// enter narrows a fragment to the types and conditions that it is met with; false if it never holds.
func (c *collector) enter(outer, inner part, directives ast.DirectiveList) (part, bool) {
	when, ok := c.condition(outer.when, directives)
	inner.on, inner.when = outer.on.And(inner.scope.Possible()), when
	return inner, ok && !inner.on.IsEmpty()
}

// wasSpread reports whether a fragment was collected already for these types under a condition that
// is no stricter.
func (c *collector) wasSpread(name string, p part) bool {
	return slices.ContainsFunc(c.spread[name], func(earlier part) bool {
		return earlier.on.Contains(p.on) && p.when.implies(earlier.when)
	})
}

func (c *collector) addField(p part, f *ast.Field, when Conjunction) {
	i, ok := c.byKey[f.Alias]
	if !ok {
		i = len(c.keys)
		c.byKey[f.Alias] = i
		c.keys = append(c.keys, nil)
	}
	c.at++
	c.keys[i] = append(c.keys[i], occurrence{
		at: c.at, field: f, scope: p.scope, def: c.fieldOf(p.scope, f.Name), on: p.on, when: when,
	})
}

// condition adds @skip and @include to a condition; false if it never holds. Constants are folded,
// and so is what is given.
func (c *collector) condition(when Conjunction, directives ast.DirectiveList) (Conjunction, bool) {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		value, negated := d.Arguments.ForName("if").Value, d.Name == "skip"
		if value.Kind == ast.BooleanValue {
			if (value.Raw == "true") == negated {
				return nil, false
			}
			continue
		}
		v := c.variables[value.Raw]
		c.op.Variables[v].requireValue()
		literal := Conjunction{{Variable: v, Negated: negated}}
		both, ok := when.and(literal)
		if !ok {
			return nil, false
		}
		when = both
	}
	return when.minus(c.given), c.given.canMeet(when)
}

// requireValue notes that null is no value for a variable although its type allows null: it, or the
// place where it stands, has a default, and null is not allowed there (GraphQL spec 5.8.5).
func (v *Variable) requireValue() {
	if !v.Type.NonNull {
		v.notNull = true
	}
}

// arguments makes the arguments of a field, in order of their definition.
func (n *normaliser) arguments(f *ast.Field, def *schema.Field) []Argument {
	if len(f.Arguments) == 0 {
		return nil
	}
	n.introspects = strings.HasPrefix(f.Name, "__")
	var out []Argument
	for _, argDef := range def.Args {
		if arg := f.Arguments.ForName(argDef.Name); arg != nil {
			out = append(out, Argument{Name: arg.Name, Type: argDef.Type, Value: n.value(arg.Value, argDef.Type)})
		}
	}
	return out
}

// value makes a Value: a variable for a literal, a template around variables.
func (n *normaliser) value(v *ast.Value, t *schema.TypeRef) Value {
	if v.Kind == ast.Variable {
		i := n.variables[v.Raw]
		if t.NonNull {
			i = n.requireNonNull(i)
		}
		return Value{Kind: VariableValue, Variable: i}
	}
	if !hasVariable(v) {
		return Value{Kind: VariableValue, Variable: n.literal(v, t)}
	}
	if t.Elem != nil && v.Kind != ast.ListValue {
		return Value{Kind: ListTemplate, Items: []Value{n.value(v, t.Elem)}}
	}
	if v.Kind == ast.ListValue {
		out := Value{Kind: ListTemplate}
		elem := t.Elem
		if elem == nil { // inside a custom scalar
			elem = &schema.TypeRef{Name: t.Name}
		}
		for _, item := range v.Children {
			out.Items = append(out.Items, n.value(item.Value, elem))
		}
		return out
	}
	out := Value{Kind: ObjectTemplate}
	def := n.api.Type(t.Name)
	for _, child := range v.Children {
		childType := &schema.TypeRef{Name: t.Name} // inside a custom scalar
		if def.Kind == schema.InputObject {
			childType = def.Field(child.Name).Type
		}
		out.Names = append(out.Names, child.Name)
		out.Items = append(out.Items, n.value(child.Value, childType))
	}
	return out
}

// requireNonNull makes the field whose arguments are being made an error while a variable is null
// that may be null by its type: it or the argument has a default. It returns the variable to send.
// Nothing of a subscription can run without its field, and introspection is not planned: there null
// is refused at once.
func (n *normaliser) requireNonNull(i int) int {
	v := n.op.Variables[i]
	if v.Type.NonNull {
		return i
	}
	if n.op.Kind == Subscription || n.introspects {
		v.requireValue()
		return i
	}
	guard := n.derived("non-null $"+v.Name, Variable{Type: &schema.TypeRef{Name: "Boolean", NonNull: true}, nonNullOf: i + 1})
	if literal := (Literal{Variable: guard}); !slices.Contains(n.guard, literal) {
		n.guard, _ = n.guard.and(Conjunction{literal})
	}
	return n.derived("instead of $"+v.Name, Variable{Type: v.Type, Default: v.Default, insteadOf: i + 1})
}

// derived returns the index of a variable whose value is made of another one's.
func (n *normaliser) derived(key string, v Variable) int {
	if i, known := n.literals[key]; known {
		return i
	}
	i := len(n.op.Variables)
	n.literals[key] = i
	v.Name, v.IsLiteral = n.literalName(len(n.literals)), true
	n.op.Variables = append(n.op.Variables, &v)
	n.op.literals = append(n.op.literals, nil)
	return i
}

// literal returns the index of the variable that stands for a literal. Equal literals of one type
// share one, so that equal fields stay equal.
func (n *normaliser) literal(v *ast.Value, t *schema.TypeRef) int {
	json := n.appendLiteral(nil, v, t)
	key := t.String() + " " + string(json)
	if i, ok := n.literals[key]; ok {
		return i
	}
	i := len(n.op.Variables)
	n.literals[key] = i
	n.op.Variables = append(n.op.Variables, &Variable{
		Name: n.literalName(len(n.literals)), Type: t, IsLiteral: true,
	})
	n.op.literals = append(n.op.literals, json)
	return i
}

// literalName returns a name for a literal that no variable of the client has.
func (n *normaliser) literalName(number int) string {
	name := fmt.Sprintf("_%d", number)
	for {
		if _, taken := n.variables[name]; !taken {
			return name
		}
		name = "_" + name
	}
}
