"""The long proofs: real processes, killed for good. `make drills` plays them all, `make drills ONLY=name` one.

Each module here is a drill: a `NAME` and `play(...) -> dict` of figures, which raises `DrillFailed` with a sentence when the proof fails.
`make test` plays a small sample of each.
"""

from typing import Any


class DrillFailed(Exception):
    """What should have held did not; the sentence says what. `figures`: what was measured all the same."""

    def __init__(self, reason: str, *, figures: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.figures = figures or {}
