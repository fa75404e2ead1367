// Package machine tells what a benchmark's report says of the machine and of the processes under load, from what Linux
// shows under /proc. Elsewhere the figures are zero.
package machine

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Process is a running program.
type Process struct{ PID int }

// ticksPerSecond is USER_HZ, which Linux fixes at 100 for what it shows under /proc.
const ticksPerSecond = 100

// CPU returns the user and system time that the process has used, in steps of 10 ms.
func (p Process) CPU() time.Duration {
	fields := stat(p.PID)
	return ticks(fields, userTime) + ticks(fields, systemTime)
}

// FamilyCPU returns what the process and its children have used, those that have ended too. Postgres has a process for
// each connection.
func (p Process) FamilyCPU() time.Duration {
	sum := p.CPU()
	fields := stat(p.PID)
	sum += ticks(fields, endedUserTime) + ticks(fields, endedSystemTime)
	for _, child := range p.children() {
		sum += child.CPU()
	}
	return sum
}

// PeakKiB returns the largest resident set that the process has had.
func (p Process) PeakKiB() int {
	return kib(fmt.Sprintf("/proc/%d/status", p.PID), "VmHWM:")
}

// FamilyKiB returns the memory of the process and its children now, where what they share counts once.
func (p Process) FamilyKiB() (sum int) {
	for _, member := range append(p.children(), p) {
		sum += kib(fmt.Sprintf("/proc/%d/smaps_rollup", member.PID), "Pss:")
	}
	return sum
}

// The fields of /proc/<pid>/stat that are read here, counted after the program's name.
const (
	parent          = 1
	userTime        = 11
	systemTime      = 12
	endedUserTime   = 13
	endedSystemTime = 14
)

// stat returns the fields of /proc/<pid>/stat after the name in parentheses, which may hold spaces.
func stat(pid int) []string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	text := string(data)
	return strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
}

func number(fields []string, at int) int {
	if at >= len(fields) {
		return 0
	}
	n, _ := strconv.Atoi(fields[at])
	return n
}

func ticks(fields []string, at int) time.Duration {
	return time.Duration(number(fields, at)) * time.Second / ticksPerSecond
}

func (p Process) children() (list []Process) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is good
	for _, file := range files {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && number(stat(pid), parent) == p.PID {
			list = append(list, Process{pid})
		}
	}
	return list
}

// kib reads a line of a file that says how many kB something has.
func kib(file, name string) int {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return n
		}
	}
	return 0
}

// Describe says on what and when a benchmark runs: date, processor, Go's version and the number of CPUs.
func Describe() string {
	return fmt.Sprintf("%s, %s, %s %s/%s, %d CPUs", time.Now().UTC().Format(time.DateOnly), cpuName(),
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

// Busy is how many threads wanted to run in the last minute, on average: what others do on the machine, if it is asked
// before a benchmark begins.
func Busy() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(data), " ")
	return first
}

func cpuName() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "model name\t: "); ok {
			return name
		}
	}
	return "unknown processor"
}
