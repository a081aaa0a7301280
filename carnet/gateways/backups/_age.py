"""Sealing for the holder of one key, as a stream: the age format, so that `age -d` opens our files without us.

Source: age-encryption.org/v1 (docs/sources/age.md): X25519 recipients, HKDF-SHA-256, ChaCha20-Poly1305 by pieces of 64 KiB, each with its
number, the last with a mark: a file that is cut, changed or reordered does not open.
"""

import base64
import binascii
import hmac
import io
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from carnet.gateways.backups._refusals import BackupDamaged, IdentityUnreadable, RecipientUnreadable, SealedForSomebodyElse

VERSION = b"age-encryption.org/v1"
X25519_LABEL = b"age-encryption.org/v1/X25519"
CHUNK = 64 * 1024
TAG = 16
NO_NONCE = bytes(12)
COLUMNS = 64
HEADER_MOST_BYTES = 16 * 1024
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
PUBLIC_PREFIX, PRIVATE_PREFIX = "age", "age-secret-key-"


def new_identity() -> tuple[str, str]:
    """A private key and its public key, as age writes them: AGE-SECRET-KEY-1…, age1…"""
    private = X25519PrivateKey.generate()
    secret = _bech32(PRIVATE_PREFIX, private.private_bytes_raw()).upper()
    return secret, _bech32(PUBLIC_PREFIX, private.public_key().public_bytes_raw())


def read_recipient(given: str) -> str:
    """The public key given as itself, or as the path of a file that holds it. Raises: RecipientUnreadable."""
    text = given.strip()
    if not text.startswith("age1"):
        try:
            text = _first_line(Path(text).read_text(encoding="ascii"))
        except (OSError, ValueError):
            raise RecipientUnreadable(about=given) from None
    if _unbech32(PUBLIC_PREFIX, text) is None:
        raise RecipientUnreadable(about=given)
    return text


def read_identities(path: Path) -> tuple[X25519PrivateKey, ...]:
    """The private keys of a file, one a line; lines of # are comments. Raises: IdentityUnreadable."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines()]
    except (OSError, ValueError):
        raise IdentityUnreadable(about=str(path)) from None
    secret = [_unbech32(PRIVATE_PREFIX, line.lower()) for line in lines if line and not line.startswith("#")]
    keys = tuple(X25519PrivateKey.from_private_bytes(each) for each in secret if each is not None)
    if not keys or len(keys) != len(secret):
        raise IdentityUnreadable(about=str(path))
    return keys


class Sealer:
    """Writes what it is given, sealed for one public key, to a file. `close` makes it whole; without it nobody can open the file."""

    def __init__(self, to: BinaryIO, recipient: str) -> None:
        public = _unbech32(PUBLIC_PREFIX, recipient)
        if public is None:
            raise RecipientUnreadable(about=recipient)
        self._to, self._waiting, self._number = to, bytearray(), 0
        file_key = secrets.token_bytes(16)
        header = VERSION + b"\n" + _stanza(public, file_key) + b"---"
        nonce = secrets.token_bytes(16)
        to.write(header + b" " + _text(_header_mac(file_key, header)) + b"\n" + nonce)
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))

    def write(self, content: bytes | memoryview) -> int:
        self._waiting += content
        # The last piece is marked, and is never empty unless all is: so one whole piece is kept back.
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(content)

    def close(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._to.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, None))
        self._number += 1


class Opener(io.RawIOBase):
    """Reads what a sealed file holds. Raises: BackupDamaged, SealedForSomebodyElse; `name` is what they call the file."""

    def __init__(self, source: BinaryIO, identities: Sequence[X25519PrivateKey], *, name: str) -> None:
        self._source, self._name, self._number, self._piece, self._ended = source, name, 0, b"", False
        file_key = self._unwrapped(identities)
        nonce = self._exactly(16)
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._next = source.read(CHUNK + TAG)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        while not self._piece and not self._ended:
            self._open_piece()
        count = min(len(buffer), len(self._piece))
        buffer[:count] = self._piece[:count]
        self._piece = self._piece[count:]
        return count

    def _open_piece(self) -> None:
        sealed, self._next = self._next, self._source.read(CHUNK + TAG)
        last = not self._next
        try:
            self._piece = self._cipher.decrypt(_nonce(self._number, last=last), sealed, None)
        except (InvalidTag, ValueError):
            # A file cut between two pieces has a last piece that was not marked as such.
            with_no_mark = last and self._opens(sealed, last=False)
            raise BackupDamaged(file=self._name, reason="truncated" if with_no_mark or len(sealed) < TAG else "changed") from None
        self._number += 1
        self._ended = last

    def _opens(self, sealed: bytes, *, last: bool) -> bool:
        try:
            self._cipher.decrypt(_nonce(self._number, last=last), sealed, None)
        except (InvalidTag, ValueError):
            return False
        return True

    def _unwrapped(self, identities: Sequence[X25519PrivateKey]) -> bytes:
        stanzas, header, mac = self._header()
        for words, body in stanzas:
            if words[0] != b"X25519" or len(words) != 2:
                continue
            for identity in identities:
                file_key = _unwrapped_by(identity, words[1], body)
                if file_key is None:
                    continue
                if not hmac.compare_digest(_header_mac(file_key, header), mac):
                    raise BackupDamaged(file=self._name, reason="changed")
                return file_key
        raise SealedForSomebodyElse(file=self._name)

    def _header(self) -> tuple[list[tuple[list[bytes], bytes]], bytes, bytes]:
        """The stanzas, what their MAC covers, and the MAC."""
        stanzas: list[tuple[list[bytes], bytes]] = []
        read = self._line()
        if read != VERSION + b"\n":
            raise BackupDamaged(file=self._name, reason="truncated" if not read else "changed")
        while len(read) < HEADER_MOST_BYTES:
            line = self._line()
            if line.startswith(b"--- "):
                return stanzas, read + b"---", self._decoded(line[4:].strip())
            read += line
            if not line.startswith(b"-> "):
                break
            body = b""
            while True:
                part = self._line()
                read += part
                body += part.strip()
                if len(part.strip()) < COLUMNS:
                    break
            stanzas.append((line[3:].split(), self._decoded(body)))
        raise BackupDamaged(file=self._name, reason="changed")

    def _line(self) -> bytes:
        line = self._source.readline(HEADER_MOST_BYTES)
        if not line.endswith(b"\n"):
            raise BackupDamaged(file=self._name, reason="truncated")
        return line

    def _decoded(self, text: bytes) -> bytes:
        try:
            return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise BackupDamaged(file=self._name, reason="changed") from None

    def _exactly(self, size: int) -> bytes:
        read = self._source.read(size)
        if len(read) < size:
            raise BackupDamaged(file=self._name, reason="truncated")
        return read


def _stanza(public: bytes, file_key: bytes) -> bytes:
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    key = _derived(ephemeral.exchange(X25519PublicKey.from_public_bytes(public)), share + public, X25519_LABEL)
    return b"-> X25519 " + _text(share) + b"\n" + _text(ChaCha20Poly1305(key).encrypt(NO_NONCE, file_key, None)) + b"\n"


def _unwrapped_by(identity: X25519PrivateKey, share_text: bytes, body: bytes) -> bytes | None:
    try:
        share = base64.b64decode(share_text + b"=" * (-len(share_text) % 4), validate=True)
        shared = identity.exchange(X25519PublicKey.from_public_bytes(share))
        key = _derived(shared, share + identity.public_key().public_bytes_raw(), X25519_LABEL)
        return ChaCha20Poly1305(key).decrypt(NO_NONCE, body, None)
    except (InvalidTag, ValueError):
        return None


def _header_mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")


def _derived(secret: bytes, salt: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=label).derive(secret)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _text(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")), "")


def _bech32(prefix: str, content: bytes) -> str:
    values = _regrouped(content, 8, 5)
    check = _polymod([*_expanded(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [(check >> 5 * (5 - rank)) & 31 for rank in range(6)]
    return f"{prefix}1" + "".join(BECH32[value] for value in values)


def _unbech32(prefix: str, text: str) -> bytes | None:
    """The 32 bytes, or None when the text is no such key or was mistyped."""
    head, _, tail = text.rpartition("1")
    if head != prefix or len(tail) != 58 or any(letter not in BECH32 for letter in tail):
        return None
    values = [BECH32.index(letter) for letter in tail]
    if _polymod([*_expanded(prefix), *values]) != 1:
        return None
    return bytes(_regrouped(values[:-6], 5, 8)[:32])


def _expanded(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for rank, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> rank & 1 else 0
    return check


def _regrouped(values: Sequence[int], width: int, other: int) -> list[int]:
    """Bits regrouped from words of one width to words of another; what is left is filled with zeros."""
    held, count, regrouped = 0, 0, []
    for value in values:
        held, count = held << width | value, count + width
        while count >= other:
            count -= other
            regrouped.append(held >> count & (1 << other) - 1)
    if count:
        regrouped.append(held << (other - count) & (1 << other) - 1)
    return regrouped
