package auth

import (
	"net/http"
	"strings"
)

// MaxTokenBytes is the longest token that is looked at.
const MaxTokenBytes = 8 << 10

// found is a token and where it stood.
type found struct{ token, cookie string }

// findToken takes the token from the Authorization header, else from the first of the cookies that the request has.
// A credential that is not a bearer token is refused rather than ignored: who sends one does not want to be anonymous.
func findToken(r *http.Request, cookies []string) (found, error) {
	if values := r.Header["Authorization"]; len(values) > 0 {
		scheme, token, _ := strings.Cut(values[0], " ")
		token = strings.TrimSpace(token)
		if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" {
			return found{}, refused("The authorization header must be \"Bearer\" with a token.")
		}
		return bounded(found{token: token})
	}
	if len(cookies) == 0 || r.Header["Cookie"] == nil {
		return found{}, nil
	}
	for _, name := range cookies {
		if cookie, err := r.Cookie(name); err == nil && cookie.Value != "" {
			return bounded(found{token: cookie.Value, cookie: name})
		}
	}
	return found{}, nil
}

func bounded(f found) (found, error) {
	if len(f.token) > MaxTokenBytes {
		return found{}, &Refusal{Message: "The token is too long.", Cookie: f.cookie}
	}
	return f, nil
}

// ClearCookie returns the Set-Cookie header that makes a browser forget a cookie. Browsers take it only with the
// attributes that the prefix of its name demands.
func ClearCookie(name string) string {
	cookie := http.Cookie{
		Name: name, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(name, "__Host-") || strings.HasPrefix(name, "__Secure-"),
	}
	return cookie.String()
}
