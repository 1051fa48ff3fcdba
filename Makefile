# make pack    the highlight report of the example, November 2022 (MONTH=2023-07 for another month)
# make test    the whole test suite;  make quick: plan, ledger, rules and words, under a minute
# make check   linters, types, and what the code imports from where
# make bench   where the time goes
# make example the example's plan and returns made anew from their text;  make lock: the locked packages brought up to date

MONTH ?= 2022-11
BIN := .venv/bin

.PHONY: pack test quick check bench example lock setup clean

pack: .venv/.ready
	$(BIN)/boardpack highlight-report $(MONTH)

test: .venv/.ready
	$(BIN)/python -m pytest -n 2 --dist loadfile

quick: .venv/.ready
	HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -m "not slow" tests/plan tests/ledger tests/position tests/reports tests/test_house.py

check: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.ready
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_fleet 10

example: .venv/.ready
	$(BIN)/python -m tests.example.make_plan
	$(BIN)/python -m tests.example.make_returns

lock:
	uv pip compile -q --upgrade pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml .ci/set-up
	@sh .ci/set-up

clean:
	rm -rf .venv .boardpack .mypy_cache .ruff_cache .hypothesis
