// Package e2e tests the whole system: the four services and the router as the processes that they are in production,
// reached through HTTP alone. Each test gets a shop of its own, with its stores in a temporary folder, and may stop,
// kill and start any part of it. Nothing here is faked: Redis is a real server where one is installed.
package e2e

import (
	"fmt"
	"os"
	"runtime/debug"
	"testing"

	"github.com/weft-graph/weft/internal/shop"
)

// root is the repository, from the folder in which go test runs this package.
const root = ".."

// binaries is the folder of the programs under test, built once for each test binary.
var binaries string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "weft-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var flags []string
	if raceDetected() {
		flags = append(flags, "-race")
	}
	if err := shop.Build(root, dir, flags...); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	binaries = dir
	return m.Run()
}

// raceDetected reports whether this test runs under the race detector: then the programs under test do too.
func raceDetected() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, setting := range info.Settings {
		if setting.Key == "-race" {
			return setting.Value == "true"
		}
	}
	return false
}
