package transport

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// ClientAddress returns the address of the client: that of the connection, or, when the connection comes from a trusted
// proxy, the last one in X-Forwarded-For that is not of a trusted proxy. What stands before it anybody can have written.
func ClientAddress(r *http.Request, trusted []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if len(trusted) == 0 || !isTrusted(host, trusted) {
		return host
	}
	chain := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for i := len(chain) - 1; i >= 0; i-- {
		address, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			break // what a trusted proxy has not written well is nobody's address
		}
		if host = address.String(); !isTrusted(host, trusted) {
			break
		}
	}
	return host
}

func isTrusted(host string, trusted []netip.Prefix) bool {
	address, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, network := range trusted {
		if network.Contains(address.Unmap()) {
			return true
		}
	}
	return false
}
