"""Keys by which this installation signs as an OpenID provider: each is written once; a later one retires it, by its own dates."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from carnet.gateways.keys._words import KeysUnreadable

IssuerPrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
ISSUER_ALGORITHMS = ("ES256", "RS256")
RSA_BITS = 3072


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """One signing key. `signs_from`: before it, the key is only published. `drops_earlier`: whatever came before is trusted no more."""

    algorithm: str
    version: int
    made_at: datetime
    signs_from: datetime
    drops_earlier: bool
    private: IssuerPrivateKey = field(repr=False)


class IssuerKeys:
    """What every ring does about them, once it can write a file, read it, and seal."""

    def _issuer_written(self, algorithm: str) -> Mapping[int, bytes]:
        """What was written, by version."""
        raise NotImplementedError

    def _issuer_write(self, algorithm: str, version: int, content: bytes) -> bool:
        """Write a version; False if another process has just written it."""
        raise NotImplementedError

    def seal(self, purpose: str, content: bytes) -> bytes:
        raise NotImplementedError

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        raise NotImplementedError

    def issuer_keys(self, algorithm: str) -> tuple[IssuerKey, ...]:
        written = self._issuer_written(algorithm)
        return tuple(self._issuer_read(algorithm, version, written[version]) for version in sorted(written))

    def draw_issuer_key(self, algorithm: str, *, at: datetime, signs_from: datetime, drops_earlier: bool = False) -> IssuerKey:
        private = _drawn(algorithm)
        der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        while True:
            version = max(self._issuer_written(algorithm), default=0) + 1
            content = {
                "algorithm": algorithm,
                "version": version,
                "made_at": at.isoformat(),
                "signs_from": signs_from.isoformat(),
                "drops_earlier": drops_earlier,
                "public": public.decode("ascii"),
                "sealed": base64.b64encode(self.seal(_about(algorithm, version), der)).decode("ascii"),
            }
            if self._issuer_write(algorithm, version, json.dumps(content, indent=1).encode("ascii")):
                return IssuerKey(algorithm, version, at, signs_from, drops_earlier, private)

    def _issuer_read(self, algorithm: str, version: int, content: bytes) -> IssuerKey:
        try:
            written = json.loads(content)
            sealed = base64.b64decode(written["sealed"])
            made_at, signs_from = datetime.fromisoformat(written["made_at"]), datetime.fromisoformat(written["signs_from"])
            drops_earlier = bool(written["drops_earlier"])
        except (ValueError, KeyError):
            raise KeysUnreadable(about=_about(algorithm, version)) from None
        private = load_der_private_key(self.unseal(_about(algorithm, version), sealed), password=None)
        assert isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
        return IssuerKey(algorithm, version, made_at, signs_from, drops_earlier, private)


def _drawn(algorithm: str) -> IssuerPrivateKey:
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    raise ValueError(f"{algorithm} is not one of {ISSUER_ALGORITHMS}")


def _about(algorithm: str, version: int) -> str:
    return f"issuer {algorithm} {version}"
