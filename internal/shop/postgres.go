package shop

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"

	"github.com/weft-graph/weft/internal/postgres"
)

// addPostgres starts a Postgres as it comes, which syncs every commit, with a database for each service.
func (s *Shop) addPostgres() error {
	var err error
	// In a folder of its own: the user postgres may not enter that of whoever runs the shop.
	if s.postgresDir, err = os.MkdirTemp("", "weft-pg-"); err != nil {
		return err
	}
	password, passwordFile := secret(), filepath.Join(s.postgresDir, "password")
	if err := os.WriteFile(passwordFile, []byte(password), 0o644); err != nil { // the folder keeps others out
		return err
	}
	cluster, err := postgres.Create(s.postgresDir, "-A", "scram-sha-256", "--pwfile", passwordFile)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(s.Addresses["postgres"])
	if err != nil {
		return err
	}
	server := cluster.Server("-c", "listen_addresses="+host, "-p", port, "-c", "max_connections=200")
	p := &Program{
		Name: "postgres", dir: server.Dir, args: server.Args, attributes: server.SysProcAttr, stopSignal: syscall.SIGINT,
		ready: func() error { return s.administer(password, "SELECT 1") },
	}
	s.Programs["postgres"] = p
	if err := p.Start(); err != nil {
		return err
	}
	for _, name := range Services {
		if err := s.administer(password, "CREATE DATABASE "+name+"_store"); err != nil {
			return err
		}
		s.Databases[name] = s.postgresURL(password, name+"_store")
	}
	return nil
}

func (s *Shop) postgresURL(password, database string) string {
	location := url.URL{
		Scheme: "postgres", User: url.UserPassword("postgres", password), Host: s.Addresses["postgres"], Path: "/" + database,
	}
	return location.String()
}

func (s *Shop) administer(password, statement string) error {
	db, err := sql.Open("pgx", s.postgresURL(password, "postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// CutPostgres ends Postgres at once, without a last write: its next start recovers from the log.
func (s *Shop) CutPostgres() error {
	p := s.Programs["postgres"]
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return fmt.Errorf("cut postgres: %w", err)
	}
	_ = p.cmd.Wait() // says that it was cut
	p.cmd = nil
	return nil
}
