"""The evidence pack of a sample, piece by piece: nothing of it is kept, and no piece of it is larger than one certificate."""

import base64
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from carnet.gateways.keys import EVIDENCE, key_ring
from carnet.kernel.actors import Actor
from carnet.settlement.queries import certificates
from carnet.settlement.queries.samples import Drawn, SampleLine
from carnet.web.service_done import Names, certificate_pdf, names_of
from carnet.web.statements import as_text

_VERIFY = Path(__file__).parent / "verify.py.txt"
_COLUMNS = (
    "number", "rank", "stratum", "serial", "agreement", "order", "series", "handed_over_at", "desk", "place", "organisation", "service",
    "attended_on", "redeemed_at", "together", "cents", "claim", "run", "end_to_end_id", "booked_on",
)  # fmt: skip


@dataclass
class _Wire:
    """What the archive writes to: taken away chunk by chunk. It cannot go back, so sizes follow each file."""

    parts: list[bytes] = field(default_factory=list)

    def write(self, data: bytes, /) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        found, self.parts = b"".join(self.parts), []
        return found


def evidence(drawn: Drawn, lines: Sequence[SampleLine], *, actor: Actor, names: Names, at: datetime) -> Iterator[bytes]:
    """The archive, piece by piece: the files, then the manifest with the SHA-256 of each, then its signature."""
    wire, digests = _Wire(), {}
    out: Any = wire  # written to only: it has no way back
    moment = at.timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(drawn, lines, actor, names, at):
            digests[name] = hashlib.sha256(content).hexdigest()
            archive.writestr(zipfile.ZipInfo(name, moment), content, zipfile.ZIP_DEFLATED)
            yield wire.taken()
        manifest = _manifest(drawn, digests, at)
        signature = key_ring().sign(drawn.terms.programme_id, EVIDENCE, manifest, version=1)
        for name, content in (("manifest.json", manifest), ("manifest.sig", signature)):
            archive.writestr(zipfile.ZipInfo(name, moment), content)
            yield wire.taken()
    yield wire.taken()


def _files(drawn: Drawn, lines: Sequence[SampleLine], actor: Actor, names: Names, at: datetime) -> Iterator[tuple[str, bytes]]:
    yield "LISEZMOI.txt", _readme(drawn).encode()
    yield "verify.py", _VERIFY.read_bytes()
    yield "universe.csv", _universe(drawn)
    yield "sample.csv", _sample(lines, names)
    yield "proofs.csv", _proofs(lines)
    for line in lines:
        yield f"receipts/{line.number}.txt", line.receipt.encode()
    for claim_id in sorted({line.claim_id for line in lines if line.claim_id is not None}):
        made = certificates.service_certificate(actor=actor, claim_id=claim_id)
        yield f"certificates/{claim_id}.pdf", certificate_pdf(made, names_of(made), at=at)
        yield f"certificates/{claim_id}.txt", made.signed.encode()


def _manifest(drawn: Drawn, digests: dict[str, str], at: datetime) -> bytes:
    terms = drawn.terms
    public = next(key for key in key_ring().public_keys(terms.programme_id) if key.version == 1)
    said = {
        "v": 1,
        "programme": terms.programme_id,
        "made_at": at.isoformat(),
        "seed": terms.seed,
        "until": terms.until.isoformat(),
        "size": terms.size,
        "strata": terms.strata.value,
        "weight": terms.weight.value,
        "universe_count": len(drawn.universe),
        "universe_cents": drawn.universe_cents,
        "universe_sha256": drawn.universe_digest,
        "sample": [unit.number for unit in drawn.sample],
        "public_key": base64.b64encode(public.raw).decode(),
        "files": digests,
    }
    return json.dumps(said, indent=1, sort_keys=True).encode()


def _universe(drawn: Drawn) -> bytes:
    return _csv([("number", "stratum", "cents"), *((unit.number, unit.stratum, unit.cents) for unit in drawn.universe)], mark=False)


def _sample(lines: Iterable[SampleLine], names: Names) -> bytes:
    rows = [
        (
            line.number, line.rank, line.stratum, line.serial, line.agreement_id, line.order_id or "", line.series_id,
            _iso(line.handed_over_at), as_text(names.house(line.desk_id)), as_text(names.place(line.place_id)),
            as_text(names.house(line.organisation_id)), line.service, line.attended_on.isoformat(), _iso(line.redeemed_at),
            " ".join(line.together), line.cents, line.claim_id or "", line.run_id or "", as_text(line.end_to_end_id),
            line.booked_on.isoformat() if line.booked_on else "",
        )
        for line in lines
    ]  # fmt: skip
    return _csv([_COLUMNS, *rows])


def _proofs(lines: Iterable[SampleLine]) -> bytes:
    rows = [
        (line.number, proof.table, proof.row_id, proof.digest, proof.block or "", proof.block_digest, _iso(proof.sealed_at), proof.holds)
        for line in lines
        for proof in line.proofs
    ]
    return _csv([("number", "table", "row", "sha256", "block", "block_sha256", "sealed_at", "holds"), *rows])


def _csv(rows: Iterable[Sequence[object]], *, mark: bool = True) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return (("\ufeff" if mark else "") + text.getvalue()).encode()


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _readme(drawn: Drawn) -> str:
    lines = [
        _("Dossier de preuves d’un échantillon"),
        "",
        _("Graine : %(seed)s. Passages retenus avant : %(until)s. Tirés : %(size)s sur %(all)s.")
        % {"seed": drawn.terms.seed, "until": drawn.terms.until.isoformat(), "size": len(drawn.sample), "all": len(drawn.universe)},
        _("Empreinte de la liste : %(digest)s") % {"digest": drawn.universe_digest},
        "",
        "universe.csv : " + _("tous les passages parmi lesquels on a tiré (numéro, strate, centimes)."),
        "sample.csv : " + _("les passages tirés, avec chaque étape jusqu’à la banque."),
        "proofs.csv : " + _("les lignes du journal et du grand livre, leur empreinte, leur bloc scellé."),
        "receipts/ : " + _("le reçu signé de chaque passage."),
        "certificates/ : " + _("le certificat de service fait de chaque décompte, en PDF et en texte signé."),
        "manifest.json, manifest.sig : " + _("l’empreinte de chaque fichier, et la signature du programme."),
        "",
        _("Pour tout vérifier, avec Python seul : python3 verify.py"),
        _("Vérifiez aussi que la clé publique du manifeste est celle que le programme publie."),
        _("Le tirage : pour chaque passage, SHA-256 de la graine, d’un saut de ligne et du numéro. Les plus petits sont tirés."),
        _("Rien ici ne nomme une personne, et aucun code de chèque n’y est."),
    ]
    return "\n".join(lines) + "\n"
