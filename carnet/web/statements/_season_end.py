"""The two papers of the end of a season: the joint statement both sides signed, and the credit note. PDF/UA-1, same figures, same bytes."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.settlement.queries.joint import CreditNoteView, JointView
from carnet.web.design import formats
from carnet.web.statements._lines import Line, Section, sections

_TEMPLATE = Path(__file__).parent / "season_end.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def joint_pdf(view: JointView) -> bytes:
    """A joint statement, with its signatures as far as there are any."""
    latest = max(filter(None, (view.made_at, view.operator_signed_at, view.funder_signed_at)))
    return _compiled(_joint_words(view), latest)


def credit_note_pdf(view: CreditNoteView) -> bytes:
    """A credit note as it was issued."""
    return _compiled(_credit_words(view), view.issued_at)


def joint_sections(view: JointView) -> tuple[Section, ...]:
    """What both sides sign: the statement's own lines, then what goes back."""
    figures = view.figures
    back = (
        Line("unissued", _("Pas encore en chèques"), None, figures.unissued_cents),
        Line("in_circulation", _("Chèques périmés ou annulés, à leur valeur"), None, figures.in_circulation_cents),
        Line("return", _("À vous rendre"), None, view.return_cents, True),
    )
    return (*sections(figures), Section(_("Ce qui vous revient"), back))


def credit_sections(view: CreditNoteView) -> tuple[Section, ...]:
    """What is credited: face value, and nothing of fees."""
    lines = (
        Line("in_circulation", _("Chèques périmés ou annulés, à leur valeur faciale"), None, view.circulation_cents),
        Line("unissued", _("Versements jamais mis en chèques"), None, view.unissued_cents),
        Line("fees", _("Frais, non remboursés"), None, 0),
        Line("total", _("Total de l’avoir"), None, view.cents, True),
    )
    return (Section(_("Ce qui vous est rendu"), lines),)


def _joint_words(view: JointView) -> dict[str, Any]:
    figures = view.figures
    return {
        "title": _("État contradictoire de %(funder)s") % {"funder": figures.funder},
        "lead": _("%(programme)s, %(agreement)s. Arrêté au %(moment)s. Version %(round)s.")
        % {
            "programme": figures.programme,
            "agreement": figures.agreement,
            "moment": formats.moment(figures.as_of),
            "round": view.round,
        },
        "simulated": _simulated() if figures.is_simulated else "",
        "parties": [],
        "sections": [_section(each) for each in joint_sections(view)],
        "notes": [
            _("Ce qui est dû aux lieux (%(owed)s) reste dû et leur sera payé.") % {"owed": formats.euros(figures.owed_cents)},
            _("L’avoir porte sur la valeur faciale des chèques. Les frais ne sont pas remboursés."),
        ],
        "signatures": [
            _signature(
                _("Pour %(organisation)s, financeur") % {"organisation": figures.funder}, view.funder_signed_by, view.funder_signed_at
            ),
            _signature(
                _("Pour %(organisation)s, opérateur") % {"organisation": figures.operator},
                view.operator_signed_by,
                view.operator_signed_at,
            ),
        ],
        "digest": view.digest,
    }


def _credit_words(view: CreditNoteView) -> dict[str, Any]:
    content = view.content
    statement = content["statement"]
    notes = [
        _("Chèques de la convention : %(lapsed)s périmés, %(void)s annulés.")
        % {"lapsed": formats.number(content["lapsed"]), "void": formats.number(content["void"])},
        _("L’avoir porte sur la valeur faciale des chèques. Les frais ne sont pas remboursés."),
    ]
    if statement:
        made = datetime.fromisoformat(statement["made_at"])
        notes.append(_("Selon l’état contradictoire signé par les deux côtés, arrêté au %(moment)s.") % {"moment": formats.moment(made)})
    return {
        "title": _("Avoir %(number)s") % {"number": view.number},
        "lead": _("%(programme)s, %(agreement)s. Émis le %(day)s.")
        % {"programme": content["programme"], "agreement": content["agreement"], "day": formats.day(view.issued_at)},
        "simulated": _simulated() if content["is_simulated"] else "",
        "parties": [_party(_("Émis par"), content["operator"]), _party(_("En faveur de"), content["funder"])],
        "sections": [_section(each) for each in credit_sections(view)],
        "notes": notes,
        "signatures": [],
        "digest": statement["digest"] if statement else "",
    }


def _compiled(words: Mapping[str, Any], at: datetime) -> bytes:
    common = {
        "language": (get_language() or "fr")[:2],
        "columns": [_("Ligne"), _("Chèques"), _("Montant")],
        "page": _("Page"),
        "digest_label": _("Empreinte des chiffres signés (SHA-256)"),
    }
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps({**common, **words})},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return content


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "lines": [
            {
                "label": line.label,
                "count": "" if line.count is None else formats.number(line.count),
                "amount": formats.euros(line.cents),
                "strong": line.is_sum,
            }
            for line in section.lines
        ],
    }


def _signature(title: str, name: str, at: datetime | None) -> dict[str, Any]:
    if at is None:
        return {"title": title, "lines": [_("Pas encore signé")]}
    signed = _("Signé à l’écran le %(moment)s") % {"moment": formats.moment(at)}
    return {"title": title, "lines": [name, signed] if name else [signed]}


def _party(title: str, party: Mapping[str, str]) -> dict[str, Any]:
    return {"title": title, "lines": [each for each in (party["name"], party["address"], party["number"]) if each]}


def _simulated() -> str:
    return _("Activité simulée : les lieux sont réels, les paiements sont inventés.")
