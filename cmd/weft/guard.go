package main

import (
	"os"

	"github.com/weft-graph/weft/cmd/weft/internal/process"
)

// guardCommand is the process that weft dev starts beside itself: see process.Guard.
type guardCommand struct{}

// Run watches weft until it ends.
func (*guardCommand) Run() error { return process.Watch(os.Stdin) }
