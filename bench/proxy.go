package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/weft-graph/weft/bench/machine"
)

// proxy is a bare httputil.ReverseProxy in a process of its own.
type proxy struct {
	address string
	process machine.Process
	cmd     *exec.Cmd
}

// startProxy starts this program again, as the proxy in front of an address.
func startProxy(upstream string) (*proxy, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "-proxy", upstream)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &proxy{cmd: cmd, process: machine.Process{PID: cmd.Process.Pid}}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("start the proxy: %w", err)
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

func (p *proxy) stop() {
	_ = p.cmd.Process.Kill() // it keeps nothing
	_ = p.cmd.Wait()
}

// serveProxy is the proxy's process: it prints its address and serves until it is killed.
func serveProxy(ctx context.Context, upstream string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	handler := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: upstream})
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 256
	handler.Transport = transport
	server := &http.Server{Handler: handler, BaseContext: func(net.Listener) context.Context { return ctx }}
	return server.Serve(listener)
}
