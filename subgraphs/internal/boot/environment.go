// Package boot starts and stops a subgraph's process: it reads the environment and names every mistake at once, logs
// JSON with the request id, waits for the stores, listens, answers /healthz and /readyz, and stops gracefully on
// SIGTERM or SIGINT. A main package is wiring only: boot.Main, its stores, its handler, boot.Run. The package knows
// no GraphQL and no table.
package boot

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/auth"
)

// MinKeyLength is the shortest shared secret, in characters.
const MinKeyLength = 32

// Environment reads variables and collects what is wrong with them; Err names it all. Each variable NAME may come from a
// file instead, whose name is NAME_FILE: so a container mounts secrets.
type Environment struct {
	lookUp   func(name string) string
	problems []string
	// names are the variables that were asked for.
	names []string
}

// NewEnvironment returns an Environment that reads variables by lookUp, such as os.Getenv.
func NewEnvironment(lookUp func(name string) string) *Environment {
	return &Environment{lookUp: lookUp}
}

func (e *Environment) problem(name, format string, args ...any) {
	e.problems = append(e.problems, name+" "+fmt.Sprintf(format, args...))
}

// Err returns one error that names every variable that is missing or wrong and what is expected, or nil.
func (e *Environment) Err() error {
	if len(e.problems) == 0 {
		return nil
	}
	return errors.New("the environment is not complete:\n  " + strings.Join(e.problems, "\n  "))
}

// Check notes that a variable is wrong if err is not nil; err says what is expected.
func (e *Environment) Check(name string, err error) {
	if err != nil {
		e.problem(name, "is wrong: %v", err)
	}
}

// Names lists the variables that were asked for so far, sorted.
func (e *Environment) Names() []string {
	slices.Sort(e.names)
	e.names = slices.Compact(e.names)
	return slices.Clone(e.names)
}

// fileSuffix is behind the name of a variable that names a file with the value.
const fileSuffix = "_FILE"

// value returns a variable, from its file if there is one; a line break at the file's end is none of the value's.
func (e *Environment) value(name string) string {
	e.names = append(e.names, name)
	value, file := e.lookUp(name), e.lookUp(name+fileSuffix)
	switch {
	case file == "":
		return value
	case value != "":
		e.problem(name, "is set, and so is %s: set one of them", name+fileSuffix)
		return value
	}
	text, err := os.ReadFile(file)
	if err != nil {
		e.problem(name+fileSuffix, "names a file that cannot be read: %v", err)
	}
	return strings.TrimRight(string(text), "\r\n")
}

// Text returns a variable, or fallback if it is empty.
func (e *Environment) Text(name, fallback string) string {
	if value := e.value(name); value != "" {
		return value
	}
	return fallback
}

// Required returns a variable that must be there; expects says what to put into it.
func (e *Environment) Required(name, expects string) string {
	value := e.value(name)
	if value == "" {
		e.problem(name, "is missing; expected %s", expects)
	}
	return value
}

// Key returns a shared secret of at least MinKeyLength characters.
func (e *Environment) Key(name, shared string) []byte {
	value := e.Required(name, fmt.Sprintf("at least %d characters, the same as %s", MinKeyLength, shared))
	if value != "" && len(value) < MinKeyLength {
		e.problem(name, "has %d characters; expected at least %d, the same as %s", len(value), MinKeyLength, shared)
	}
	return []byte(value)
}

// URL returns an http or https address without a trailing slash; what says what is there. An empty fallback means
// that the variable must be set.
func (e *Environment) URL(name, fallback, what string) string {
	value := e.Text(name, fallback)
	if value == "" {
		e.problem(name, "is missing; expected the URL of %s", what)
		return ""
	}
	parsed, err := url.Parse(value)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		e.problem(name, "is %q; expected the http or https URL of %s", value, what)
	}
	return strings.TrimSuffix(value, "/")
}

// Duration returns a positive duration such as "15m", or fallback if the variable is empty.
func (e *Environment) Duration(name string, fallback time.Duration) time.Duration {
	value := e.value(name)
	if value == "" {
		return fallback
	}
	duration, err := time.ParseDuration(value)
	if err != nil || duration <= 0 {
		e.problem(name, "is %q; expected a duration above zero such as %s", value, fallback)
		return fallback
	}
	return duration
}

// Bytes returns a positive number of bytes, or fallback if the variable is empty.
func (e *Environment) Bytes(name string, fallback int64) int64 {
	value := e.value(name)
	if value == "" {
		return fallback
	}
	number, err := strconv.ParseInt(value, 10, 64)
	if err != nil || number <= 0 {
		e.problem(name, "is %q; expected a number of bytes above zero such as %d", value, fallback)
		return fallback
	}
	return number
}

// Bool returns true or false, or fallback if the variable is empty.
func (e *Environment) Bool(name string, fallback bool) bool {
	value := e.value(name)
	if value == "" {
		return fallback
	}
	parsed, err := strconv.ParseBool(value)
	if err != nil {
		e.problem(name, "is %q; expected true or false", value)
		return fallback
	}
	return parsed
}

// Config is what every subgraph takes from its environment.
type Config struct {
	// Service is the subgraph's name, as in "user".
	Service string
	// Listen is LISTEN, the host:port to serve on; port 0 takes a free one.
	Listen string
	// DatabaseURL is DATABASE_URL, sqlite:<file> or postgres://…, with DATABASE_PASSWORD if that is set.
	DatabaseURL string
	// RouterKey is ROUTER_KEY, the HMAC key that the router signs its requests with.
	RouterKey []byte
	// Trust is JWKS_URL, TOKEN_ISSUER, TOKEN_AUDIENCE and DATA_DIR: whose access tokens hold.
	Trust auth.Trust
	// DataDir is DATA_DIR, a folder of the service's own.
	DataDir string
	// DemoData is DEMO_DATA: whether to fill the store with the demo at start.
	DemoData bool
	// LogLevel is LOG_LEVEL: debug, info, warn or error.
	LogLevel slog.Level
}

// Config reads the variables that all subgraphs share. defaultPort is the port of `make run`.
func (e *Environment) Config(service string, defaultPort int) Config {
	config := Config{
		Service:     service,
		Listen:      e.Text("LISTEN", fmt.Sprintf("127.0.0.1:%d", defaultPort)),
		DatabaseURL: e.databaseURL("sqlite:.data/" + service + ".db"),
		RouterKey:   e.Key("ROUTER_KEY", "the router's"),
		DataDir:     e.Text("DATA_DIR", ".data/"+service),
		DemoData:    e.Bool("DEMO_DATA", false),
	}
	config.Trust = auth.Trust{
		JWKSURL:  e.URL("JWKS_URL", "http://127.0.0.1:4001/.well-known/jwks.json", "the token issuer's JWK Set"),
		Issuer:   e.Text("TOKEN_ISSUER", "http://127.0.0.1:4001"),
		Audience: e.Text("TOKEN_AUDIENCE", "shop"),
		DataDir:  config.DataDir,
	}
	if _, _, err := net.SplitHostPort(config.Listen); err != nil {
		e.problem("LISTEN", "is %q; expected host:port such as 127.0.0.1:%d", config.Listen, defaultPort)
	}
	level := e.Text("LOG_LEVEL", "info")
	if err := config.LogLevel.UnmarshalText([]byte(level)); err != nil {
		e.problem("LOG_LEVEL", "is %q; expected debug, info, warn or error", level)
	}
	return config
}

// databaseURL returns DATABASE_URL with DATABASE_PASSWORD in it, which is apart because the URL is no secret without.
func (e *Environment) databaseURL(fallback string) string {
	text, password := e.Text("DATABASE_URL", fallback), e.Text("DATABASE_PASSWORD", "")
	isPostgres := strings.HasPrefix(text, "postgres")
	if !isPostgres && !strings.HasPrefix(text, "sqlite:") {
		e.problem("DATABASE_URL", "must be sqlite:<file> or postgres://<user>@<host>/<database>")
		return text
	}
	if password == "" || !isPostgres {
		return text
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.User == nil {
		e.problem("DATABASE_URL", "must name the user whose DATABASE_PASSWORD is set: postgres://<user>@<host>/<database>")
		return text
	}
	parsed.User = url.UserPassword(parsed.User.Username(), password)
	return parsed.String()
}

// exitWith ends the process after an error that no log handler may have been ready for.
func exitWith(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
