package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

func TestEveryMistakeIsNamedAtOnce(t *testing.T) {
	environment := NewEnvironment(func(name string) string {
		return map[string]string{
			"LISTEN": "4001", "DATABASE_URL": "mysql://x", "ROUTER_KEY": "short", "JWKS_URL": "ftp://x", "DEMO_DATA": "maybe",
			"LOG_LEVEL": "loud", "TOKEN_TTL": "-1s", "NONE": "0", "SOME": "many",
		}[name]
	})
	environment.Config("user", 4001)
	environment.Duration("TOKEN_TTL", time.Minute)
	environment.Bytes("NONE", 1)
	environment.Bytes("SOME", 1)
	environment.Required("INTROSPECTION_CLIENT", "a name")
	err := environment.Err()
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range []string{"LISTEN", "DATABASE_URL", "ROUTER_KEY", "JWKS_URL", "DEMO_DATA", "LOG_LEVEL", "TOKEN_TTL", "NONE", "SOME", "INTROSPECTION_CLIENT"} {
		if !strings.Contains(err.Error(), "\n  "+name+" ") {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "short") {
		t.Errorf("a secret is shown: %v", err)
	}
}

func TestDefaultsNeedOnlyTheKey(t *testing.T) {
	environment := NewEnvironment(func(name string) string {
		return map[string]string{"ROUTER_KEY": strings.Repeat("k", MinKeyLength)}[name]
	})
	config := environment.Config("credit", 4004)
	if err := environment.Err(); err != nil || config.Listen != "127.0.0.1:4004" || config.DatabaseURL != "sqlite:.data/credit.db" || config.DataDir != ".data/credit" {
		t.Errorf("%+v, %v", config, err)
	}
}

// TestSecretsFromFiles: each variable may come from a file, not from both, and the file must be there.
func TestSecretsFromFiles(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := strings.Repeat("k", MinKeyLength)
	variables := map[string]string{
		"ROUTER_KEY_FILE": write("key", key+"\n"), "DATABASE_PASSWORD_FILE": write("password", "p@ss:word/\n"),
		"DATABASE_URL": "postgres://shop_user@postgres:5432/shop_user",
	}
	read := func() (Config, error) {
		environment := NewEnvironment(func(name string) string { return variables[name] })
		config := environment.Config("user", 4001)
		if names := environment.Names(); !slices.IsSorted(names) || !slices.Contains(names, "DATABASE_PASSWORD") || slices.Contains(names, "ROUTER_KEY_FILE") {
			t.Errorf("the variables are %v", names)
		}
		return config, environment.Err()
	}
	config, err := read()
	if want := "postgres://shop_user:p%40ss%3Aword%2F@postgres:5432/shop_user"; err != nil || string(config.RouterKey) != key || config.DatabaseURL != want {
		t.Errorf("%+v, %v", config, err)
	}
	variables["ROUTER_KEY"], variables["DATABASE_URL"] = key, "postgres://postgres/user"
	variables["LOG_LEVEL_FILE"] = filepath.Join(folder, "nowhere")
	_, err = read()
	for _, part := range []string{"ROUTER_KEY is set, and so is ROUTER_KEY_FILE", "LOG_LEVEL_FILE names a file", "DATABASE_URL must name the user"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error %v does not say %q", err, part)
		}
	}
}

// running is a server under test.
type running struct {
	address string
	stop    context.CancelFunc
	done    func() error
}

func start(t *testing.T, server Server) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	address := make(chan string, 1)
	server.Listen, server.Ready = "127.0.0.1:0", func(a string) { address <- a }
	var group errgroup.Group
	group.Go(func() error { return Run(ctx, server) })
	t.Cleanup(func() { stop(); _ = group.Wait() })
	return &running{address: <-address, stop: stop, done: group.Wait}
}

func (r *running) do(t *testing.T, method, path string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(method, "http://"+r.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestHealthSaysWhatIsWrong(t *testing.T) {
	var outage error
	server := start(t, Server{Handler: http.NotFoundHandler(), Checks: []Check{
		{Name: "database", Try: func(context.Context) error { return outage }},
		{Name: "other", Try: func(context.Context) error { return nil }},
	}})
	if response, body := server.do(t, "GET", "/readyz"); response.StatusCode != 200 || body != "{\"status\":\"ready\"}\n" {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	outage = errors.New("connection refused")
	if response, body := server.do(t, "GET", "/readyz"); response.StatusCode != 503 || body != "{\"database\":\"connection refused\",\"status\":\"not ready\"}\n" {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	if response, _ := server.do(t, "GET", "/healthz"); response.StatusCode != 200 {
		t.Errorf("an outage of the store is not one of the process: %d", response.StatusCode)
	}
	if response, _ := server.do(t, "DELETE", "/healthz"); response.StatusCode != 405 || response.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("%d %v", response.StatusCode, response.Header)
	}
}

func TestNothingThere(t *testing.T) {
	recorder := httptest.NewRecorder()
	NotFound(recorder, httptest.NewRequest(http.MethodGet, "/no/such/path", nil))
	if body := recorder.Body.String(); recorder.Code != http.StatusNotFound || !strings.Contains(body, "NOT_FOUND") || !strings.Contains(body, "/no/such/path") {
		t.Errorf("%d %s", recorder.Code, body)
	}
}

func TestUnread(t *testing.T) {
	for want, err := range map[string]error{
		"503 UNAVAILABLE": fmt.Errorf("dial the database: %w", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}),
		"500 INTERNAL":    errors.New("no such table"),
	} {
		recorder := httptest.NewRecorder()
		Unread(recorder, httptest.NewRequest(http.MethodGet, "/files/x", nil), "The file", err)
		body := recorder.Body.String()
		if got := fmt.Sprint(recorder.Code); !strings.HasPrefix(want, got) || !strings.Contains(body, want[4:]) || strings.Contains(body, "dial") || strings.Contains(body, "table") {
			t.Errorf("%v: %s %s, want %s", err, got, body, want)
		}
	}
}

func TestPanicsAndRequestIDsAreLogged(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(newLog(&log, "user", slog.LevelInfo))
	t.Cleanup(func() { slog.SetDefault(before) })
	server := start(t, Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })})
	response, body := server.do(t, "GET", "/", "X-Request-Id", "the-id")
	if response.StatusCode != 500 || !json.Valid([]byte(body)) || strings.Contains(body, "boom") || response.Header.Get("X-Request-Id") != "the-id" {
		t.Errorf("%d %s", response.StatusCode, body)
	}
	if response, _ := server.do(t, "GET", "/healthz"); response.StatusCode != 200 {
		t.Errorf("the server is gone: %d", response.StatusCode)
	}
	server.stop()
	if err := server.done(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"msg":"ready"`, `"service":"user"`, `"request_id":"the-id"`, `"panic":"boom"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s is missing in %s", want, log.String())
		}
	}
}

// TestRequestIDs: that of the router is kept, unless it is longer than a line of the log should be; without one there is one.
func TestRequestIDs(t *testing.T) {
	server := start(t, Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, RequestID(r.Context()))
	})})
	long := strings.Repeat("x", maxRequestIDLength)
	for given, isKept := range map[string]bool{"the-id": true, long: true, long + "x": false, "": false} {
		response, body := server.do(t, "GET", "/", "X-Request-Id", given)
		if body == "" || body != response.Header.Get("X-Request-Id") || (body == given) != isKept {
			t.Errorf("of %q is made %q, answered as %q", given, body, response.Header.Get("X-Request-Id"))
		}
	}
}

// TestAbortedAnswersBreakOff: an answer that its handler gives up looks broken, and not like an answer.
func TestAbortedAnswersBreakOff(t *testing.T) {
	server := start(t, Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })})
	if response, err := http.Get("http://" + server.address + "/"); err == nil {
		_ = response.Body.Close()
		t.Errorf("it is answered with %s", response.Status)
	}
}

func TestStopLetsRequestsFinish(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	server := start(t, Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		_, _ = io.WriteString(w, "finished")
	})})
	var group errgroup.Group
	group.Go(func() error {
		response, err := http.Get("http://" + server.address + "/")
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if body, err := io.ReadAll(response.Body); err != nil || string(body) != "finished" {
			return errors.Join(errors.New("cut off: "+string(body)), err)
		}
		return nil
	})
	<-entered
	server.stop()
	time.Sleep(20 * time.Millisecond)
	close(release)
	if err := errors.Join(group.Wait(), server.done()); err != nil {
		t.Error(err)
	}
	if _, err := http.Get("http://" + server.address + "/"); err == nil {
		t.Error("still listening")
	}
}

func TestBackgroundFailureStopsTheProcess(t *testing.T) {
	for name, task := range map[string]func(context.Context) error{
		"error": func(context.Context) error { return errors.New("boom") },
		"panic": func(context.Context) error { panic("boom") },
	} {
		server := start(t, Server{Handler: http.NotFoundHandler(), Background: []func(context.Context) error{task}})
		if err := server.done(); err == nil || !strings.Contains(err.Error(), "boom") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWaitForTriesAgainUntilItIsStopped(t *testing.T) {
	tries := 0
	err := WaitFor(t.Context(), "store", func(context.Context) error {
		if tries++; tries < 3 {
			return errors.New("not yet")
		}
		return nil
	})
	if err != nil || tries != 3 {
		t.Errorf("%d tries, %v", tries, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := WaitFor(ctx, "store", func(context.Context) error { return errors.New("never") }); err == nil || !strings.Contains(err.Error(), "never") {
		t.Errorf("got %v", err)
	}
}

// TestFailuresInARowAreToldOnce: an outage that lasts does not fill the log, and the next one is told again.
func TestFailuresInARowAreToldOnce(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(newLog(&log, "user", slog.LevelInfo))
	t.Cleanup(func() { slog.SetDefault(before) })
	ctx, stop := context.WithCancel(t.Context())
	results := []error{errors.New("first"), errors.New("first"), errors.New("first"), nil, nil, errors.New("second"), errors.New("second"), nil}
	err := Every(ctx, "the work", time.Millisecond, func(context.Context) error {
		result := results[0]
		if results = results[1:]; len(results) == 0 {
			stop()
		}
		return result
	})
	if err != nil || strings.Count(log.String(), "first") != 1 || strings.Count(log.String(), "second") != 1 {
		t.Errorf("%v, logged %s", err, log.String())
	}
}

func TestBusyPortIsAnErrorThatNamesIt(t *testing.T) {
	server := start(t, Server{Handler: http.NotFoundHandler()})
	if err := Run(t.Context(), Server{Listen: server.address}); err == nil || !strings.Contains(err.Error(), server.address) {
		t.Errorf("got %v", err)
	}
}
