# The ways in. Everything they need is set up by packaging/prepare.py, which needs nothing but Python 3.11 or later.

PYTHON ?= python3
PREPARE = $(PYTHON) packaging/prepare.py

.DEFAULT_GOAL := help
.PHONY: help demo run test lint speed soak screenshots package package-test pins clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## the window on an embedded mesh; with no display, screenshots of it
	@$(PREPARE) demo

run: ## the program; make run ARGS="FILE.meshcap" or ARGS="HOST:PORT"
	@$(PREPARE) run $(ARGS)

test: ## lint and every test; make test ARGS="tests/unit -k frame" for some
	@$(PREPARE) test $(ARGS)

lint: ## style and types
	@$(PREPARE) lint

speed: ## the figures of tests/speed; make speed NAME=collect for one script
	@$(PREPARE) speed $(NAME)

soak: ## half an hour of load through a small capture; make soak MINUTES=5 for less
	@$(PREPARE) soak $(MINUTES)

screenshots: ## pictures of every view, light and dark, into resources/pictures
	@$(PREPARE) screenshots

package: ## the wheel, the program in a folder and a .deb, into dist/
	@$(PREPARE) package

package-test: ## what package makes, installed as people do, and run
	@$(PREPARE) package-test $(ARGS)

pins: ## packaging/requirements anew from pyproject.toml
	@$(PYTHON) packaging/pins.py

clean: ## what the others made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist demo-screenshots
	find meshdesk tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
