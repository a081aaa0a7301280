"""Checking an archive of payment orders: its list, every file of the list, the signature, and whose key made it."""

import hashlib
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.utils.translation import gettext as _

from carnet.gateways.keys import ORDERS, key_ring
from carnet.web.payment_orders._names import KEY_NAME, LIST, SIGNATURE

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
# A list of a hundred thousand orders' papers, a line each: anything longer was not made here.
_SMALL_MAX = 64 * 1024 * 1024
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in an archive. Nothing is wrong where there is no fault."""

    programme_id: int | None
    files: int
    faults: tuple[str, ...]


def verified(path: Path) -> Verified:
    """Whether nothing in the archive was changed, added or removed, and the programme it names signed it."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _verified(archive)
    except (zipfile.BadZipFile, OSError, KeyError, ValueError) as fault:
        return Verified(None, 0, (_("Ce fichier n’est pas une archive de mandats : %(reason)s.") % {"reason": fault},))


def _verified(archive: zipfile.ZipFile) -> Verified:
    names = archive.namelist()
    listed = _small(archive, LIST)
    told = {match[2]: match[1] for match in map(_LINE.fullmatch, listed.decode().splitlines()) if match}
    keys = [match for match in map(KEY_NAME.fullmatch, names) if match]
    if len(keys) != 1:
        return Verified(None, len(told), (_("La clé publique du programme manque."),))
    programme_id = int(keys[0][1])
    faults = [
        _("%(file)s a été changé ou manque.") % {"file": name} for name in told if name not in names or _digest(archive, name) != told[name]
    ]
    known = {*told, LIST, SIGNATURE, keys[0][0]}
    faults += [_("%(file)s a été ajouté.") % {"file": name} for name in names if name not in known]
    faults += _signature_faults(listed, _small(archive, SIGNATURE), _small(archive, keys[0][0]), programme_id)
    return Verified(programme_id, len(told), tuple(faults))


def _signature_faults(listed: bytes, signature: bytes, pem: bytes, programme_id: int) -> list[str]:
    ring = key_ring()
    key = load_pem_public_key(pem)
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw) if isinstance(key, Ed25519PublicKey) else b""
    owned = [each for each in ring.public_keys(programme_id) if each.raw == raw]
    if not owned:
        return [_("La clé n’est pas celle du programme %(programme)s de cette installation.") % {"programme": programme_id}]
    if not ring.verify(programme_id, owned[0].version, ORDERS, listed, signature):
        return [_("La signature ne correspond pas à la liste des fichiers.")]
    return []


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _SMALL_MAX:
        raise ValueError(name)
    return archive.read(name)


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    found = hashlib.sha256()
    with archive.open(name) as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
