"""Signing and sealing, once the key is in hand."""

import secrets

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from carnet.gateways.keys._words import NONCE_SIZE, SECRET_SIZE, KeysUnreadable


def signs(public: bytes, purpose: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `message` for `purpose` by the raw public key: all that a device needs."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, purpose + message)
    except (InvalidSignature, ValueError):
        return False
    return True


def new_pair() -> tuple[bytes, bytes]:
    """An X25519 pair for whoever will open boxes: the private half and the public one, 32 bytes each."""
    private = X25519PrivateKey.generate()
    secret = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return secret, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sealed_box(recipient: bytes, content: bytes) -> bytes:
    """`content` for the holder of one X25519 public key: ephemeral key, nonce, ChaCha20-Poly1305."""
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient))
    return public + sealed_by(_box_key(shared, public, recipient), content, b"carnet box 1")


def open_box(private: X25519PrivateKey, box: bytes) -> bytes:
    """The content of a `sealed_box`. Raises: KeysUnreadable."""
    public, sealed = box[:SECRET_SIZE], box[SECRET_SIZE:]
    recipient = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = private.exchange(X25519PublicKey.from_public_bytes(public))
    return opened(_box_key(shared, public, recipient), sealed, b"carnet box 1")


def _box_key(shared: bytes, public: bytes, recipient: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=SECRET_SIZE, salt=None, info=public + recipient).derive(shared)


def sealed_by(key: bytes, content: bytes, about: bytes) -> bytes:
    """`content` under a key of 32 bytes, for one purpose: nonce, ChaCha20-Poly1305."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, content, about)


def opened(key: bytes, sealed: bytes, about: bytes) -> bytes:
    """What was sealed under that key for that purpose. Raises: KeysUnreadable."""
    try:
        return ChaCha20Poly1305(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], about)
    except (InvalidTag, ValueError):
        # The name is enough to find the file, and says nothing of what is in it.
        raise KeysUnreadable(about=about.decode()) from None
