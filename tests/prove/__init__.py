"""The long runs of `make prove` and the real node they and the call tests drive; numbers go to docs/benchmarks.md."""
