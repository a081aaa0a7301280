"""Each key that signs is changed: what was signed before holds, under its own key and purpose alone. The drill, without its database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from carnet.gateways.keys import FileKeyRing, InMemoryKeyRing, KeyRing, _words
from drills import DrillFailed, _every_key

AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(params=["file", "memory"])
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> KeyRing:
    return FileKeyRing(tmp_path / "keys") if request.param == "file" else InMemoryKeyRing()


def test_what_was_signed_before_holds_for_every_purpose(ring: KeyRing) -> None:
    version = ring.create_programme_keys(7)
    signed = _every_key.signed_now(ring, 7)
    assert ring.rotate(7) == version + 1
    assert _every_key.still_holds(ring, 7, signed, version=version) == len(_every_key.PURPOSES)
    # Every purpose there is, but those of the installation's own keys.
    purposes = {value for value in vars(_words).values() if isinstance(value, bytes) and value.endswith(b" 1\x00")}
    assert {getattr(_words, name) for name in _every_key.PURPOSES} == purposes - {_words.CLEARING, _words.ANCHORS}


def test_the_drill_fails_where_keys_are_not_changed(ring: KeyRing) -> None:
    version = ring.create_programme_keys(7)
    with pytest.raises(DrillFailed, match="not changed"):
        _every_key.still_holds(ring, 7, _every_key.signed_now(ring, 7), version=version)


def test_the_installation_s_own_keys_are_changed(ring: KeyRing) -> None:
    assert _every_key.installation_changed(ring, at=AT) == 4
