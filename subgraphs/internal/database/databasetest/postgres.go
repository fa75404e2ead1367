package databasetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/weft-graph/weft/subgraphs/internal/database"
)

// errNoPostgres means that the machine has no Postgres to test on.
var errNoPostgres = errors.New("no Postgres programs found; install postgresql or set TEST_POSTGRES_URL")

const startTimeout = 60 * time.Second

// throwAway is a Postgres server of this test binary alone. It listens on a Unix socket in its own folder.
type throwAway struct {
	isManaged bool // Main runs the tests, so somebody will stop the server

	once    sync.Once
	url     string
	err     error
	folder  string
	process *exec.Cmd
}

func (s *throwAway) start() (string, error) {
	s.once.Do(func() {
		if !s.isManaged {
			s.err = errors.New("the package needs func TestMain(m *testing.M) { databasetest.Main(m) }")
			return
		}
		s.url, s.err = s.launch()
	})
	return s.url, s.err
}

func (s *throwAway) launch() (string, error) {
	programs, err := findPrograms()
	if err != nil {
		return "", err
	}
	s.folder, err = os.MkdirTemp("", "weft-pg-") // short: a socket's path has at most 107 bytes
	if err != nil {
		return "", err
	}
	attributes, err := s.runAs()
	if err != nil {
		return "", err
	}
	data := filepath.Join(s.folder, "data")
	initialise := exec.Command(filepath.Join(programs, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
	initialise.SysProcAttr, initialise.Dir = attributes, s.folder
	if output, err := initialise.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, output)
	}
	var log bytes.Buffer
	s.process = exec.Command(filepath.Join(programs, "postgres"), "-D", data, "-k", s.folder, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
	s.process.SysProcAttr, s.process.Dir = attributes, s.folder
	s.process.Stdout, s.process.Stderr = &log, &log
	if err := s.process.Start(); err != nil {
		return "", fmt.Errorf("start postgres: %w", err)
	}
	url := "postgres:///postgres?user=postgres&host=" + s.folder
	if err := awaitServer(url); err != nil {
		s.stop()
		return "", fmt.Errorf("%w\n%s", err, log.String())
	}
	return url, nil
}

// runAs returns how to start Postgres's programs, which refuse to run as root: then the user postgres gets the folder.
// The server dies with this process even if that is killed.
func (s *throwAway) runAs() (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w (running as root, and there is no user postgres)", errNoPostgres)
	}
	uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
	if err := errors.Join(uidErr, gidErr, os.Chown(s.folder, int(uid), int(gid))); err != nil {
		return nil, fmt.Errorf("prepare the user postgres: %w", err)
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, nil
}

func (s *throwAway) stop() {
	if s.process != nil && s.process.Process != nil {
		_ = s.process.Process.Signal(syscall.SIGQUIT) // immediate: the data is thrown away
		_ = s.process.Wait()                          // its status after SIGQUIT says nothing
		s.process = nil
	}
	if s.folder != "" {
		_ = os.RemoveAll(s.folder)
	}
}

// findPrograms returns the folder of the newest Postgres that is installed.
func findPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	var found []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/opt/homebrew/opt/postgresql@*/bin/initdb"} {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		found = append(found, matches...)
	}
	if len(found) == 0 {
		return "", errNoPostgres
	}
	sort.Strings(found)
	return filepath.Dir(found[len(found)-1]), nil
}

func awaitServer(url string) error {
	db, err := database.Open(url)
	if err != nil {
		return err
	}
	defer db.Close()
	deadline := time.Now().Add(startTimeout)
	for {
		if err = db.Ping(context.Background()); err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}
