package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
	"github.com/weft-graph/weft/graph/supergraph"
)

// merger holds the subgraphs and what has been merged of them so far.
type merger struct {
	subgraphs []*federation.Subgraph
	// version is the highest version of Federation among the subgraphs.
	version federation.Version
	diags   diag.List

	// types are all merged types, by name.
	types  []*mergedType
	byName map[string]*mergedType
	// directives are the merged definitions of executable and composed directives.
	directives []*schema.DirectiveDefinition
	// applied are the merged directives on the schema definition, description is its own.
	applied     []schema.Directive
	description string
	// composed says which custom directives are composed, see composeDirectives.
	composed *composedDirectives
	// features are the names of directives that are applied in the result and need a link.
	features map[string]bool
	// featureNames are the names by which subgraphs apply those directives.
	featureNames map[string][]featureName
	// interfaceObjects are the subgraphs that have a type as an interface object.
	interfaceObjects map[string][]int
	// values are the values of long enums, by name, see enumValue.
	values map[*federation.Type]map[string]*schema.EnumValue
	// enumUse is where each enum is used.
	enumUse map[string]enumUse
	// mixedReturns are shared fields that return other types in some subgraphs.
	mixedReturns []mixedReturn
	// returned are the types that each subgraph returns, as far as somebody asked, see returns.
	returned []map[string]bool

	// before is the run whose types are kept; nil where all is merged anew. isFarReaching is set where it
	// shows that they must not be kept.
	before        *composition
	isFarReaching bool
	// noted is what was found of the type that is being merged, while isNoting.
	noted    findings
	isNoting bool
	// prover is used again for each type.
	prover prover
}

// mergedType is a type of the supergraph with what each subgraph has of it.
type mergedType struct {
	def *schema.Type
	// sources by subgraph; nil where the subgraph does not have the type.
	sources bySubgraph[*federation.Type]
	fields  []*mergedField
	// isKept is set for a type that is as it was in the run before; found is what was found of it by pass.
	isKept bool
	found  map[pass]*findings
	// inSubgraphs are the parts of the supergraph that its sources become.
	inSubgraphs []*supergraph.SubgraphType
	// fragile are the fields of which hintFragile asks where their objects come from.
	fragile []*mergedField
	// isProven is set where all fields can be answered wherever the object was read, see proves.
	isProven bool
}

// mergedField is a field of the supergraph with what each subgraph has of it.
type mergedField struct {
	parent *mergedType
	def    *schema.Field
	// sources by subgraph; nil where the subgraph does not have the field.
	sources bySubgraph[*federation.Field]
	// overridden says by subgraph what an @override did to the field; few fields have any.
	overridden map[int]*overridden
	// isAbstracted is set for a field of an object type that only interface objects resolve.
	isAbstracted bool
}

// enumUse says where an enum is used.
type enumUse struct{ input, output bool }

func newMerger(subgraphs []*federation.Subgraph) *merger {
	m := &merger{
		subgraphs: subgraphs, version: federation.FirstFed2,
		byName: map[string]*mergedType{}, features: map[string]bool{}, enumUse: map[string]enumUse{},
		featureNames: map[string][]featureName{}, interfaceObjects: map[string][]int{},
		returned: make([]map[string]bool, len(subgraphs)),
	}
	for _, sub := range subgraphs {
		if m.version.Less(sub.Version) {
			m.version = sub.Version
		}
	}
	for _, sub := range subgraphs {
		m.raiseVersion(sub)
	}
	return m
}

// raiseVersion follows links to features that are newer than the Federation of their subgraph.
func (m *merger) raiseVersion(sub *federation.Subgraph) {
	for _, link := range sub.Links.List {
		feature := federation.FeatureOf(link.Identity)
		if feature == nil || sub.IsFed1() || sub.Version.AtLeast(feature.Since) {
			continue
		}
		m.add(diag.Info, diag.ImplicitlyUpgradedFederationVersion, []diag.Position{sub.At(link.Pos)},
			fmt.Sprintf("link %s/%s in %q", federation.FederationIdentity, feature.Since, sub.Name),
			"%q needs Federation %s, %q links %s: the graph is composed as %s", link.URL, feature.Since, sub.Name, sub.Version, feature.Since)
		if m.version.Less(feature.Since) {
			m.version = feature.Since
		}
	}
}

// merge merges everything, kind by kind: what a later pass needs of types in general (which there
// are, what implements what) comes first.
func (m *merger) merge() diag.List {
	m.composeDirectives()
	m.collectTypes()
	m.checkBases()
	m.mergeImplements()
	m.mergeUnions()
	m.checkInterfaceObjects()
	m.checkReach()
	m.collectFields()
	m.applyOverrides()
	m.mergeFields()
	m.addAbstractedFields()
	m.mergeInputFields()
	m.mergeExecutableDirectives()
	m.mergeEnums()
	m.mergeTypeMetadata()
	m.mergeSchemaMetadata()
	m.checkFeatureNames()
	m.propagateAuth()
	m.checkQueries()
	return m.takeDiags()
}

func (m *merger) takeDiags() diag.List {
	out := m.diags
	m.diags = nil
	return out
}

// report adds an error.
func (m *merger) report(code diag.Code, positions []diag.Position, fix, format string, args ...any) {
	m.add(diag.Error, code, positions, fix, format, args...)
}

func (m *merger) add(severity diag.Severity, code diag.Code, positions []diag.Position, fix, format string, args ...any) {
	m.diags = append(m.diags, diag.Diagnostic{
		Code: code, Severity: severity, Message: fmt.Sprintf(format, args...), Positions: positions, Fix: fix,
	})
}

// collectTypes makes the merged types and refuses one name with two kinds.
func (m *merger) collectTypes() {
	if m.before != nil {
		return // keepTypes did
	}
	for i, sub := range m.subgraphs {
		for _, t := range sub.Types {
			merged := m.byName[t.Name]
			if merged == nil {
				merged = &mergedType{def: &schema.Type{Name: t.Name}}
				m.byName[t.Name] = merged
				m.types = append(m.types, merged)
			}
			merged.sources.set(i, t)
			if t.InterfaceObject != nil {
				m.interfaceObjects[t.Name] = append(m.interfaceObjects[t.Name], i)
			}
		}
	}
	slices.SortFunc(m.types, func(a, b *mergedType) int { return strings.Compare(a.def.Name, b.def.Name) })
	for _, t := range m.types {
		m.mergeKind(t)
	}
}

// mergeKind finds the one kind of a type; an interface object has the kind of its interface. A type of
// several kinds keeps one of them, so that other faults of it are found too.
func (m *merger) mergeKind(t *mergedType) {
	var kinds []schema.Kind
	var interfaceObject bool
	for _, source := range t.sources.all() {
		switch {
		case source.InterfaceObject != nil:
			interfaceObject = true
		case !slices.Contains(kinds, source.Kind):
			kinds = append(kinds, source.Kind)
		}
	}
	if interfaceObject && len(kinds) == 0 {
		m.report(diag.InterfaceObjectUsageError, m.typePositions(t, nil), fmt.Sprintf("define \"interface %s\" with its key in another subgraph", t.def.Name),
			"%q is an @interfaceObject in every subgraph that has it: no subgraph defines the interface", t.def.Name)
		t.def.Kind = schema.Interface
		return
	}
	if interfaceObject && !slices.Contains(kinds, schema.Interface) {
		kinds = append(kinds, schema.Interface)
	}
	t.def.Kind = kinds[0]
	if len(kinds) == 1 {
		return
	}
	var parts []string
	for i, source := range t.sources.all() {
		kind := source.Kind.String()
		if source.InterfaceObject != nil {
			kind = "interface object"
		}
		parts = append(parts, fmt.Sprintf("%s in %q", kind, m.subgraphs[i].Name))
	}
	m.report(diag.TypeKindMismatch, m.typePositions(t, nil), m.kindFix(t),
		"type %q is not of one kind: %s", t.def.Name, strings.Join(parts, ", "))
	t.keepFirstKind()
}

// kindFix is the edit that makes a type one of one kind. Where it is an interface in some subgraphs and an object
// with a key in others, those probably meant an interface object.
func (m *merger) kindFix(t *mergedType) string {
	var meant []diag.Position
	isInterface := false
	for i, source := range t.sources.all() {
		switch {
		case source.Kind == schema.Interface:
			isInterface = true
		case source.Kind == schema.Object && source.InterfaceObject == nil && len(source.Keys) > 0:
			meant = append(meant, m.subgraphs[i].At(source.Def.Pos))
		case source.InterfaceObject == nil:
			return fmt.Sprintf("rename %q in all but one kind", t.def.Name)
		}
	}
	if !isInterface || len(meant) == 0 {
		return fmt.Sprintf("rename %q in all but one kind", t.def.Name)
	}
	return fmt.Sprintf("put @interfaceObject on %q %s, or rename it there", t.def.Name, at(meant...))
}

// keepFirstKind drops the sources that are not of the first one's kind.
func (t *mergedType) keepFirstKind() {
	kindOf := func(source *federation.Type) schema.Kind {
		if source.InterfaceObject != nil {
			return schema.Interface
		}
		return source.Kind
	}
	t.def.Kind = kindOf(t.sources[0].value)
	t.sources.drop(func(_ int, source *federation.Type) bool { return kindOf(source) != t.def.Kind })
}

// typePositions are the places of a type in the subgraphs that keep accepts (nil: all).
func (m *merger) typePositions(t *mergedType, keep func(*federation.Type) bool) []diag.Position {
	var out []diag.Position
	for i, source := range t.sources.all() {
		if keep == nil || keep(source) {
			out = append(out, m.subgraphs[i].At(source.Def.Pos))
		}
	}
	return out
}

// fieldPositions are the places of a field in the subgraphs.
func (m *merger) fieldPositions(f *mergedField) []diag.Position {
	var out []diag.Position
	for i, source := range f.sources.all() {
		out = append(out, m.subgraphs[i].At(source.Def.Pos))
	}
	return out
}

// coordinate is "Type.field".
func (f *mergedField) coordinate() string { return f.parent.def.Name + "." + f.def.Name }

// field returns the merged field called name, or nil.
func (t *mergedType) field(name string) *mergedField {
	for _, f := range t.fields {
		if f.def.Name == name {
			return f
		}
	}
	return nil
}

// names lists the subgraphs for which has is true: `"a", "b" and "c"`.
func (m *merger) names(has func(i int) bool) string {
	var parts []string
	for i, sub := range m.subgraphs {
		if has(i) {
			parts = append(parts, fmt.Sprintf("%q", sub.Name))
		}
	}
	return joinAnd(parts)
}

// indexes are the numbers of the items of a list.
func indexes[T any](list []T) []int {
	out := make([]int, len(list))
	for i := range out {
		out[i] = i
	}
	return out
}

func joinAnd(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// mergeImplements merges what implements what: the union over the subgraphs.
func (m *merger) mergeImplements() {
	for _, t := range m.types {
		if t.isKept {
			continue
		}
		for _, source := range t.sources.all() {
			for _, name := range source.Def.Interfaces {
				if !slices.Contains(t.def.Interfaces, name) && m.byName[name] != nil {
					t.def.Interfaces = append(t.def.Interfaces, name)
				}
			}
		}
	}
}

// mergeUnions merges the members of unions: the union over the subgraphs.
func (m *merger) mergeUnions() {
	m.eachType(unionsPass, func(t *mergedType) {
		if t.def.Kind != schema.Union {
			return
		}
		for _, source := range t.sources.all() {
			for _, name := range source.Def.Members {
				if !slices.Contains(t.def.Members, name) {
					t.def.Members = append(t.def.Members, name)
				}
			}
		}
		m.hintMembers(t)
	})
}

// isSubtype is schema.IsSubtype on the merged types.
func (m *merger) isSubtype(sub, super *schema.TypeRef) bool {
	if super.NonNull && !sub.NonNull || (sub.Elem == nil) != (super.Elem == nil) {
		return false
	}
	if sub.Elem != nil {
		return m.isSubtype(sub.Elem, super.Elem)
	}
	if sub.Name == super.Name {
		return true
	}
	subType, superType := m.byName[sub.Name], m.byName[super.Name]
	if subType == nil || superType == nil {
		return false
	}
	return slices.Contains(subType.def.Interfaces, super.Name) || slices.Contains(superType.def.Members, sub.Name)
}

// description returns the most frequent text; of equally frequent ones the first.
func description(texts []string) string {
	best, most := "", 0
	count := map[string]int{}
	for _, text := range texts {
		if text != "" {
			count[text]++
		}
	}
	for _, text := range texts {
		if count[text] > most {
			best, most = text, count[text]
		}
	}
	return best
}
