// Command weft composes, checks, plans and serves federated graphs, and runs them for development.
//
// This package turns flags into calls: what a command does lies in graph, router and cmd/weft/internal. Exit codes: 0
// for success, 1 where the graph, an operation or the system is at fault, 2 where the command line is.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/weft-graph/weft/cmd/weft/internal/report"
)

// The exit codes.
const (
	exitFailed = 1
	exitUsage  = 2
)

// commandLine is what kong parses: one field for each command.
type commandLine struct {
	Compose composeCommand `cmd:"" help:"Compose subgraphs into a supergraph and print its SDL."`
	Check   checkCommand   `cmd:"" help:"Compose, then validate the operations under the given folders against the result."`
	Plan    planCommand    `cmd:"" help:"Print how an operation is answered: which subgraphs are asked, for what, in which order."`
	Serve   serveCommand   `cmd:"" help:"Serve a graph over HTTP."`
	Dev     devCommand     `cmd:"" help:"Start the processes of dev.yaml, wait until they are ready, compose and serve; Ctrl-C stops it all."`
	Guard   guardCommand   `cmd:"" hidden:""`
	Explain explainCommand `cmd:"" help:"Explain a code of composition: when it occurs, an example, the fix."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// errReported is a failure that its command has told already.
var errReported = errors.New("reported")

func main() { os.Exit(run(os.Args[1:])) }

// run runs one command line and returns its exit code.
func run(args []string) int {
	command, err := newParser().Parse(inOurWords(args))
	if err != nil {
		fmt.Fprintf(os.Stderr, "weft: %v\nRun 'weft --help' for what there is.\n", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	command.Bind(stopSignals(stop))
	err = command.Run()
	if err != nil && !errors.Is(err, errReported) {
		fmt.Fprintf(os.Stderr, "weft: %v\n", err)
	}
	if err != nil {
		return exitFailed
	}
	return 0
}

// inOurWords says "weft help serve" and "weft --version", which other programs have, as weft does.
func inOurWords(args []string) []string {
	switch {
	case len(args) > 0 && args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	}
	return args
}

// newParser returns the parser of command lines. It holds what it has parsed, and so is for one.
func newParser() *kong.Kong {
	parser, err := kong.New(&commandLine{}, kong.Name("weft"),
		kong.Description("One graph from many: GraphQL Federation in one binary."),
		kong.Vars{"formats": strings.Join(report.Formats, ",")})
	if err != nil {
		panic("weft: the command line's own description is wrong: " + err.Error())
	}
	return parser
}

// stopSignals gives signals their usual meaning back: the next one ends weft at once.
type stopSignals func()

// after does so when ctx has ended.
func (s stopSignals) after(ctx context.Context) error {
	<-ctx.Done()
	s()
	return nil
}
