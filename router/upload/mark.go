package upload

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxNesting is how deep operations may nest: the walk recurses.
const maxNesting = 200

// walker goes through JSON, and puts something else in place of some values.
type walker struct {
	src     []byte
	decoder *json.Decoder
	out     []byte
	// copied is how much of src stands in out already.
	copied int
	// value is called with the way to each null and each object, from the root, with dots between. For an object that
	// is a mark index is that of its file, else -1. What it returns stands in place of the value; nil leaves it.
	value func(path string, index int) ([]byte, error)
	// nonce is the member by which marks are known; empty where there are none yet.
	nonce string
}

func walk(w walker) ([]byte, error) {
	w.decoder = json.NewDecoder(bytes.NewReader(w.src))
	w.decoder.UseNumber()
	if err := w.walk("", 0); err != nil {
		return nil, err
	}
	return append(w.out, w.src[w.copied:]...), nil
}

func (w *walker) walk(path string, depth int) error {
	if depth > maxNesting {
		return refuse("The operation nests deeper than %d levels.", maxNesting)
	}
	token, err := w.decoder.Token()
	if err != nil {
		return refuse("The part \"operations\" is not JSON.")
	}
	switch token {
	case nil:
		return w.replace(path, -1, int(w.decoder.InputOffset())-len("null"))
	case json.Delim('{'):
		return w.object(path, depth)
	case json.Delim('['):
		for i := 0; w.decoder.More(); i++ {
			if err := w.walk(join(path, strconv.Itoa(i)), depth+1); err != nil {
				return err
			}
		}
		if _, err := w.decoder.Token(); err != nil {
			return refuse("The part \"operations\" is not JSON.")
		}
	}
	return nil
}

func (w *walker) object(path string, depth int) error {
	start := int(w.decoder.InputOffset()) - 1
	for w.decoder.More() {
		token, err := w.decoder.Token()
		key, isString := token.(string)
		if err != nil || !isString {
			return refuse("The part \"operations\" is not JSON.")
		}
		if w.nonce != "" && key == w.nonce {
			var index int
			if err := w.decoder.Decode(&index); err != nil {
				return err
			}
			if _, err := w.decoder.Token(); err != nil { // }
				return err
			}
			return w.replace(path, index, start)
		}
		if err := w.walk(join(path, key), depth+1); err != nil {
			return err
		}
	}
	if _, err := w.decoder.Token(); err != nil {
		return refuse("The part \"operations\" is not JSON.")
	}
	return nil
}

// replace puts something in place of the value that ends here.
func (w *walker) replace(path string, index, start int) error {
	value, err := w.value(path, index)
	if err != nil || value == nil {
		return err
	}
	w.out = append(append(w.out, w.src[w.copied:start]...), value...)
	w.copied = int(w.decoder.InputOffset())
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// mark puts a mark in place of the null at each place.
func (f *Files) mark(operations []byte, places map[string]int) ([]byte, error) {
	left := maps.Clone(places)
	marked, err := walk(walker{src: operations, value: func(path string, _ int) ([]byte, error) {
		index, isPlace := places[path]
		if !isPlace {
			return nil, nil
		}
		if _, isFirst := left[path]; !isFirst {
			return nil, refuse("There are two values at %q.", path)
		}
		delete(left, path)
		return []byte(`{"` + f.nonce + `":` + strconv.Itoa(index) + `}`), nil
	}})
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(left)) {
		return nil, refuse("There is no null at %q, in place of which a file could stand.", path)
	}
	for path := range places {
		name, _, _ := strings.Cut(strings.TrimPrefix(path, "variables."), ".")
		if !slices.Contains(f.variables, name) {
			f.variables = append(f.variables, name)
		}
	}
	slices.Sort(f.variables)
	return marked, nil
}

// StandIn reports whether the request to a subgraph has files in it.
func (f *Files) StandIn(body []byte) bool { return bytes.Contains(body, []byte(f.nonce)) }

// unmark puts nulls in place of the marks in the request to a subgraph, and returns where files stand, by their index.
func (f *Files) unmark(body []byte) (operations []byte, places map[int][]string, err error) {
	places = map[int][]string{}
	operations, err = walk(walker{src: body, nonce: f.nonce, value: func(path string, index int) ([]byte, error) {
		if index < 0 || index >= len(f.names) {
			return nil, nil
		}
		places[index] = append(places[index], path)
		return []byte("null"), nil
	}})
	return operations, places, err
}
