"""The files of a release, byte for byte: tables, their schemas, the licence, the changelog, and what anybody checks them with. Pure.

Column names and codes are a format, in English; titles and texts are French, as data.gouv.fr shows them.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from carnet.observatory.rules._figures import SMALL_COUNT
from carnet.observatory.rules.answers import AFTERWARDS, Answers, written_answers
from carnet.observatory.rules.disclosure._cells import Key
from carnet.observatory.rules.opendata._lines import Lines
from carnet.observatory.rules.opendata._moved import Moved
from carnet.observatory.rules.opendata._schemas import COLUMNS, schema_of
from carnet.observatory.rules.opendata._tables import DEPARTMENTAL, TOLD_MEASURES, parsed

FILES = ("territories", "services", "publics", "procedures", "programmes")
MANIFEST, SIGNATURE, VERIFY, LINES = "manifest.json", "manifest.sig", "verify.py", "lines.csv"
LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
_VERIFY = Path(__file__).parent / "verify.py.txt"
_LINE_DIGITS = 32
_ORDER = ("NATION", "REGION", "DEPARTEMENT", "EPCI", "COMMUNE")
UNKNOWN = "ZZ"

Rows = Sequence[tuple[str | int, ...]]


def files_of(
    lines: Lines, told: Mapping[Key, int | None], changes: Sequence[Moved], *, answers: Answers, title: str, at: datetime
) -> dict[str, bytes]:
    """Every file but the manifest and its signature. `told`: each cell of the release, None where hidden. `answers`: see `batched`."""
    files: dict[str, bytes] = {}
    for name, rows in _tables(lines, told).items():
        files[f"{name}.csv"] = _csv([COLUMNS[name], *rows])
        files[f"{name}.schema.json"] = _json(schema_of(name))
    files["geography.csv"] = _csv([COLUMNS["geography"], *_geography(lines)])
    files["geography.schema.json"] = _json(schema_of("geography"))
    files["presence.csv"] = _csv([COLUMNS["presence"], *sorted(lines.presence)])
    files["presence.schema.json"] = _json(schema_of("presence"))
    files[f"{AFTERWARDS}.csv"] = written_answers(answers)
    files[f"{AFTERWARDS}.schema.json"] = _json(schema_of(AFTERWARDS))
    files["CHANGELOG.md"] = _changelog(changes, title, at).encode()
    files["LICENCE.txt"] = _LICENCE.encode()
    files["LISEZMOI.md"] = _readme(title, lines).encode()
    files[VERIFY] = _VERIFY.read_bytes()
    files[LINES] = _line_digests(files)
    return dict(sorted(files.items()))


def manifest_of(files: Mapping[str, bytes], *, name: str, at: datetime, public_key: str) -> bytes:
    """What is signed: the SHA-256 of every file, and the key that signs."""
    said = {
        "v": 1,
        "release": name,
        "made_at": at.isoformat(),
        "least": SMALL_COUNT,
        "public_key": public_key,
        "files": {file: hashlib.sha256(content).hexdigest() for file, content in files.items()},
    }
    return json.dumps(said, indent=1, sort_keys=True).encode()


def _tables(lines: Lines, told: Mapping[Key, int | None]) -> dict[str, Rows]:
    names = _names(lines)
    rows: dict[str, list[tuple[str | int, ...]]] = {name: [] for name in FILES}
    for key in sorted(told, key=_rank):
        measure, period, where, cut = key
        value = told[key]
        if cut.startswith("programme="):
            continue
        level, code = parsed(where)
        head = (period, level, code, names[where])
        tail = (measure, "" if value is None else value, "hidden" if value is None else "")
        if measure in DEPARTMENTAL:
            rows["procedures"].append((*head, cut, *tail))
        elif cut == "":
            rows["territories"].append((*head, *tail))
        elif value != 0:  # a row that is absent is zero
            rows["publics" if ":" in cut else "services"].append((*head, cut, *tail))
    for measure, month, slug in sorted(lines.programmes, key=lambda key: (key[1], key[2], TOLD_MEASURES.index(key[0]))):
        activity = "simulated" if slug in lines.simulated else "real"
        rows["programmes"].append((month, "PROGRAMME", slug, slug, measure, lines.programmes[measure, month, slug], "", activity))
    return {name: rows[name] for name in FILES}


def _rank(key: Key) -> tuple[str, int, str, str, str]:
    level, code = parsed(key[2])
    return key[1], _ORDER.index(level), code, key[3], key[0]


def _names(lines: Lines) -> dict[str, str]:
    found = {f"COMMUNE:{each.code}": each.name for each in lines.places}
    return found | {f"{each.level}:{each.code}": each.name for each in lines.regions}


def _geography(lines: Lines) -> Rows:
    rows: list[tuple[str | int, ...]] = [(each.level, each.code, each.name, "", "", "") for each in lines.regions]
    rows += [("COMMUNE", each.code, each.name, each.epci, each.department, each.region) for each in lines.places]
    return sorted(rows, key=lambda row: (_ORDER.index(str(row[0])), str(row[1])))


def _line_digests(files: Mapping[str, bytes]) -> bytes:
    """A digest a line: when a byte changes, whoever checks can say in which line."""
    rows: list[tuple[str | int, ...]] = [("file", "line", "sha256")]
    for name, content in sorted(files.items()):
        if name.endswith(".csv"):
            for number, line in enumerate(content.split(b"\n")[:-1], start=1):
                rows.append((name, number, hashlib.sha256(line).hexdigest()[:_LINE_DIGITS]))
    return _csv(rows)


def _csv(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_inert(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def _inert(cell: object) -> object:
    # A name that begins like a formula would run in a spreadsheet.
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _json(said: object) -> bytes:
    return (json.dumps(said, indent=2, ensure_ascii=False) + "\n").encode()


def _changelog(changes: Sequence[Moved], title: str, at: datetime) -> str:
    text = [f"# {title}", "", f"Publiée le {at:%d/%m/%Y}."]
    if not changes:
        return "\n".join([*text, "", "Aucun nombre déjà publié n’a changé.", ""])
    text += ["", "Ces nombres, déjà publiés, ont été corrigés. L’ancienne publication reste en ligne, telle quelle.", ""]
    text += ["| période | territoire | mesure | coupe | avant | maintenant |", "| --- | --- | --- | --- | --- | --- |"]
    for each in changes:
        was, now = (("masqué" if count is None else str(count)) for count in (each.before, each.after))
        text.append(f"| {each.period} | {each.level} {each.code} | {each.measure} | {each.key or '—'} | {was} | {now} |")
    return "\n".join([*text, ""])


_LICENCE = f"""Licence Ouverte / Open Licence, version 2.0 (Etalab)
{LICENCE_URL}

Vous pouvez réutiliser ces données, gratuitement, aussi à des fins commerciales.
Une condition : citez la source et la date de la publication.
"""


def _readme(title: str, lines: Lines) -> str:
    return f"""# {title}

Les chèques du numérique, mois par mois, jusqu’à {lines.month}. Ces fichiers ne changent plus.
Une correction est une nouvelle publication : CHANGELOG.md dit ce qui a bougé.

- territories.csv : personnes servies, chèques remis, chèques utilisés, par territoire.
- services.csv : chèques utilisés, par service. publics.csv : personnes servies, par réponse notée au guichet (départements et au-dessus).
- procedures.csv : mandats signés et démarches faites à la place de quelqu’un, par sorte de démarche (départements et au-dessus).
- afterwards.csv : « L’avez-vous fait vous-même ? », démarche par démarche. Une ligne n’avance que par cinq réponses au moins.
- programmes.csv : chaque programme entier. geography.csv : quels territoires contiennent quelles communes.
- presence.csv : où chaque programme a un guichet ou un lieu, comme le dit l’annuaire.
- *.schema.json : chaque colonne (Table Schema). lines.csv : une empreinte par ligne.

Une ligne absente vaut zéro. Une valeur vide, marquée « hidden », est masquée :
- moins de {SMALL_COUNT} personnes : on pourrait reconnaître quelqu’un ;
- un seul guichet, ou presque, derrière une réponse : on saurait qui y est venu ;
- ou le nombre permettrait d’en retrouver un autre, par soustraction, ici ou d’un mois à l’autre.

Ce qui a été remis est compté à la commune du guichet, ce qui a été utilisé à celle du lieu. Personne n’est suivi chez soi.
Le total de chaque mois pour la France est la somme des programmes, publics en entier.

Tout recalculer, avec Python seul : python3 verify.py
"""
