"""Keys that a browser makes and never gives out: ECDSA on P-256, the one curve every browser of today signs with.

The server knows the public half only, as the 65 bytes of an uncompressed point. A signature is 64 bytes, r then s,
as WebCrypto writes it.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

HALF_SIZE = 32
SIGNATURE_SIZE = 2 * HALF_SIZE


def is_public_key(raw: bytes) -> bool:
    """Whether `raw` is a point of the curve, uncompressed."""
    try:
        _public(raw)
    except ValueError:
        return False
    return len(raw) == 1 + 2 * HALF_SIZE


def device_signs(public: bytes, purpose: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `message` for `purpose` by the device's key."""
    if len(signature) != SIGNATURE_SIZE:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:HALF_SIZE], signature[HALF_SIZE:]))
    try:
        _public(public).verify(encode_dss_signature(r, s), purpose + message, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def _public(raw: bytes) -> EllipticCurvePublicKey:
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)
