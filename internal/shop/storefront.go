package shop

import "path/filepath"

// StartStorefront starts the storefront before the shop's router and returns when it is ready. The program serves the
// pages that were built when Build built it.
func (s *Shop) StartStorefront(binaries, dir string) error {
	address, err := FreeAddress()
	if err != nil {
		return err
	}
	s.Addresses["storefront"] = address
	p := &Program{Name: "storefront", dir: dir, args: []string{filepath.Join(binaries, "storefront")}}
	p.env = append(s.env[:len(s.env):len(s.env)], "LISTEN="+address, "ROUTER_URL="+s.URL())
	p.ready = answers200("http://" + address + "/healthz")
	s.Programs["storefront"] = p
	return p.Start()
}
