"""A partner that does not answer is left alone: one deadline for a whole exchange, however it dawdles, and none for those who come after.

A socket's own time limit counts from byte to byte: a server that sends one now and then never reaches it. The exchange is made in a thread
of its own, which is left behind when it is late; it ends with its partner's patience, or with the process.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from carnet.gateways import traces
from carnet.gateways.in_time import TooLate, in_time

__all__ = ["PartnerSilent", "Round", "TooLate", "WaitingRoom", "within"]
Answer = TypeVar("Answer")
# A failure that comes at once costs nobody anything: the next may try.
SLOW_SECONDS = 1.0


class PartnerSilent(OSError):
    """Not tried: the other side has been silent for too long in this round, or every seat of its waiting room is taken."""


def within(seconds: float, call: Callable[[], Answer], *, partner: str = "other") -> Answer:
    """What `call` gives, or its own failure. It must not touch the database: its thread is another. Raises: TooLate.

    `partner`: the sort of server it is, one word of ours, as traces tell it.
    """
    with traces.span(f"exchange {partner}", kind="CLIENT", partner=partner):
        return in_time(seconds, call)


class Round:
    """The messages of one round to one partner: once its failures have lasted `patience_seconds` together, the rest waits for another round."""

    def __init__(self, *, patience_seconds: float) -> None:
        self._left = patience_seconds

    def send(self, call: Callable[[], Answer]) -> Answer:
        """Make one exchange. Raises: PartnerSilent; and whatever the exchange raises."""
        if self._left <= 0:
            raise PartnerSilent("the other side is silent")
        began = time.monotonic()
        try:
            return call()
        except OSError:
            self._left -= time.monotonic() - began
            raise


class WaitingRoom:
    """At most so many exchanges with one partner at once, and none for a while after one failed slowly: the others are told so at once."""

    def __init__(self, *, seats: int, spared_seconds: float) -> None:
        self._seats = threading.BoundedSemaphore(seats)
        self._spared_seconds = spared_seconds
        self._spared_until = 0.0

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Hold a seat for the block. An OSError that took its time closes the room for a while. Raises: PartnerSilent."""
        began = time.monotonic()
        if began < self._spared_until or not self._seats.acquire(blocking=False):
            raise PartnerSilent("the other side is silent")
        try:
            yield
        except OSError:
            if time.monotonic() - began >= SLOW_SECONDS:
                self._spared_until = time.monotonic() + self._spared_seconds
            raise
        finally:
            self._seats.release()
