package schema

// parseDescription reads the description of what follows, if there is one.
func (p *sdlParser) parseDescription() (text string, ok bool) {
	if p.kind != stringToken {
		return "", false
	}
	text = p.text
	p.next()
	return text, true
}

func (p *sdlParser) parseName() string {
	name := p.text
	p.expect(nameToken)
	return name
}

// expect passes a token of the kind; any other one is a fault.
func (p *sdlParser) expect(kind token) {
	if p.kind != kind {
		p.fail()
		return
	}
	p.next()
}

// skip passes a token if it is of the kind.
func (p *sdlParser) skip(kind token) bool {
	if p.kind != kind {
		return false
	}
	p.next()
	return true
}

// some reads one thing or more between brackets, or nothing where there is no bracket.
func (p *sdlParser) some(opening, closing token, parse func()) {
	if !p.skip(opening) {
		return
	}
	if p.kind == closing {
		p.fail()
	}
	for p.kind != closing && p.kind != badToken && p.kind != endToken {
		parse()
	}
	p.expect(closing)
}

// nest enters a list or value; leave must follow.
func (p *sdlParser) nest() {
	if p.depth++; p.depth > maxNesting {
		p.fail()
	}
}

func (p *sdlParser) leave() { p.depth-- }

// parseTypeRef implements "Type References" (GraphQL spec 2.11).
func (p *sdlParser) parseTypeRef() *TypeRef {
	if p.skip('[') {
		ref := one(&p.refs)
		p.nest()
		ref.Elem = p.parseTypeRef()
		p.leave()
		p.expect(']')
		ref.NonNull = p.skip('!')
		return ref
	}
	name := p.parseName()
	return p.named(name, p.skip('!'))
}

// nameSlots is the size of small tables of names that were seen lately.
const nameSlots = 64

// nameSlot is the place of a name in such a table.
func nameSlot(name string) int {
	if name == "" {
		return 0
	}
	return (len(name)*7 + int(name[0])*3 + int(name[len(name)-1])) % nameSlots
}

// named returns the use of a named type, if possible one that was made before.
func (p *sdlParser) named(name string, nonNull bool) *TypeRef {
	at := nameSlot(name)
	if ref := p.known[at]; ref != nil && ref.Name == name && ref.NonNull == nonNull {
		return ref
	}
	ref := one(&p.refs)
	ref.Name, ref.NonNull = name, nonNull
	p.known[at] = ref
	return ref
}

func (p *sdlParser) parseDefault() *Value {
	if !p.skip('=') {
		return nil
	}
	v := p.parseValue()
	return &v
}

// parseValue implements "Input Values" (GraphQL spec 2.9), for constants.
func (p *sdlParser) parseValue() Value {
	v := Value{Raw: p.text}
	switch p.kind {
	case '[':
		return p.parseList()
	case '{':
		return p.parseObject()
	case intToken:
		v.Kind = Int
	case floatToken:
		v.Kind = Float
	case stringToken:
		v.Kind = String
	case nameToken:
		switch v.Raw {
		case "true", "false":
			v.Kind = Boolean
		case "null":
			v.Kind = Null
		default:
			v.Kind = EnumLiteral
		}
	default:
		p.fail()
	}
	p.next()
	return v
}

func (p *sdlParser) parseList() Value {
	p.nest()
	defer p.leave()
	p.expect('[')
	v := Value{Kind: ListValue}
	for p.kind != ']' && p.kind != badToken && p.kind != endToken {
		v.Items = append(v.Items, p.parseValue())
	}
	p.expect(']')
	return v
}

func (p *sdlParser) parseObject() Value {
	p.nest()
	defer p.leave()
	p.expect('{')
	v := Value{Kind: ObjectValue}
	for p.kind != '}' && p.kind != badToken && p.kind != endToken {
		name := p.parseName()
		p.expect(':')
		v.Fields = append(v.Fields, Argument{Name: name, Value: p.parseValue()})
	}
	p.expect('}')
	return v
}

// parseDirectives reads applications of directives.
func (p *sdlParser) parseDirectives() []Directive {
	var out []Directive
	for p.kind == '@' {
		p.next()
		d := Directive{Pos: p.position()}
		if d.Pos.Column > 1 {
			d.Pos.Column-- // the place of the "@"
		}
		d.Name = p.parseName()
		p.some('(', ')', func() {
			name := p.parseName()
			p.expect(':')
			d.Args = append(d.Args, Argument{Name: name, Value: p.parseValue()})
		})
		out = append(out, d)
	}
	return out
}
