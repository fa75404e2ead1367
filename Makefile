# One target for each thing that a person does here; `make help` lists them. CI calls the same targets through .ci/run.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# In CI the tests run once, under the race detector; at home they run fast.
RACE := $(if $(filter true,$(CI)),-race,)
# Tests over the composition corpus need a folder that is not part of the repository.
ALLOW_SKIP := $(if $(WEFT_CORPUS),,WEFT_CORPUS)
TEST_FLAGS ?= -timeout 15m

.PHONY: help run build test check generate bench reset

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build everything and serve the shop on http://127.0.0.1:4000 (Ctrl-C stops it)
	@mkdir -p bin
	go build -o bin/ ./cmd/weft
	@exec bin/weft dev

build: ## build bin/weft and the four services
	@mkdir -p bin
	go build -o bin/ ./cmd/weft ./subgraphs/user ./subgraphs/product ./subgraphs/order ./subgraphs/credit

test: ## run every test, on real Postgres and Redis where they are installed, and say what was skipped
	@go run ./internal/testrun -allow-skip '$(ALLOW_SKIP)' -- $(RACE) $(TEST_FLAGS) ./...

check: ## formatting, vet, static analysis
	@unformatted=$$(git ls-files '*.go' | xargs -r gofmt -l); \
	if [ -n "$$unformatted" ]; then echo "not gofmt'ed (run gofmt -w):"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

generate: ## write the generated code anew (gqlgen)
	go generate ./...

bench: ## measure the router beside a bare reverse proxy
	go run ./bench

reset: ## delete the shop's local data (.data); the next `make run` starts afresh
	rm -rf .data
