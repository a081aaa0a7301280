"""What a copy of the keys holds: every file whatever links to it, and no secret that is made to be destroyed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from carnet.gateways import backups

AT = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)


def restored(keys: Path, tmp_path: Path) -> dict[str, str]:
    """What comes back of a folder of keys, by its names."""
    secret, public = backups.new_identity()
    identity = tmp_path / "identity"
    identity.write_text(secret, encoding="ascii")
    kept = backups.keep_keys(keys, tmp_path / "kept", recipient=public, at=AT)
    backups.unpack(tmp_path / "kept" / kept["name"], tmp_path / "back", backups.read_identities(identity))
    back = tmp_path / "back"
    return {str(path.relative_to(back)): path.read_text(encoding="ascii") for path in back.rglob("*") if path.is_file()}


def test_a_file_of_two_names_comes_back(tmp_path: Path) -> None:
    """A writer killed between its two names, or a key linked from elsewhere, must not make a copy that nobody can open."""
    keys, elsewhere = tmp_path / "keys", tmp_path / "elsewhere"
    (keys / "programme-1").mkdir(parents=True)
    (keys / "programme-1" / "keys-1.json").write_text("one", encoding="ascii")
    os.link(keys / "programme-1" / "keys-1.json", keys / "programme-1" / ".keys-1.json.12.34")
    elsewhere.write_text("wrapping", encoding="ascii")
    (keys / "wrapping.key").symlink_to(elsewhere)
    assert restored(keys, tmp_path) == {
        "programme-1/.keys-1.json.12.34": "one", "programme-1/keys-1.json": "one", "wrapping.key": "wrapping",
    }  # fmt: skip


def test_no_seed_is_copied_not_even_one_being_written(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    (keys / "programme-1").mkdir(parents=True)
    (keys / "programme-1" / "keys-1.json").write_text("one", encoding="ascii")
    for name in ("series-7.seed", ".series-7.seed.12.34"):
        (keys / "programme-1" / name).write_text("secret", encoding="ascii")
    assert restored(keys, tmp_path) == {"programme-1/keys-1.json": "one"}


def test_keys_of_people_are_copied_apart_and_only_the_latest_copy_stays(tmp_path: Path) -> None:
    """A key destroyed with its person is in no copy, once the next one is made."""
    keys, kept = tmp_path / "keys", tmp_path / "kept"
    (keys / "people" / "f2").mkdir(parents=True)
    (keys / "people" / "f2" / "person-A1.key").write_text("hers", encoding="ascii")
    (keys / "wrapping.key").write_text("wrapping", encoding="ascii")
    assert restored(keys, tmp_path) == {"wrapping.key": "wrapping"}
    (first,) = kept.glob("people-*.tar.gz.age")
    (keys / "people" / "f2" / "person-A1.key").rename(keys / "people" / "f2" / "person-B2.key")
    secret, public = backups.new_identity()
    identity = tmp_path / "another"
    identity.write_text(secret, encoding="ascii")
    backups.keep_keys(keys, kept, recipient=public, at=AT + timedelta(days=1))
    (latest,) = kept.glob("people-*.tar.gz.age")
    assert latest != first
    backups.unpack(latest, tmp_path / "people", backups.read_identities(identity))
    assert [path.name for path in (tmp_path / "people").rglob("*.key")] == ["person-B2.key"]
