// Package console writes what several processes say to one terminal, line by line, each line behind its writer's name.
package console

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
)

// MaxLineBytes is the length at which a line is written although its end has not come.
const MaxLineBytes = 64 << 10

// colours are the terminal's foreground colours, used in turn; red is left for failures that programs paint themselves.
var colours = []int{36, 33, 32, 35, 34, 96, 93, 92, 95, 94}

// Console is a terminal, or a file, that several writers share.
type Console struct {
	mu     sync.Mutex
	dst    io.Writer
	colour bool
	width  int
	given  int
}

// New returns a console on dst for writers whose names are at most width long. Names are coloured if dst is a terminal
// and the environment does not set NO_COLOR.
func New(dst io.Writer, width int) *Console {
	return &Console{dst: dst, width: width, colour: isTerminal(dst) && os.Getenv("NO_COLOR") == ""}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Write writes text as it is, between the lines of the others.
func (c *Console) Write(text []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dst.Write(text)
}

// Writer returns a writer whose lines stand behind name.
func (c *Console) Writer(name string) *Writer {
	c.mu.Lock()
	defer c.mu.Unlock()
	prefix := fmt.Sprintf("%-*s | ", c.width, name)
	if c.colour {
		prefix = fmt.Sprintf("\x1b[%dm%s\x1b[0m", colours[c.given%len(colours)], prefix)
	}
	c.given++
	return &Writer{console: c, prefix: prefix}
}

// Writer is one voice of a console. It is safe for concurrent use, as a process writes by two pipes.
type Writer struct {
	console *Console
	prefix  string
	mu      sync.Mutex
	line    []byte
}

// Write takes bytes and writes every line that is complete.
func (w *Writer) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line = append(w.line, text...)
	for {
		end := bytes.IndexByte(w.line, '\n')
		if end < 0 {
			break
		}
		if err := w.emit(w.line[:end]); err != nil {
			return 0, err
		}
		w.line = append(w.line[:0], w.line[end+1:]...)
	}
	if len(w.line) > MaxLineBytes {
		err := w.emit(w.line)
		w.line = w.line[:0]
		return len(text), err
	}
	return len(text), nil
}

// Flush writes what is left of a last line without an end.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.line) == 0 {
		return nil
	}
	err := w.emit(w.line)
	w.line = w.line[:0]
	return err
}

// Printf writes one line of its own.
func (w *Writer) Printf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	// A terminal that is gone leaves nobody to tell.
	_ = w.emit(fmt.Appendf(nil, format, args...))
}

func (w *Writer) emit(line []byte) error {
	out := make([]byte, 0, len(w.prefix)+len(line)+1)
	out = append(append(append(out, w.prefix...), bytes.TrimSuffix(line, []byte("\r"))...), '\n')
	_, err := w.console.Write(out)
	return err
}
