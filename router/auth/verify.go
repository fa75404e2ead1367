package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/maypok86/otter/v2"
)

const (
	maxVerifiedTokens = 10_000
	// verifiedFor is how long a signature is not computed again; a withdrawn key dies that much later.
	verifiedFor = time.Minute
)

// claims are what the router needs of a verified token.
type claims struct {
	subject string
	scopes  []string
	// session is the key of the token's session in the store; empty without a store.
	session string
	version int64
	expires time.Time
}

// verifier checks the signature and the claims of tokens. Verifying a signature costs more than all else in a request,
// so tokens that were verified are remembered in full for a moment; their expiry is checked every time.
type verifier struct {
	config   Config
	template template
	parser   *jwt.Parser
	// validator checks what parser does but the signature.
	validator *jwt.Validator
	sets      []*keySet
	verified  *otter.Cache[string, *claims]
}

func newVerifier(c Config, log *slog.Logger) (*verifier, error) {
	options := []jwt.ParserOption{
		jwt.WithValidMethods(c.Algorithms), jwt.WithExpirationRequired(), jwt.WithLeeway(c.Leeway), jwt.WithJSONNumber(),
	}
	if c.Issuer != "" {
		options = append(options, jwt.WithIssuer(c.Issuer))
	}
	if c.Audience != "" {
		options = append(options, jwt.WithAudience(c.Audience))
	}
	v := &verifier{config: c, parser: jwt.NewParser(options...), validator: jwt.NewValidator(options...)}
	for _, url := range c.JWKS {
		v.sets = append(v.sets, newKeySet(url, log))
	}
	var err error
	if c.Session.RedisURL != "" {
		if v.template, err = parseTemplate(c.Session.Key); err != nil {
			return nil, fmt.Errorf("auth.session.key: %w", err)
		}
	}
	v.verified, err = otter.New(&otter.Options[string, *claims]{
		MaximumSize: maxVerifiedTokens, ExpiryCalculator: otter.ExpiryCreating[string, *claims](verifiedFor),
	})
	return v, err
}

// fetchKeys asks for the key sets that were not had yet, with growing pauses, until all are there or ctx ends. So a token
// can be verified also if its issuer is down when it first comes.
func (v *verifier) fetchKeys(ctx context.Context) {
	for pause := firstKeysPause; ; pause = min(2*pause, jwksEvery) {
		missing := false
		for _, set := range v.sets {
			missing = !set.prefetch(ctx) || missing
		}
		if !missing {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (v *verifier) close() { v.verified.StopAllGoroutines() }

// verify returns the claims of a good token. The error is a *Refusal, errExpired, or errUnavailable when no key could be
// had.
func (v *verifier) verify(ctx context.Context, token string) (*claims, error) {
	if known, ok := v.verified.GetIfPresent(token); ok {
		if time.Now().After(known.expires.Add(v.config.Leeway)) {
			return nil, errExpired
		}
		return known, nil
	}
	parsed, err := v.parser.Parse(token, func(t *jwt.Token) (any, error) { return v.keyOf(ctx, t) })
	if err != nil {
		return nil, judged(err)
	}
	c, err := v.read(parsed.Claims.(jwt.MapClaims))
	if err != nil {
		return nil, err
	}
	v.verified.Set(token, c)
	return c, nil
}

// checkVouched checks the claims of a token for whose signature somebody else has vouched: the issuer may know it for a
// token that is meant for another audience. The error is verify's.
func (v *verifier) checkVouched(token string) error {
	parsed, _, err := v.parser.ParseUnverified(token, jwt.MapClaims{})
	if err == nil {
		err = v.validator.Validate(parsed.Claims)
	}
	if err != nil {
		return judged(err)
	}
	return nil
}

// judged is the error of the library as the caller is told.
func judged(err error) error {
	switch {
	case errors.Is(err, errUnavailable):
		return errUnavailable
	case onlyExpired(err):
		return errExpired
	}
	return refused("The token is not valid.") // how exactly helps only who makes one up
}

// onlyExpired reports whether nothing but its expiry speaks against a token. The library checks the signature first and
// then joins the errors of all claims.
func onlyExpired(err error) bool {
	if !errors.Is(err, jwt.ErrTokenExpired) {
		return false
	}
	for _, other := range []error{
		jwt.ErrTokenMalformed, jwt.ErrTokenUnverifiable, jwt.ErrTokenSignatureInvalid, jwt.ErrTokenRequiredClaimMissing,
		jwt.ErrTokenInvalidAudience, jwt.ErrTokenInvalidIssuer, jwt.ErrTokenNotValidYet, jwt.ErrTokenUsedBeforeIssued,
	} {
		if errors.Is(err, other) {
			return false
		}
	}
	return true
}

// keyOf finds the key that the token names, in the first set that has it.
func (v *verifier) keyOf(ctx context.Context, t *jwt.Token) (any, error) {
	if !v.takesType(t.Header["typ"]) {
		return nil, errors.New("the token is of another type")
	}
	id, _ := t.Header["kid"].(string)
	if id == "" {
		return nil, errors.New("the token names no key")
	}
	missing := false
	for _, set := range v.sets {
		key, isKnown, isLoaded := set.key(ctx, id)
		if isKnown {
			if key.algorithm != "" && key.algorithm != t.Method.Alg() {
				return nil, errors.New("the key is for another algorithm")
			}
			return key.key, nil
		}
		missing = missing || !isLoaded
	}
	if missing {
		return nil, errUnavailable
	}
	return nil, errors.New("nobody has the key")
}

// takesType compares the typ header without case and without the prefix that RFC 7515, 4.1.9 lets out.
func (v *verifier) takesType(header any) bool {
	if len(v.config.Types) == 0 {
		return true
	}
	given, _ := header.(string)
	given = strings.TrimPrefix(strings.ToLower(given), "application/")
	return slices.ContainsFunc(v.config.Types, func(name string) bool { return strings.EqualFold(name, given) })
}

func (v *verifier) read(m jwt.MapClaims) (*claims, error) {
	expires, err := m.GetExpirationTime()
	if err != nil {
		return nil, refused("The token is not valid.")
	}
	c := &claims{scopes: scopesOf(m, v.config.ScopeClaims), expires: expires.Time}
	c.subject, _ = m["sub"].(string)
	if name := v.config.Session.VersionClaim; name != "" {
		c.version, _ = integer(m[name])
	}
	session, ok := v.template.fill(m)
	if !ok {
		return nil, refused("The token names no session.")
	}
	c.session = session
	return c, nil
}

// scopesOf collects the scopes of all claims that hold some: lists of strings, or strings with spaces (RFC 8693, 4.2).
func scopesOf(m map[string]any, names []string) []string {
	var scopes []string
	for _, name := range names {
		switch value := m[name].(type) {
		case string:
			scopes = append(scopes, strings.Fields(value)...)
		case []any:
			for _, item := range value {
				if scope, ok := item.(string); ok {
					scopes = append(scopes, scope)
				}
			}
		}
	}
	return scopes
}

func integer(value any) (int64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(number.String(), 10, 64)
	return n, err == nil
}

// template is a key with claims in it: literal, claim, literal, claim, …, literal.
type template []string

// parseTemplate reads a key such as session:{sid}.
func parseTemplate(text string) (template, error) {
	var t template
	for rest := text; ; {
		literal, after, found := strings.Cut(rest, "{")
		t = append(t, literal)
		if !found {
			break
		}
		name, behind, closed := strings.Cut(after, "}")
		if !closed || name == "" {
			return nil, fmt.Errorf("%q has a brace without a claim: write session:{sid}", text)
		}
		t = append(t, name)
		rest = behind
	}
	if len(t) == 1 {
		return nil, fmt.Errorf("%q names no claim, so that all sessions would be one: write session:{sid}", text)
	}
	return t, nil
}

// fill puts the claims in. It reports false when the token lacks one.
func (t template) fill(m map[string]any) (string, bool) {
	var key strings.Builder
	for i, part := range t {
		if i%2 == 0 {
			key.WriteString(part)
			continue
		}
		switch value := m[part].(type) {
		case string:
			if value == "" {
				return "", false
			}
			key.WriteString(value)
		case json.Number:
			key.WriteString(value.String())
		default:
			return "", false
		}
	}
	return key.String(), true
}
