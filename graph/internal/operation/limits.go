package operation

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"

	"github.com/weft-graph/weft/graph/gqlerr"
)

// Limits bound what a document may ask for. A zero limit means the default of DefaultLimits.
type Limits struct {
	// MaxTokens bounds the lexical tokens of a document, counted before it is parsed.
	MaxTokens int
	// MaxNesting bounds the brackets open at once, counted before the document is parsed.
	MaxNesting int
	// MaxDepth bounds the fields on the longest path of the normalised operation.
	MaxDepth int
	// MaxHeight bounds the fields of the normalised operation: fragments resolved, equal fields
	// merged.
	MaxHeight int
	// MaxAliases bounds the aliased fields among them.
	MaxAliases int
	// MaxRootFields bounds the fields of the root.
	MaxRootFields int
	// MaxDirectives bounds the directives in the document.
	MaxDirectives int
	// MaxErrors bounds how many errors are reported for one document or one set of variables.
	MaxErrors int
}

// DefaultLimits returns the limits that hold where none is set: far above what applications ask
// for, far below what hurts.
func DefaultLimits() Limits {
	return Limits{
		MaxTokens: 15_000, MaxNesting: 200, MaxDepth: 100, MaxHeight: 10_000,
		MaxAliases: 1_000, MaxRootFields: 500, MaxDirectives: 1_000, MaxErrors: 20,
	}
}

// withDefaults fills zero limits.
func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	for _, f := range []struct {
		limit *int
		value int
	}{
		{&l.MaxTokens, d.MaxTokens}, {&l.MaxNesting, d.MaxNesting}, {&l.MaxDepth, d.MaxDepth},
		{&l.MaxHeight, d.MaxHeight}, {&l.MaxAliases, d.MaxAliases}, {&l.MaxRootFields, d.MaxRootFields},
		{&l.MaxDirectives, d.MaxDirectives}, {&l.MaxErrors, d.MaxErrors},
	} {
		if *f.limit <= 0 {
			*f.limit = f.value
		}
	}
	return l
}

func limitError(code gqlerr.Code, what string, limit, got int) *gqlerr.Error {
	return &gqlerr.Error{
		Message: fmt.Sprintf("The operation has %d %s; this graph allows %d. Ask for less at once.", got, what, limit),
		Code:    code,
	}
}

// checkTokens bounds a document before it is parsed: the parser recurses once for each nesting
// level and allocates for each token. Lexical errors are found here too.
func (l Limits) checkTokens(document string) *gqlerr.Error {
	lex := lexer.New(&ast.Source{Input: document})
	open := 0
	for tokens := 0; ; tokens++ {
		token, err := lex.ReadToken()
		if err != nil {
			return syntaxError(err)
		}
		switch token.Kind {
		case lexer.EOF:
			return nil
		case lexer.BraceL, lexer.ParenL, lexer.BracketL:
			open++
		case lexer.BraceR, lexer.ParenR, lexer.BracketR:
			open--
		default:
		}
		if tokens >= l.MaxTokens {
			return tokenError(gqlerr.TooManyTokens, token, fmt.Sprintf(
				"The document has more than the %d tokens that this graph reads. Split it into several operations.", l.MaxTokens))
		}
		if open > l.MaxNesting {
			return tokenError(gqlerr.TooNested, token, fmt.Sprintf(
				"The document nests deeper than the %d brackets that this graph reads.", l.MaxNesting))
		}
	}
}

func tokenError(code gqlerr.Code, token lexer.Token, message string) *gqlerr.Error {
	return &gqlerr.Error{Message: message, Code: code, Locations: locate(&token.Pos)}
}

// size is what is measured of a normalised operation.
type size struct{ depth, height, aliases int }

// measure checks a normalised operation against the limits.
func (l Limits) measure(op *Operation) gqlerr.List {
	var errs gqlerr.List
	s := sizeOf(op.Root)
	for _, m := range []struct {
		code       gqlerr.Code
		what       string
		limit, got int
	}{
		{gqlerr.TooDeep, "levels of fields (its depth)", l.MaxDepth, s.depth},
		{gqlerr.TooHigh, "fields once fragments are resolved (its height)", l.MaxHeight, s.height},
		{gqlerr.TooManyAliases, "aliased fields", l.MaxAliases, s.aliases},
		{gqlerr.TooManyRootFields, "root fields", l.MaxRootFields, len(op.Root.Fields)},
	} {
		if m.got > m.limit {
			errs = append(errs, limitError(m.code, m.what, m.limit, m.got))
		}
	}
	return errs
}

func sizeOf(set *SelectionSet) size {
	var out size
	if set == nil {
		return out
	}
	for _, f := range set.Fields {
		below := sizeOf(f.Selections)
		out.depth = max(out.depth, below.depth+1)
		out.height += below.height + 1
		out.aliases += below.aliases
		if f.Key != f.Name {
			out.aliases++
		}
	}
	return out
}
