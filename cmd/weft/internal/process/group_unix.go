//go:build unix

package process

import (
	"errors"
	"syscall"
)

// outliving puts a program in a process group of its own.
func outliving() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// askGroup asks a process group to end.
func askGroup(group int) error { return syscall.Kill(-group, syscall.SIGTERM) }

// killGroup ends what is left of a process group; one that is gone already is fine.
func killGroup(group int) { _ = syscall.Kill(-group, syscall.SIGKILL) }

func isBusy(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
