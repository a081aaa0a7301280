"""Who the person is, the first time a token asks: the identity unsealed, the use written in the register and in the journal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks import _openid

NAME = "openid-userinfo"
UNIT = "ms"
REFERENCE = "the promise: twenty milliseconds of processor, the database's included (the public reference takes 430)"
LESS_IS_BETTER = True
GOAL = 1.0
CONTEST = _openid


@contextmanager
def contender(arena: _openid.Arena) -> Iterator[Callable[[], float]]:
    from tests.web.openid_world import userinfo

    yield lambda: arena.processor(userinfo, arena.tokens())
