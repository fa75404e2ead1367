package schema

import "strings"

// Closest returns the option that was probably meant by name, or "" where none is like it. Of equally
// close options it is the first.
func Closest(name string, options []string) string {
	best, least := "", closeEnough(name)+1
	for _, option := range options {
		if abs(len(option)-len(name)) >= least {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(option)); d < least {
			best, least = option, d
		}
	}
	return best
}

// closeEnough is the number of edits up to which a name counts as mistyped.
func closeEnough(name string) int {
	if len(name) < 2 || len(name) > maxClosestBytes {
		return 0
	}
	return max(1, len(name)/3)
}

// maxClosestBytes bounds what comparing names costs; longer ones are not compared.
const maxClosestBytes = 64

func abs(n int) int { return max(n, -n) }

// distance is the number of inserted, deleted, replaced and swapped bytes between two names.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
