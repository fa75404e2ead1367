//go:build !unix

package process

import (
	"errors"
	"os"
	"syscall"
)

// outliving has nothing to set where there are no process groups.
func outliving() *syscall.SysProcAttr { return nil }

// askGroup ends the program: there is no signal to ask with.
func askGroup(group int) error {
	process, err := os.FindProcess(group)
	if err != nil {
		return err
	}
	return process.Kill()
}

func killGroup(group int) { _ = askGroup(group) }

func isBusy(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
