"""Every key that signs, changed: what was signed before still holds under the key that signed it, under no other, and for no other purpose."""

from datetime import datetime

from carnet.gateways import keys
from carnet.gateways.keys import KeyRing, signs
from drills import DrillFailed

# What a programme's key signs, by name.
PURPOSES = (
    "TOKEN", "RECEIPT", "EXPORT", "JOURNAL", "FACTS", "SERVICE_DONE", "EVIDENCE", "ORDERS", "OPEN_DATA", "COMMITMENTS",
)  # fmt: skip
MESSAGE = b"said before the keys were changed"


def signed_now(ring: KeyRing, programme_id: int) -> dict[str, bytes]:
    """One signature for each purpose, by the key in service."""
    return {name: ring.sign(programme_id, getattr(keys, name), MESSAGE) for name in PURPOSES}


def still_holds(ring: KeyRing, programme_id: int, signed: dict[str, bytes], *, version: int) -> int:
    """Each still holds under `version`, and not under the key in service, nor for another purpose; return how many. Raises: DrillFailed."""
    current = ring.versions(programme_id)[-1]
    for name, signature in signed.items():
        purpose = getattr(keys, name)
        _hold(ring.verify(programme_id, version, purpose, MESSAGE, signature), f"{name}: what was signed before does not hold any more")
        _hold(not ring.verify(programme_id, current, purpose, MESSAGE, signature), f"{name}: the keys were not changed")
        others = [other for other in PURPOSES if other != name]
        _hold(
            not any(ring.verify(programme_id, version, getattr(keys, other), MESSAGE, signature) for other in others),
            f"{name}: a signature serves for another purpose",
        )
        _hold(
            ring.verify(programme_id, current, purpose, MESSAGE, ring.sign(programme_id, purpose, MESSAGE)),
            f"{name}: the new key does not sign",
        )
    return len(signed)


def installation_changed(ring: KeyRing, *, at: datetime) -> int:
    """The installation's own keys, changed: anchors, clearing, the OpenID provider; return how many. Raises: DrillFailed."""
    before = (ring.anchor_keys() or (ring.draw_anchor_key(at=at),))[-1]
    signature, after = before.sign(MESSAGE), ring.draw_anchor_key(at=at)
    _hold(after.public != before.public and ring.anchor_keys()[-1] == after, "anchors: the key was not changed")
    _hold(signs(before.public, keys.ANCHORS, MESSAGE, signature), "anchors: what was signed before does not hold any more")
    _hold(not signs(after.public, keys.ANCHORS, MESSAGE, signature), "anchors: two keys are one")
    old = (ring.clearing_keys() or (ring.draw_clearing_key(at=at, signs_from=at),))[-1]
    signature, new = old.sign(MESSAGE), ring.draw_clearing_key(at=at, signs_from=at)
    _hold(signs(old.public_signing, keys.CLEARING, MESSAGE, signature), "clearing: what was signed before does not hold any more")
    _hold(not signs(new.public_signing, keys.CLEARING, MESSAGE, signature), "clearing: two keys are one")
    _hold(ring.clearing_keys()[-1].open(keys.sealed_box(new.public_sealing, MESSAGE)) == MESSAGE, "clearing: the new key opens nothing")
    _hold(old.open(keys.sealed_box(old.public_sealing, MESSAGE)) == MESSAGE, "clearing: what was sealed for the old key is lost")
    for algorithm in keys.ISSUER_ALGORITHMS:
        ring.draw_issuer_key(algorithm, at=at, signs_from=at)
        ring.draw_issuer_key(algorithm, at=at, signs_from=at)
        _hold(len(ring.issuer_keys(algorithm)) >= 2, f"OpenID {algorithm}: the key before is gone")
    return 2 + len(keys.ISSUER_ALGORITHMS)


def _hold(held: bool, otherwise: str) -> None:
    if not held:
        raise DrillFailed(otherwise)
