package plan

// memberType says what a value that was read for a field set must be: what it is of every type of object
// that it is read of.
func (b *builder) memberType(f *built) *MemberType {
	out := &MemberType{Coordinate: f.want.scope + "." + f.want.name, Subgraph: f.subgraph, On: f.on}
	if t := b.g.Supergraph.API().Type(f.want.scope); t == nil || t.Field(f.want.name) == nil {
		out.Hidden = true
	}
	for i, t := range f.on.Indexes() {
		var own *Completion
		if ref := typeOf(b.g, b.g.Types[t].Name, f.want.name); ref != nil {
			own = completion(b.g.Supergraph.Schema, ref)
		}
		if i == 0 {
			out.Type = own
		} else {
			out.Type = looser(out.Type, own)
		}
	}
	if f.place != nil && f.place.layout.Type < 0 {
		out.Possible = b.g.Possible(f.want.typeName)
	}
	return out
}

// either is what a value must be that stands for both.
func either(a, b *MemberType) *MemberType {
	if a == nil || b == nil || a == b {
		return a
	}
	out := *a
	out.Type = looser(a.Type, b.Type)
	out.On = a.On.Or(b.On)
	return &out
}

// looser is a type that has the values of both, which differ in what may be null; nil if they differ
// in more.
func looser(a, b *Completion) *Completion {
	if a == nil || b == nil || a.TypeName != b.TypeName || (a.Elem == nil) != (b.Elem == nil) {
		return nil
	}
	out := *a
	out.NonNull = a.NonNull && b.NonNull
	if a.Elem != nil {
		if out.Elem = looser(a.Elem, b.Elem); out.Elem == nil {
			return nil
		}
	}
	return &out
}
