"""The map, the register of processings and the impact assessment, written out from the code: they say what is done, and cannot drift from it."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from carnet.privacy.queries.mapping import data_map, processings
from carnet.privacy.queries.periods import kept_here
from carnet.privacy.rules.periods import PERIODS

_DATA = Path(__file__).resolve().parents[1] / "data"
_UNITS = {"days": "jours", "months": "mois"}
TO_FILL = "**À COMPLÉTER**"


def map_csv() -> str:
    """One line a column."""
    found = data_map()
    names = [
        "table",
        "column",
        "form",
        "whose",
        "purpose",
        "basis",
        "lifetime",
        "on_erasure",
        "erased_by",
        "seen_by",
        "leaves_to",
        "processing",
    ]
    return _csv(names, ([getattr(each, name) for name in names] for each in found))


def register_csv() -> str:
    """The register of article 30: one line a processing."""
    names = [
        "Traitement",
        "Finalité",
        "Personnes",
        "Données",
        "Base légale",
        "Destinataires",
        "Transmis à",
        "Durée",
        "Mesures",
        "Hors de l’Union",
    ]
    measures = "Murs par ligne dans la base, scellement, second facteur, journal chaîné (docs/operating/people-data.md)"
    rows = (
        [each.title, each.purpose, each.people, each.data, each.basis, each.seen_by, each.leaves_to, each.kept, measures, "Aucun transfert"]
        for each in processings()
    )
    return _csv(names, rows)


def map_page() -> str:
    """The data map as a page of the documentation."""
    found = data_map()
    parts = [
        "# The data map\n",
        f"Every column that holds or may hold something about a person: {len(found)} columns of {len({each.table for each in found})} tables, in"
        f" {len(processings())} processings. Purposes and lifetimes are written beside the models (`PERSONAL_DATA`) and in `carnet/privacy/rules/`;"
        " a new column of text fails `tests/house/test_personal_data.py` until it is declared. What each processing is for is said in French, in the"
        " words of the register. `carnet data map --csv` gives the same for a spreadsheet.\n",
    ]
    for processing in processings():
        parts.append(f"## {processing.title}\n")
        parts.append(
            f"{processing.purpose} *{processing.people}.* {processing.basis}. Vu par : {processing.seen_by}. Transmis : {processing.leaves_to}."
            f" Gardé : {processing.kept}.\n"
        )
        parts.append("| column | holds it | why | how long | asked to erase |\n| --- | --- | --- | --- | --- |")
        parts += [
            f"| `{each.table}.{each.column}` | {each.form} | {each.purpose} | {each.lifetime} | {each.on_erasure} |"
            for each in found
            if each.processing == processing.code
        ]
        parts.append("")
    return "\n".join(parts)


def dossier(*, controller: str = "", officer: str = "") -> dict[str, str]:
    """The files of the impact assessment, by name. What only the controller knows is marked to be filled."""
    text = (_DATA / "dpia.md").read_text(encoding="utf-8")
    filled = {
        "controller": controller or TO_FILL,
        "officer": officer or TO_FILL,
        "processings": _processings(),
        "periods": _periods(),
        "columns": str(len(data_map())),
        "tables": str(len({each.table for each in data_map()})),
        "sealed": str(sum(each.form.startswith("sealed") for each in data_map())),
        "to_fill": TO_FILL,
    }
    for name, value in filled.items():
        text = text.replace("{{" + name + "}}", value)
    return {"analyse-impact.md": text, "registre.csv": register_csv(), "carte.csv": map_csv()}


def _processings() -> str:
    parts = []
    for each in processings():
        parts.append(
            f"### {each.title}\n\n- **Finalité** : {each.purpose}\n- **Personnes** : {each.people}\n- **Données** : {each.data}\n"
            f"- **Base légale** : {each.basis}\n"
            f"- **Qui voit** : {each.seen_by}\n- **Transmis à** : {each.leaves_to}\n- **Durée** : {each.kept}\n"
        )
    return "\n".join(parts)


def _periods() -> str:
    lines = ["| Donnée | Durée ici | Texte | Fait par |", "| --- | --- | --- | --- |"]
    for each in PERIODS:
        done = f"`{each.done_by}`" if each.done_by else f"Manque : {each.gap}"
        lines.append(f"| `{each.code}` | {kept_here(each)} {_UNITS[each.unit]} | {each.basis} | {done} |")
    return "\n".join(lines)


def _csv(names: list[str], rows: Iterable[list[str]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows(rows)
    return "\ufeff" + written.getvalue()
