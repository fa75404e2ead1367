package main

// contractFlag is for commands that look at the part of a graph that a contract leaves.
type contractFlag struct {
	Contract string `placeholder:"FILE" help:"A contract: the part of the graph that an audience sees, by the tags that it includes and excludes (include, exclude, hide_unreachable_types). The rest is @inaccessible."`
}
