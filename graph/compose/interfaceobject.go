package compose

import (
	"fmt"
	"slices"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/federation"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// addAbstractedFields gives the types that implement an interface the fields which another subgraph
// adds to all of them through an interface object.
func (m *merger) addAbstractedFields() {
	if len(m.interfaceObjects) == 0 {
		return
	}
	for _, t := range m.types {
		if t.def.Kind != schema.Object {
			continue
		}
		for _, name := range t.def.Interfaces {
			iface := m.byName[name]
			for _, f := range iface.fields {
				if t.field(f.def.Name) == nil && m.hasInterfaceObjectField(iface, f.def.Name) {
					m.addAbstractedField(t, f)
				}
			}
		}
	}
}

func (m *merger) hasInterfaceObjectField(iface *mergedType, name string) bool {
	return iface.sources.any(func(i int) bool {
		source := iface.sources.get(i)
		if source.InterfaceObject == nil {
			return false
		}
		f := source.Field(name)
		return f != nil && f.External == nil
	})
}

func (m *merger) addAbstractedField(t *mergedType, of *mergedField) {
	def := *of.def
	added := &mergedField{parent: t, def: &def, isAbstracted: true}
	t.fields = append(t.fields, added)
	m.checkSharing(added, true)
}

// checkInterfaceObjects: a subgraph with an interface object knows none of the types behind it, and a
// subgraph that has the interface's key must know all of them.
func (m *merger) checkInterfaceObjects() {
	for _, t := range m.types {
		if t.isKept || t.def.Kind != schema.Interface {
			continue
		}
		for i, source := range t.sources.all() {
			switch {
			case source.InterfaceObject != nil:
				m.checkNoImplementations(t, i)
			case len(source.Keys) > 0 && slices.ContainsFunc(source.Keys, func(k *federation.Key) bool { return k.Resolvable }):
				m.checkAllImplementations(t, i)
			}
		}
	}
}

// implementations are the object types that implement the interface in the supergraph.
func (m *merger) implementations(iface string) []*mergedType {
	var out []*mergedType
	for _, t := range m.types {
		if t.def.Kind == schema.Object && slices.Contains(t.def.Interfaces, iface) {
			out = append(out, t)
		}
	}
	return out
}

func (m *merger) checkNoImplementations(t *mergedType, i int) {
	for _, impl := range m.implementations(t.def.Name) {
		if source := impl.sources.get(i); source != nil {
			m.report(diag.InterfaceObjectUsageError, []diag.Position{m.subgraphs[i].At(t.sources.get(i).Def.Pos), m.subgraphs[i].At(source.Def.Pos)},
				fmt.Sprintf("remove %q from %q, or declare %q as an interface there", impl.def.Name, m.subgraphs[i].Name, t.def.Name),
				"%q is an @interfaceObject in %q, which also has %q, a type that implements it", t.def.Name, m.subgraphs[i].Name, impl.def.Name)
		}
	}
}

func (m *merger) checkAllImplementations(t *mergedType, i int) {
	var missing []string
	for _, impl := range m.implementations(t.def.Name) {
		source := impl.sources.get(i)
		if source == nil || !slices.Contains(source.Def.Interfaces, t.def.Name) {
			missing = append(missing, fmt.Sprintf("%q", impl.def.Name))
		}
	}
	if len(missing) > 0 {
		m.report(diag.InterfaceKeyMissingImplementationType, m.typePositions(t, nil), fmt.Sprintf("add %s to %q", joinAnd(missing), m.subgraphs[i].Name),
			"subgraph %q has a @key on the interface %q and lacks its implementing type %s: it could not say which type an object has",
			m.subgraphs[i].Name, t.def.Name, joinAnd(missing))
	}
}
