"""Versions of a programme's keys: which one signs, which were ended, how many vouchers rest on each."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from carnet.funding import queries as funding
from carnet.gateways.keys import key_ring
from carnet.issuing.models import KeyCopy, KeyVersion
from carnet.ledger import queries as ledger


@dataclass(frozen=True, slots=True)
class KeyVersionView:
    """One version. `drawn_at` is not known of a version made with the programme; vouchers are those drawn under it."""

    version: int
    is_current: bool
    drawn_at: datetime | None
    ended_at: datetime | None
    series_count: int
    voucher_count: int


def key_versions(programme_id: int) -> list[KeyVersionView]:
    """Every version in the ring, the current one first. The caller sees the programme's series."""
    told = {row.version: row for row in KeyVersion.objects.filter(programme_id=programme_id)}
    series = ledger.series_list(programme_id=programme_id)
    versions = key_ring().versions(programme_id)
    found = []
    for version in reversed(versions):
        row, own = told.get(version), [each for each in series if each.key_version == version]
        found.append(
            KeyVersionView(
                version=version,
                is_current=version == versions[-1],
                drawn_at=row.drawn_at if row else None,
                ended_at=row.ended_at if row else None,
                series_count=len(own),
                voucher_count=sum(each.booklet_count * each.booklet_size for each in own),
            )
        )
    return found


def ended_versions(programme_id: int) -> frozenset[int]:
    """The versions whose QR codes no device believes by itself any more. Public."""
    rows = KeyVersion.objects.filter(programme_id=programme_id, ended_at__isnull=False)
    return frozenset(rows.values_list("version", flat=True))


@dataclass(frozen=True, slots=True)
class KeyApart:
    """A version that another machine holds, and this one does not, or holds another of the same number."""

    programme_id: int
    version: int
    machine: str
    is_missing: bool


def key_copies_here() -> dict[tuple[int, int], str]:
    """Programme and version of every key in this machine's ring, and a digest of its public half. Raises: KeysUnreadable."""
    ring = key_ring()
    return {
        (each.programme_id, each.version): hashlib.sha256(each.raw).hexdigest()[:32]
        for programme in funding.programmes()
        for each in ring.public_keys(programme.id)
    }


def keys_apart() -> list[KeyApart]:
    """What the folder of keys of this machine has not, or has otherwise, of what any machine said it holds. Call it seeing everything.

    Raises: KeysUnreadable.
    """
    here = key_copies_here()
    return [
        KeyApart(row.programme_id, row.version, row.machine, is_missing=(row.programme_id, row.version) not in here)
        for row in KeyCopy.objects.order_by("programme_id", "version", "id")
        if here.get((row.programme_id, row.version)) != row.fingerprint
    ]
