package traffic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// client speaks GraphQL over HTTP with the router.
type client struct {
	url  string
	http *http.Client
}

// maxIdle is how many connections are kept: more than ever are in use, so that a burst makes no new ones each time.
const maxIdle = 1024

func newClient(url string, timeout time.Duration) *client {
	return &client{url: url, http: &http.Client{Timeout: timeout, Transport: &http.Transport{
		DialContext:        (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		MaxIdleConns:       maxIdle,
		DisableCompression: true, MaxIdleConnsPerHost: maxIdle,
	}}}
}

// call is one operation, on behalf of nobody where token is empty.
type call struct {
	document       string
	variables      map[string]any
	token, address string
	// file is sent as the variable $file, under name.
	file []byte
	name string
}

// reply is an answer, or why there is none.
type reply struct {
	failure string // of the transport, or an answer that is no GraphQL
	status  int
	codes   []string // of the errors
}

// send sends the call, and decodes the data of the answer into data.
func (c *client) send(ctx context.Context, call call, data any) reply {
	req, err := call.request(ctx, c.url)
	if err != nil {
		return reply{failure: err.Error()}
	}
	res, err := c.http.Do(req)
	if err != nil {
		return reply{failure: transportFailure(err)}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{failure: transportFailure(err), status: res.StatusCode}
	}
	answer := struct {
		Data   any
		Errors []struct {
			Extensions struct{ Code string }
		}
	}{Data: data}
	if err := json.Unmarshal(text, &answer); err != nil {
		return reply{failure: "HTTP " + strconv.Itoa(res.StatusCode), status: res.StatusCode}
	}
	out := reply{status: res.StatusCode}
	for _, e := range answer.Errors {
		out.codes = append(out.codes, e.Extensions.Code)
	}
	return out
}

// request makes the HTTP request: JSON, or for a file a form by the GraphQL multipart request specification.
func (c call) request(ctx context.Context, url string) (*http.Request, error) {
	variables := c.variables
	if c.file != nil {
		variables["file"] = nil
	}
	operation, err := json.Marshal(map[string]any{"query": c.document, "variables": variables})
	if err != nil {
		return nil, fmt.Errorf("write an operation: %w", err)
	}
	body, contentType := operation, "application/json"
	if c.file != nil {
		if body, contentType, err = c.form(operation); err != nil {
			return nil, fmt.Errorf("write a form: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make a request for %s: %w", url, err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Weft-Token-In-Body", "true")
	if c.file != nil {
		req.Header.Set("Weft-Require-Preflight", "true")
	}
	if c.address != "" {
		req.Header.Set("X-Forwarded-For", c.address)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req, nil
}

func (c call) form(operation []byte) (body []byte, contentType string, err error) {
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	err = errors.Join(form.WriteField("operations", string(operation)), form.WriteField("map", `{"0": ["variables.file"]}`))
	part, failure := form.CreateFormFile("0", c.name)
	if err = errors.Join(err, failure); err != nil {
		return nil, "", err
	}
	_, err = part.Write(c.file)
	err = errors.Join(err, form.Close())
	return buf.Bytes(), form.FormDataContentType(), err
}

// transportFailure names a failure by its kind: the text of each has another port in it.
func transportFailure(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), strings.Contains(err.Error(), "server closed"):
		return "connection lost"
	default:
		return "transport"
	}
}
