package devfile

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// reference is ${NAME} in a value.
var reference = regexp.MustCompile(`\$\{([^}]*)\}`)

// Expand replaces every ${NAME} in the values of the file's env, and of each process's env, by what lookup knows, and
// names every variable that it does not know. A value of the file's env may be referred to by a process, and counts
// only where lookup does not know the name: the environment has the last word.
func (f *File) Expand(lookup func(name string) (value string, ok bool)) error {
	var unknown []error
	expand := func(where string, env map[string]string, lookup func(string) (string, bool)) {
		for _, name := range slices.Sorted(maps.Keys(env)) {
			env[name] = reference.ReplaceAllStringFunc(env[name], func(match string) string {
				wanted := match[2 : len(match)-1]
				value, ok := lookup(wanted)
				if !ok {
					unknown = append(unknown, fmt.Errorf(
						"%s.%s: ${%s} is not set: set it in the environment, or list it under secrets or env", where, name, wanted))
				}
				return value
			})
		}
	}
	expand("env", f.Env, lookup)
	for name := range f.Env {
		if value, ok := lookup(name); ok {
			f.Env[name] = value
		}
	}
	inner := func(name string) (string, bool) {
		if value, ok := f.Env[name]; ok {
			return value, true
		}
		return lookup(name)
	}
	for _, process := range f.Processes {
		expand("process "+process.Name+": env", process.Env, inner)
	}
	return errors.Join(unknown...)
}
