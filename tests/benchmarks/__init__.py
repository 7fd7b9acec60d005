"""The figures of docs/benchmarks.md: a real server process, and callers in another one.

`python -m tests.benchmarks` takes them all again and writes its section of the page; with `--quick`
it takes each once and briefly, with `--only NAME` one of them, and only prints. `python -m
tests.benchmarks.peers` does the same with Janus and a floor in C beside ours, and
`tests.benchmarks.faults` and `tests.benchmarks.sound` take what their names say. Each section names
what was missed itself, and quotes causes.md for why. Needs Linux: /proc, and processes pinned to
cores.
"""
