"""Codes drawn from a seed, tokens in QR codes, and reading what people type. No database."""

import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from carnet.gateways.keys import TOKEN, InMemoryKeyRing, signs
from carnet.issuing.rules import CodeMistyped, VoucherToken, code_at, code_input, draw_codes, signed_part, suggested_prefix
from carnet.kernel.identifiers import SecretCode

SEED = bytes(range(32))


def hasher(digits: str) -> bytes:
    return digits[:16].encode()


def token(signature: bytes = b"s" * 64, **more: int) -> VoucherToken:
    return VoucherToken(
        key_version=more.get("key_version", 1), series_id=more.get("series_id", 42), code_hash=bytes(16), signature=signature
    )


class TestDrawing:
    def test_a_killed_edition_resumes_identically(self) -> None:
        whole = list(draw_codes(seed=SEED, hasher=hasher, ranks=range(100)))
        resumed = [*draw_codes(seed=SEED, hasher=hasher, ranks=range(40)), *draw_codes(seed=SEED, hasher=hasher, ranks=range(40, 100))]
        assert whole == resumed
        assert [each.rank for each in whole] == list(range(100))

    def test_the_codes_of_a_seed_never_change(self) -> None:
        # Printed paper depends on it: were the derivation to change, a half-printed edition would not match the ledger.
        assert [code_at(seed=SEED, rank=rank).digits for rank in (0, 1, 999_999)] == [
            "894484572862173470", "966044397852630585", "594565651909036957",
        ]  # fmt: skip

    def test_every_code_is_well_formed_and_different(self) -> None:
        drawn = list(draw_codes(seed=os.urandom(32), hasher=hasher, ranks=range(5_000)))
        assert len({SecretCode.parse(each.code.printed()) for each in drawn}) == 5_000

    def test_another_seed_or_attempt_gives_other_codes(self) -> None:
        codes = {code_at(seed=SEED, rank=7), code_at(seed=SEED, rank=7, attempt=1), code_at(seed=bytes(32), rank=7)}
        assert len(codes) == 3

    def test_a_rank_drawn_again_alone_changes(self) -> None:
        before = [each.code for each in draw_codes(seed=SEED, hasher=hasher, ranks=range(5))]
        after = [each.code for each in draw_codes(seed=SEED, hasher=hasher, ranks=range(5), redrawn={3: 1})]
        assert [old == new for old, new in zip(before, after, strict=True)] == [True, True, True, False, True]

    def test_digits_are_spread_evenly(self) -> None:
        counts = [0] * 10
        for each in draw_codes(seed=SEED, hasher=hasher, ranks=range(10_000)):
            counts[int(each.code.digits[0])] += 1
        assert all(850 < count < 1150 for count in counts)

    def test_no_trace_shows_a_code(self) -> None:
        (drawn,) = draw_codes(seed=SEED, hasher=lambda digits: b"", ranks=range(1))
        assert drawn.code.digits not in repr(drawn)


class TestToken:
    @given(st.integers(1, 255), st.integers(1, 2**32 - 1), st.binary(min_size=16, max_size=16), st.binary(min_size=64, max_size=64))
    def test_what_is_printed_is_read_back(self, key_version: int, series_id: int, code_hash: bytes, signature: bytes) -> None:
        printed = VoucherToken(key_version, series_id, code_hash, signature)
        assert code_input(printed.url("https://carnet.exemple.fr")) == printed
        assert code_input(printed.text.lower()) == printed

    def test_the_url_uses_the_densest_alphabet_of_qr_codes(self) -> None:
        assert set(token().url("https://carnet.exemple.fr:8000/")) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")

    def test_a_device_verifies_it_offline_with_the_public_key(self) -> None:
        ring = InMemoryKeyRing()
        version = ring.create_programme_keys(7)
        said = signed_part(key_version=version, series_id=42, code_hash=bytes(16))
        genuine = token(ring.sign(7, TOKEN, said))
        (public,) = ring.public_keys(7)
        assert signs(public.raw, TOKEN, genuine.signed_part, genuine.signature)
        forged = token(genuine.signature, series_id=43)
        assert not signs(public.raw, TOKEN, forged.signed_part, forged.signature)
        other = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        assert not signs(other, TOKEN, genuine.signed_part, genuine.signature)

    def test_the_secret_is_not_in_it(self) -> None:
        code = code_at(seed=SEED, rank=0)
        assert code.digits not in token().text


class TestCodeInput:
    @pytest.mark.parametrize("typed", ["482 915 006 731 284 906", "482.915.006.731.284.906", "\u00a0482915006731284906 "])
    def test_digits_are_read_in_any_spacing(self, typed: str) -> None:
        assert code_input(typed) == SecretCode("482915006731284906")

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            " ",
            "482 915 006 731 284 907",
            "bonjour",
            "https://carnet.exemple.fr/V/",
            "HTTPS://X/V/ABC",
            "A" * 136 + "B",
            "1" * 136,
            "9" * 5000,
        ],
    )
    def test_every_mistake_gets_the_same_answer(self, typed: str) -> None:
        with pytest.raises(CodeMistyped) as refused:
            code_input(typed)
        assert refused.value.facts == {}


class TestPaperWords:
    @pytest.mark.parametrize(
        ("issuer", "prefix"),
        [
            ("Nantes Métropole", "NM"),
            ("Département de la Loire-Atlantique", "DLA"),
            ("Emmaüs", "EM"),
            ("Île-de-France Nord Sud Est Ouest", "IFNS"),
            ("44", "XA"),
            ("", "XA"),
        ],
    )
    def test_an_issuer_gives_its_initials(self, issuer: str, prefix: str) -> None:
        assert suggested_prefix(issuer) == prefix
