"""A print shop's key, made once, and what opens with it."""

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

SINCE, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Press:
    """Both halves of a key."""

    key: rsa.RSAPrivateKey = field(repr=False)
    certificate: str

    @property
    def fingerprint(self) -> str:
        return x509.load_pem_x509_certificate(self.certificate.encode()).fingerprint(SHA256()).hex()


def certificate_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *, until: datetime = UNTIL) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Imprimerie")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), SINCE, until)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


@cache
def _keys() -> list[rsa.RSAPrivateKey]:
    # Two are enough, and each takes a while to draw.
    return [rsa.generate_private_key(public_exponent=65_537, key_size=3_072) for _ in range(2)]


def press(number: int = 0) -> Press:
    """A print shop's key: the same each time for one number, 0 or 1."""
    key = _keys()[number]
    return Press(key, _certificate(number))


@cache
def _certificate(number: int) -> str:
    return certificate_of(_keys()[number])


def openssl_opens(sealed: bytes, shop: Press, folder: Path) -> bytes:
    """What the openssl program reads in it, with the print shop's key."""
    key, file = folder / "cle.pem", folder / "fichier.cms"
    key.write_bytes(shop.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.write_bytes(sealed)
    command = ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", str(file), "-inkey", str(key)]
    return subprocess.run(command, check=True, capture_output=True).stdout
