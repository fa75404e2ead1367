package databasetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/weft-graph/weft/internal/postgres"
	"github.com/weft-graph/weft/subgraphs/internal/database"
)

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
	var err error
	s.folder, err = os.MkdirTemp("", "weft-pg-") // short: a socket's path has at most 107 bytes
	if err != nil {
		return "", err
	}
	cluster, err := postgres.Create(s.folder, "-A", "trust", "-N")
	if err != nil {
		return "", err
	}
	s.process = cluster.Server("-c", "listen_addresses=", "-c", "fsync=off", "-c", "synchronous_commit=off",
		"-c", "full_page_writes=off", "-c", "max_connections=200")
	s.process.SysProcAttr.Pdeathsig = syscall.SIGQUIT // it dies with this process even if that is killed
	var log bytes.Buffer
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
