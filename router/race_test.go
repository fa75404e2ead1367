//go:build race

package router

// raceFactor widens ceilings of allocations: under the race detector pools forget on purpose.
const raceFactor = 2
