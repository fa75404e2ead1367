package process

import (
	"runtime"
	"syscall"
)

// ownGroup is outliving, and also has the kernel kill the program when the thread that started it ends.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// lockParent keeps the thread that starts a program alive as long as the program: Linux takes the thread for the parent.
func lockParent() (unlock func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
