package process

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// Guard is a small process beside weft that outlives it for a moment: when weft is gone, however it went, it kills the
// process groups that weft had started. A signal handler cannot do that, as kill -9 runs none.
type Guard struct {
	mu    sync.Mutex
	cmd   *exec.Cmd
	stdin io.WriteCloser
}

// StartGuard starts the guard: the program args, which must call Watch with its standard input.
func StartGuard(args ...string) (*Guard, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	// In a group of its own Ctrl-C does not reach it before weft has ended.
	cmd.SysProcAttr = outliving()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the guard: %w", err)
	}
	return &Guard{cmd: cmd, stdin: stdin}, nil
}

// add and remove tell the guard about a group. A guard that is gone cannot be told: weft still stops the group itself.
func (g *Guard) add(group int)    { g.tell("+", group) }
func (g *Guard) remove(group int) { g.tell("-", group) }

func (g *Guard) tell(sign string, group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, _ = fmt.Fprintf(g.stdin, "%s%d\n", sign, group)
}

// Close ends the guard, which kills the groups that are left, and waits for it.
func (g *Guard) Close() error {
	if err := g.stdin.Close(); err != nil {
		return err
	}
	return g.cmd.Wait()
}

// Watch is the guard's whole work: it reads groups to know ("+12") and to forget ("-12") until the reader ends, which is
// when weft has, and then kills the groups that it knows.
func Watch(r io.Reader) error {
	groups := map[int]bool{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var sign rune
		var group int
		_, err := fmt.Sscanf(lines.Text(), "%c%d", &sign, &group)
		if err != nil || sign != '+' && sign != '-' || group <= 1 { // group 1 would mean every process there is
			return fmt.Errorf("guard: line %q: want + or - and a process group", lines.Text())
		}
		if sign == '+' {
			groups[group] = true
		} else {
			delete(groups, group)
		}
	}
	for group := range groups {
		killGroup(group)
	}
	return lines.Err()
}
