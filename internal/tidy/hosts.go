package tidy

import "strings"

// hosts are package registries and module proxies. Which one a machine uses is the machine's configuration; a host
// that is written into the repository breaks the build behind another one. The names are put together here, so that
// this file passes its own check.
var hosts = []string{
	"registry" + ".npmjs.org", "registry" + ".yarnpkg.com", "npm" + ".pkg.github.com",
	"proxy" + ".golang.org", "sum" + ".golang.org", "goproxy" + ".io", "goproxy" + ".cn",
	"pypi" + ".org", "files" + ".pythonhosted.org", "static" + ".crates.io", "index" + ".crates.io",
	"deb" + ".debian.org", "archive" + ".ubuntu.com",
}

func checkHosts(t *Tree, report reporter) {
	for _, text := range t.texts {
		for _, host := range hosts {
			if at := strings.Index(text.data, host); at >= 0 {
				line := 1 + strings.Count(text.data[:at], "\n")
				report(text.path, line, "names a package registry: leave the choice to the machine's configuration")
			}
		}
	}
}
