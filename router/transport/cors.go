package transport

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rs/cors"
)

// CORSConfig says which pages of other origins may call the router from a browser.
type CORSConfig struct {
	// Origins are exact origins such as https://shop.example. Empty turns CORS off: browsers then keep pages of other
	// origins away.
	Origins []string `yaml:"origins"`
	// Credentials lets those pages send the user's cookies.
	Credentials bool `yaml:"credentials"`
	// Headers are request headers that those pages may set besides content-type and the ones against forged requests.
	Headers []string `yaml:"headers"`
	// MaxAge is how long a browser may remember the answer to its preflight.
	MaxAge time.Duration `yaml:"max_age"`
}

// CORSDefaults keep pages of other origins away.
func CORSDefaults() CORSConfig { return CORSConfig{MaxAge: 10 * time.Minute} }

// Validate reports what is wrong with the values.
func (c CORSConfig) Validate(report func(path, message string)) {
	for i, origin := range c.Origins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme == "" || u.Host == "" || u.Scheme+"://"+u.Host != origin || strings.Contains(origin, "*") {
			report("origins["+strconv.Itoa(i)+"]", "\""+origin+"\" is not an exact origin: write scheme, host and port, like https://shop.example")
		}
	}
	if c.MaxAge < 0 {
		report("max_age", "must not be negative")
	}
}

// CORS answers preflights and marks answers for the configured origins. Without origins it returns next itself.
func CORS(c CORSConfig, next http.Handler) http.Handler {
	if len(c.Origins) == 0 {
		return next
	}
	headers := append([]string{"Content-Type", "Accept", "Authorization", "X-Request-Id"}, PreflightHeaders...)
	return cors.New(cors.Options{
		AllowedOrigins:   c.Origins,
		AllowedMethods:   []string{http.MethodGet, http.MethodPost},
		AllowedHeaders:   append(headers, c.Headers...),
		AllowCredentials: c.Credentials,
		MaxAge:           int(c.MaxAge.Seconds()),
	}).Handler(next)
}
