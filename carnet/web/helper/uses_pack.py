"""The uses of one mandate in an archive that anybody checks with Python alone: `python3 verify.py`."""

import base64
import hashlib
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from carnet.gateways.keys import JOURNAL, key_ring
from carnet.mandates.operations.evidence import UsesTaken

_TAIL = Path(__file__).parent / "verify_uses.py.txt"
# The same plain Ed25519 as the auditor's pack, up to what is particular to it.
_SIGNATURES = Path(__file__).parents[1] / "follow" / "verify.py.txt"
_BEFORE, _AFTER = "import base64\nimport csv", "def unpacked(text):"
_INTRODUCTION = '''"""Check the uses of one mandate with nothing but Python (3.8 or later): python3 verify.py [public key of the programme]

1. every file is the one the manifest names, and the programme signed the manifest (Ed25519);
2. each use is, letter for letter, the row that was sealed in its block (SHA-256);
3. each of these blocks is a link of the chain, unbroken from the first block to the head.
Keep the head: `carnet journal verify --json` prints it too, and a later pack must contain it. It cannot check that nothing was left out
of the pack, nor what happened before a row was sealed (ten seconds).
"""

'''


def uses_pack(taken: UsesTaken, *, at: datetime) -> bytes:
    """The archive: uses, blocks, chain, the program that checks them; the manifest and its signature by the programme's key."""
    key_ring().create_programme_keys(taken.programme_id)
    files = {name: content.encode() for name, content in _files(taken).items()}
    manifest = _manifest(taken, {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}, at)
    signature = key_ring().sign(taken.programme_id, JOURNAL, manifest, version=1)
    out, moment = io.BytesIO(), at.timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**files, "manifest.json": manifest, "manifest.sig": signature}.items():
            archive.writestr(zipfile.ZipInfo(name, moment), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _files(taken: UsesTaken) -> dict[str, str]:
    proof = taken.proof
    blocks = [
        {"number": each.number, "rows": each.rows.hex(), "previous": each.previous.hex(), "digest": each.digest.hex(),
         "sealed_at": each.sealed_at.isoformat()}
        for each in proof.blocks
    ]  # fmt: skip
    return {
        "LISEZMOI.txt": _readme(taken),
        "verify.py": _program(),
        "uses.json": json.dumps([{"id": each.row_id, "text": each.text, "block": each.block} for each in proof.rows], indent=1),
        "blocks.json": json.dumps(blocks, indent=1),
        "chain.json": json.dumps([list(link) for link in proof.chain]),
    }


def _program() -> str:
    plain = _SIGNATURES.read_text(encoding="utf-8")
    return _INTRODUCTION + plain[plain.index(_BEFORE) : plain.index(_AFTER)] + _TAIL.read_text(encoding="utf-8").lstrip()


def _manifest(taken: UsesTaken, digests: dict[str, str], at: datetime) -> bytes:
    public = next(key for key in key_ring().public_keys(taken.programme_id) if key.version == 1)
    said = {
        "v": 1,
        "mandate": taken.number,
        "programme": taken.programme_id,
        "structure": taken.organisation_id,
        "made_at": at.isoformat(),
        "uses": len(taken.proof.rows),
        "head": taken.proof.chain[-1][2] if taken.proof.chain else "",
        "public_key": base64.b64encode(public.raw).decode(),
        "files": digests,
    }
    return json.dumps(said, indent=1, sort_keys=True).encode()


def _readme(taken: UsesTaken) -> str:
    lines = [
        _("Ce qui a été fait sous le mandat %(number)s") % {"number": taken.number},
        "",
        "uses.json : " + _("chaque démarche, comme elle est scellée. Personnes et aidants sont des numéros."),
        "blocks.json : " + _("les blocs scellés qui les contiennent."),
        "chain.json : " + _("la chaîne de tous les blocs, du premier au dernier."),
        "manifest.json, manifest.sig : " + _("l’empreinte de chaque fichier, et la signature du programme."),
        "",
        _("Pour tout vérifier, avec Python seul : python3 verify.py"),
        _("Vérifiez aussi que la clé publique du manifeste est celle que le programme publie."),
    ]
    return "\n".join(lines) + "\n"
