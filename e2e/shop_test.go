package e2e

import (
	"crypto/rand"
	"encoding/hex"
	"testing"
	"time"

	"github.com/weft-graph/weft/internal/shop"
)

// system is a running shop of a test's own.
type system struct {
	*shop.Shop
	// dir is where each service keeps its data, in a folder of its name.
	dir string
}

// patience ends a wait for what should have happened long before.
const patience = 3 * time.Minute

// startShop starts a whole shop with demo data, whose programs get the variables, too. From here on the test runs beside
// others, which have shops of their own: mostly all of them wait for processes.
func startShop(t *testing.T, variables ...string) system {
	t.Helper()
	t.Parallel()
	return startShopAs(t, shop.Config{Dir: t.TempDir(), Env: variables})
}

// startShopAs starts a shop of the programs under test. The end of the test stops it, wants every process to end well, and
// after a failure shows what each of them said last.
func startShopAs(t *testing.T, config shop.Config) system {
	t.Helper()
	config.Root, config.Binaries = root, binaries
	s := system{dir: config.Dir}
	var err error
	s.Shop, err = shop.StartAs(config)
	t.Cleanup(func() {
		httpClient.CloseIdleConnections() // a server that stops waits for those that were never used
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if !t.Failed() {
			return
		}
		for _, name := range append([]string{"router"}, shop.Services...) {
			if p := s.Programs[name]; p != nil {
				t.Logf("the last lines of %s:\n%s", name, p.Log(30))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stop, start and kill do it to one of the programs.
func (s system) stop(t *testing.T, name string) { t.Helper(); must(t, s.Programs[name].Stop()) }

func (s system) start(t *testing.T, name string) { t.Helper(); must(t, s.Programs[name].Start()) }

func (s system) kill(t *testing.T, name string) { t.Helper(); must(t, s.Programs[name].Kill()) }

// forgetRedis restarts Redis, which keeps nothing on disk.
func (s system) forgetRedis(t *testing.T) {
	t.Helper()
	must(t, s.StopRedis())
	must(t, s.StartRedis())
}

// eventually tries until there is no error.
func eventually(t *testing.T, complaint string, try func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", complaint, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// unique is a text that was never used before.
func unique() string {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails: it ends the program instead
	return hex.EncodeToString(raw)
}
