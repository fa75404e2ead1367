package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	maxAnswerBytes = 64 << 10
	// introspectConnections are kept open, for the time in which every request asks.
	introspectConnections = 64
	// introspectedScope is the member for scopes in an answer (RFC 7662, 2.2), whatever tokens call theirs.
	introspectedScope = "scope"
)

// introspector asks the issuer about a token (RFC 7662). The token goes in, never a bare session id: who knows an id
// only learns nothing.
type introspector struct {
	config       IntrospectionConfig
	scopeClaims  []string
	versionClaim string
	client       *http.Client
}

func newIntrospector(c Config) *introspector {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = introspectConnections
	scopeClaims := c.ScopeClaims
	if !slices.Contains(scopeClaims, introspectedScope) {
		scopeClaims = append(slices.Clone(scopeClaims), introspectedScope)
	}
	return &introspector{
		config: c.Introspection, scopeClaims: scopeClaims, versionClaim: c.Session.VersionClaim,
		client: &http.Client{Timeout: c.Introspection.Timeout, Transport: transport},
	}
}

// ask returns what the issuer says of an active token. The error is a *Refusal for one that is not active, and *outdated
// for one that has expired or, by an answer that is not active but has a version, is older than its session; the claims
// then hold that version.
func (i *introspector) ask(ctx context.Context, token string) (*claims, error) {
	form := url.Values{"token": {token}, "token_type_hint": {"access_token"}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, i.config.URL, strings.NewReader(form))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.SetBasicAuth(i.config.Client, i.config.Secret)
	response, err := i.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("introspection answered %s", response.Status)
	}
	var answer map[string]any
	decoder := json.NewDecoder(io.LimitReader(response.Body, maxAnswerBytes))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		return nil, fmt.Errorf("read the introspection's answer: %w", err)
	}
	active, ok := answer["active"].(bool)
	if !ok {
		return nil, fmt.Errorf("the introspection's answer has no member \"active\"")
	}
	if version, hasVersion := integer(answer[i.versionClaim]); !active && hasVersion {
		return &claims{version: version}, errStale
	}
	if !active {
		return nil, refused("The session has ended: log in again.")
	}
	return i.read(answer)
}

func (i *introspector) read(answer map[string]any) (*claims, error) {
	c := &claims{scopes: scopesOf(answer, i.scopeClaims)}
	c.subject, _ = answer["sub"].(string)
	c.version, _ = integer(answer[i.versionClaim])
	if end, ok := integer(answer["exp"]); ok {
		if c.expires = time.Unix(end, 0); time.Now().After(c.expires) {
			return nil, errExpired
		}
	}
	return c, nil
}
