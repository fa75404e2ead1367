# One target for each thing that a person does here; `make help` lists them. CI calls the same targets through .ci/run.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# In CI the tests run once, under the race detector; at home they run fast.
RACE := $(if $(filter true,$(CI)),-race,)
# Tests over the composition corpus need a folder that is not part of the repository.
ALLOW_SKIP := $(if $(WEFT_CORPUS),,WEFT_CORPUS)
# The folders with the operations that are known; a change of the API must break none of them.
OPERATIONS := e2e/operations web/operations web/playground/operations
TEST_FLAGS ?= -timeout 15m

.PHONY: help run build playground test check generate bench reset

# What the browser gets is built where Node is installed, and again when its sources have changed. Without it, or without
# a network on the first build, the router shows a plain page instead; in CI that is a failure.
PLAYGROUND := router/playground/built/index.html.gz
PLAYGROUND_SOURCES := $(shell find web/playground -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.graphql')
OPTIONAL := $(if $(filter true,$(CI)),,|| echo 'The playground was not built: the router will show a plain page.')

$(PLAYGROUND): $(PLAYGROUND_SOURCES)
	cd web/playground && npm ci && npm run build $(OPTIONAL)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(if $(shell command -v npm),$(PLAYGROUND)) ## build everything and serve the shop on http://127.0.0.1:4000 (Ctrl-C stops it)
	@mkdir -p bin
	go build -o bin/ ./cmd/weft
	@exec bin/weft dev

build: $(if $(shell command -v npm),$(PLAYGROUND)) ## build bin/weft and the four services
	@mkdir -p bin
	go build -o bin/ ./cmd/weft ./subgraphs/user ./subgraphs/product ./subgraphs/order ./subgraphs/credit

playground: $(PLAYGROUND) ## build the page that the router shows at its root (needs Node)

test: ## run every test, on real Postgres and Redis where they are installed, and say what was skipped
	@go run ./internal/testrun -allow-skip '$(ALLOW_SKIP)' -- $(RACE) $(TEST_FLAGS) ./...

check: ## formatting, vet, static analysis, and what has changed in the API since its last release
	@unformatted=$$(git ls-files '*.go' | xargs -r gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not gofmt'ed (run gofmt -w):"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	go run ./cmd/weft check supergraph.yaml $(OPERATIONS)

generate: ## write the generated code anew (gqlgen)
	go generate ./...

bench: ## measure the router beside a bare reverse proxy
	go run ./bench

reset: ## delete the shop's local data (.data); the next `make run` starts afresh
	rm -rf .data
