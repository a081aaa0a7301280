"""A moment proved by somebody else: time-stamp requests and tokens (RFC 3161), asked for over HTTP and checked here.

Only the digest leaves. Any CMS program checks a token again, without us:
``openssl ts -verify -digest HEX -in FILE.tsr -CAfile authority.pem``. What is read: SHA-256 of what was sent, the nonce, the moment, the
signature over it, the certificate named in what is signed (RFC 5816), its one purpose, its chain up to an authority the settings name.
Source: RFC 3161 sections 2.4 and 2.3, RFC 5652 section 5 (docs/sources/timestamps.md).
"""

import hashlib
import http.client
import secrets
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from carnet.gateways.deadlines import within
from carnet.kernel.refusals import Refusal

TIMEOUT_SECONDS, WHOLE_SECONDS = 8, 15
ANSWER_BYTES_MAX = 64 * 1024
SUFFIX = ".tsr"
# An authority whose clock is further from ours than this is not believed: one of the two is wrong.
APART_MOST = timedelta(minutes=10)
_SEQUENCE, _SET, _INTEGER, _OCTETS, _OID, _TIME = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE: Final = {"1.2.840.113549.1.9.16.2.12": "sha1", "1.2.840.113549.1.9.16.2.47": "sha256"}
_HASHES: Final[dict[str, HashAlgorithm]] = {
    "2.16.840.1.101.3.4.2.1": SHA256(),
    "2.16.840.1.101.3.4.2.2": SHA384(),
    "2.16.840.1.101.3.4.2.3": SHA512(),
}
_SHA256_OID = bytes.fromhex("0609608648016503040201")
# What the library says of a certificate that is none.
_UNREADABLE = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm)
Post = Callable[[bytes], bytes]


class TimestampRefused(Refusal):
    """Base of what is refused of a timestamp: what failed, in one word of ours (`reason`)."""

    code = "timestamp-refused"


class TimestampNotGiven(TimestampRefused):
    """The service was not reached, or gave none. Facts: reason."""

    code = "timestamp-not-given"


class TimestampFalse(TimestampRefused):
    """What came back is not a timestamp of what was sent, by an authority that is trusted. Facts: reason."""

    code = "timestamp-false"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A whole response, as it is kept (`openssl ts` reads it), and what it says."""

    response: bytes
    at: datetime
    serial: int
    authority: str


def ask(digest: bytes, *, post: Post, roots: Sequence[x509.Certificate], at: datetime) -> Stamp:
    """Have a SHA-256 stamped. Raises: TimestampNotGiven, TimestampFalse."""
    nonce = secrets.randbits(63)
    response = post(request(digest, nonce))
    return check(response, digest=digest, roots=roots, nonce=nonce, around=at)


def post_to(url: str) -> Post:
    """How to ask the service at an address of the settings. A redirect is not followed."""
    parts = urlsplit(url)

    def exchange(body: bytes) -> bytes:
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"})
            answer = connection.getresponse()
            content = answer.read(ANSWER_BYTES_MAX + 1)
            if answer.status != http.client.OK or len(content) > ANSWER_BYTES_MAX:
                raise TimestampNotGiven(reason=f"status {answer.status}")
            return content
        finally:
            connection.close()

    def post(body: bytes) -> bytes:
        try:
            return within(WHOLE_SECONDS, lambda: exchange(body), partner="timestamps")
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise TimestampNotGiven(reason=type(fault).__name__) from None

    return post


def request(digest: bytes, nonce: int) -> bytes:
    """A TimeStampReq for a SHA-256: version 1, the imprint, a nonce, the certificate asked for."""
    assert len(digest) == SHA256.digest_size
    imprint = _der(_SEQUENCE, _der(_SEQUENCE, _SHA256_OID + b"\x05\x00") + _der(_OCTETS, digest))
    number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big")
    return _der(_SEQUENCE, b"\x02\x01\x01" + imprint + _der(_INTEGER, number) + b"\x01\x01\xff")


def check(
    response: bytes, *, digest: bytes, roots: Sequence[x509.Certificate], nonce: int | None = None, around: datetime | None = None
) -> Stamp:
    """Read a TimeStampResp and believe it, or not. `around`: the moment it was asked. Raises: TimestampNotGiven, TimestampFalse."""
    try:
        return _checked(response, digest, roots, nonce, around)
    except (IndexError, ValueError, KeyError, StopIteration, UnicodeDecodeError, OverflowError, *_UNREADABLE):
        raise TimestampFalse(reason="unreadable") from None


def _checked(response: bytes, digest: bytes, roots: Sequence[x509.Certificate], nonce: int | None, around: datetime | None) -> Stamp:
    status, *token = _only(response, _SEQUENCE).children()
    # 0: granted; 1: granted with changes. Anything else is a refusal (2.4.2).
    if status.children()[0].number not in (0, 1) or not token:
        raise TimestampNotGiven(reason="refused")
    kind, wrapped = token[0].children()
    if kind.oid != _SIGNED_DATA:
        raise TimestampFalse(reason="kind")
    _version, _algorithms, content, *rest = wrapped.children()[0].children()
    content_kind, content_wrapped = content.children()
    if content_kind.oid != _TST_INFO:
        raise TimestampFalse(reason="kind")
    told = content_wrapped.children()[0].content
    fields = _only(told, _SEQUENCE).children()
    _imprint_of(fields[2], digest)
    serial, moment = fields[3].number, _moment(fields[4].content)
    said_nonce = next((each.number for each in fields[5:] if each.tag == _INTEGER), None)
    if nonce is not None and said_nonce != nonce:
        raise TimestampFalse(reason="nonce")
    if around is not None and abs(moment - around) > APART_MOST:
        raise TimestampFalse(reason="moment")
    given = [x509.load_der_x509_certificate(each.raw) for part in rest if part.tag == 0xA0 for each in part.children()]
    signers = next(part for part in rest if part.tag == _SET).children()
    if len(signers) != 1:
        raise TimestampFalse(reason="signers")
    signer = _signed(signers[0], told, given)
    _trusted(signer, given, roots, moment)
    return Stamp(response, moment, serial, signer.subject.rfc4514_string())


def _imprint_of(imprint: "_Node", digest: bytes) -> None:
    algorithm, octets = imprint.children()
    if algorithm.children()[0].raw != _SHA256_OID or octets.content != digest:
        raise TimestampFalse(reason="digest")


def _signed(info: "_Node", told: bytes, given: Sequence[x509.Certificate]) -> x509.Certificate:
    """The certificate whose key signed the attributes, which name what is told and the certificate itself."""
    _version, who, algorithm, attributes, _signature_algorithm, signature = info.children()[:6]
    if attributes.tag != 0xA0:
        raise TimestampFalse(reason="attributes")
    issuer, serial = who.children()
    signer = next(each for each in given if each.serial_number == serial.number and each.issuer.public_bytes() == issuer.raw)
    hashed = _HASHES[algorithm.children()[0].oid]
    named = {each.children()[0].oid: each.children()[1].children()[0] for each in attributes.children()}
    if named[_MESSAGE_DIGEST].content != hashlib.new(hashed.name, told).digest():
        raise TimestampFalse(reason="content")
    _names(named, signer)
    # What is signed is the set of attributes as such, not as the field that holds it (RFC 5652, 5.4).
    signed = bytes([_SET]) + attributes.raw[1:]
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature.content, signed, padding.PKCS1v15(), hashed)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature.content, signed, ec.ECDSA(hashed))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature.content, signed)
        else:
            raise TimestampFalse(reason="algorithm")
    except InvalidSignature:
        raise TimestampFalse(reason="signature") from None
    return signer


def _names(named: "dict[str, _Node]", signer: x509.Certificate) -> None:
    """What is signed names the certificate by its digest: another with the same number cannot stand in (RFC 3161, 2.4.2; RFC 5816)."""
    for oid, algorithm in _SIGNING_CERTIFICATE.items():
        if oid in named:
            first = named[oid].children()[0].children()[0].children()
            octets = next(each for each in first if each.tag == _OCTETS)
            der = signer.public_bytes(Encoding.DER)
            if octets.content != hashlib.new(algorithm, der, usedforsecurity=False).digest():
                raise TimestampFalse(reason="certificate")
            return
    raise TimestampFalse(reason="certificate")


def _trusted(signer: x509.Certificate, given: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime) -> None:
    """The signer may stamp and nothing else, and was made by an authority of ours, through others that came along. Raises: TimestampFalse."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise TimestampFalse(reason="purpose") from None
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TimestampFalse(reason="purpose")
    current = signer
    for _step in range(6):
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise TimestampFalse(reason="expired")
        if any(_issued(current, root) and root.not_valid_before_utc <= at <= root.not_valid_after_utc for root in roots):
            return
        above = [each for each in given if each != current and _may_issue(each) and _issued(current, each)]
        if not above:
            raise TimestampFalse(reason="authority")
        current = above[0]
    raise TimestampFalse(reason="authority")


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _moment(content: bytes) -> datetime:
    text = content.decode("ascii")
    whole, _point, _fraction = text.removesuffix("Z").partition(".")
    if not text.endswith("Z"):
        raise ValueError(text)
    return datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(long)]) + long + content


@dataclass(frozen=True, slots=True)
class _Node:
    """One DER value: its tag, its content, and the very bytes of both."""

    tag: int
    content: bytes
    raw: bytes

    def children(self) -> "list[_Node]":
        return list(_nodes(self.content))

    @property
    def number(self) -> int:
        return int.from_bytes(self.content, "big", signed=True)

    @property
    def oid(self) -> str:
        first, *rest = self.content
        parts, value = [str(min(first // 40, 2)), str(first - 40 * min(first // 40, 2))], 0
        for byte in rest:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                parts.append(str(value))
                value = 0
        return ".".join(parts)


def _nodes(data: bytes) -> Iterator[_Node]:
    at = 0
    while at < len(data):
        size, start = data[at + 1], at + 2
        if size & 0x80:
            length = size & 0x7F
            if not 1 <= length <= 4:
                raise ValueError("length")
            size, start = int.from_bytes(data[start : start + length], "big"), start + length
        if start + size > len(data):
            raise ValueError("short")
        yield _Node(data[at], data[start : start + size], data[at : start + size])
        at = start + size


def _only(data: bytes, tag: int) -> _Node:
    nodes = list(_nodes(data))
    if len(nodes) != 1 or nodes[0].tag != tag:
        raise ValueError("tag")
    return nodes[0]
