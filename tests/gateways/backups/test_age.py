"""The sealed format: opened by another program's rules, refused as soon as one byte is not as it was."""

import base64
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.gateways.backups import BackupDamaged, IdentityUnreadable, RecipientUnreadable, SealedForSomebodyElse
from carnet.gateways.backups._age import CHUNK, Opener, Sealer, new_identity, read_identities, read_recipient

# Written by rage 0.11 (pyrage), which adds a stanza of a kind nobody knows: it must be passed over.
THEIR_KEY = "AGE-SECRET-KEY-1TX4Q7GT7G8D3065TXVH0RL9WVPYHVRRJKJGNCA7EL4963RF8TKFS2M2S42"
THEIR_PUBLIC = "age1nqvvht3hum6qr2hfpee474zfzc9ddxkd24erj9zkwmg74wel3gdqrdnyrt"
THEIRS = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBuMTVmWDhETkNiQlZ0ajdYSzRIMkpyUDNPcUlOT3pnVXZ3blJ0dkF4TzJZCks0dGsvS2x2SjJVV05vdG9TSThFWHpkbTNZR2lI"
    "bEp0Ky9UNjZPNTNXV1kKLT4gdGJwLXhfUDEtZ3JlYXNlIDNLeD1fIGUKeHRiczhjRXpnd1ZFVk9mdUVLVEhjdENUTytiQVZxZysvdnFVc0FLV2NacnU0SzRqL0JReUtXamUzY2Z3N1I2"
    "RQpMRVRGRmtyUFY3NjVOYUYyaWJnVGpQVQotLS0gejQ2ZThUelN6YnBUcy8xa1M0UWs1eVM5Mk1OV2hhcSs5S3Yxa1dYRkRaWQomJMtVuzTUunQQHdJwwD/L4QF8/vyGAApnpUplYaoJ"
    "3EBjsKO4gNzR6EmnYjkcJFD9CA92AQ7g94Q="
)
WHOLE = b"cinq carnets " * 12_000  # two pieces and a half


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "private.key"
    path.write_text(f"# theirs\n{THEIR_KEY}\n", encoding="ascii")
    return path


def sealed(content: bytes, recipient: str = THEIR_PUBLIC) -> bytes:
    to = io.BytesIO()
    sealer = Sealer(to, recipient)
    sealer.write(content)
    sealer.close()
    return to.getvalue()


def opened(content: bytes, identity: Path) -> bytes:
    return io.BufferedReader(Opener(io.BytesIO(content), read_identities(identity), name="a file")).read()


def test_what_another_program_sealed_opens(identity: Path) -> None:
    assert opened(THEIRS, identity).decode() == "Un carnet, cinq chèques."


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_every_size_around_a_piece_comes_back(size: int, identity: Path) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert opened(sealed(content[:size]), identity) == content[:size]


def test_two_seals_of_the_same_thing_are_different() -> None:
    assert sealed(b"same") != sealed(b"same")


@given(place=st.integers(min_value=0))
def test_a_changed_byte_is_refused_wherever_it_is(place: int) -> None:
    whole = bytearray(SEALED)
    whole[place % len(whole)] ^= 1
    with pytest.raises((BackupDamaged, SealedForSomebodyElse)):
        opened(bytes(whole), KEY)


@given(length=st.integers(min_value=0))
def test_a_file_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises((BackupDamaged, SealedForSomebodyElse)):
        opened(SEALED[: length % len(SEALED)], KEY)


def test_a_file_cut_between_two_pieces_is_told_truncated(identity: Path) -> None:
    header = len(sealed(b"")) - 16
    with pytest.raises(BackupDamaged) as refused:
        opened(sealed(WHOLE)[: header + CHUNK + 16], identity)
    assert refused.value.facts == {"file": "a file", "reason": "truncated"}


def test_pieces_put_in_another_order_are_refused(identity: Path) -> None:
    whole, header, piece = sealed(WHOLE), len(sealed(b"")) - 16, CHUNK + 16
    swapped = whole[:header] + whole[header + piece : header + 2 * piece] + whole[header : header + piece] + whole[header + 2 * piece :]
    with pytest.raises(BackupDamaged):
        opened(swapped, identity)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    secret, _ = new_identity()
    (tmp_path / "other.key").write_text(secret, encoding="ascii")
    with pytest.raises(SealedForSomebodyElse) as refused:
        opened(sealed(b"x"), tmp_path / "other.key")
    assert refused.value.facts == {"file": "a file"}


def test_a_mistyped_key_is_no_key(tmp_path: Path) -> None:
    _, public = new_identity()
    assert read_recipient(public) == public
    (tmp_path / "public").write_text(f"# ours\n{public}\n", encoding="ascii")
    assert read_recipient(str(tmp_path / "public")) == public
    mistyped = public[:20] + ("q" if public[20] != "q" else "p") + public[21:]
    with pytest.raises(RecipientUnreadable):
        read_recipient(mistyped)
    with pytest.raises(RecipientUnreadable):
        read_recipient(str(tmp_path / "none"))
    (tmp_path / "key").write_text(f"{THEIR_KEY[:-1]}3\n", encoding="ascii")
    for path in (tmp_path / "key", tmp_path / "none"):
        with pytest.raises(IdentityUnreadable):
            read_identities(path)


SEALED = sealed(WHOLE)
KEY = Path(__file__).with_name("their.key")
