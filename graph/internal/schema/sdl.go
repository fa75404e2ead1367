package schema

// maxNesting bounds how deep list types and values nest in SDL: whoever recurses over them does not
// exhaust the stack.
const maxNesting = 1000

// document is what stands in SDL, before extensions are merged into their types.
type document struct {
	// definitions and extensions are types as far as one declaration says what they are.
	definitions, extensions []*Type
	directives              []*DirectiveDefinition
	// schemas are schema definitions, schemaExtensions their extensions.
	schemas, schemaExtensions []schemaDeclaration
}

// schemaDeclaration is "schema { … }" or an extension of it.
type schemaDeclaration struct {
	description string
	applied     []Directive
	roots       []rootDeclaration
	pos         Position
}

// rootDeclaration is "query: Query".
type rootDeclaration struct {
	operation, name string
	pos             Position
}

// sdlParser implements "Type System" (GraphQL spec 3) by recursive descent. It makes our types at once:
// reading is the largest part of composing, and a syntax tree between would double it. At the first
// fault the token becomes bad for good, and every loop ends.
type sdlParser struct {
	scanner
	doc   document
	depth int
	// fields, args and refs are what is left of blocks: there are so many that making each on its own
	// would cost as much as all the rest.
	fields []Field
	args   []InputValue
	refs   []TypeRef
	// known are uses of types that were read; a use that says the same may be the same.
	known [nameSlots]*TypeRef
	// fieldList and argList are lists in the making, which do not nest.
	fieldList []*Field
	argList   []*InputValue
	argLists  []*InputValue
}

// parseSDL parses SDL; ok is false where it is not SDL.
func parseSDL(file, src string) (doc *document, ok bool) {
	p := &sdlParser{scanner: newScanner(file, src)}
	p.next()
	for p.kind != endToken && p.kind != badToken {
		p.parseDeclaration()
	}
	return &p.doc, p.kind != badToken
}

// one takes the next element of a block.
func one[T any](block *[]T) *T {
	if len(*block) == 0 {
		*block = make([]T, 64)
	}
	out := &(*block)[0]
	*block = (*block)[1:]
	return out
}

func (p *sdlParser) parseDeclaration() {
	description, isDescribed := p.parseDescription()
	switch word := p.parseName(); word {
	case "schema":
		p.doc.schemas = append(p.doc.schemas, p.parseSchema(description))
	case "directive":
		p.doc.directives = append(p.doc.directives, p.parseDirectiveDefinition(description))
	case "extend":
		if isDescribed && description != "" {
			p.fail()
		}
		p.parseExtension()
	default:
		kind, ok := kindOfKeyword(word)
		if !ok {
			p.fail()
			return
		}
		t, _ := p.parseType(kind)
		t.Description = description
		p.doc.definitions = append(p.doc.definitions, t)
	}
}

func kindOfKeyword(word string) (Kind, bool) {
	for kind, keyword := range keywords {
		if keyword == word {
			return Kind(kind), true
		}
	}
	return 0, false
}

// parseExtension implements the extensions of GraphQL spec 3.3 to 3.10: they must say something.
func (p *sdlParser) parseExtension() {
	switch word := p.parseName(); word {
	case "schema":
		extension := p.parseSchema("")
		if len(extension.applied)+len(extension.roots) == 0 {
			p.fail()
		}
		p.doc.schemaExtensions = append(p.doc.schemaExtensions, extension)
	case "directive": // says nothing that we know
		p.expect('@')
		p.parseName()
		if len(p.parseDirectives()) == 0 {
			p.fail()
		}
	default:
		kind, ok := kindOfKeyword(word)
		if !ok {
			p.fail()
			return
		}
		t, isEmpty := p.parseType(kind)
		if isEmpty {
			p.fail()
		}
		p.doc.extensions = append(p.doc.extensions, t)
	}
}

// parseSchema reads what follows "schema".
func (p *sdlParser) parseSchema(description string) schemaDeclaration {
	out := schemaDeclaration{description: description, pos: p.position()}
	out.applied = p.parseDirectives()
	p.some('{', '}', func() {
		root := rootDeclaration{pos: p.position()}
		root.operation = p.parseName()
		if root.operation != "query" && root.operation != "mutation" && root.operation != "subscription" {
			p.fail()
		}
		p.expect(':')
		root.name = p.parseName()
		out.roots = append(out.roots, root)
	})
	return out
}

// parseType reads what follows the keyword; isEmpty is set where that is only a name.
func (p *sdlParser) parseType(kind Kind) (t *Type, isEmpty bool) {
	t = &Type{Kind: kind, Pos: p.position()}
	t.Name = p.parseName()
	if (kind == Object || kind == Interface) && p.kind == nameToken && p.text == "implements" {
		p.next()
		t.Interfaces = p.parseNames('&')
	}
	t.Applied = p.parseDirectives()
	switch kind {
	case Object, Interface:
		t.Fields = p.parseFields(p.parseField)
	case InputObject:
		t.Fields = p.parseFields(p.parseInputField)
	case Union:
		if p.skip('=') {
			t.Members = p.parseNames('|')
		}
	case Enum:
		t.Values = p.parseValues()
	case Scalar:
	}
	return t, len(t.Applied)+len(t.Interfaces)+len(t.Fields)+len(t.Members)+len(t.Values) == 0
}

// parseNames reads names with a sign between them, and perhaps before the first.
func (p *sdlParser) parseNames(between token) []string {
	p.skip(between)
	names := []string{p.parseName()}
	for p.skip(between) {
		names = append(names, p.parseName())
	}
	return names
}

func (p *sdlParser) parseFields(parse func(*Field)) []*Field {
	p.fieldList = p.fieldList[:0]
	p.some('{', '}', func() {
		f := one(&p.fields)
		f.Description, _ = p.parseDescription()
		f.Pos = p.position()
		f.Name = p.parseName()
		parse(f)
		f.Applied = p.parseDirectives()
		p.fieldList = append(p.fieldList, f)
	})
	return append([]*Field(nil), p.fieldList...)
}

func (p *sdlParser) parseField(f *Field) {
	f.Args = p.parseArguments()
	p.expect(':')
	f.Type = p.parseTypeRef()
}

func (p *sdlParser) parseInputField(f *Field) {
	p.expect(':')
	f.Type = p.parseTypeRef()
	f.Default = p.parseDefault()
}

func (p *sdlParser) parseValues() []*EnumValue {
	var out []*EnumValue
	p.some('{', '}', func() {
		v := &EnumValue{}
		v.Description, _ = p.parseDescription()
		v.Pos = p.position()
		v.Name = p.parseName()
		v.Applied = p.parseDirectives()
		out = append(out, v)
	})
	return out
}

// parseArguments implements "ArgumentsDefinition" (GraphQL spec 3.6.1).
func (p *sdlParser) parseArguments() []*InputValue {
	if p.kind != '(' {
		return nil
	}
	p.argList = p.argList[:0]
	p.some('(', ')', func() {
		v := one(&p.args)
		v.Description, _ = p.parseDescription()
		v.Pos = p.position()
		v.Name = p.parseName()
		p.expect(':')
		v.Type = p.parseTypeRef()
		v.Default = p.parseDefault()
		v.Applied = p.parseDirectives()
		p.argList = append(p.argList, v)
	})
	n := len(p.argList)
	if n > len(p.argLists) {
		p.argLists = make([]*InputValue, max(n, 256))
	}
	out := p.argLists[:n:n]
	p.argLists = p.argLists[n:]
	copy(out, p.argList)
	return out
}

func (p *sdlParser) parseDirectiveDefinition(description string) *DirectiveDefinition {
	p.expect('@')
	d := &DirectiveDefinition{Description: description, Pos: p.position()}
	d.Name = p.parseName()
	d.Args = p.parseArguments()
	p.parseDirectives()
	if p.kind == nameToken && p.text == "repeatable" {
		d.Repeatable = true
		p.next()
	}
	if p.parseName() != "on" {
		p.fail()
	}
	d.Locations = p.parseNames('|')
	for _, location := range d.Locations {
		if !isLocation(location) {
			p.fail()
		}
	}
	return d
}

// isLocation reports whether a directive can have the location (GraphQL spec 3.13).
func isLocation(name string) bool {
	switch name {
	case "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION",
		"SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM", "ENUM_VALUE",
		"INPUT_OBJECT", "INPUT_FIELD_DEFINITION", "DIRECTIVE_DEFINITION":
		return true
	}
	return false
}
