package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// tokenInBodyHeader is what clients that are no browsers send to get the token in the answer and no cookie.
const tokenInBodyHeader = "Weft-Token-In-Body"

// exchange is one HTTP request with its answer, for the few resolvers that read headers or set the cookie.
type exchange struct {
	header  http.Header // of the answer
	agent   string
	address string // of the client, as far as attempts are counted by it
	inBody  bool
}

type exchangeKey struct{}

func withExchange(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &exchange{
			header: w.Header(), agent: r.UserAgent(), address: clientAddress(r),
			inBody: r.Header.Get(tokenInBodyHeader) == "true",
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, e)))
	})
}

// ipv6Bits is the part of an IPv6 address that one customer of a network has to themselves.
const ipv6Bits = 64

// clientAddress returns the address that the router says the client has, or without one that of the caller. Of an IPv6
// address it is the network: who has one has all of it.
func clientAddress(r *http.Request) string {
	forwarded := r.Header.Get("X-Forwarded-For")
	text := strings.TrimSpace(forwarded[strings.LastIndexByte(forwarded, ',')+1:])
	if text == "" {
		text = r.RemoteAddr
		if host, _, err := net.SplitHostPort(text); err == nil {
			text = host
		}
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return text
	}
	address = address.Unmap().WithZone("")
	if address.Is6() {
		network, err := address.Prefix(ipv6Bits)
		if err == nil {
			return network.String()
		}
	}
	return address.String()
}

func exchangeOf(ctx context.Context) *exchange {
	return ctx.Value(exchangeKey{}).(*exchange) // withExchange stands before every resolver
}

// cookie is how browsers hold their token.
type cookie struct {
	isInsecure bool
	maxAge     time.Duration
}

// set gives the browser a token. The cookie outlives the token, because it is also what a browser refreshes with.
func (c cookie) set(header http.Header, token string) {
	c.write(header, token, int(c.maxAge.Seconds()))
}

// clear takes the token away from the browser.
func (c cookie) clear(header http.Header) {
	c.write(header, "", -1)
}

func (c cookie) write(header http.Header, value string, maxAge int) {
	made := http.Cookie{
		Name: "__Host-session", Value: value, Path: "/", MaxAge: maxAge,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	if c.isInsecure {
		made.Name, made.Secure = "session", false
	}
	header.Add("Set-Cookie", made.String())
}
