package machine

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

func TestThisProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Logf("no figures on %s", runtime.GOOS)
		return
	}
	self := Process{os.Getpid()}
	before := self.CPU()
	for self.CPU() == before { // until asking has used a tick
		continue
	}
	if peak := self.PeakKiB(); peak < 1024 {
		t.Errorf("this process has had %d KiB", peak)
	}
	// A child that has ended counts with its time, one that runs counts with its memory.
	family := self.FamilyCPU()
	if err := exec.Command("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done").Run(); err != nil {
		t.Fatal(err)
	}
	if grown := self.FamilyCPU() - family; grown <= self.CPU()-family {
		t.Errorf("a child's work adds %s", grown)
	}
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	children := self.children()
	if len(children) != 1 || children[0].PID != child.Process.Pid {
		t.Errorf("the children are %v, want %d", children, child.Process.Pid)
	}
	if !strings.Contains(Describe(), runtime.Version()) {
		t.Errorf("the machine is %s", Describe())
	}
	if load, err := strconv.ParseFloat(Busy(), 64); err != nil || load < 0 {
		t.Errorf("the machine is busy by %q", Busy())
	}
}

func TestNobody(t *testing.T) {
	nobody := Process{1 << 30}
	if nobody.CPU() != 0 || nobody.FamilyCPU() != 0 || nobody.PeakKiB() != 0 || nobody.FamilyKiB() != 0 {
		t.Error("a process that is not there has figures")
	}
}
