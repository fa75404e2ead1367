package settings

import (
	"strconv"

	"github.com/goccy/go-yaml/ast"
)

// decodeAny decodes a value whose shape the setting leaves to the user, such as the variables of an operation, into
// what encoding/json would make of the same JSON. Only here the kind of a word in YAML matters; ${…} is always text.
func (f *File) decodeAny(node ast.Node, at place) any {
	switch n := f.resolve(node).(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.MappingNode, *ast.MappingValueNode:
		byKey, keys := f.members(n, at)
		object := make(map[string]any, len(keys))
		for _, key := range keys {
			object[key] = f.decodeAny(byKey[key].Value, at.below(key))
		}
		return object
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, item := range n.Values {
			list[i] = f.decodeAny(item, at.item(i))
		}
		return list
	case *ast.BoolNode:
		return n.Value
	case *ast.IntegerNode, *ast.FloatNode:
		number, err := strconv.ParseFloat(n.GetToken().Value, 64)
		if err != nil {
			f.cannotRead(n, at, strconv.Quote(n.GetToken().Value)+" is not a number that JSON can hold")
		}
		return number
	default:
		text, ok := scalarText(n)
		if !ok {
			f.cannotRead(n, at, "must be a value that JSON can hold")
			return nil
		}
		text, err := f.expand(text)
		if err != nil {
			f.cannotRead(n, at, err.Error())
		}
		return text
	}
}
