"""Files that only one print shop opens: CMS EnvelopedData (RFC 5652) for the certificate it gave us.

Any CMS program opens them: ``openssl cms -decrypt -inform DER -in FILE.cms -inkey key.pem -out FILE``. The content is under AES-256
in CBC mode, its key under the recipient's RSA key. What is sealed is made in memory: nothing here writes the clear bytes anywhere.
Source: RFC 5652, section 6 (docs/sources/cms.md).
"""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key, pkcs7

from carnet.kernel.refusals import Refusal

SUFFIX = ".cms"
CERTIFICATE_BYTES_MAX = 16_000
# RGS 2.0, annex B1: 3072 bits for a use beyond 2030 (docs/sources/cms.md#rsa).
RSA_BITS_LEAST = 3_072


class CertificateRefused(Refusal):
    """Base of what is refused of a certificate. Nothing of it is kept."""

    code = "certificate-refused"


class CertificateUnreadable(CertificateRefused):
    """Not one X.509 certificate, in PEM or DER."""

    code = "certificate-unreadable"


class PrivateKeySent(CertificateRefused):
    """A private key was sent instead of the certificate: it is not secret any more, another must be made."""

    code = "private-key-sent"


class CertificateKeyUnfit(CertificateRefused):
    """Files are sealed for RSA keys only."""

    code = "certificate-key-unfit"


class CertificateKeyWeak(CertificateRefused):
    """The key is too short to keep what is worth money. Facts: bits, least."""

    code = "certificate-key-weak"


class CertificateExpired(CertificateRefused):
    """The certificate has ended. Facts: valid_until."""

    code = "certificate-expired"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate fit to seal for. Its dates are half-open: the moment `valid_until` is past it."""

    pem: str = field(repr=False)
    fingerprint: bytes
    bits: int
    valid_from: datetime
    valid_until: datetime


def read_certificate(content: bytes, *, at: datetime) -> Certificate:
    """Judge what a print shop sent.

    Raises: PrivateKeySent, CertificateUnreadable, CertificateKeyUnfit, CertificateKeyWeak, CertificateExpired.
    """
    if len(content) > CERTIFICATE_BYTES_MAX:
        raise CertificateUnreadable
    if b"PRIVATE KEY-----" in content or _is_private(content):
        raise PrivateKeySent
    found = _parsed(content)
    try:
        key = found.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateKeyUnfit from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise CertificateKeyUnfit
    if key.key_size < RSA_BITS_LEAST:
        raise CertificateKeyWeak(bits=key.key_size, least=RSA_BITS_LEAST)
    if at >= found.not_valid_after_utc:
        raise CertificateExpired(valid_until=found.not_valid_after_utc)
    return Certificate(
        pem=found.public_bytes(Encoding.PEM).decode("ascii"),
        fingerprint=found.fingerprint(SHA256()),
        bits=key.key_size,
        valid_from=found.not_valid_before_utc,
        valid_until=found.not_valid_after_utc,
    )


def seal(content: bytes, certificate_pem: str) -> bytes:
    """`content` as CMS EnvelopedData in DER, for the holder of the certificate's private key. Twice gives other bytes."""
    recipient = x509.load_pem_x509_certificate(certificate_pem.encode("ascii"))
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(recipient)
    return builder.set_content_encryption_algorithm(algorithms.AES256).encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def _is_private(content: bytes) -> bool:
    try:
        load_der_private_key(content, password=None)
    except TypeError:
        return True  # one under a password is a private key all the same
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _parsed(content: bytes) -> x509.Certificate:
    try:
        if b"-----BEGIN" not in content:
            return x509.load_der_x509_certificate(content)
        (found,) = x509.load_pem_x509_certificates(content)  # a chain would not say which is theirs
    except ValueError:
        raise CertificateUnreadable from None
    return found
