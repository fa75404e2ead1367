package settings

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Decode fills in the struct that dst points to; what the file does not have stays as it is. Mistakes are kept for Err.
func (f *File) Decode(dst any) {
	if f.root == nil {
		return
	}
	f.decode(f.root, reflect.ValueOf(dst).Elem(), place{})
}

// place is what a value is decoded for: its path, and the unit of its field.
type place struct{ path, unit string }

func (p place) below(key string) place { return place{path: join(p.path, key)} }

func (p place) item(i int) place { return place{path: fmt.Sprintf("%s[%d]", p.path, i), unit: p.unit} }

// decode decodes a node into a value, by the kind of the value.
func (f *File) decode(node ast.Node, dst reflect.Value, at place) {
	node = f.resolve(node)
	if node == nil {
		return
	}
	if _, seen := f.places[at.path]; !seen && at.path != "" {
		f.places[at.path] = *node.GetToken().Position
	}
	if _, isNull := node.(*ast.NullNode); isNull {
		return // a key without a value keeps the default
	}
	switch dst.Kind() {
	case reflect.Struct:
		f.decodeStruct(node, dst, at)
	case reflect.Map:
		f.decodeMap(node, dst, dst.Type().Elem(), reflect.Value{}, at)
	case reflect.Slice:
		f.decodeSlice(node, dst, at)
	case reflect.Interface:
		if value := f.decodeAny(node, at); value != nil {
			dst.Set(reflect.ValueOf(value))
		}
	default:
		f.decodeScalar(node, dst, at)
	}
}

// resolve follows anchors and aliases, and strips tags.
func (f *File) resolve(node ast.Node) ast.Node {
	switch n := node.(type) {
	case *ast.AnchorNode:
		f.anchors[n.Name.GetToken().Value] = n.Value
		return f.resolve(n.Value)
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		target, ok := f.anchors[name]
		if !ok {
			f.mistake(n.GetToken().Position, "unknown alias *%s", name)
			return nil
		}
		return target
	case *ast.TagNode:
		return f.resolve(n.Value)
	}
	return node
}

// entries returns the members of a mapping; false when the node is none.
func entries(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// members returns the members of a mapping by key, and reports keys that come twice.
func (f *File) members(node ast.Node, at place) (map[string]*ast.MappingValueNode, []string) {
	list, ok := entries(node)
	if !ok {
		f.cannotRead(node, at, "must have keys and values")
		return nil, nil
	}
	byKey := make(map[string]*ast.MappingValueNode, len(list))
	keys := make([]string, 0, len(list))
	for _, entry := range list {
		key := entry.Key.GetToken().Value
		if _, twice := byKey[key]; twice {
			f.mistake(entry.Key.GetToken().Position, "the key %q comes twice", key)
			continue
		}
		byKey[key] = entry
		keys = append(keys, key)
		f.places[at.below(key).path] = *entry.Key.GetToken().Position
	}
	return byKey, keys
}

// decodeStruct decodes the fields in the order of the struct, so that a like tag finds its field filled in.
func (f *File) decodeStruct(node ast.Node, dst reflect.Value, at place) {
	byKey, keys := f.members(node, at)
	known := map[string]bool{}
	for i := range dst.NumField() {
		field := dst.Type().Field(i)
		key := field.Tag.Get("yaml")
		if key == "" {
			continue
		}
		known[key] = true
		entry := byKey[key]
		if entry == nil {
			continue
		}
		below := at.below(key)
		below.unit = field.Tag.Get("unit")
		if like := field.Tag.Get("like"); like != "" {
			if value := f.resolve(entry.Value); value != nil {
				f.decodeMap(value, dst.Field(i), field.Type.Elem(), dst.FieldByName(like), below)
			}
			continue
		}
		f.decode(entry.Value, dst.Field(i), below)
	}
	for _, key := range keys {
		if known[key] {
			continue
		}
		message := fmt.Sprintf("unknown key %q", key)
		if meant := nearest(key, slices.Sorted(maps.Keys(known))); meant != "" {
			message += fmt.Sprintf(": did you mean %q?", meant)
		} else {
			message += ": the keys here are " + strings.Join(slices.Sorted(maps.Keys(known)), ", ")
		}
		f.mistake(byKey[key].Key.GetToken().Position, "%s", message)
	}
}

// decodeMap decodes entries that start as copies of like, if it is valid.
func (f *File) decodeMap(node ast.Node, dst reflect.Value, elem reflect.Type, like reflect.Value, at place) {
	if _, isNull := node.(*ast.NullNode); isNull {
		return
	}
	byKey, keys := f.members(node, at)
	if dst.IsNil() {
		dst.Set(reflect.MakeMap(dst.Type()))
	}
	for _, key := range keys {
		value := reflect.New(elem).Elem()
		if like.IsValid() {
			value.Set(like)
		}
		f.decode(byKey[key].Value, value, at.below(key))
		dst.SetMapIndex(reflect.ValueOf(key), value)
	}
}

// decodeSlice decodes a list. A list of single values replaces the default; a list of rules (structs) is added to those
// that the value started with, so that the rules for all come before the rules for one.
func (f *File) decodeSlice(node ast.Node, dst reflect.Value, at place) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		f.cannotRead(node, at, "must be a list")
		return
	}
	out := reflect.MakeSlice(dst.Type(), 0, len(list.Values))
	if dst.Type().Elem().Kind() == reflect.Struct {
		out = reflect.AppendSlice(out, dst)
	}
	for _, item := range list.Values {
		value := reflect.New(dst.Type().Elem()).Elem()
		f.decode(item, value, at.item(out.Len()))
		out = reflect.Append(out, value)
	}
	dst.Set(out)
}

var durationType = reflect.TypeFor[time.Duration]()

// decodeScalar decodes one word. Its kind in YAML does not matter, because after ${…} was replaced it is text.
func (f *File) decodeScalar(node ast.Node, dst reflect.Value, at place) {
	text, ok := scalarText(node)
	if !ok {
		f.cannotRead(node, at, "must be a single value")
		return
	}
	text, err := f.expand(text)
	if err == nil {
		err = setScalar(dst, text, at.unit)
	}
	if err != nil {
		f.cannotRead(node, at, err.Error())
	}
}

// cannotRead notes that a setting has a value which cannot be read.
func (f *File) cannotRead(node ast.Node, at place, why string) {
	f.unread[at.path] = true
	f.mistake(node.GetToken().Position, "%s", labelled(at.path, why))
}

func scalarText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func setScalar(dst reflect.Value, text, unit string) error {
	switch {
	case dst.Type() == durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is not a duration: write a number with a unit, such as 250ms, 5s or 1m30s", text)
		}
		dst.SetInt(int64(d))
	case unit == "bytes":
		n, err := parseBytes(text)
		if err != nil {
			return err
		}
		dst.SetInt(n)
	case dst.Kind() == reflect.String:
		dst.SetString(text)
	case dst.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil || text != "true" && text != "false" {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		dst.SetBool(b)
	case dst.CanInt():
		n, err := strconv.ParseInt(text, 10, dst.Type().Bits())
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		dst.SetInt(n)
	case dst.CanFloat():
		n, err := strconv.ParseFloat(text, dst.Type().Bits())
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		dst.SetFloat(n)
	default:
		panic("settings: a field of type " + dst.Type().String())
	}
	return nil
}
