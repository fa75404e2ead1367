package shop

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx"
)

// ErrNoPostgres means that this machine has no Postgres to start.
var ErrNoPostgres = errors.New("no Postgres programs found; install postgresql")

// PostgresPrograms returns the folder of Postgres's programs, the newest ones where there are several. It returns
// ErrNoPostgres where there are none.
func PostgresPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil { // its neighbours need not be linked
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
		return "", ErrNoPostgres
	}
	return filepath.Dir(slices.Max(found)), nil
}

// addPostgres starts a Postgres as it comes, which syncs every commit, with a database for each service.
func (s *Shop) addPostgres() error {
	programs, err := PostgresPrograms()
	if err != nil {
		return err
	}
	// In a folder of its own: the user postgres may not enter that of whoever runs the shop.
	if s.postgresDir, err = os.MkdirTemp("", "weft-pg-"); err != nil {
		return err
	}
	attributes, err := postgresUser(s.postgresDir)
	if err != nil {
		return err
	}
	data := filepath.Join(s.postgresDir, "data")
	password, passwordFile := secret(), filepath.Join(s.postgresDir, "password")
	if err := os.WriteFile(passwordFile, []byte(password), 0o644); err != nil { // the folder keeps others out
		return err
	}
	initialise := exec.Command(filepath.Join(programs, "initdb"), "-D", data, "-U", "postgres", "-A", "scram-sha-256",
		"--pwfile", passwordFile, "-E", "UTF8", "--locale=C")
	initialise.SysProcAttr, initialise.Dir = attributes, s.postgresDir
	if out, err := initialise.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	host, port, err := net.SplitHostPort(s.Addresses["postgres"])
	if err != nil {
		return err
	}
	p := &Program{
		Name: "postgres", dir: s.postgresDir, attributes: attributes, stopSignal: syscall.SIGINT,
		args: []string{filepath.Join(programs, "postgres"), "-D", data, "-k", s.postgresDir, "-c", "listen_addresses=" + host,
			"-p", port, "-c", "max_connections=200"},
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

// postgresUser returns how to start Postgres's programs, which refuse to run as root: then the user postgres gets the folder.
func postgresUser(folder string) (*syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w (running as root, and there is no user postgres)", ErrNoPostgres)
	}
	uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
	if err := errors.Join(uidErr, gidErr, os.Chown(folder, int(uid), int(gid))); err != nil {
		return nil, fmt.Errorf("prepare the user postgres: %w", err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
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
