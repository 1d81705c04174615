# make demo   see it: installs everything, plays six calls, prints the console's address
# make test   what CI runs: system packages, format, lint, types, known advisories, all tests
# make prove  the long runs; writes their numbers to docs/benchmarks.md
# make check  format, lint and types only      make format  put the format right      make lock  pin dependencies anew
.PHONY: check test demo prove lock format

demo: .venv/demo.stamp
	.venv/bin/earshot demo

test: .venv/dev.stamp
	scripts/system_packages
	scripts/check
	scripts/advisories
	scripts/run_tests

prove: .venv/dev.stamp
	scripts/system_packages
	.venv/bin/python -m tests.prove

check: .venv/dev.stamp
	scripts/check

format: .venv/dev.stamp
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .

lock: .venv/dev.stamp
	scripts/lock

.venv/%.stamp: requirements/%.txt pyproject.toml scripts/install
	scripts/install $*
	touch $@
