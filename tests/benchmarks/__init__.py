"""The figures of docs/benchmarks.md: a real server process, and callers in another one.

`python -m tests.benchmarks` takes them all again and writes the page; with `--quick` it takes each
once and briefly, and only prints. Needs Linux: /proc, and processes pinned to cores.
"""
