"""What is fast, and how we know: `make bench` plays every measure beside a reference, in the same run on the same machine.

Each module here is a benchmark: a `NAME`, a `UNIT` (more is better, unless `LESS_IS_BETTER`), a `REFERENCE` in words, and a `GOAL` (the least
ratio of ours to the reference; the greatest when less is better; `None` for what is shown beside, without a goal). Then either
`rounds()`, a context that gives two callables (ours, the reference's), each measuring one round; or a `CONTEST`, a module whose `arena()` is
shared by several benchmarks, and `contender(arena)`, a context that gives its own callable (the reference is the arena's) or a pair.
What takes a minute a round says how many `ROUNDS` are enough.
A module may say more than its `REFERENCE` once measured, by `described()`; and may raise `NotMeasured` with the reason.
Never faster by being less durable: both sides commit to disk with PostgreSQL's own settings, and the run refuses a server that does not.
"""


class NotMeasured(Exception):
    """This could not be measured here; the sentence says why. Never a figure in its place."""
