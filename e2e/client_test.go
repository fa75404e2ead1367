package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// response is a GraphQL answer.
type response struct {
	Status int
	Data   map[string]any
	Errors []responseError
	Body   string
}

type responseError struct {
	Message    string
	Path       []any
	Extensions map[string]any
}

// code is the code of the only error; a response with another number of errors has none.
func (r response) code() string {
	if len(r.Errors) != 1 {
		return ""
	}
	code, _ := r.Errors[0].Extensions["code"].(string)
	return code
}

// at walks down the data by keys and list indexes; what is not there is nil.
func (r response) at(path ...any) any {
	var value any = r.Data
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		default:
			panic(fmt.Sprintf("e2e: a path has no %T", step))
		}
	}
	return value
}

// client is a person at the router: with a token, or anonymous.
type client struct {
	shop  system
	token string
}

var httpClient = &http.Client{Timeout: 30 * time.Second}

// send sends an operation and returns the answer, whatever it is.
func (c client) send(t *testing.T, query string, variables map[string]any) response {
	t.Helper()
	res, err := c.try(query, variables)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// try is send for goroutines other than the test's.
func (c client) try(query string, variables map[string]any) (response, error) {
	header := http.Header{"Weft-Token-In-Body": {"true"}}
	if c.token != "" {
		header.Set("Authorization", "Bearer "+c.token)
	}
	return post(c.shop.URL(), query, variables, header)
}

// must sends an operation that has to succeed.
func (c client) must(t *testing.T, query string, variables map[string]any) response {
	t.Helper()
	res := c.send(t, query, variables)
	if res.Status != http.StatusOK || len(res.Errors) > 0 {
		t.Fatalf("%s\nanswered %d: %s", query, res.Status, res.Body)
	}
	return res
}

func post(url, query string, variables map[string]any, header http.Header) (response, error) {
	req, _, err := newRequest(url, query, variables, header)
	if err != nil {
		return response{}, err
	}
	return do(req)
}

// newRequest is a request with a GraphQL operation, and its body for who signs it.
func newRequest(url, query string, variables map[string]any, header http.Header) (*http.Request, []byte, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, nil, err
	}
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header = header.Clone()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	return req, body, nil
}

// do sends a request and reads the GraphQL answer.
func do(req *http.Request) (response, error) {
	res, err := httpClient.Do(req)
	if err != nil {
		return response{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return response{}, err
	}
	answer := response{Status: res.StatusCode, Body: string(text)}
	if err := json.Unmarshal(text, &answer); err != nil {
		return response{}, fmt.Errorf("%s answered %s, which is no JSON object: %s", req.URL, res.Status, text)
	}
	return answer, nil
}

// anonymous is somebody who is not logged in.
func (s system) anonymous() client { return client{shop: s} }

const loginMutation = `mutation ($input: LoginInput!) { login(input: $input) { token } }`

// login logs a demo person in by the password that the README gives.
func (s system) login(t *testing.T, username string) client {
	t.Helper()
	return s.loginWith(t, username, username+"-demo")
}

func (s system) loginWith(t *testing.T, username, password string) client {
	t.Helper()
	res := s.anonymous().must(t, loginMutation, map[string]any{"input": map[string]any{"username": username, "password": password}})
	token, _ := res.at("login", "token").(string)
	if token == "" {
		t.Fatalf("login gives no token: %s", res.Body)
	}
	return client{shop: s, token: token}
}

const registerMutation = `mutation ($input: RegisterInput!) { register(input: $input) { token } }`

// register makes a new person, with a name that nobody had before, and logs in.
func (s system) register(t *testing.T) (c client, username string) {
	t.Helper()
	username = "guest-" + unique()
	res := s.anonymous().must(t, registerMutation, map[string]any{"input": map[string]any{
		"username": username, "password": "correct horse battery", "name": "A Guest",
	}})
	token, _ := res.at("register", "token").(string)
	if token == "" {
		t.Fatalf("register gives no token: %s", res.Body)
	}
	return client{shop: s, token: token}, username
}

// openOrder is the query of the shop.
func openOrder(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, openOrderFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
