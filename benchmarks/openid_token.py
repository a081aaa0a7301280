"""An authorization code against an access token and a signed identity token: the authorisation, the structure and the helper looked at again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _openid

NAME = "openid-token"
UNIT = "ms"
REFERENCE = "the promise: twenty milliseconds of processor, the database's included (the public reference takes 1,370)"
LESS_IS_BETTER = True
GOAL = 1.0
CONTEST = _openid


@contextmanager
def contender(arena: _openid.Arena) -> Iterator[Callable[[], float]]:
    yield lambda: arena.processor(arena.visit.exchange, arena.codes())
