"""A small sample of the drill: a few workers and the database; and proof that the drill can fail."""

import json

import pytest

from drills import DrillFailed, redemptions_killed

pytestmark = pytest.mark.slow


def test_no_acknowledged_redemption_is_lost_or_doubled_when_everything_is_killed() -> None:
    figures = redemptions_killed.play(worker_kills=3, database_kills=1, workers=2)
    assert (figures["worker_kills"], figures["database_kills"]) == (3, 1)
    assert figures["acknowledged"] > 20
    assert (figures["lost"], figures["doubled"]) == (0, 0)


@pytest.mark.parametrize(
    ("kept", "reason"),
    [
        ({"A": 1}, "not in the database"),
        ({"A": 1, "B": 2}, "not in the database"),
        ({"A": 1, "B": 1, "C": 2}, "twice"),
        ({"A": 1, "B": 1, "C": 1, "D": 1}, "nobody was told of"),
    ],
)
def test_the_drill_finds_what_is_lost_or_doubled(kept: dict[str, int], reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redemptions_killed, "run", lambda words, surroundings: json.dumps(kept))
    with pytest.raises(DrillFailed, match=reason):
        redemptions_killed.compared("{}", {0: "A", 1: "B"}, {})
