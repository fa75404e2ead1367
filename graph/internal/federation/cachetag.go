package federation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-graph/weft/graph/diag"
	"github.com/weft-graph/weft/graph/internal/schema"
)

// checkCacheTags checks @cacheTag on a type and its fields. What is wrong is a warning: a tag that no
// cache can use spoils no answer.
func (v *validator) checkCacheTags(t *Type) {
	for _, d := range v.cacheTags(t.Applied) {
		if !slices.ContainsFunc(t.Keys, func(k *Key) bool { return k.Resolvable }) {
			v.warn(diag.CacheTagEntityNotResolvable, d.Pos, fmt.Sprintf("give %q a resolvable @key, or tag the root field that returns it", t.Name),
				"@cacheTag on %q, which has no resolvable @key: nobody asks the subgraph for it alone", t.Name)
			continue
		}
		for _, path := range v.cacheTagPaths(t.Name, d) {
			if why := v.entityTagFault(t, path); why != "" {
				v.warn(diag.CacheTagInvalidFormatArgumentOnEntity, d.Pos, "write {$key.field} with a field that all keys have", "@cacheTag on %q: {%s}: %s", t.Name, path, why)
			}
		}
	}
	for _, f := range t.Fields {
		for _, d := range v.cacheTags(f.Applied) {
			if t != v.sub.Query {
				v.warn(diag.CacheTagAppliedToNonRootField, d.Pos, "put it on a field of Query, or on the type of an entity", "@cacheTag on %q, which is no field of Query", f.Coordinate())
				continue
			}
			for _, path := range v.cacheTagPaths(f.Coordinate(), d) {
				if why := v.rootTagFault(f, path); why != "" {
					v.warn(diag.CacheTagInvalidFormatArgumentOnRootField, d.Pos, "write {$args.name} with an argument of the field", "@cacheTag on %q: {%s}: %s", f.Coordinate(), path, why)
				}
			}
		}
	}
}

func (v *validator) cacheTags(applied []schema.Directive) []schema.Directive {
	var out []schema.Directive
	for _, d := range applied {
		if name, known := v.sub.Canonical(d); known && name == CacheTag {
			out = append(out, d)
		}
	}
	return out
}

// cacheTagPaths are the placeholders in a format: "product-{$key.upc}" has "$key.upc".
func (v *validator) cacheTagPaths(coordinate string, d schema.Directive) []string {
	var out []string
	rest := ""
	if format := d.Arg("format"); format != nil {
		rest = format.Raw
	}
	for {
		before, after, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			break
		}
		if !found {
			return out
		}
		path, tail, closed := strings.Cut(after, "}")
		if !closed || strings.Contains(path, "{") || strings.TrimSpace(path) == "" {
			break
		}
		out = append(out, strings.TrimSpace(path))
		rest = tail
	}
	v.warn(diag.CacheTagInvalidFormat, d.Pos, "write text with placeholders such as \"product-{$key.id}\"", "@cacheTag on %q: the braces of the format do not match", coordinate)
	return nil
}

// rootTagFault says why a placeholder does not name an argument of a root field.
func (v *validator) rootTagFault(f *Field, path string) string {
	parts := strings.Split(path, ".")
	if parts[0] != "$args" || len(parts) < 2 {
		return "the tag of a root field can hold its arguments only"
	}
	arg := f.Def.Arg(parts[1])
	if arg == nil {
		return fmt.Sprintf("the field has no argument %q", parts[1])
	}
	ref := arg.Type
	for _, name := range parts[2:] {
		input := v.sub.Schema.Type(ref.Named())
		if ref.Elem != nil || input == nil || input.Kind != schema.InputObject || input.Field(name) == nil {
			return fmt.Sprintf("%s has no field %q", ref, name)
		}
		ref = input.Field(name).Type
	}
	if input := v.sub.Schema.Type(ref.Named()); input != nil && input.Kind == schema.InputObject {
		return fmt.Sprintf("%s is no value that could stand in a text", ref)
	}
	return ""
}

// entityTagFault says why a placeholder does not name a leaf that all resolvable keys of the type have.
func (v *validator) entityTagFault(t *Type, path string) string {
	parts := strings.Split(path, ".")
	if parts[0] != "$key" || len(parts) < 2 {
		return "the tag of an entity can hold fields of its keys only"
	}
	for _, key := range t.Keys {
		if key.Resolvable && !hasLeaf(key.Fields, parts[1:]) {
			return fmt.Sprintf("the key %q does not have it", key.Text)
		}
	}
	return ""
}

func hasLeaf(set FieldSet, path []string) bool {
	return slices.ContainsFunc(set, func(item FieldSetItem) bool {
		if item.Field != path[0] {
			return false
		}
		if len(path) == 1 {
			return len(item.Selections) == 0
		}
		return hasLeaf(item.Selections, path[1:])
	})
}
