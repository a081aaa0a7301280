"""What is fast, and how we know: `make bench` plays every measure beside a reference, in the same run on the same machine.

Each module here is a benchmark: a `NAME`, a `UNIT` (more is better, unless `LESS_IS_BETTER`), a `REFERENCE` in words, a `GOAL` (the least
ratio of ours to the reference; the greatest when less is better), and `rounds()`, a context that gives two callables (ours, the
reference's), each measuring one round.
Never faster by being less durable: both sides commit to disk with PostgreSQL's own settings.
"""
