// Package storefront holds the shop's pages as files. The pages are TypeScript in src/, which `npm run build` turns into
// dist/site; a program that is built without them holds a page that says how to build them. The package serves nothing:
// cmd/storefront does.
package storefront

import (
	"embed"
	"io/fs"
)

//go:generate go run ../../cmd/weft compose ../../supergraph.yaml --api --output ../schema.graphql

//go:embed dist
var dist embed.FS

// Files returns the built pages, with index.html at the top. built is false if there are none: then the only file is an
// index.html that says how to build them.
func Files() (files fs.FS, built bool) {
	name := "dist/site"
	if _, err := fs.Stat(dist, name+"/index.html"); err != nil {
		name = "dist/placeholder"
	}
	files, err := fs.Sub(dist, name)
	if err != nil {
		panic(err) // both names are valid, which is all that Sub asks
	}
	return files, name == "dist/site"
}
