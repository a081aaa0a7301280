"""Messages that go out."""

from typing import Protocol


class NotSent(OSError):
    """The gateway was not reached, or did not take the message: it is tried again. Holds no number and no text."""


class SmsGateway(Protocol):
    """What the house asks of a gateway."""

    def send(self, *, to: str, text: str, reference: str) -> None:
        """Hand one message over (`to` in international form). The same `reference` again is the same message. Raises: NotSent."""
        ...
