package files

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// TestStalling: neither reading nor writing waits for ever for a peer that does neither, and the next try may succeed.
func TestStalling(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	conn := &stalling{near, time.Millisecond}
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("reading: %v", err)
	}
	if _, err := conn.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("writing: %v", err)
	}
	conn.timeout = time.Hour
	go func() { _, _ = far.Write([]byte("y")) }()
	got := make([]byte, 1)
	if n, err := conn.Read(got); err != nil || string(got[:n]) != "y" {
		t.Errorf("read %q, %v", got[:n], err)
	}
}
