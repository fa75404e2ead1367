// Command shopserver starts a whole shop on free ports for tests that are not written in Go, such as the browser tests
// in web/tests, and obeys them.
//
// It builds the programs into the folder bin of the repository, as make build does: where they are current that costs
// nothing. It starts the shop with demo data in a temporary folder, and writes one line of JSON to its standard output:
// {"addresses": {"storefront": "127.0.0.1:…", "router": …, "user": …}}. Then it reads commands from its standard input,
// one a line, and answers each with a line of JSON, {} or {"error": "…"}:
//
//	kill user    end the program as a power cut would
//	stop user    ask it to end, and wait
//	start user   start it again at its old address, and wait until it is ready
//	log user     {"log": "…"}: the last lines that it wrote
//
// At the end of its input it stops everything and ends; it leaves no process and no other file behind.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/weft-graph/weft/internal/shop"
)

const logLines = 40

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "shopserver:", err)
		os.Exit(1)
	}
}

func run() (err error) {
	if len(os.Args) != 2 {
		return errors.New("want one argument: the folder of the repository")
	}
	// Ctrl-C in a terminal reaches the tests too: they close our input, which is what ends us.
	signal.Ignore(os.Interrupt, syscall.SIGHUP)
	root, err := filepath.Abs(os.Args[1])
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "weft-shop-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binaries := filepath.Join(root, "bin")
	if err := shop.Build(root, binaries); err != nil {
		return err
	}
	s, err := shop.Start(root, binaries, dir)
	defer func() { err = errors.Join(err, s.Stop()) }()
	if err != nil {
		return err
	}
	if err := s.StartStorefront(binaries, dir); err != nil {
		return err
	}
	answer(map[string]any{"addresses": s.Addresses})
	for commands := bufio.NewScanner(os.Stdin); commands.Scan(); {
		answer(obey(s, commands.Text()))
	}
	return nil
}

func answer(value map[string]any) {
	_ = json.NewEncoder(os.Stdout).Encode(value) // whoever asked has gone if this fails, and then our input ends
}

func obey(s *shop.Shop, line string) map[string]any {
	command, name, _ := strings.Cut(line, " ")
	p := s.Programs[name]
	if p == nil {
		return map[string]any{"error": fmt.Sprintf("there is no program %q", name)}
	}
	var err error
	switch command {
	case "kill":
		err = p.Kill()
	case "stop":
		err = p.Stop()
	case "start":
		err = p.Start()
	case "log":
		return map[string]any{"log": p.Log(logLines)}
	default:
		err = fmt.Errorf("there is no command %q: want kill, stop, start or log", command)
	}
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{}
}
