//go:build !linux

package process

import "syscall"

// ownGroup is outliving: only Linux can tie a program's life to its parent's. Elsewhere the guard alone does it.
func ownGroup() *syscall.SysProcAttr { return outliving() }

func lockParent() (unlock func()) { return func() {} }
