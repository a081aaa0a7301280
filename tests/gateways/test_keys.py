"""Both rings keep one contract; the real one also keeps its files to itself."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from carnet.gateways.keys import (
    RECEIPT,
    TOKEN,
    FileKeyRing,
    InMemoryKeyRing,
    KeyRing,
    KeysMissing,
    KeysUnreadable,
    PersonKeyDestroyed,
    SeedMissing,
    key_ring,
    open_box,
    signs,
)

CODE = "482915006731284906"


@pytest.fixture(params=["files", "memory"])
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> KeyRing:
    return FileKeyRing(tmp_path / "keys") if request.param == "files" else InMemoryKeyRing()


class TestEveryRing:
    def test_what_a_person_s_key_sealed_is_noise_once_it_is_destroyed(self, ring: KeyRing) -> None:
        mine, hers = (ring.seal_for(f"person-{each}", "identity", b"a name") for each in ("A1", "B2"))
        assert b"a name" not in mine
        assert ring.unseal_for("person-A1", "identity", mine) == b"a name"
        assert ring.person_keys() == ("person-A1", "person-B2")
        with pytest.raises(KeysUnreadable):
            ring.unseal_for("person-B2", "identity", mine)
        assert ring.destroy_person_key("person-A1") and not ring.destroy_person_key("person-A1")
        with pytest.raises(PersonKeyDestroyed):
            ring.unseal_for("person-A1", "identity", mine)
        assert ring.unseal_for("person-B2", "identity", hers) == b"a name"

    def test_what_was_sealed_before_people_had_keys_still_opens(self, ring: KeyRing) -> None:
        assert ring.unseal_for("person-A1", "identity", ring.seal("identity", b"a name")) == b"a name"

    def test_creating_twice_keeps_the_first_keys(self, ring: KeyRing) -> None:
        assert ring.create_programme_keys(7) == 1
        before = ring.hash_code(7, 1, CODE)
        assert ring.create_programme_keys(7) == 1
        assert ring.hash_code(7, 1, CODE) == before

    def test_a_hash_depends_on_the_programme_the_version_and_the_code(self, ring: KeyRing) -> None:
        for programme in (7, 8):
            ring.create_programme_keys(programme)
        assert ring.rotate(7) == 2
        hashes = {ring.hash_code(7, 1, CODE), ring.hash_code(7, 2, CODE), ring.hash_code(8, 1, CODE), ring.hash_code(7, 1, CODE[::-1])}
        assert len(hashes) == 4
        assert {len(found) for found in hashes} == {16}

    def test_what_is_sealed_opens_for_its_purpose_only_and_never_looks_the_same_twice(self, ring: KeyRing) -> None:
        sealed = ring.seal("photograph", b"a picture")
        assert ring.unseal("photograph", sealed) == b"a picture"
        assert b"picture" not in sealed
        assert sealed != ring.seal("photograph", b"a picture")
        for purpose, broken in (("telephone", sealed), ("photograph", sealed[:-1] + bytes([sealed[-1] ^ 1])), ("photograph", b"")):
            with pytest.raises(KeysUnreadable):
                ring.unseal(purpose, broken)

    def test_a_mark_is_the_same_each_time_for_one_purpose(self, ring: KeyRing) -> None:
        mark = ring.mark("telephone", "+33639980001")
        assert mark == ring.mark("telephone", "+33639980001")
        assert len({mark, ring.mark("telephone", "+33639980002"), ring.mark("stranger", "+33639980001")}) == 3
        assert len(mark) == 32

    def test_a_signature_holds_for_its_programme_version_purpose_and_message_only(self, ring: KeyRing) -> None:
        for programme in (7, 8):
            ring.create_programme_keys(programme)
        signature = ring.sign(7, TOKEN, b"voucher")
        ring.rotate(7)
        assert len(signature) == 64
        assert ring.verify(7, 1, TOKEN, b"voucher", signature)
        assert not ring.verify(7, 2, TOKEN, b"voucher", signature)
        assert not ring.verify(8, 1, TOKEN, b"voucher", signature)
        assert not ring.verify(7, 1, RECEIPT, b"voucher", signature)
        assert not ring.verify(7, 1, TOKEN, b"vouchers", signature)
        assert not ring.verify(7, 1, TOKEN, b"voucher", signature[:-1])

    def test_public_keys_are_enough_to_verify(self, ring: KeyRing) -> None:
        ring.create_programme_keys(7)
        ring.rotate(7)
        old, current = ring.public_keys(7)
        assert (old.version, current.version) == ring.versions(7) == (1, 2)
        assert signs(current.raw, RECEIPT, b"paid", ring.sign(7, RECEIPT, b"paid"))
        assert signs(old.raw, RECEIPT, b"paid", ring.sign(7, RECEIPT, b"paid", version=1))
        assert not signs(old.raw, RECEIPT, b"paid", ring.sign(7, RECEIPT, b"paid"))

    def test_without_keys_it_says_so(self, ring: KeyRing) -> None:
        assert ring.versions(7) == ring.public_keys(7) == ()
        with pytest.raises(KeysMissing):
            ring.hash_code(7, 1, CODE)
        with pytest.raises(KeysMissing):
            ring.sign(7, TOKEN, b"")
        with pytest.raises(KeysMissing):
            ring.rotate(7)

    def test_a_seed_stays_the_same_until_it_is_destroyed(self, ring: KeyRing) -> None:
        ring.create_seed(7, 12)
        seed = ring.seed(7, 12)
        ring.create_seed(7, 12)
        assert (ring.seed(7, 12), len(seed)) == (seed, 32)
        ring.create_seed(7, 13)
        assert ring.seed(7, 13) != seed
        ring.create_seed(7, 12, anew=True)
        assert ring.seed(7, 12) != seed
        ring.destroy_seed(7, 12)
        ring.destroy_seed(7, 12)
        with pytest.raises(SeedMissing):
            ring.seed(7, 12)


class TestFiles:
    def test_another_process_reads_the_same_keys(self, tmp_path: Path) -> None:
        first = FileKeyRing(tmp_path / "keys")
        first.create_programme_keys(7)
        first.create_seed(7, 12)
        second = FileKeyRing(tmp_path / "keys")
        assert second.hash_code(7, 1, CODE) == first.hash_code(7, 1, CODE)
        assert second.seed(7, 12) == first.seed(7, 12)

    def test_only_the_owner_reads_them(self, tmp_path: Path) -> None:
        folder = tmp_path / "keys"
        ring = FileKeyRing(folder)
        ring.create_programme_keys(7)
        ring.create_seed(7, 12)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
        assert modes == {
            "keys": 0o700,
            "programme-7": 0o700,
            "wrapping.key": 0o600,
            "keys-1.json": 0o600,
            "series-12.seed": 0o600,
        }

    def test_no_secret_is_written_in_clear(self, tmp_path: Path) -> None:
        folder = tmp_path / "keys"
        ring = FileKeyRing(folder)
        ring.create_seed(7, 12)
        seed = ring.seed(7, 12)
        assert all(seed not in path.read_bytes() for path in folder.rglob("*") if path.is_file())

    def test_another_wrapping_key_opens_nothing(self, tmp_path: Path) -> None:
        FileKeyRing(tmp_path / "keys").create_programme_keys(7)
        (tmp_path / "keys" / "wrapping.key").write_bytes(os.urandom(32))
        with pytest.raises(KeysUnreadable):
            FileKeyRing(tmp_path / "keys").hash_code(7, 1, CODE)

    def test_the_files_of_one_programme_do_not_serve_another(self, tmp_path: Path) -> None:
        ring = FileKeyRing(tmp_path / "keys")
        ring.create_programme_keys(7)
        (tmp_path / "keys" / "programme-7").rename(tmp_path / "keys" / "programme-8")
        with pytest.raises(KeysUnreadable):
            FileKeyRing(tmp_path / "keys").hash_code(8, 1, CODE)

    def test_the_wrapping_key_may_live_elsewhere(self, tmp_path: Path) -> None:
        ring = FileKeyRing(tmp_path / "keys", wrapping_key=tmp_path / "stick" / "wrapping.key")
        ring.create_programme_keys(7)
        assert not (tmp_path / "keys" / "wrapping.key").exists()
        assert (tmp_path / "stick" / "wrapping.key").exists()
        assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700

    def test_many_at_once_agree_on_one_version(self, tmp_path: Path) -> None:
        def create(_: int) -> bytes:
            ring = FileKeyRing(tmp_path / "keys")
            ring.create_programme_keys(7)
            return ring.hash_code(7, 1, CODE)

        with ThreadPoolExecutor(8) as threads:
            assert len(set(threads.map(create, range(16)))) == 1

    def test_a_named_successor_opens_the_keys(self, tmp_path: Path) -> None:
        successor = X25519PrivateKey.generate()
        public = successor.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        ring = FileKeyRing(tmp_path / "keys", successor=public)
        ring.create_programme_keys(7)
        box = ring.sealed_for_successor(7, 1)
        assert box is not None
        taken = open_box(successor, box)
        assert len(taken) == 64
        with pytest.raises(KeysUnreadable):
            open_box(X25519PrivateKey.generate(), box)

    def test_without_a_successor_there_is_no_box(self, tmp_path: Path) -> None:
        ring = FileKeyRing(tmp_path / "keys")
        ring.create_programme_keys(7)
        assert ring.sealed_for_successor(7, 1) is None

    def test_the_settings_say_where_the_ring_is_and_who_would_take_over(self, tmp_path: Path, settings: object) -> None:
        successor = X25519PrivateKey.generate()
        named = tmp_path / "successor.key"
        named.write_bytes(successor.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        settings.KEYS_DIR, settings.KEYS_SUCCESSOR = tmp_path / "keys", str(named)  # type: ignore[attr-defined]
        settings.KEYS_WRAPPING = tmp_path / "stick" / "wrapping.key"  # type: ignore[attr-defined]
        ring = key_ring()
        assert key_ring() is ring
        box = ring.sealed_for_successor(7, ring.create_programme_keys(7))
        assert box is not None
        assert open_box(successor, box)
        assert (tmp_path / "stick" / "wrapping.key").exists()
        named.with_name("short.key").write_bytes(b"short")
        settings.KEYS_SUCCESSOR = str(named.with_name("short.key"))  # type: ignore[attr-defined]
        with pytest.raises(KeysUnreadable):
            key_ring()

    def test_no_trace_shows_a_key(self, tmp_path: Path) -> None:
        ring = FileKeyRing(tmp_path / "keys")
        ring.create_programme_keys(7)
        keys = ring._find(7, 1)
        assert keys.hashing.hex() not in f"{keys!r}"
        assert repr(keys.hashing)[2:10] not in f"{keys!r}"
