package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/weft-graph/weft/bench/machine"
	"github.com/weft-graph/weft/internal/shop"
)

// oneFetch is a query that one subgraph answers: the router adds parsing of the request, the plan
// from its cache, one fetch and completion to what a reverse proxy does.
const oneFetch = `{ product(id: "movie-the-dare") { id name price { amount currency } ... on Movie { title year cast } } }`

// shopTargets returns the shop's query and the one-fetch query at the router, and the one-fetch
// query at the proxy.
func shopTargets(ctx context.Context, client *http.Client, s *shop.Shop, p *proxy) ([]*target, error) {
	openOrder, err := os.ReadFile("web/playground/operations/open_order.graphql")
	if err != nil {
		return nil, err
	}
	token, err := login(ctx, client, s.URL())
	if err != nil {
		return nil, err
	}
	router := machine.Process{PID: s.Programs["router"].PID()}
	bearer := func(h http.Header) { h.Set("Authorization", "Bearer "+token) }
	nothing := func(http.Header) {}
	body := requestBody(oneFetch)
	return []*target{
		{Name: "router, open order (4 fetches)", URL: s.URL(), Body: requestBody(string(openOrder)), Header: bearer, Process: router},
		{Name: "router, one fetch", URL: s.URL(), Body: body, Header: nothing, Process: router},
		{Name: "reverse proxy, one fetch", URL: "http://" + p.address + "/graphql", Body: body, Header: signer(s.RouterKey, body), Process: p.process},
	}, nil
}

func requestBody(query string) []byte {
	body, _ := json.Marshal(map[string]string{"query": query}) // strings never fail
	return body
}

// login returns a token for one of the demo data's customers.
func login(ctx context.Context, client *http.Client, url string) (string, error) {
	body := requestBody(`mutation { login(input: {username: "walter", password: "walter-demo"}) { token } }`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Weft-Token-In-Body", "true")
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	var answer struct {
		Data struct{ Login struct{ Token string } }
	}
	if err := json.Unmarshal(text, &answer); err != nil || answer.Data.Login.Token == "" {
		return "", fmt.Errorf("log in: %s answered %s", url, text)
	}
	return answer.Data.Login.Token, nil
}

// signer signs requests as the router does, so that a service takes them from the proxy. The
// signature is made anew for each request: its cost is the load generator's, not the proxy's.
func signer(key string, body []byte) func(http.Header) {
	return func(h http.Header) {
		now := strconv.FormatInt(time.Now().Unix(), 10)
		mac := hmac.New(sha256.New, []byte(key))
		_, _ = io.WriteString(mac, "weft-v1\n"+now+"\nPOST\n/graphql\n") // a hash never fails
		_, _ = mac.Write(body)
		h.Set("Weft-Signature-Time", now)
		h.Set("Weft-Signature", "v1="+hex.EncodeToString(mac.Sum(nil)))
	}
}
