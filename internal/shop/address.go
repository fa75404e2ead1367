package shop

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"sync"
)

// Ports lie below the range from which the kernel takes those of outgoing connections: a stopped program must get its port
// again. Each process begins in a part of them, as shops of several run at the same time.
const (
	firstPort = 10000
	portsEach = 1000
	processes = 20
)

// given are the addresses that this process gave out: that of a program which is stopped is nobody else's.
var given sync.Map

// FreeAddress returns a loopback address that nobody listens on, and that it returns once.
func FreeAddress() (string, error) {
	first := firstPort + os.Getpid()%processes*portsEach
	for range portsEach {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(first+rand.IntN(portsEach)))
		if _, isGiven := given.LoadOrStore(address, true); isGiven {
			continue
		}
		if listener, err := net.Listen("tcp", address); err == nil {
			_ = listener.Close() // nothing was accepted
			return address, nil
		}
	}
	return "", fmt.Errorf("no free port between %d and %d", first, first+portsEach)
}
