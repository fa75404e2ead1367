package auth

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weft-graph/weft/router/settings"
)

// Config says where tokens are found, who signs them and how a session is checked.
type Config struct {
	// JWKS are the URLs of JWK Sets with the keys that sign tokens. Without one every request is anonymous.
	JWKS []string `yaml:"jwks"`
	// Algorithms are the signature algorithms that are accepted.
	Algorithms []string `yaml:"algorithms"`
	// Issuer must be the token's iss claim; empty takes any.
	Issuer string `yaml:"issuer"`
	// Audience must be among the token's aud claim; empty takes any.
	Audience string `yaml:"audience"`
	// Types are the typ headers that are accepted, such as at+jwt; empty takes any.
	Types []string `yaml:"types"`
	// Leeway is how far the clocks of router and issuer may differ.
	Leeway time.Duration `yaml:"leeway"`
	// ScopeClaims are the claims that hold scopes: a list of strings, or one string with spaces.
	ScopeClaims []string `yaml:"scope_claims"`
	// Cookies are the names of cookies that may carry the token; the first that a request has is taken. The header
	// Authorization: Bearer comes before them.
	Cookies []string `yaml:"cookies"`
	// Renewal are root fields, such as Mutation.refresh, that may be called with a token that has expired or is older than
	// its session: an operation of only these fields runs, anonymously, and its subgraph gets the token. Any other
	// operation with such a token is answered with 401; without Renewal its cookie is cleared too.
	Renewal []string `yaml:"renewal"`
	// Session is the check of the token's session in Redis.
	Session SessionConfig `yaml:"session"`
	// Introspection is where the issuer is asked when the session store has no answer.
	Introspection IntrospectionConfig `yaml:"introspection"`
}

// SessionConfig says how a token's session is looked up. A value in the store is either the word for a revoked
// session, or a JSON object with the session's version and end.
type SessionConfig struct {
	// RedisURL is redis://host:port/db or rediss://…; empty does without a session store.
	RedisURL string `yaml:"redis_url"`
	// Key is the key of a session, with claims of the token in braces: session:{sid}.
	Key string `yaml:"key"`
	// Revoked is the value of a session that has ended.
	Revoked string `yaml:"revoked"`
	// VersionClaim is the token's claim, VersionMember the member of the stored object, that hold the session's version:
	// a token older than its session is refused. An empty claim turns the rule off.
	VersionClaim  string `yaml:"version_claim"`
	VersionMember string `yaml:"version_member"`
	// ExpiresMember is the member of the stored object with the session's end in Unix seconds.
	ExpiresMember string `yaml:"expires_member"`
	// Absent says what it means that the store has no such session: introspect, refuse or allow.
	Absent Absent `yaml:"absent"`
	// EntryLifetime is the longest time for which the issuer keeps an entry in the store. Entries that may be older than
	// the moment at which the store was lost are not trusted for so long.
	EntryLifetime time.Duration `yaml:"entry_lifetime"`
	// Timeout bounds one question to the store.
	Timeout time.Duration `yaml:"timeout"`
	// Cache is how long the router remembers that a session is good, and so how late a logout is seen; 0 always asks.
	Cache time.Duration `yaml:"cache"`
}

// Absent says what it means that the session store has no entry.
type Absent string

const (
	// AbsentIntrospect asks the issuer.
	AbsentIntrospect Absent = "introspect"
	// AbsentRefuse refuses the token.
	AbsentRefuse Absent = "refuse"
	// AbsentAllow takes the token: the store lists only sessions that have ended.
	AbsentAllow Absent = "allow"
)

// IntrospectionConfig says where and as whom the issuer is asked about a token (RFC 7662).
type IntrospectionConfig struct {
	// URL is the introspection endpoint; empty never asks.
	URL string `yaml:"url"`
	// Client and Secret are the router's credential there.
	Client string `yaml:"client"`
	Secret string `yaml:"secret"`
	// Timeout bounds one question.
	Timeout time.Duration `yaml:"timeout"`
}

// Defaults accept nobody until a JWKS URL is configured.
func Defaults() Config {
	return Config{
		Algorithms:  []string{"EdDSA", "ES256", "RS256"},
		Leeway:      5 * time.Second,
		ScopeClaims: []string{"scope", "permissions"},
		Session: SessionConfig{
			Key: "session:{sid}", Revoked: "revoked", VersionClaim: "ver", VersionMember: "version", ExpiresMember: "expires",
			Absent: AbsentIntrospect, EntryLifetime: time.Minute, Timeout: 250 * time.Millisecond,
		},
		Introspection: IntrospectionConfig{Timeout: 2 * time.Second},
	}
}

func (c Config) isOn() bool { return len(c.JWKS) > 0 }

// asymmetric are the algorithms whose verification key is no secret: what a JWKS URL publishes.
var asymmetric = []string{
	"EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
}

// Validate reports what is wrong with the values.
func (c Config) Validate(report func(path, message string)) {
	for i, text := range c.JWKS {
		checkURL(fmt.Sprintf("jwks[%d]", i), text, report)
	}
	for i, name := range c.Algorithms {
		if !slices.Contains(asymmetric, name) {
			report(fmt.Sprintf("algorithms[%d]", i), fmt.Sprintf("%q cannot be verified with a published key: use %s", name, strings.Join(asymmetric, ", ")))
		}
	}
	if c.Leeway < 0 {
		report("leeway", "must not be negative")
	}
	for i, name := range c.Renewal {
		if kind, field, _ := strings.Cut(name, "."); kind != "Query" && kind != "Mutation" || field == "" {
			report(fmt.Sprintf("renewal[%d]", i), fmt.Sprintf("%q is not a root field: write Mutation.refresh", name))
		}
	}
	for i, name := range c.Cookies {
		if !settings.IsToken(name) {
			report(fmt.Sprintf("cookies[%d]", i), fmt.Sprintf("%q is not the name of a cookie", name))
		}
	}
	if !c.isOn() {
		if c.Session.RedisURL != "" || c.Introspection.URL != "" {
			report("", "sessions are checked only for verified tokens: set jwks")
		}
		return
	}
	if len(c.Algorithms) == 0 {
		report("algorithms", "must name at least one algorithm")
	}
	c.Session.validate(c.Introspection.URL != "", report)
	if c.Introspection.URL != "" {
		checkURL("introspection.url", c.Introspection.URL, report)
		if c.Introspection.Timeout <= 0 {
			report("introspection.timeout", "must be more than 0")
		}
	}
}

func (c SessionConfig) validate(canAsk bool, report func(path, message string)) {
	switch c.Absent {
	case AbsentRefuse, AbsentAllow:
	case AbsentIntrospect:
		if !canAsk && c.RedisURL != "" {
			report("session.absent", "introspect needs introspection.url; without it choose refuse or allow")
		}
	default:
		report("session.absent", fmt.Sprintf("unknown rule %q: use introspect, refuse or allow", c.Absent))
	}
	if c.Cache < 0 {
		report("session.cache", "must not be negative")
	}
	if c.RedisURL == "" {
		return
	}
	if _, err := redis.ParseURL(c.RedisURL); err != nil {
		report("session.redis_url", "is not a Redis URL such as redis://127.0.0.1:6379/0")
	}
	if _, err := parseTemplate(c.Key); err != nil {
		report("session.key", err.Error())
	}
	if c.Timeout <= 0 {
		report("session.timeout", "must be more than 0")
	}
	if c.EntryLifetime <= 0 {
		report("session.entry_lifetime", "must be more than 0")
	}
}

func checkURL(path, text string, report func(path, message string)) {
	if !settings.IsURL(text) {
		report(path, fmt.Sprintf("%q is not an http or https URL", text))
	}
}
