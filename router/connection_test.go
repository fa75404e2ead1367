package router_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weft-graph/weft/router/config"
)

// TestConnections shows what net/http does for us with requests that no client library would send.
func TestConnections(t *testing.T) {
	s := start(t, func(c *config.Config) { c.Limits.MaxHeaderBytes = 8 << 10 })
	bound := short(t)
	impatient := start(t, func(c *config.Config) { c.Server.ReadTimeout = bound })
	const body = `{"query":"{ hello }"}`
	post := func(headers string) string {
		return fmt.Sprintf("POST /graphql HTTP/1.1\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", headers, len(body), body)
	}
	for _, c := range []struct {
		name, send string
		status     int // 0: the connection is closed without an answer
		by         *server
	}{
		{"good", post("Host: a\r\n"), 200, s},
		{"two hosts", post("Host: a\r\nHost: b\r\n"), 400, s},
		{"no host", post(""), 400, s},
		{"two lengths", post("Host: a\r\nContent-Length: 5\r\n"), 400, s},
		{"length beside chunks", post("Host: a\r\nTransfer-Encoding: chunked\r\n"), 400, impatient},
		{"long headers", post("Host: a\r\nX-Long: " + strings.Repeat("a", 20<<10) + "\r\n"), 431, s},
		{"unknown method", strings.Replace(post("Host: a\r\n"), "POST", "BREW", 1), 405, s},
		{"a body that does not come", strings.TrimSuffix(post("Host: a\r\n"), "}"), 400, impatient},
		{"headers that do not end", "POST /graphql HTTP/1.1\r\nHost: a\r\n", 0, impatient},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(c.by.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(patience))
			if _, err := io.WriteString(conn, c.send); err != nil {
				t.Fatal(err)
			}
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			switch {
			case err != nil && c.status != 0:
				t.Errorf("no answer: %v", err)
			case err == nil && response.StatusCode != c.status:
				text, _ := io.ReadAll(response.Body)
				t.Errorf("status %d, want %d: %s", response.StatusCode, c.status, text)
			}
		})
	}
}
