package signature_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/router/signature"
)

const secret = "0123456789abcdef0123456789abcdef"

// TestSign computes the signature by hand from the agreed text.
func TestSign(t *testing.T) {
	key, err := signature.NewKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // a pooled hash must start afresh
		r, _ := http.NewRequest(http.MethodPost, "http://host:1/graphql?a=b", nil)
		key.Sign(r, []byte(`{"query":"{a}"}`), time.Unix(1700000000, 0))
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("weft-v1\n1700000000\nPOST\n/graphql?a=b\n" + `{"query":"{a}"}`))
		if got, want := r.Header.Get("Weft-Signature"), "v1="+hex.EncodeToString(mac.Sum(nil)); got != want {
			t.Errorf("Weft-Signature = %s, want %s", got, want)
		}
		if got := r.Header.Get("Weft-Signature-Time"); got != "1700000000" {
			t.Errorf("Weft-Signature-Time = %s", got)
		}
	}
}

func TestShortKeyIsRefused(t *testing.T) {
	if _, err := signature.NewKey(strings.Repeat("k", signature.MinKeyBytes-1)); err == nil {
		t.Error("a key of 31 characters was taken")
	}
}
