"""One deadline for a whole exchange, in a thread of its own that is left behind when it is late."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class TooLate(TimeoutError):
    """The other side did not finish in time. An OSError, as every failure of a network is."""


class _Exchange(threading.Thread, Generic[Answer]):
    def __init__(self, call: Callable[[], Answer]) -> None:
        super().__init__(name="exchange", daemon=True)
        self._call = call
        self.answer: Answer | None = None
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            self.answer = self._call()
        except BaseException as fault:  # noqa: BLE001 - raised again by whoever waits for it
            self.fault = fault


def in_time(seconds: float, call: Callable[[], Answer]) -> Answer:
    """What `call` gives, or its own failure. It must not touch the database: its thread is another. Raises: TooLate."""
    exchange = _Exchange(call)
    exchange.start()
    exchange.join(seconds)
    if exchange.is_alive():
        raise TooLate(f"no whole answer in {seconds:g} s")
    if exchange.fault is not None:
        raise exchange.fault
    return exchange.answer  # type: ignore[return-value]
