# Two commands: `make run` and `make test`. Everything they need is set up by themselves, in .venv/ and static/vendor/.
#   make run  [PORT=8000] [HOST=127.0.0.1] [DATA_DIR=.data]
#   make test [ARGS="tests/projects -k approval"]
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
ARGS ?=
LAUNCHER = $(PYTHON) -m zhangye_wages.launcher
export PORT HOST
.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench soak demo-reset lock

help:
	@sed -n '1,3s/^# \{0,1\}//p' Makefile

setup:
	@exec $(LAUNCHER) setup

run:
	@exec $(LAUNCHER) run --with-parent

test:
	@exec $(LAUNCHER) test -- $(ARGS)

lint:
	@exec $(LAUNCHER) lint

bench:
	@exec $(LAUNCHER) bench $(ARGS)

# Long trials, too long for the tests: more than a thousand hostile files, and what else stands in soak/.
soak:
	@exec $(LAUNCHER) soak $(ARGS)

demo-reset:
	@exec $(LAUNCHER) demo-reset

# Takes newer versions into requirements/*.lock (with hashes, without addresses).
lock:
	@exec $(LAUNCHER) lock $(ARGS)
