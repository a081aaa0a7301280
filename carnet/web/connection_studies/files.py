"""A study to take away: every number in a spreadsheet, every residence in another, and the whole on paper (PDF/UA-1)."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.connectivity.queries.studies import KeptStudy
from carnet.connectivity.rules.study.assumptions import BY_KEY, Key, Unit
from carnet.gateways import printer
from carnet.web.connection_studies import drawn, words
from carnet.web.design import formats
from carnet.web.design.components import Table
from carnet.web.spreadsheets import Cents, Line, Sheet, Value

_TEMPLATE = Path(__file__).parent / "study.typ"
_FONTS = Path(printer.__file__).parent / "fonts"
_RESIDENCES_ON_PAPER = 60


def results_sheet(kept: KeptStudy) -> Sheet:
    """What was supposed and what it came to, line by line; amounts to the cent, so that anybody recomputes."""
    columns = [_("Quoi"), _("Bas"), _("Probable"), _("Haut"), _("Unité"), _("D’où cela vient")]
    return Sheet(kept.name, columns, lambda: _results(kept))


def _results(kept: KeptStudy) -> Iterator[Line]:
    found = kept.studied
    for label, value in words.choice_words(kept.choices):
        yield label, None, value, None, "", _("choisi pour cette étude")
    for key in Key:
        values, unit = kept.ranges[key], BY_KEY[key].unit
        yield (
            str(words.KEY_WORDS[key]), *(_value(each, unit) for each in (values.low, values.likely, values.high)), _unit(unit),
            words.source(key, values),
        )  # fmt: skip
    drawn_in = _("huit tirages sur dix et leur milieu, sur %(draws)s ; graine %(seed)s") % {"draws": found.draws, "seed": found.seed}
    for name, label in _measures().items():
        spread = found.spreads[name]
        amounts = (spread.low, spread.middle, spread.high)
        yield label, *(each if name == "homes" else Cents(each) for each in amounts), _("ménages") if name == "homes" else "€", drawn_in
    for label, name in drawn.outcome_lines():
        cases = [getattr(each if name.endswith("_cents") else each.joined, name) for each in (found.prudent, found.likely, found.ambitious)]
        money = name.endswith("_cents")
        yield (
            label,
            *(Cents(each) if money else each for each in cases),
            "€" if money else _("ménages"),
            _("demande basse, probable, haute"),
        )
    yield _("Ménages à partir desquels les deux se valent"), None, found.even.homes, None, _("ménages"), ""
    yield _("Tirages moins chers que le marché"), None, found.cheaper, None, _("sur %(draws)s") % {"draws": found.draws}, ""
    for each in found.weights:
        yield (
            _("Écart avec le marché selon : %(what)s") % {"what": words.KEY_WORDS[each.key]},
            Cents(each.saved_low), Cents(found.likely.saved_cents), Cents(each.saved_high), "€", "",
        )  # fmt: skip


def residences_sheet(kept: KeptStudy) -> Sheet:
    """The residences as they were studied, in the columns a new study reads, and the homes expected in each."""
    names = [name for name, _meaning in words.COLUMN_WORDS] + ["menages_aux_valeurs_probables"]
    yes_no = {True: "oui", False: "non"}

    def lines() -> Iterator[Line]:
        for each, homes in zip(kept.residences, kept.studied.homes, strict=True):
            yield (
                each.name, each.commune, each.dwellings, yes_no[each.has_fibre], each.occupied, yes_no[each.is_priority],
                None if each.difficulty is None else Decimal(each.difficulty).scaleb(-2), yes_no[each.has_room], homes,
            )  # fmt: skip

    return Sheet(kept.name, names, lines)


def _measures() -> dict[str, str]:
    return {
        "homes": _("Ménages connectés"),
        "total": _("Coût de tout"),
        "left": _("Reste à financer"),
        "household": _("Payé par les ménages"),
        "saved": _("Écart avec le marché"),
    }


def _value(value: int, unit: Unit) -> Value:
    if unit is Unit.CENTS:
        return Cents(value)
    return Decimal(value).scaleb(-2) if unit is Unit.SHARE else value


def _unit(unit: Unit) -> str:
    return {Unit.CENTS: "€", Unit.SHARE: "%", Unit.MONTHS: _("mois"), Unit.MINUTES: _("minutes")}[unit]


def study_paper(kept: KeptStudy) -> bytes:
    """What the page says, on paper. The same study gives the same bytes."""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"study": json.dumps(_words(kept))},
        pdf_standards=["ua-1"],
        timestamp=int(kept.made_at.timestamp()),
    )
    return content


def _words(kept: KeptStudy) -> dict[str, Any]:
    found = kept.studied
    tables = [drawn.scenarios(found), drawn.weights(found)]
    if len(kept.residences) <= _RESIDENCES_ON_PAPER:
        tables.append(drawn.residences(kept))
    return {
        "language": (get_language() or "fr")[:2],
        "title": kept.name,
        "lead": _("Étude de faisabilité d’une connexion solidaire, faite le %(day)s.") % {"day": formats.day(kept.made_at)},
        "warning": _("C’est une estimation, jamais une promesse."),
        "said": words.said(found, kept.choices),
        "figures_title": _("Les chiffres"),
        "figures": [[each.label, each.value, each.detail] for each in drawn.figures(found)],
        "tables": [_table(each) for each in tables],
        "chosen_title": _("Ce qui est choisi"),
        "chosen": [list(each) for each in words.choice_words(kept.choices)],
        "assumptions_title": _("Ce qui est supposé"),
        "assumptions": [_table(each) for each in drawn.assumptions(kept.ranges)],
        "supposed_title": _("Ce que le calcul suppose"),
        "supposed": words.supposed(),
        "draws": _("%(draws)s tirages, graine %(seed)s : la même graine redonne la même étude.")
        % {"draws": formats.number(found.draws), "seed": found.seed},
        "left_out": ""
        if len(kept.residences) <= _RESIDENCES_ON_PAPER
        else _("Les %(count)s résidences sont dans le tableur.") % {"count": formats.number(len(kept.residences))},
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "caption": table.caption,
        "columns": [column.label for column in table.columns],
        "numbers": [column.number for column in table.columns],
        "rows": [[str(cell) for cell in row] for row in table.rows],
        "total": [str(cell) for cell in table.total],
    }
