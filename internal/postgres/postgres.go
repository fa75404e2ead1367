// Package postgres makes a Postgres cluster with the programs that this machine has installed, for tests and benchmarks
// that run a server of their own. It starts no server and talks to none.
package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// ErrNone means that this machine has no Postgres to start.
var ErrNone = errors.New("no Postgres programs found; install postgresql")

// Programs returns the folder of Postgres's programs, the newest ones where there are several. It returns ErrNone where
// there are none.
func Programs() (string, error) {
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
		return "", ErrNone
	}
	return filepath.Dir(slices.Max(found)), nil
}

// Cluster is the data of one Postgres server.
type Cluster struct {
	programs, folder string
	// owner is nil for the user who runs this.
	owner *syscall.Credential
}

// Create makes an empty cluster in a folder that is there, with initdb's options beside those for UTF-8, sorting by bytes
// and the administrator postgres. Postgres's programs refuse to run as root: root gives the folder to the user postgres,
// and that is as whom they run. It returns ErrNone if the programs or that user are missing.
func Create(folder string, options ...string) (*Cluster, error) {
	programs, err := Programs()
	if err != nil {
		return nil, err
	}
	owner, err := giveAway(folder)
	if err != nil {
		return nil, err
	}
	c := &Cluster{programs: programs, folder: folder, owner: owner}
	initialise := c.command("initdb", append([]string{"-U", "postgres", "-E", "UTF8", "--locale=C"}, options...))
	if out, err := initialise.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb in %s: %w\n%s", folder, err, out)
	}
	return c, nil
}

// Server returns the server's process, which the caller starts. Its socket is in the cluster's folder.
func (c *Cluster) Server(options ...string) *exec.Cmd {
	return c.command("postgres", append([]string{"-k", c.folder}, options...))
}

func (c *Cluster) command(program string, options []string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.programs, program), append([]string{"-D", filepath.Join(c.folder, "data")}, options...)...)
	cmd.Dir = c.folder // the user postgres may not enter that of whoever runs this
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner}
	return cmd
}

// giveAway gives a folder of root's to the user postgres, and says as whom to run what uses it.
func giveAway(folder string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w (running as root, and there is no user postgres)", ErrNone)
	}
	uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
	if err := errors.Join(uidErr, gidErr, os.Chown(folder, int(uid), int(gid))); err != nil {
		return nil, fmt.Errorf("give %s to the user postgres: %w", folder, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
