package execute

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weft-graph/weft/graph/gqlerr"
	"github.com/weft-graph/weft/graph/internal/plan"
)

// fetchFunc is a Fetcher that is one function.
type fetchFunc func(ctx context.Context, req *FetchRequest) (FetchResponse, error)

// Fetch calls the function.
func (f fetchFunc) Fetch(ctx context.Context, req *FetchRequest) (FetchResponse, error) {
	return f(ctx, req)
}

// answers answers fetch i with body i.
func answers(bodies ...string) fetchFunc {
	return func(_ context.Context, req *FetchRequest) (FetchResponse, error) {
		return FetchResponse{Body: []byte(bodies[req.Fetch])}, nil
	}
}

// noLeak fails the test if goroutines that it started are still there at its end.
func noLeak(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for range 200 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
	})
}

// TestDataFlow holds back one fetch of the first wave until the last wave of the other branch has
// been asked: by levels that would never happen.
func TestDataFlow(t *testing.T) {
	noLeak(t)
	p := parseScript(t, `
		shape { slow: Int, me: User { -id: ID!, a: A { -id: ID!, b: Int } } }
		fetch slow root { slow }
		fetch user root { me { id } }
		fetch a after 1 entity me : User(id) { a { id } }
		fetch b after 2 entity me.a : A(id) { b }`)
	reached := make(chan struct{})
	fetcher := fetchFunc(func(ctx context.Context, req *FetchRequest) (FetchResponse, error) {
		switch req.Fetch {
		case 0:
			select {
			case <-reached:
			case <-time.After(10 * time.Second):
				t.Error("the fetch of the third wave waits for one of the first that it does not need")
			}
			return FetchResponse{Body: []byte(`{"data":{"slow":1}}`)}, nil
		case 3:
			defer close(reached)
		}
		return answers("", `{"data":{"me":{"id":"1"}}}`, `{"data":{"_entities":[{"a":{"id":"2"}}]}}`, `{"data":{"_entities":[{"b":3}]}}`)(ctx, req)
	})
	result := Run(t.Context(), Input{Plan: Compile(p), Fetcher: fetcher})
	defer result.Release()
	if got, want := string(result.Data), `{"slow":1,"me":{"a":{"b":3}}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestBarrier checks that DependsOn alone keeps a fetch back, as below mutations, also when what it
// waits for fails.
func TestBarrier(t *testing.T) {
	noLeak(t)
	p := parseScript(t, `
		shape { a: Int, b: Int }
		fetch one root { a }
		fetch two after 0 root { b }`)
	var ended atomic.Bool
	fetcher := fetchFunc(func(_ context.Context, req *FetchRequest) (FetchResponse, error) {
		if req.Fetch == 0 {
			time.Sleep(10 * time.Millisecond)
			ended.Store(true)
			return FetchResponse{}, fmt.Errorf("down")
		}
		if !ended.Load() {
			t.Error("the second fetch began before the first had ended")
		}
		return FetchResponse{Body: []byte(`{"data":{"b":2}}`)}, nil
	})
	result := Run(t.Context(), Input{Plan: Compile(p), Fetcher: fetcher})
	defer result.Release()
	if got, want := string(result.Data), `{"a":null,"b":2}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFetchThatHangsUntilItsContextEnds(t *testing.T) {
	noLeak(t)
	p := parseScript(t, `
		shape { a: Int, me: User { -id: ID!, name: String } }
		fetch good root { me { id } }
		fetch hangs root { a }
		fetch later after 0 1 entity me : User(id) { name }`)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	fetcher := fetchFunc(func(ctx context.Context, req *FetchRequest) (FetchResponse, error) {
		if req.Fetch == 0 {
			return FetchResponse{Body: []byte(`{"data":{"me":{"id":"1"}}}`)}, nil
		}
		<-ctx.Done()
		return FetchResponse{}, ctx.Err()
	})
	result := Run(ctx, Input{Plan: Compile(p), Fetcher: fetcher})
	defer result.Release()
	if got, want := string(result.Data), `{"a":null,"me":{"name":null}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(result.Errors) != 2 || result.Errors[0].Code != gqlerr.SubgraphTimeout || result.Errors[1].Path.String() != `["me","name"]` {
		t.Errorf("errors %s", result.Errors.Append(nil))
	}
}

// TestAnswersAreReleasedOnce checks that every answer is given back, after the response was written.
func TestAnswersAreReleasedOnce(t *testing.T) {
	p := parseScript(t, `
		shape { me: User { -id: ID!, name: String } }
		fetch one root { me { id } }
		fetch two after 0 entity me : User(id) { name }`)
	bodies := []string{`{"data":{"me":{"id":"1"}}}`, `{"data":{"_entities":[{"name":"Walter"}]}}`}
	var released [2]int
	fetcher := fetchFunc(func(_ context.Context, req *FetchRequest) (FetchResponse, error) {
		body := []byte(bodies[req.Fetch])
		i := req.Fetch
		return FetchResponse{Body: body, Release: func() { released[i]++; clear(body) }}, nil
	})
	result := Run(t.Context(), Input{Plan: Compile(p), Fetcher: fetcher})
	if released != [2]int{1, 1} {
		t.Errorf("released %v, want each once", released)
	}
	if got, want := string(result.Append(nil)), `{"data":{"me":{"name":"Walter"}}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	result.Release()
	result.Release() // a second time does nothing
}

func TestEntityBatches(t *testing.T) {
	p := parseScript(t, `
		shape { ps: [P] { -id: ID!, a: Int }, qs: [P] { -id: ID!, b: Int } }
		fetch one root { ps { id } qs { id } }
		fetch two after 0 entity ps : P(id) { a } and qs : Q(id) { b }`)
	fetcher := fetchFunc(func(ctx context.Context, req *FetchRequest) (FetchResponse, error) {
		if req.Fetch == 0 {
			return FetchResponse{Body: []byte(`{"data":{"ps":[{"id":1},{"id":2}],"qs":[{"id":"x"}]}}`)}, nil
		}
		if got, want := fmt.Sprintf("%s", req.Entities), `[{_entities representations [{"__typename":"P","id":1} {"__typename":"P","id":2}]} {e1 r1 [{"__typename":"Q","id":"x"}]}]`; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		for _, e := range req.Entities {
			for _, r := range e.Representations {
				if !strings.Contains(string(req.Body), string(r)) || !json.Valid(r) {
					t.Errorf("%s is not in the body %s", r, req.Body)
				}
			}
		}
		return FetchResponse{Body: []byte(`{"data":{"_entities":[{"a":1},{"a":2}],"e1":[{"b":3}]}}`)}, nil
	})
	result := Run(t.Context(), Input{Plan: Compile(p), Fetcher: fetcher})
	defer result.Release()
	if got, want := string(result.Data), `{"ps":[{"a":1},{"a":2}],"qs":[{"b":3}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTemplates(t *testing.T) {
	variable := func(i int) plan.Value { return plan.Value{Kind: plan.VariableValue, Variable: i} }
	variables := [][]byte{[]byte(`1`), nil, []byte(`null`)}
	for _, test := range []struct {
		value plan.Value
		want  string
		ok    bool
	}{
		{variable(0), `1`, true},
		{variable(1), ``, false},
		{variable(2), `null`, true},
		{plan.Value{Kind: plan.ListTemplate, Items: []plan.Value{variable(0), variable(1), variable(2)}}, `[1,null,null]`, true},
		{plan.Value{Kind: plan.ObjectTemplate, Names: []string{"a", "b", "c"}, Items: []plan.Value{variable(1), variable(0), variable(1)}}, `{"b":1}`, true},
		{plan.Value{Kind: plan.ListTemplate}, `[]`, true},
		{plan.Value{Kind: plan.ObjectTemplate, Names: []string{"a", "b"}, Items: []plan.Value{
			{Kind: plan.ListTemplate, Items: []plan.Value{variable(0)}}, {Kind: plan.ObjectTemplate}}}, `{"a":[1],"b":{}}`, true},
	} {
		got, ok := appendValue(nil, &test.value, variables)
		if string(got) != test.want || ok != test.ok {
			t.Errorf("got %s %v, want %s %v", got, ok, test.want, test.ok)
		}
	}
}

// TestConcurrentRuns runs one compiled plan many times at once, with answers that differ: for the
// race detector, and to see that pooled memory never mixes two runs.
func TestConcurrentRuns(t *testing.T) {
	noLeak(t)
	compiled := Compile(parseScript(t, benchPlan))
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for n := range 50 {
				items := (worker*50+n)%7 + 1
				fetcher, want := benchFetcher(items, fmt.Sprintf("w%d-%d", worker, n))
				result := Run(t.Context(), Input{Plan: compiled, Fetcher: fetcher})
				if string(result.Data) != want || len(result.Errors) > 0 {
					t.Errorf("got  %s %s\nwant %s", result.Data, result.Errors.Append(nil), want)
				}
				result.Release()
			}
		}()
	}
	wait.Wait()
}

// TestSmallAnswersLargeResponse asks for friends of friends: ten small answers that refer to each
// other make a response of ten to the tenth objects, which must neither be written nor walked:
// go test would end it.
func TestSmallAnswersLargeResponse(t *testing.T) {
	const depth, friends = 10, 10
	path, shape := "f0", ""
	fetches := "fetch one root { f0 { id } }\n"
	for i := range depth {
		shape += fmt.Sprintf("f%d: [U] { -id: ID!, name: String, ", i)
		fetches += fmt.Sprintf("fetch s%d after %d entity %s : U(id) { name f%d { id } }\n", i, i, path, i+1)
		path += fmt.Sprintf(".f%d", i+1)
	}
	text := "shape { " + shape + fmt.Sprintf("f%d: [U] { -id: ID! }", depth) + strings.Repeat("}", depth) + "}\n" + fetches
	var ids []string
	for i := range friends {
		ids = append(ids, fmt.Sprintf(`{"id":"%d"}`, i))
	}
	list := "[" + strings.Join(ids, ",") + "]"
	fetcher := fetchFunc(func(_ context.Context, req *FetchRequest) (FetchResponse, error) {
		if req.Fetch == 0 {
			return FetchResponse{Body: []byte(`{"data":{"f0":` + list + `}}`)}, nil
		}
		if n := len(req.Entities[0].Representations); n != friends {
			t.Errorf("fetch %d sends %d representations, want %d", req.Fetch, n, friends)
		}
		entity := fmt.Sprintf(`{"name":"x","f%d":%s}`, req.Fetch, list)
		return FetchResponse{Body: []byte(`{"data":{"_entities":[` + strings.Repeat(entity+",", friends-1) + entity + `]},"errors":[{"message":"lost","path":["_entities",3,"name"]},{"message":"unplaced"}]}`)}, nil
	})
	result := Run(t.Context(), Input{Plan: Compile(parseScript(t, text)), Fetcher: fetcher, Limits: Limits{MaxResponseBytes: 1 << 20}})
	defer result.Release()
	if string(result.Data) != "null" {
		t.Errorf("%d bytes of data over the limit", len(result.Data))
	}
	if last := result.Errors[len(result.Errors)-2]; last.Code != gqlerr.LimitExceeded {
		t.Errorf("errors end with %s", result.Errors.Append(nil))
	}
}

// lastFirst is a Sequencer that lets the call that became ready last end first, and notes the order.
type lastFirst struct {
	fetchFunc
	offered []int
	order   []int
}

func (f *lastFirst) Next(requests []*FetchRequest) int {
	f.offered = append(f.offered, len(requests))
	f.order = append(f.order, requests[len(requests)-1].Fetch)
	return len(requests) - 1
}

// TestSequencerChoosesTheOrder runs a plan whose first fetch ends last, after those that need only the second.
func TestSequencerChoosesTheOrder(t *testing.T) {
	p := parseScript(t, `
		shape { a: Int, me: User { -id: ID!, name: String, age: Int } }
		fetch one root { a }
		fetch two root { me { id } }
		fetch three after 1 entity me : User(id) { name }
		fetch four after 1 entity me : User(id) { age }`)
	fetcher := &lastFirst{fetchFunc: answers(`{"data":{"a":1}}`, `{"data":{"me":{"id":"2"}}}`, `{"data":{"_entities":[{"name":"n"}]}}`, `{"data":{"_entities":[{"age":3}]}}`)}
	result := Run(t.Context(), Input{Plan: Compile(p), Fetcher: fetcher})
	defer result.Release()
	if got, want := string(result.Data), `{"a":1,"me":{"name":"n","age":3}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(fetcher.order, fetcher.offered), "[1 3 2 0] [2 3 2 1]"; got != want {
		t.Errorf("fetches in order, of so many that could have ended: %s, want %s", got, want)
	}
}

// TestErrorsOfMuchText answers with errors of which each is large, at a fetch that fills many fields.
func TestErrorsOfMuchText(t *testing.T) {
	p := parseScript(t, `
		shape { ps: [P] { -id: ID!, a: Int, b: Int } }
		fetch one root { ps { id } }
		fetch two after 0 entity ps : P(id) { a b }`)
	long := strings.Repeat("é", maxErrorText)
	answer := `{"data":null,"errors":[{"message":"` + long + `","path":[` + strings.Repeat("0,", 1<<14) + `0],"extensions":{"code":"NO","trace":"` + long + `"}}]}`
	list := strings.Repeat(`{"id":1},`, 99) + `{"id":1}`
	result := Run(t.Context(), Input{Plan: Compile(p), Fetcher: answers(`{"data":{"ps":[`+list+`]}}`, answer)})
	defer result.Release()
	if len(result.Errors) != DefaultMaxErrors+1 {
		t.Fatalf("%d errors", len(result.Errors))
	}
	for _, e := range result.Errors[:DefaultMaxErrors] {
		if text := e.Append(nil); len(text) > 2*maxErrorText || !json.Valid(text) || e.Code != "NO" || len(e.Path) != 3 {
			t.Fatalf("an error of %d bytes with code %q at %s", len(text), e.Code, e.Path)
		}
	}
}

// TestErrorsOfManyEntities answers each of very many entities with an error, at the last place of which it is told.
func TestErrorsOfManyEntities(t *testing.T) {
	p := parseScript(t, `
		shape { ps: [P] { -id: ID!, a: Int } }
		fetch one root { ps { id } }
		fetch two after 0 entity ps : P(id) { a }`)
	const entities = 25_000
	var list, answer strings.Builder
	for i := range entities {
		fmt.Fprintf(&list, `,{"id":%d}`, i)
		answer.WriteString(`,{"a":null}`)
	}
	errors := fmt.Sprintf(`{"message":"m","path":["_entities",%d,"a"]}`, entities-1)
	result := Run(t.Context(), Input{Plan: Compile(p), Fetcher: answers(
		`{"data":{"ps":[`+list.String()[1:]+`]}}`, `{"data":{"_entities":[`+answer.String()[1:]+`]},"errors":[`+errors+`]}`)})
	defer result.Release()
	if want := fmt.Sprintf(`["ps",%d,"a"]`, entities-1); len(result.Errors) != 1 || string(result.Errors[0].Path.Append(nil)) != want {
		t.Errorf("got %s, want one error at %s", result.Errors.Append(nil), want)
	}
}
