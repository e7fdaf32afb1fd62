# What can be done here; `make` alone lists it. The work is in tools/.

.DEFAULT_GOAL := help
.PHONY: help demo test build unit tidy format interop fuzz docs doctest bench peers clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## the main job on real input, from nothing, with every command shown
	@tools/install
	@tools/build --product plaited
	@tools/demo

test: ## every check: install, build, tests, tidy, interop, fuzz, docs
	@tools/ci

build: ## library and tests, optimised and testable
	@tools/build

unit: build ## the Swift tests; ARGS='--filter MST' picks some
	@tools/unit $(ARGS)

tidy: build ## the rules of the house, and formatting
	@tools/unit --filter HouseTests
	@tools/tidy

format: ## write the Swift files as the formatter likes them, comments within 100 columns
	@swift format format --in-place --parallel --recursive Sources Tests Package.swift
	@find Sources Tests Benchmarks -name '*.swift' -not -path '*/.build/*' -exec \
	  tools/wrap_comments.py {} + 2>/dev/null || true

interop: build ## compare with independent implementations in Python
	@tools/install
	@tools/interop

fuzz: build ## fuzz every parser; PLAITED_FUZZ_SECONDS (60) in all, ARGS='cbor' picks some
	@tools/fuzz $(ARGS)

docs: build ## the documentation of the libraries, in .build/docs
	@tools/docs

doctest: build ## run every command block of docs/
	@tools/doctest $(ARGS)

bench: ## measure, into Benchmarks/RESULTS.md; ARGS='--rounds 3' for a shorter run
	@cd Benchmarks && swift run -c release Report --plot write-throughput.svg --into RESULTS.md $(ARGS)

peers: ## measure other implementations beside ours, into Benchmarks/RESULTS.md; needs PyPI
	@python3 Benchmarks/peers/peers.py --into Benchmarks/RESULTS.md $(ARGS)

clean: ## remove what was built
	@rm -rf .build .venv Benchmarks/.build Benchmarks/peers/.venv
