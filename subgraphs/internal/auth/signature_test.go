package auth

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

// TestSignatureIsWhatTheWireFormatSays holds the bytes still: the router computes the same on its side.
func TestSignatureIsWhatTheWireFormatSays(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/graphql?a=b%20c", nil)
	signAt(r, []byte(`{"query":"{me{id}}"}`), testKey, time.Unix(1_700_000_000, 0))
	if got := r.Header.Get("Weft-Signature-Time"); got != "1700000000" {
		t.Errorf("time %s", got)
	}
	// printf 'weft-v1\n1700000000\nPOST\n/graphql?a=b%%20c\n{"query":"{me{id}}"}' | openssl dgst -sha256 -hmac 0123…
	const want = "v1=9288865b6d1bc019e0d4ef341d2ede2967636279a99430fba982ef74fe080c92"
	if got := r.Header.Get("Weft-Signature"); got != want {
		t.Errorf("signature %s", got)
	}
}

func TestOnlySignedRequestsPass(t *testing.T) {
	const body = `{"query":"{me{id}}"}`
	for name, c := range map[string]struct {
		change func(r *http.Request)
		status int
	}{
		"signed":                {func(*http.Request) {}, http.StatusOK},
		"without any":           {func(r *http.Request) { r.Header.Del(signatureHeader); r.Header.Del(timeHeader) }, http.StatusUnauthorized},
		"without the time":      {func(r *http.Request) { r.Header.Del(timeHeader) }, http.StatusUnauthorized},
		"another method":        {func(r *http.Request) { r.Method = http.MethodPut }, http.StatusUnauthorized},
		"another path":          {func(r *http.Request) { r.URL.Path = "/peer" }, http.StatusUnauthorized},
		"another query":         {func(r *http.Request) { r.URL.RawQuery = "a=c" }, http.StatusUnauthorized},
		"another body":          {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(body + " ")) }, http.StatusUnauthorized},
		"another time":          {func(r *http.Request) { r.Header.Set(timeHeader, "1") }, http.StatusUnauthorized},
		"a time that is none":   {func(r *http.Request) { r.Header.Set(timeHeader, "now") }, http.StatusUnauthorized},
		"another scheme":        {func(r *http.Request) { r.Header.Set(signatureHeader, "v2="+r.Header.Get(signatureHeader)[3:]) }, http.StatusUnauthorized},
		"no hex":                {func(r *http.Request) { r.Header.Set(signatureHeader, "v1=zz") }, http.StatusUnauthorized},
		"another key":           {func(r *http.Request) { Sign(r, []byte(body), bytes.Repeat([]byte("x"), 32)) }, http.StatusUnauthorized},
		"a body past the limit": {func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(make([]byte, MaxBodyBytes+1))) }, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			seen := ""
			handler := RequireSignature(testKey, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				text, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				seen = string(text)
			}))
			r := httptest.NewRequest(http.MethodPost, "/graphql?a=b", strings.NewReader(body))
			Sign(r, []byte(body), testKey)
			c.change(r)
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, r)
			if recorder.Code != c.status || (seen == body) != (c.status == http.StatusOK) {
				t.Fatalf("%d %s, the handler saw %q", recorder.Code, recorder.Body, seen)
			}
			if c.status == http.StatusUnauthorized && code(t, recorder) != "UNSIGNED_REQUEST" {
				t.Errorf("%s", recorder.Body)
			}
		})
	}
}

// TestSignaturesHoldForAWhile: on both sides of the clocks' difference that is allowed, to the second.
func TestSignaturesHoldForAWhile(t *testing.T) {
	now := time.Now()
	for seconds, isGood := range map[int]bool{
		0: true, MaxSkewSeconds: true, -MaxSkewSeconds: true, MaxSkewSeconds + 1: false, -MaxSkewSeconds - 1: false,
	} {
		r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
		signAt(r, nil, testKey, now.Add(time.Duration(seconds)*time.Second))
		if reason := checkSignature(r, nil, testKey, now); (reason == "") != isGood {
			t.Errorf("%d seconds from now: %q", seconds, reason)
		}
	}
}

func code(t *testing.T, recorder *httptest.ResponseRecorder) string {
	t.Helper()
	var answer struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || len(answer.Errors) != 1 {
		t.Fatalf("%s: %v", recorder.Body, err)
	}
	return answer.Errors[0].Extensions.Code
}
