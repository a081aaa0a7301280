"""What leaves a territory for its steering committee: tables for a spreadsheet, and one tagged PDF; the same rows as the page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typst
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from carnet.gateways import printer
from carnet.kernel.periods import legal_day
from carnet.observatory.queries import reach as reached
from carnet.observatory.queries import territories as queries
from carnet.observatory.queries.reach import ReachView
from carnet.observatory.queries.territories import Step, TerritoryView
from carnet.observatory.rules.reach import Estimate, Rate
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.screens import actor_of
from carnet.web.local import views, words
from carnet.web.spreadsheets import KINDS, Line, Sheet, as_file

_TEMPLATE = Path(__file__).parent / "territory.typ"
_FONTS = Path(printer.__file__).parent / "fonts"


def table(request: HttpRequest, territory_id: int, part: str, kind: str) -> HttpResponseBase:
    """One table of a territory: who does what, needs without an answer, decisions, reach."""
    if kind not in KINDS:
        raise Http404
    actor, at = actor_of(request), clock.now()
    if part == "reach":
        found = reached.reach(actor=actor, territory_id=territory_id, at=at)
        slug, sheet = f"{territory_id}", reach_sheet(found)
    else:
        view = queries.territory(actor=actor, territory_id=territory_id, at=at)
        makers = {"actors": actors_sheet, "needs": needs_sheet, "decisions": decisions_sheet}
        if part not in makers:
            raise Http404
        slug, sheet = view.slug, makers[part](view)
    return as_file(kind, f"territoire-{slug}-{part}-{legal_day(at).isoformat()}", sheet, actor)


def paper(request: HttpRequest, territory_id: int) -> HttpResponse:
    """The whole of it, for the steering committee."""
    actor, at = actor_of(request), clock.now()
    view = queries.territory(actor=actor, territory_id=territory_id, at=at)
    found = reached.reach(actor=actor, territory_id=territory_id, at=at)
    response = HttpResponse(territory_pdf(view, found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="territoire-{view.slug}-{view.as_of.isoformat()}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def actors_sheet(view: TerritoryView) -> Sheet:
    """One line a commitment, and one for whoever has none yet."""
    columns = [
        _("Organisation"), _("Ce qu’elle fait"), _("Service"), _("Adresse électronique"), _("Téléphone"), _("Besoin"), _("Engagement"), _("Où"),
        _("Codes INSEE"), _("Jours et heures"), _("Pour qui"), _("Jusqu’au"), _("Depuis le"),
    ]  # fmt: skip

    def lines() -> Iterator[Line]:
        for line in view.lines:
            head = [line.name, line.words, line.contact_service, line.contact_email, line.contact_phone]
            if not line.commitments:
                yield [*head, "", "", "", "", "", "", None, None]
            for each in line.commitments:
                yield [
                    *head, words.need(each.need), each.words, words.where(view, each.commune_codes), " ".join(each.commune_codes), each.hours,
                    words.publics(each.publics), each.until_on, legal_day(each.made_at),
                ]  # fmt: skip

    return Sheet(_("Qui fait quoi"), columns, lines)


def needs_sheet(view: TerritoryView) -> Sheet:
    """One line a need and a commune nobody answers in, then the needs that were noted."""
    columns = [_("Besoin"), _("Commune"), _("Code INSEE"), _("Habitants"), _("Noté par"), _("Ce qui est vu")]

    def lines() -> Iterator[Line]:
        for gap in view.gaps:
            for code in gap.missing:
                yield [words.need(gap.need), view.communes[code], code, view.people[code], "", ""]
        for each in view.noticed:
            where = words.where(view, each.commune_codes)
            yield [words.need(each.need), where, " ".join(each.commune_codes), None, each.name, each.words]

    return Sheet(_("Besoins sans réponse"), columns, lines)


def decisions_sheet(view: TerritoryView) -> Sheet:
    """One line a next step, and one for a decision without any."""
    columns = [
        _("Décidé le"),
        _("Décision"),
        _("Noté par"),
        _("Suite"),
        _("Qui"),
        _("Avant la fin du"),
        _("État"),
        _("Fait ou abandonné le"),
    ]

    def lines() -> Iterator[Line]:
        for each in view.decisions:
            head: list[Any] = [each.decided_on, each.words, each.noted_by]
            if not each.steps:
                yield [*head, "", "", None, "", None]
            for step in each.steps:
                yield [*head, step.words, step.responsible, step.due_on, _state(step), step.done_on or step.dropped_on]

    return Sheet(_("Décisions et suites"), columns, lines)


def reach_sheet(found: ReachView) -> Sheet:
    """One line a commune: the estimate and its bounds in columns of their own."""
    columns = [
        _("Commune"), _("Code INSEE"), _("Habitants"), _("Personnes en difficulté, estimation"), _("Au moins"), _("Au plus"), _("Méthode"),
        _("Chèques remis"), _("Chèques utilisés"), _("Remis pour 1 000, de"), _("à"), _("Utilisés pour 1 000, de"), _("à"),
    ]  # fmt: skip

    def lines() -> Iterator[Line]:
        for each in found.communes:
            low, middle, high = _shown(each.need)
            yield [
                each.name, each.code, each.population, middle, low, high, words.short_method(each.methods), _number(each.handed_over),
                _number(each.used), *_bounds(each.handed_rate), *_bounds(each.used_rate),
            ]  # fmt: skip

    return Sheet(_("Pour 1 000 personnes en difficulté"), columns, lines)


def territory_pdf(view: TerritoryView, found: ReachView) -> bytes:
    """Exported as PDF/UA-1; the same facts give the same bytes."""
    content: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(_content(view, found))},
        pdf_standards=["ua-1"],
        timestamp=_noon(view),
    )
    return content


def _content(view: TerritoryView, found: ReachView) -> dict[str, Any]:
    gaps = views.gaps_table(view)
    return {
        "language": (get_language() or "fr")[:2],
        "title": view.name,
        "lead": views.lead_of(view),
        "day": _("Au %(day)s") % {"day": formats.day(view.as_of)},
        "page": _("Page"),
        "actors_title": _("Qui fait quoi"),
        "actors": [_actor(view, each) for each in view.lines],
        "labels": {"where": _("Où"), "hours": _("Quand"), "publics": _("Pour qui"), "contact": _("Contact")},
        "gaps": {
            "title": _("Besoins sans réponse"), "columns": [each.label for each in gaps.columns], "numbers": [each.number for each in gaps.columns],
            "rows": [list(row) for row in gaps.rows],
        },
        "missing": [
            [words.need(gap.need), view.named(gap.missing)] for gap in view.gaps if gap.missing and len(gap.missing) < len(view.people)
        ],
        "noticed_title": _("Besoins notés"),
        "noticed": [
            _("%(need)s, %(where)s : %(words)s (%(name)s)")
            % {"need": words.need(each.need), "where": words.where(view, each.commune_codes), "words": each.words, "name": each.name}
            for each in view.noticed
        ],
        "decisions_title": _("Décisions et suites"),
        "steps_columns": [_("Suite"), _("Qui"), _("Avant la fin du"), _("État")],
        "decisions": [
            {
                "title": _("%(day)s : %(words)s") % {"day": formats.day(each.decided_on), "words": each.words},
                "rows": [[step.words, step.responsible, formats.day(step.due_on), _state(step)] for step in each.steps],
            }
            for each in view.decisions
        ],
        "reach_title": _("Ce qui est remis et utilisé"),
        "reach": [[each.label, each.value, each.detail] for each in views.first_figures(found)],
        "method": _("Les personnes en difficulté sont une estimation, %(method)s. Nos comptes n’y entrent pas.") % {
            "method": words.method(found.whole.methods)
        },
        "nothing": _("Rien n’est noté."),
    }  # fmt: skip


def _actor(view: TerritoryView, line: queries.ActorLine) -> dict[str, Any]:
    phone = formats.phone(line.contact_phone) if line.contact_phone else ""
    return {
        "name": line.name,
        "words": line.words or ("" if line.has_line else _("N’a pas encore écrit sa ligne.")),
        "contact": ", ".join(filter(None, (line.contact_service, line.contact_email, phone))),
        "commitments": [words.commitment(view, each) for each in line.commitments],
    }


def _state(step: Step) -> str:
    if step.done_on:
        return _("fait")
    if step.dropped_on:
        return _("abandonné")
    return _("en retard") if step.is_late else _("à faire")


def _shown(found: Estimate) -> tuple[int, int, int]:
    return found.shown()


def _number(value: int | None) -> str | int:
    return _("caché") if value is None else value


def _bounds(found: Rate | None) -> tuple[str, str]:
    return ("", "") if found is None else (words.figure(found.low), words.figure(found.high))


def _noon(view: TerritoryView) -> int:
    """The day of the paper, not the second it was drawn: the same facts give the same bytes."""
    return (view.as_of.toordinal() - 719_163) * 86_400 + 43_200
