//go:build !race

package router

const raceFactor = 1
