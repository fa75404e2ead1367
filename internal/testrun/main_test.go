package main

import (
	"strings"
	"testing"
)

const events = `{"Action":"run","Package":"a","Test":"TestGood"}
{"Action":"output","Package":"a","Test":"TestGood","Output":"noise\n"}
{"Action":"pass","Package":"a","Test":"TestGood"}
{"Action":"output","Package":"a","Test":"TestPostgres","Output":"=== RUN   TestPostgres\n"}
{"Action":"output","Package":"a","Test":"TestPostgres","Output":"    a_test.go:3: no postgres here\n"}
{"Action":"output","Package":"a","Test":"TestPostgres","Output":"--- SKIP: TestPostgres (0.00s)\n"}
{"Action":"skip","Package":"a","Test":"TestPostgres"}
{"Action":"output","Package":"a","Test":"TestAlso","Output":"    a_test.go:9: no postgres here\n"}
{"Action":"skip","Package":"a","Test":"TestAlso"}
{"Action":"output","Package":"a","Output":"ok  \ta\t0.1s\n"}
{"Action":"pass","Package":"a"}
`

const failing = `{"Action":"output","Package":"b","Test":"TestBad","Output":"it broke\n"}
{"Action":"fail","Package":"b","Test":"TestBad"}
{"Action":"output","Package":"b","Test":"TestHung","Output":"panic: test timed out\n"}
{"Action":"output","Package":"b","Output":"FAIL\tb\t0.1s\n"}
{"Action":"fail","Package":"b"}
`

func TestReport(t *testing.T) {
	tests := []struct {
		name, input string
		strict, ok  bool
		want        string
	}{
		{"a skip is told", events, false, true, `ok  	a	0.1s
skipped: no postgres here
    a: TestAlso, TestPostgres
PASS: 1 packages passed, 0 failed; 1 tests passed, 0 failed, 2 skipped
`},
		{"a skip fails in CI", events, true, false, `ok  	a	0.1s
SKIPPED, which CI does not allow: no postgres here
    a: TestAlso, TestPostgres
FAIL: 1 packages passed, 0 failed; 1 tests passed, 0 failed, 2 skipped
`},
		{"a failure shows its output, also of a test that never ended", failing, false, false, `it broke
FAIL	b	0.1s
panic: test timed out
FAIL: 0 packages passed, 1 failed; 0 tests passed, 1 failed, 0 skipped
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			r := newReport(&out)
			if err := r.read(strings.NewReader(test.input)); err != nil {
				t.Fatal(err)
			}
			ok := r.finish(test.strict)
			if ok != test.ok || out.String() != test.want {
				t.Errorf("ok = %v, want %v; output:\n%s\nwant:\n%s", ok, test.ok, out.String(), test.want)
			}
		})
	}
}
