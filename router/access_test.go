package router_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/golang-jwt/jwt/v5"

	"github.com/weft-graph/weft/router/config"
	"github.com/weft-graph/weft/router/upstream"
)

// issuer signs tokens and publishes its key.
type issuer struct {
	*httptest.Server
	key    ed25519.PrivateKey
	isDown atomic.Bool
}

func newIssuer(t *testing.T) *issuer {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.isDown.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if r.URL.Path == "/introspect" {
			io.WriteString(w, `{"active":true}`)
			return
		}
		fmt.Fprintf(w, `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":%q}]}`,
			base64.RawURLEncoding.EncodeToString(key.Public().(ed25519.PublicKey)))
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) token(t *testing.T, scopes string, lifetime time.Duration) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"sub": "walter", "sid": "s1", "ver": 1, "scope": scopes, "exp": time.Now().Add(lifetime).Unix(),
	})
	token.Header["kid"] = "k"
	text, err := token.SignedString(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// configure makes a router trust the issuer; people get the token, orders do not.
func (i *issuer) configure(c *config.Config) {
	c.Auth.JWKS = []string{i.URL + "/jwks"}
	c.Auth.Cookies = []string{"__Host-session"}
	people := upstream.Defaults()
	people.Token, people.SetCookie = true, true
	c.Subgraphs = map[string]upstream.Config{"people": people}
}

func TestAccess(t *testing.T) {
	i := newIssuer(t)
	s := start(t, i.configure)
	good, admin := "Bearer "+i.token(t, "", time.Minute), "Bearer "+i.token(t, "admin", time.Minute)
	const me, all = `{"query":"{ hello me { name total } }"}`, `{"query":"{ hello all { name } }"}`
	for _, c := range []struct {
		name, body, authorization string
		status                    int
		says                      string
	}{
		{"public, anonymous", `{"query":"{ hello }"}`, "", 200, `{"data":{"hello":"world"}}`},
		{"private, anonymous", me, "", 200, `"data":{"hello":"world","me":null}`},
		{"private, known", me, good, 200, `{"data":{"hello":"world","me":{"name":"Walter","total":42}}}`},
		{"scope, anonymous", all, "", 200, `"data":{"hello":"world","all":null}`},
		{"scope, without it", all, good, 200, `"data":{"hello":"world","all":null}`},
		{"scope, with it", all, admin, 200, `{"data":{"hello":"world","all":[]}}`},
		{"public, bad token", `{"query":"{ hello }"}`, "Bearer nonsense", 401, "UNAUTHENTICATED"},
		{"public, another scheme", `{"query":"{ hello }"}`, "Basic YTpi", 401, "UNAUTHENTICATED"},
		{"expired", me, "Bearer " + i.token(t, "", -time.Minute), 401, "expired"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.post(t, c.body, "Authorization", c.authorization)
			if got.status != c.status || !strings.Contains(got.body, c.says) {
				t.Errorf("%d %s", got.status, got.body)
			}
			if c.status == 401 && got.header.Get("Www-Authenticate") != "Bearer" {
				t.Errorf("headers %v", got.header)
			}
		})
	}
	t.Run("nothing is fetched that may not be seen", func(t *testing.T) {
		s.people.mu.Lock()
		s.people.header = nil
		s.people.mu.Unlock()
		if got := s.post(t, `{"query":"{ me { name } }"}`); !strings.Contains(got.body, "UNAUTHORIZED_FIELD_OR_TYPE") || s.people.last() != nil {
			t.Errorf("%s, subgraph got %v", got.body, s.people.last())
		}
	})
	t.Run("the token goes only to listed subgraphs, the cookie to none", func(t *testing.T) {
		s.post(t, `{"query":"{ me { total } }"}`, "Authorization", good, "Cookie", "a=b")
		if got := s.people.last(); got.Get("Authorization") != good || got["Cookie"] != nil {
			t.Errorf("people got %v", got)
		}
		if got := s.orders.last(); got["Authorization"] != nil || got["Cookie"] != nil {
			t.Errorf("orders got %v", got)
		}
	})
}

func TestCookies(t *testing.T) {
	i := newIssuer(t)
	s := start(t, i.configure)
	cookie := "__Host-session=" + i.token(t, "", time.Minute)
	query := "/graphql?query=" + url.QueryEscape("{ me { name } }")
	for _, c := range []struct {
		name, method, path string
		headers            []string
		status             int
		says               string
	}{
		{"post", "POST", "/graphql", nil, 200, "Walter"},
		{"get", "GET", query, nil, 403, "CSRF_PREVENTED"},
		{"get with a preflighted header", "GET", query, []string{"Apollo-Require-Preflight", "1"}, 200, "Walter"},
		{"get with a preflighted content type", "GET", query, []string{"Content-Type", "application/json"}, 200, "Walter"},
		{"form", "POST", "/graphql", []string{"Content-Type", "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.send(t, c.method, c.path, `{"query":"{ me { name } }"}`, append(c.headers, "Cookie", cookie)...)
			if got.status != c.status || !strings.Contains(got.body, c.says) {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	t.Run("a bad cookie is cleared", func(t *testing.T) {
		got := s.post(t, `{"query":"{ hello }"}`, "Cookie", "__Host-session=bad")
		if got.status != 401 || got.header.Get("Set-Cookie") != "__Host-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax" {
			t.Errorf("%d %v", got.status, got.header)
		}
		if got := s.post(t, `{"query":"{ hello }"}`, "Authorization", "Bearer bad"); got.header["Set-Cookie"] != nil {
			t.Errorf("a bad header cleared %v", got.header["Set-Cookie"])
		}
	})
	t.Run("a mutation sets a cookie", func(t *testing.T) {
		s.people.reply(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Set-Cookie", "__Host-session=new; Path=/; Secure")
			io.WriteString(w, `{"data":{"login":"in","hello":"world"}}`)
		})
		if got := s.post(t, `{"query":"mutation { login }"}`); got.header.Get("Set-Cookie") != "__Host-session=new; Path=/; Secure" {
			t.Errorf("%v", got.header)
		}
		if got := s.post(t, `{"query":"{ hello }"}`); got.header["Set-Cookie"] != nil {
			t.Errorf("a query set %v", got.header["Set-Cookie"])
		}
	})
}

// TestARenewalThatIsRefusedClearsTheCookie: else a browser whose session is over could not even be anonymous.
func TestARenewalThatIsRefusedClearsTheCookie(t *testing.T) {
	i := newIssuer(t)
	s := start(t, func(c *config.Config) {
		i.configure(c)
		c.Auth.Renewal = []string{"Mutation.refresh"}
	})
	cookie := "__Host-session=" + i.token(t, "", -time.Minute)
	for code, cleared := range map[string]bool{"UNAUTHENTICATED": true, "UNAVAILABLE": false} {
		s.people.reply(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"data":{"refresh":null},"errors":[{"message":"no","path":["refresh"],"extensions":{"code":%q}}]}`, code)
		})
		got := s.post(t, `{"query":"mutation { refresh }"}`, "Cookie", cookie)
		if strings.HasPrefix(got.header.Get("Set-Cookie"), "__Host-session=;") != cleared {
			t.Errorf("%s: %v %s", code, got.header["Set-Cookie"], got.body)
		}
	}
}

// TestARefusalBesideANewCookieLeavesIt: who has logged in with an outdated cookie stays so, whatever else was refused.
func TestARefusalBesideANewCookieLeavesIt(t *testing.T) {
	i := newIssuer(t)
	s := start(t, func(c *config.Config) {
		i.configure(c)
		c.Auth.Renewal = []string{"Mutation.login"}
	})
	s.people.reply(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "__Host-session=new; Path=/; Secure")
		io.WriteString(w, `{"data":{"login":"in"},"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}`)
	})
	got := s.post(t, `{"query":"mutation { login }"}`, "Cookie", "__Host-session="+i.token(t, "", -time.Minute))
	if set := got.header["Set-Cookie"]; len(set) != 1 || !strings.HasPrefix(set[0], "__Host-session=new;") || !strings.Contains(got.body, `"login":"in"`) {
		t.Errorf("%v %s", set, got.body)
	}
}

// TestNobodyCanCheckTheToken: only an operation that needs an identity is refused.
func TestNobodyCanCheckTheToken(t *testing.T) {
	i := newIssuer(t)
	store := miniredis.RunT(t)
	s := start(t, func(c *config.Config) {
		i.configure(c)
		c.Auth.Session.RedisURL = "redis://" + store.Addr()
		c.Auth.Introspection.URL = i.URL + "/introspect"
	})
	token := "Bearer " + i.token(t, "", time.Minute)
	if got := s.post(t, `{"query":"{ me { name } }"}`, "Authorization", token); got.status != 200 || !strings.Contains(got.body, "Walter") {
		t.Fatalf("absent in Redis, active at the issuer: %d %s", got.status, got.body)
	}
	store.Set("session:s1", "revoked")
	if got := s.post(t, `{"query":"{ hello }"}`, "Authorization", token); got.status != 401 {
		t.Errorf("revoked: %d %s", got.status, got.body)
	}
	store.Close()
	i.isDown.Store(true)
	got := s.post(t, `{"query":"{ me { name } }"}`, "Authorization", token)
	if got.status != 503 || !strings.Contains(got.body, "UNAVAILABLE") || got.header.Get("Retry-After") == "" {
		t.Errorf("private: %d %s", got.status, got.body)
	}
	got = s.post(t, `{"query":"{ hello }"}`, "Authorization", token)
	if got.status != 200 || !strings.Contains(got.body, "world") || s.people.last()["Authorization"] != nil {
		t.Errorf("public: %d %s; the subgraph got %v", got.status, got.body, s.people.last()["Authorization"])
	}
	if got := s.people.last()["Weft-Identity"]; !slices.Equal(got, []string{"unchecked"}) {
		t.Errorf("the subgraph is told %v of a caller whose token nobody can check", got)
	}
	s.post(t, `{"query":"{ hello }"}`, "Weft-Identity", "unchecked")
	if got := s.people.last()["Weft-Identity"]; got != nil {
		t.Errorf("an anonymous client makes the router say %v", got)
	}
}

// TestRenewal: an outdated token runs what renews it, and nothing else.
func TestRenewal(t *testing.T) {
	i := newIssuer(t)
	s := start(t, func(c *config.Config) {
		i.configure(c)
		c.Auth.Renewal = []string{"Mutation.refresh", "Mutation.login"}
	})
	expired := i.token(t, "", -time.Minute)
	cookie := "__Host-session=" + expired
	for body, status := range map[string]int{
		`{"query":"mutation { refresh }"}`:             200,
		`{"query":"mutation { login __typename }"}`:    200,
		`{"query":"mutation { a: refresh b: login }"}`: 200,
		`{"query":"{ hello }"}`:                        401,
		`{"query":"{ me { name } }"}`:                  401,
		`{"query":"{ __typename }"}`:                   401,
	} {
		got := s.post(t, body, "Cookie", cookie)
		if got.status != status {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
		if got.header["Set-Cookie"] != nil {
			t.Errorf("%s cleared the cookie that renews", body)
		}
		if status == 200 && s.people.last().Get("Authorization") != "Bearer "+expired {
			t.Errorf("%s: the subgraph got %v", body, s.people.last())
		}
	}
}

func TestWhatSubgraphsGet(t *testing.T) {
	const key = "0123456789abcdef0123456789abcdef"
	s := start(t, func(c *config.Config) {
		c.AllSubgraphs.SigningKey = key
		c.AllSubgraphs.Headers = []upstream.HeaderRule{{Forward: "X-Tenant"}}
		c.Server.TrustedProxies = []string{"127.0.0.0/8"}
	})
	got := s.post(t, `{"query":"{ hello }"}`, "X-Tenant", "t", "X-Request-Id", "abc-1", "X-Forwarded-For", "6.6.6.6, 9.9.9.9, 127.0.0.2")
	header := s.people.last()
	for name, want := range map[string]string{"X-Tenant": "t", "X-Request-Id": "abc-1", "X-Forwarded-For": "9.9.9.9"} {
		if header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, header.Get(name), want)
		}
	}
	mac := hmac.New(sha256.New, []byte(key))
	io.WriteString(mac, "weft-v1\n"+header.Get("Weft-Signature-Time")+"\nPOST\n/\n"+s.people.body)
	if header.Get("Weft-Signature") != "v1="+hex.EncodeToString(mac.Sum(nil)) {
		t.Errorf("signature %q of %q", header.Get("Weft-Signature"), s.people.body)
	}
	if got.header.Get("X-Request-Id") != "abc-1" || !strings.Contains(s.log.String(), `"request_id":"abc-1"`) || !strings.Contains(s.log.String(), `"client":"9.9.9.9"`) {
		t.Errorf("request id %s, log %s", got.header.Get("X-Request-Id"), s.log)
	}
	if got := s.post(t, `{"query":"{ hello }"}`, "X-Request-Id", "a b"); got.header.Get("X-Request-Id") == "a b" {
		t.Error("a malformed request id was kept")
	}
}

func TestSubgraphErrorsAreMasked(t *testing.T) {
	fail := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"data":{"hello":null},"errors":[{"message":"pq: secret","path":["hello"],"extensions":{"code":"CONFLICT","where":"secret"}}]}`)
	}
	for name, change := range map[string]func(*config.Config){
		"masked": nil, "exposed": exposed, "development": func(c *config.Config) { c.Development = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, change)
			s.people.reply(fail)
			got := s.post(t, `{"query":"{ greeting: hello }"}`)
			if strings.Contains(got.body, "secret") != (name != "masked") || !strings.Contains(got.body, `"path":["greeting"]`) ||
				!strings.Contains(got.body, `"code":"CONFLICT"`) || !strings.Contains(got.body, `"data":{"greeting":null}`) {
				t.Errorf("%s", got.body)
			}
			if !strings.Contains(s.log.String(), "pq: secret") {
				t.Errorf("the operator is not told: %s", s.log)
			}
			s.people.Close()
			got = s.post(t, `{"query":"{ hello }"}`)
			if strings.Contains(got.body, "127.0.0.1") != (name == "development") || !strings.Contains(got.body, "DOWNSTREAM_SERVICE_ERROR") {
				t.Errorf("subgraph down: %s", got.body)
			}
			if n := strings.Count(s.log.String(), "connection refused"); n != 1 {
				t.Errorf("the failure is logged %d times: %s", n, s.log)
			}
		})
	}
}

// TestOneSubgraphDown: what does not come from it is as if it were up.
func TestOneSubgraphDown(t *testing.T) {
	i := newIssuer(t)
	s := start(t, i.configure)
	s.orders.Close()
	got := s.post(t, `{"query":"{ me { name total } hello }"}`, "Authorization", "Bearer "+i.token(t, "", time.Minute))
	if got.status != 200 || !strings.Contains(got.body, `"data":{"me":{"name":"Walter","total":null},"hello":"world"}`) || !strings.Contains(got.body, `"orders"`) {
		t.Errorf("%d %s", got.status, got.body)
	}
}
