// Package bureau asks a credit bureau what is known of people's credit. In go a person's id, out comes a status, or an
// error if the bureau cannot be had. There is an embedded bureau, which knows the people of the demo and nobody else, and
// one over HTTP with a timeout, retries and a circuit breaker:
//
//	GET <url>/people/<id>  ->  200 {"status": "GOOD" | "BAD" | "UNKNOWN"}, or 404 for somebody it has never heard of
//
// The package stores nothing and decides nothing.
package bureau

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/weft-graph/weft/subgraphs/credit/financing"
)

// Embedded is the bureau of a shop that has no other.
type Embedded struct{}

// demo is the credit of the people of the demo.
var demo = map[string]financing.Status{"walter": financing.Good, "jack": financing.Bad}

// Status never fails.
func (Embedded) Status(_ context.Context, userID string) (financing.Status, error) {
	if status, isKnown := demo[userID]; isKnown {
		return status, nil
	}
	return financing.Unknown, nil
}

const (
	maxAnswerBytes = 64 << 10
	maxTries       = 3
	firstPause     = 50 * time.Millisecond
)

// Client asks a bureau over HTTP. It is safe for concurrent use.
type Client struct {
	// URL is the bureau's address, without a trailing slash.
	URL string
	// Token is sent as a bearer token, unless it is empty.
	Token string
	// Timeout bounds one try.
	Timeout time.Duration

	breaker breaker
	http    *http.Client
}

// New returns a Client with its own connections. It follows no redirect, so that the token goes nowhere else.
func New(address, token string, timeout time.Duration) *Client {
	return &Client{
		URL: address, Token: token, Timeout: timeout,
		http: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

// Status returns what the bureau knows of a person. It tries up to three times, with growing pauses with some chance in
// them; after failures in a row nobody asks for a while, and ErrOpen is the answer at once.
func (c *Client) Status(ctx context.Context, userID string) (financing.Status, error) {
	pause := firstPause
	for try := 1; ; try++ {
		if !c.breaker.allow(time.Now()) {
			return "", ErrOpen
		}
		status, err := c.ask(ctx, userID)
		c.breaker.note(time.Now(), err)
		if err == nil || try == maxTries || ctx.Err() != nil {
			return status, err
		}
		select {
		case <-ctx.Done():
			return "", errors.Join(err, ctx.Err())
		case <-time.After(pause + rand.N(pause)):
			pause *= 2
		}
	}
}

func (c *Client) ask(ctx context.Context, userID string) (financing.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/people/"+url.PathEscape(userID), nil)
	if err != nil {
		return "", fmt.Errorf("ask the credit bureau: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return "", fmt.Errorf("ask the credit bureau: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the credit bureau's answer: %w", err)
	case response.StatusCode == http.StatusNotFound:
		return financing.Unknown, nil
	case response.StatusCode != http.StatusOK:
		return "", fmt.Errorf("the credit bureau answered %s", response.Status)
	}
	var answer struct {
		Status financing.Status `json:"status"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || !answer.Status.IsValid() {
		return "", errors.New("the credit bureau's answer is no status")
	}
	return answer.Status, nil
}
