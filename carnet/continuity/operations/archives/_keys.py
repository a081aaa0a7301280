"""Keys in an archive: public halves in clear, secret ones sealed for a successor alone; and who signs."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings

from carnet.continuity.rules.archives import SuccessorKeyUnreadable
from carnet.gateways.keys import EXPORT, SECRET_SIZE, KeyRing, SeedMissing
from carnet.gateways.programme_archives import KeyEntry, SeedEntry, StepWriter, fingerprint

# Made when the keys were, for the successor that the installation named then: only the ring knows which.
AT_CREATION = "creation"


def read_successor(path: Path | None) -> bytes | None:
    """The public key of a successor: of that file, else of the settings; None if nobody was named. Raises: SuccessorKeyUnreadable."""
    chosen = path or (Path(settings.KEYS_SUCCESSOR) if settings.KEYS_SUCCESSOR else None)
    if chosen is None:
        return None
    try:
        public = chosen.read_bytes()
    except OSError:
        raise SuccessorKeyUnreadable(file=str(chosen)) from None
    if len(public) != SECRET_SIZE:
        raise SuccessorKeyUnreadable(file=str(chosen))
    return public


def write_keys(writer: StepWriter, ring: KeyRing, programme_id: int, successor: bytes | None) -> tuple[KeyEntry, ...]:
    """Every version: sealed now for the successor that is named, else as it was sealed at its creation, else its public half alone."""
    entries = []
    for each in ring.public_keys(programme_id):
        said = {"programme": programme_id, "version": each.version, "public": _text(each.raw)}
        sealed_for = ""
        if successor is not None:
            said["successor"] = _text(ring.sealed_for(programme_id, each.version, successor))
            sealed_for = fingerprint(successor).hex()
        elif (sealed := ring.sealed_for_successor(programme_id, each.version)) is not None:
            said["successor"], sealed_for = _text(sealed), AT_CREATION
        name = f"keys/keys-{each.version}.json"
        digest = writer.small_file(name, (json.dumps(said, indent=1) + "\n").encode("ascii"))
        entries.append(KeyEntry(each.version, each.raw.hex(), name, digest, sealed_for))
    return tuple(entries)


def write_seeds(writer: StepWriter, ring: KeyRing, programme_id: int, orders: list[int], successor: bytes | None) -> tuple[SeedEntry, ...]:
    """The seeds of orders whose paper does not exist yet; none without a successor to seal them for."""
    entries = []
    for order_id in orders if successor is not None else ():
        assert successor is not None
        try:
            box = ring.seed_sealed_for(programme_id, order_id, successor)
        except SeedMissing:
            continue  # not drawn yet, or printed since
        name = f"keys/seed-{order_id}.box"
        entries.append(SeedEntry(order_id, name, writer.small_file(name, box), fingerprint(successor).hex()))
    return tuple(entries)


def signer(ring: KeyRing, programme_id: int) -> Callable[[bytes], Mapping[int, bytes]]:
    """Signs by every version: whoever wrote down the fingerprint of an earlier key still checks a later archive."""

    def sign(raw: bytes) -> dict[int, bytes]:
        return {version: ring.sign(programme_id, EXPORT, raw, version=version) for version in ring.versions(programme_id)}

    return sign


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
