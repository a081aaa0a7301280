"""The secrets of a series, drawn from one seed, and the token its QR codes carry."""

import base64
import binascii
import hmac
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from carnet.kernel.identifiers import CodeMistyped, SecretCode

_DRAW = b"carnet code 1"
# No true code or URL is longer; what is longer is not even looked at.
CODE_INPUT_MAX = 400


@dataclass(frozen=True, slots=True)
class DrawnCode:
    """One voucher's secret: its rank in the series, 18 digits, and the keyed hash the database keeps."""

    rank: int
    code: SecretCode
    code_hash: bytes


def code_at(*, seed: bytes, rank: int, attempt: int = 0) -> SecretCode:
    """The code of one rank (from 0): HMAC-SHA-256 of the rank under the seed, reduced to 16 digits.

    The same seed, rank and attempt always give the same code, in any order and in any process: a
    killed edition resumes identically. 256 bits reduced to 53 leave no measurable bias.
    """
    drawn = hmac.digest(seed, _DRAW + rank.to_bytes(8, "big") + attempt.to_bytes(2, "big"), "sha256")
    return SecretCode.from_random(int.from_bytes(drawn, "big") % SecretCode.RANDOM_MAX)


def draw_codes(
    *, seed: bytes, hasher: Callable[[str], bytes], ranks: range, redrawn: Mapping[int, int] | None = None
) -> Iterator[DrawnCode]:
    """The codes of a run of ranks with their hashes, one at a time (memory stays flat).

    Two vouchers may fall on one code (once in twenty thousand editions of a million vouchers): the
    ledger refuses the later one, and its rank is drawn again. `redrawn` says how often, by rank; the
    order keeps it, so that the printer draws the same. Nothing else is remembered: any run of ranks
    can be drawn alone (docs/decisions/0008-codes-from-a-seed.md).
    """
    again = redrawn or {}
    for rank in ranks:
        code = code_at(seed=seed, rank=rank, attempt=again.get(rank, 0))
        yield DrawnCode(rank, code, hasher(code.digits))


@dataclass(frozen=True, slots=True)
class VoucherToken:
    """What a voucher's QR code says: which series, which voucher, and a signature over both.

    The secret is not in it. A device that holds the programme's public keys and signed facts about
    the series verifies it offline; `code_hash` finds the same row as the typed code.
    """

    key_version: int
    series_id: int
    code_hash: bytes
    signature: bytes

    _LAYOUT: ClassVar[struct.Struct] = struct.Struct(">BI16s64s")
    _SIGNED_SIZE: ClassVar[int] = 21
    TEXT_SIZE: ClassVar[int] = 136

    @property
    def signed_part(self) -> bytes:
        """The 21 bytes that the signature covers."""
        return signed_part(key_version=self.key_version, series_id=self.series_id, code_hash=self.code_hash)

    @property
    def text(self) -> str:
        """136 characters of base32: the alphabet of a QR code's densest mode."""
        packed = self._LAYOUT.pack(self.key_version, self.series_id, self.code_hash, self.signature)
        return base64.b32encode(packed).decode("ascii")

    def url(self, base_url: str) -> str:
        """The address inside the QR code, all in upper case: a phone's camera opens the help page."""
        return f"{base_url.rstrip('/').upper()}/V/{self.text}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a token's text. The signature is not verified. Raises: CodeMistyped."""
        if len(text) != cls.TEXT_SIZE:
            raise CodeMistyped()
        try:
            key_version, series_id, code_hash, signature = cls._LAYOUT.unpack(base64.b32decode(text.upper()))
        except (binascii.Error, ValueError, struct.error):
            raise CodeMistyped() from None
        return cls(key_version, series_id, code_hash, signature)


def signed_part(*, key_version: int, series_id: int, code_hash: bytes) -> bytes:
    """The bytes that the signature of a voucher's token covers."""
    return struct.pack(">BI16s", key_version, series_id, code_hash)


def code_input(text: str) -> SecretCode | VoucherToken:
    """Read what a person typed or a camera saw: 18 digits in any spacing, the QR's URL, or its token.

    The digits' check is verified; a token's signature is not (``issuing.queries.token_holds`` does).

    Raises: CodeMistyped, the same for every mistake.
    """
    plain = text.strip()
    if not plain or len(plain) > CODE_INPUT_MAX:
        raise CodeMistyped()
    _, slash, token = plain.upper().rpartition("/V/")
    if slash:
        return VoucherToken.parse(token.strip("/"))
    if len(plain) == VoucherToken.TEXT_SIZE:
        return VoucherToken.parse(plain)
    return SecretCode.parse(plain)
