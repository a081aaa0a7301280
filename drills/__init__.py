"""The long proofs: real processes, killed for good. `make drills` plays them all, `make drills ONLY=name` one.

Each module here is a drill: a `NAME` and `play(...) -> dict` of figures, which raises `DrillFailed` with a sentence when the proof fails.
`make test` plays a small sample of each.
"""


class DrillFailed(Exception):
    """What should have held did not; the sentence says what."""
