package upstream

// Waiting counts the callers of the flights to a subgraph, those that have sent the requests among them.
func Waiting(c *Client, subgraph string) int {
	f := &c.subgraphs[subgraph].flights
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, list := range f.byHash {
		for _, flight := range list {
			n += flight.waiting
		}
	}
	return n
}
