package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// A process is a running program whose CPU time and memory Linux accounts for under /proc.
type process struct{ pid int }

// ticksPerSecond is USER_HZ, which Linux fixes at 100 for what it shows under /proc.
const ticksPerSecond = 100

// cpu returns the user and system time that the process has used, in steps of 10 ms.
func (p *process) cpu() time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		return 0
	}
	// The name in parentheses may hold spaces; the fields are counted after it.
	fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / ticksPerSecond
}

// peakKiB returns the largest resident set that the process has had.
func (p *process) peakKiB() int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return n
		}
	}
	return 0
}
