"""A small sample of the drill: an edition drawn by a command that is killed; and proof that the drill can fail."""

import pytest

from drills import DrillFailed, edition_killed

pytestmark = pytest.mark.slow


def test_an_edition_killed_in_the_middle_has_no_duplicate_and_no_hole() -> None:
    figures = edition_killed.play(booklets=10_000, printed=0, kills=2)
    assert figures["vouchers"] == 50_000
    assert 0 < figures["drawn_when_killed"][0] < 50_000


def test_the_drill_finds_work_that_is_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edition_killed, "run", lambda words, surroundings: "")
    monkeypatch.setattr(edition_killed, "how_far", lambda edition, surroundings: 99)
    with pytest.raises(DrillFailed, match="99 of 100 were done"):
        edition_killed.worked({"order": 1}, 100, 0, edition_killed.random.Random(1), {})


def test_the_drill_says_what_the_edition_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edition_killed, "run", lambda words, surroundings: '{"failed": "100 vouchers were ordered: (99, 99, 1, 100, 20)"}')
    with pytest.raises(DrillFailed, match="100 vouchers were ordered"):
        edition_killed.told(["look", "{}"], {})
