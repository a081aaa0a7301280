"""Well-known packages doing their part of the same job, each called as its documentation says, each in a database of its own.

They live in an environment of their own (`requirements-bench.txt`), and run in processes of their own: `python -m benchmarks._peers NAME`.
"""
