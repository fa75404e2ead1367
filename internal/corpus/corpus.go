// Package corpus reads the cases of a corpus of graphs and operations that is not part of this repository, for the tests
// that are built with the tag corpus.
//
// What goes in is the name of a file with a JSON document on each line, in the folder that $WEFT_CORPUS names; what comes
// out are its cases, one after the other. A missing folder or file fails the test: without a corpus the tag is not given,
// and then there is no test that could pass without looking. The package knows nothing of what a case says.
package corpus

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// maxLine is the longest line that is read: a case has whole schemas in it.
const maxLine = 256 << 20

// Each calls use with every case of a file of the corpus, in their order.
func Each[Case any](t testing.TB, name string, use func(Case)) {
	t.Helper()
	folder := os.Getenv("WEFT_CORPUS")
	if folder == "" {
		t.Fatal("the tests are built with the tag corpus, and WEFT_CORPUS names no folder: set it, or leave the tag out")
	}
	file, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	count := 0
	for ; lines.Scan(); count++ {
		var one Case
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatalf("%s:%d: %v", file.Name(), count+1, err)
		}
		use(one)
	}
	if err := lines.Err(); err != nil {
		t.Fatalf("%s:%d: %v", file.Name(), count+1, err)
	}
	if count == 0 {
		t.Fatalf("%s has no cases", file.Name())
	}
}
