//go:build linux

package e2e

import (
	"context"
	"fmt"
	"strings"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// proxies stand between the router and the services, and spoil their connections.
type proxies struct {
	server *toxiproxy.ApiServer
	of     map[string]*toxiproxy.Proxy
}

func newProxies() *proxies {
	zerolog.SetGlobalLevel(zerolog.Disabled) // toxics log each piece, whatever logger the server has
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	return &proxies{server: server, of: map[string]*toxiproxy.Proxy{}}
}

// between starts the proxy before a service: shop.Config.Between.
func (p *proxies) between(service, address string) (string, error) {
	proxy := toxiproxy.NewProxy(p.server, service, "127.0.0.1:0", address)
	if err := proxy.Start(); err != nil {
		return "", err
	}
	p.of[service] = proxy
	return proxy.Listen, nil
}

// stop ends all proxies with their connections.
func (p *proxies) stop() {
	for _, proxy := range p.of {
		proxy.Stop()
	}
}

// toxic is how connections are spoilt, in the words of toxiproxy.
type toxic struct{ kind, attributes string }

// spoil puts a toxic on both directions of every connection to some services.
func (p *proxies) spoil(services []string, how toxic) error {
	for _, service := range services {
		for _, direction := range []string{"upstream", "downstream"} {
			text := fmt.Sprintf(`{"type": %q, "stream": %q, "attributes": %s}`, how.kind, direction, how.attributes)
			if _, err := p.of[service].Toxics.AddToxicJson(strings.NewReader(text)); err != nil {
				return fmt.Errorf("spoil the connections to %s: %w", service, err)
			}
		}
	}
	return nil
}

// heal takes all toxics away.
func (p *proxies) heal(services []string) {
	for _, service := range services {
		p.of[service].Toxics.ResetToxics(context.Background())
	}
}
