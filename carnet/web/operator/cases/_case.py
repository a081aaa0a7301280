"""One case: what was asked, what was said, what waits, what may be done now and by whom."""

from datetime import datetime
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.controls.operations import cases as operations
from carnet.controls.queries import cases as queries
from carnet.controls.queries.cases import CaseLine, CasePage
from carnet.controls.rules.cases import CaseState
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web import cases as words
from carnet.web import clock
from carnet.web.applications import attachment
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.screens import actor_of
from carnet.web.operator.cases._forms import FOUND
from carnet.web.operator.cases._list import state_of
from carnet.web.signals import behind
from carnet.web.signals import words as signal_words
from carnet.web.spreadsheets import as_file


def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case: what was asked, what was said, what waits, what may be done now and by whom."""
    actor, at = actor_of(request), clock.now()
    page = queries.case_page(actor, case_id, at=at)
    line = page.line
    road, current = words.road(line.state)
    people = parties.names_of({each.person_id for each in page.steps if each.person_id and not each.by_place})
    passages, pages = behind.of_case(request, page)
    context = {
        "case": page,
        "place": places.names_of([line.place_id]).get(line.place_id, ""),
        "state": state_of(line)[0::2],
        "road": road,
        "current": current,
        "rows": _rows(page),
        "signals": [
            (
                f"{signal_words.name_of(each.rule)}, {signal_words.period(each.from_on, each.until_on)}",
                reverse("signals:signal", args=[each.id]),
            )
            for each in page.signals
        ],
        "steps": [
            (*words.step_words(each), each.words, people.get(each.person_id or 0, "") if not each.by_place else _("le lieu"))
            for each in page.steps
        ],
        "papers": [(each, reverse("operator:case-paper", args=[case_id, each.rank])) for each in page.papers],
        "passages": passages,
        "pages": pages,
        "file_url": reverse("operator:case-passages", args=[case_id]),
        "actions": _actions(page, actor, at),
        "another": _needs_another(page, actor, at),
    }
    return render(request, "operator/cases/case.html", context)


def passages_file(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """Every redemption of a case, for a spreadsheet."""
    actor = actor_of(request)
    page = queries.case_page(actor, case_id, at=clock.now())
    return as_file("csv", f"dossier-{case_id}-passages", behind.sheet_of_case(page), actor)


def paper(request: HttpRequest, case_id: int, rank: int) -> HttpResponse:
    """A paper of a case, to save. Each look is journalled."""
    content, media_type = operations.look_at_paper(case_id=case_id, rank=rank, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    return attachment(content, media_type, f"dossier-{case_id}-{rank}")


def _rows(page: CasePage) -> list[Row]:
    line = page.line
    rows = [
        Row(_("Programme"), funding.programme(line.programme_id).name),
        Row(_("Jours"), words.days(page)),
        Row(_("En question"), words.counted(line.voucher_count, line.cents)),
        Row(_("Retenu"), _held(line)),
        Row(_("Réponse du lieu"), _("jusqu’au %(day)s") % {"day": words.last_day(line.answer_until)}),
        Row(_("Question posée"), page.asked),
        Row(_("Ce qui a été vu"), page.reason),
        Row(_("Téléphone donné au lieu"), page.phone),
    ]
    if page.wish is not None:
        rows.append(Row(_("Le lieu demande"), str(words.WISHES[page.wish])))
    if line.decision is not None:
        rows.append(Row(_("Décision"), str(words.DECISIONS[line.decision])))
    if line.appeal_until is not None:
        rows.append(Row(_("Recours possible"), _("jusqu’au %(day)s") % {"day": words.last_day(line.appeal_until)}))
    if line.appeal_decision is not None:
        rows.append(Row(_("Réponse au recours"), str(words.DECISIONS[line.appeal_decision])))
    if page.found is not None:
        rows.append(Row(_("Ce qui a été trouvé"), str(dict(FOUND)[page.found.value])))
    if line.recovered_cents:
        rows.append(Row(_("Repris"), formats.euros(line.recovered_cents)))
    return rows


def _held(line: CaseLine) -> str:
    if line.held_until is None:
        return _("rien")
    facts = {"amount": formats.euros(line.held_cents), "day": words.last_day(line.held_until)}
    return _("%(amount)s au plus, jusqu’au %(day)s. Ensuite, tout est payé sans autre geste.") % facts


def _actions(page: CasePage, actor: Actor, at: datetime) -> list[tuple[str, str, str]]:
    """What this person may do now: the words, the address, the kind of button."""
    line = page.line
    is_opener = actor.person_id == line.opened_by_id
    was_held = any(each.kind.value == "HELD" for each in page.steps)
    offers = [
        (
            line.waits_for_decision(at) and not is_opener and allowed(actor.roles, operations.DECIDE),
            _("Décider"),
            "case-decide",
            "",
        ),
        (
            line.is_answerable and not line.waits_for_decision(at) and not is_opener and allowed(actor.roles, operations.DECIDE),
            _("Tout libérer dès maintenant"),
            "case-decide",
            "secondary",
        ),
        (
            line.state is CaseState.APPEALED
            and actor.person_id not in (line.opened_by_id, line.decided_by_id)
            and allowed(actor.roles, operations.DECIDE_APPEAL),
            _("Répondre au recours"),
            "case-appeal",
            "",
        ),
        (
            line.waits_to_be_carried_out(at) and not is_opener and allowed(actor.roles, operations.DECIDE),
            _("Exécuter la décision"),
            "case-carry-out",
            "",
        ),
        (line.is_answerable and allowed(actor.roles, operations.OPEN), _("Noter un appel ou un rendez-vous"), "case-note", "secondary"),
        (
            line.is_answerable and not was_held and at < line.decide_until and allowed(actor.roles, operations.HOLD),
            _("Retenir des paiements"),
            "case-hold",
            "secondary",
        ),
        (bool(line.held_cents) and allowed(actor.roles, operations.HOLD), _("Libérer les paiements"), "case-release", "secondary"),
    ]
    return [(text, reverse(f"operator:{route}", args=[line.id]), kind) for may, text, route, kind in offers if may]


def _needs_another(page: CasePage, actor: Actor, at: datetime) -> str:
    line = page.line
    if actor.person_id == line.opened_by_id and (line.waits_for_decision(at) or line.waits_to_be_carried_out(at)):
        return _("Vous avez ouvert ce dossier : une autre personne décide.")
    if line.state is CaseState.APPEALED and actor.person_id in (line.opened_by_id, line.decided_by_id):
        return _("Vous avez ouvert ou décidé ce dossier : une troisième personne répond au recours.")
    return ""
