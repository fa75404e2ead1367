# One target for each thing that a person does here; `make help` lists them. CI calls the same targets through .ci/run.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# In CI the tests run once, under the race detector; at home they run fast.
RACE := $(if $(filter true,$(CI)),-race,)
# The tests over a corpus need a folder that is not part of the repository; without it they are not built.
CORPUS := $(if $(WEFT_CORPUS),-tags corpus,)
# The folders with the operations that are known; a change of the API must break none of them.
OPERATIONS := web/operations web/playground/operations
# A guard against hanging, for each package, and how many tests of e2e run beside each other: mostly they wait, but with more
# of them two cores under the race detector would be slower than a router has patience. As e2e takes longest, it begins.
TEST_FLAGS ?= -timeout 40m -parallel 3

.PHONY: help run build playground storefront test test-web screenshots check fuzz fuzz-long planted faults generate bench bench-shop reset

# What the browser gets is built where Node is installed, and again when its sources have changed. Without it, or without
# a network on the first build, the router shows a plain page instead; in CI that is a failure.
PLAYGROUND := router/playground/built/index.html.gz
PLAYGROUND_SOURCES := $(shell find web/playground -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.graphql')
OPTIONAL := $(if $(filter true,$(CI)),,|| echo 'The playground was not built: the router will show a plain page.')

$(PLAYGROUND): $(PLAYGROUND_SOURCES)
	cd web/playground && npm ci && npm run build $(OPTIONAL)

# The shop's pages likewise: without them the storefront shows a page that says how to build them.
STOREFRONT := web/storefront/dist/site/index.html
STOREFRONT_SOURCES := $(shell find web/storefront web/operations web/schema.graphql -type f -not -path '*/node_modules/*' \
	-not -path '*/dist/*' -not -path '*/src/graphql.ts' -not -path '*/src/trusted.ts' -not -name '*.go')
WEB := $(if $(shell command -v npm),$(PLAYGROUND) $(STOREFRONT))

$(STOREFRONT): $(STOREFRONT_SOURCES)
	cd web/storefront && npm ci && npm run build $(if $(filter true,$(CI)),,|| echo 'The storefront was not built: it will say how to.')

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(WEB) ## build everything; the shop is on http://127.0.0.1:4010, its graph on http://127.0.0.1:4000 (Ctrl-C stops it)
	@mkdir -p bin
	go build -o bin/ ./cmd/weft
	@exec bin/weft dev

build: $(WEB) ## build bin/weft, the four services and the storefront
	@mkdir -p bin
	go build -o bin/ ./cmd/weft ./subgraphs/user ./subgraphs/product ./subgraphs/order ./subgraphs/credit \
		./cmd/storefront

playground: $(PLAYGROUND) ## build the page that the router shows at its root (needs Node)

storefront: $(STOREFRONT) ## build the shop's pages (needs Node)

test: ## run every test, on real Postgres and Redis where they are installed, and say what was skipped
	@go run ./internal/testrun $(RACE) $(CORPUS) $(TEST_FLAGS) ./e2e ./...

# What drives the browser.
DRIVER := web/tests/node_modules/.package-lock.json
$(DRIVER): web/tests/package-lock.json
	cd web/tests && npm ci

test-web: $(PLAYGROUND) $(STOREFRONT) $(DRIVER) ## try the pages in a real browser, while services are killed (needs Node and Chromium)
	cd web/tests && npm test

screenshots: $(STOREFRONT) $(DRIVER) ## renew the README's pictures (needs Node and Chromium)
	cd web/tests && node screenshots.mjs

check: ## formatting, vet, static analysis, and what has changed in the API since its last release
	@unformatted=$$(git ls-files '*.go' | xargs -r gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not gofmt'ed (run gofmt -w):"; echo "$$unformatted"; exit 1; fi
	@if git grep -nE '^//go:build .*!(corpus|planted)' -- '*.go'; then echo 'these files are not analysed: the tags may only add files'; exit 1; fi
	go vet -tags corpus,planted ./...
	go tool staticcheck -tags corpus,planted ./...
	go run ./cmd/weft check supergraph.yaml $(OPERATIONS)

TIME ?= 60s
SEED ?= 0
FAULTS ?= true
GRAPHS ?= 0
DIFFERENTIAL := ./fedtest/internal/differential
fuzz: ## hunt for wrong answers on made-up graphs: make fuzz TIME=60s, or SEED=7 GRAPHS=1 to see one graph again
	@mkdir -p .data/found
	go test -count=1 -timeout 0 -v -run '^TestDifferential$$' $(DIFFERENTIAL) -args -seed $(SEED) -faults=$(FAULTS) \
		$(if $(filter-out 0,$(GRAPHS)),-graphs $(GRAPHS),-time $(TIME)) -write $(CURDIR)/.data/found

LONG_GRAPHS ?= 26000
LONG_OPERATIONS ?= 80
fuzz-long: ## two million operations on 26,000 graphs, some 20 minutes, told of in bench/differential.md
	@mkdir -p .data/found
	go test -count=1 -timeout 0 -v -run '^TestDifferential$$' $(DIFFERENTIAL) -args -seed $(SEED) -faults=$(FAULTS) \
		-graphs $(LONG_GRAPHS) -operations $(LONG_OPERATIONS) -write $(CURDIR)/.data/found -report $(CURDIR)/bench/differential.md \
		-commit "$$(git log -1 --format=%H -- '*.go' go.mod)$$(git diff --quiet HEAD -- '*.go' go.mod || echo ' with changes')"

planted: ## plant bugs in the engine, one after the other; the hunt for wrong answers must find each
	go test -count=1 -timeout 0 -v -tags planted -run '^TestPlanted$$' $(DIFFERENTIAL) -args $(PLANTED)

generate: ## write the generated code anew (gqlgen, the API schema of the pages)
	go generate ./...

FAULTS_FOR ?= 1m
faults: ## break each part of the shop under load, for a minute each; the figures go to bench/faults.md
	FAULTS_FOR=$(FAULTS_FOR) go test -count=1 -timeout 0 -v -run '^TestFaults$$' ./e2e

bench: ## measure the router beside a bare reverse proxy
	go run ./bench

bench-shop: ## find the highest rate of mixed traffic that the whole shop takes, on SQLite and on Postgres, some five minutes
	go run ./bench/shop -write bench/shop-load.md

reset: ## delete the shop's local data (.data); the next `make run` starts afresh
	rm -rf .data
