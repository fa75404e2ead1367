// Package entity is what stores have in common in looking up what a list of keys names: keys go in as the caller's word,
// and what was found comes out in their order. The package knows no tables.
package entity

import "slices"

const maxIDLength = 64

// IsID says whether id can be one of the shop's: 1 to 64 of the characters that are safe in a URL. Anything else is not
// worth a query, and some of it (a zero byte) Postgres would refuse.
func IsID(id string) bool {
	for _, c := range []byte(id) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return id != "" && len(id) <= maxIDLength
}

// IDs returns those of a list that can be ids; the list stays as it is.
func IDs(list []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return !IsID(id) })
}

// InOrder returns what was found in the order of the keys that were looked up: one for each key, the zero value where
// nothing was found. keyOf gives the key by which something was found.
func InOrder[T any](keys []string, found []T, keyOf func(T) string) []T {
	byKey := make(map[string]T, len(found))
	for _, one := range found {
		byKey[keyOf(one)] = one
	}
	list := make([]T, len(keys))
	for i, key := range keys {
		list[i] = byKey[key]
	}
	return list
}
