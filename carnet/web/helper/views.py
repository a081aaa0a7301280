"""The helper's first screen, the people of the structure, their mandates, what was done for them."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache

from carnet.kernel.actors import Actor
from carnet.mandates import queries
from carnet.mandates.queries import DraftView, MandateView, PersonFile, Which
from carnet.mandates.rules import IdentityCheck, MandateState
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Figure, Row, Task
from carnet.web.design.screens import actor_of
from carnet.web.helper import words
from carnet.web.helper.team import home_tasks
from carnet.web.own.desk import tasks as letter_tasks

TYPED_MAX = 80


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Sign with somebody, find somebody, and what waits for one."""
    actor, at = actor_of(request), clock.now()
    structure = queries.structure(actor=actor)
    if structure is None or not structure.is_open:
        return render(request, "helper/home.html", {"structure": structure})
    counted = queries.counts(actor=actor, at=at)
    context = {
        "structure": structure,
        "may_sign": allowed(actor.roles, "mandates.sign"),
        "tasks": [
            *home_tasks(request),
            *letter_tasks(actor),
            *(task for each in queries.open_drafts(actor=actor, at=at) for task in _tasks(each, actor)),
        ],
        "figures": [
            Figure(formats.number(counted.people), words.helped_now(counted.people), url=reverse("helper:people")),
            Figure(formats.number(counted.soon), words.end_soon(counted.soon), url=f"{reverse('helper:people')}?which=soon"),
        ],
    }
    return render(request, "helper/home.html", context)


def _tasks(draft: DraftView, actor: Actor) -> list[Task]:
    """A preparation of one's own to go on with; a colleague's paper to look at."""
    url, families = reverse("helper:draft", args=[draft.id]), words.families(draft.families)
    if draft.helper_id == actor.person_id:
        whose = f"{draft.identity.name} · {families}" if draft.identity else families
        return [Task(_("Un mandat à finir"), _("Reprendre"), url, draft.opened_at, whose)]
    waits = draft.identity_check is IdentityCheck.PAPER and draft.second_helper_id is None
    if waits and draft.identity is not None and allowed(actor.roles, "mandates.sign"):
        title = _("%(helper)s vous demande de lire un papier") % {"helper": draft.helper or _("Un collègue")}
        return [Task(title, _("Lire le papier"), reverse("helper:second", args=[draft.id]), draft.opened_at, families)]
    return []


@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """The people of the structure: in force, soon over, over; found by the beginning of a name, or by a number."""
    typed, which = request.GET.get("q", "")[:TYPED_MAX], _which(request)
    found = queries.people(actor=actor_of(request), at=clock.now(), typed=typed, which=which, page=_page(request))
    caption = _("Trouvées : %(count)s") % {"count": formats.number(found.count)} if typed.strip() else _caption("helper:people", which)
    context = {
        "typed": typed,
        "which": which.value,
        "tabs": _tabs("helper:people", None if typed.strip() else which),
        "table": words.people_table(caption, found.people, empty=_("Personne ici.")),
        "page_of": Paginator(range(found.count), queries.PER_PAGE).get_page(found.page),
    }
    return render(request, "helper/people.html", context)


@never_cache
def mandates(request: HttpRequest) -> HttpResponse:
    """The mandates of the structure, the latest first."""
    which = _which(request)
    found = queries.mandates(actor=actor_of(request), at=clock.now(), which=which, page=_page(request))
    context = {
        "title": _("Mandats"),
        "back_url": "",
        "tabs": _tabs("helper:mandates", which),
        "table": words.mandates_table(_caption("helper:mandates", which), found.mandates, empty=_("Aucun mandat ici.")),
        "page_of": Paginator(range(found.count), queries.PER_PAGE).get_page(found.page),
    }
    return render(request, "helper/list.html", context)


@never_cache
def uses(request: HttpRequest, person_id: int | None = None) -> HttpResponse:
    """What was done, for everybody or for one person, the latest first."""
    actor, at = actor_of(request), clock.now()
    person = queries.person(person_id, actor=actor, at=at) if person_id is not None else None
    found = queries.uses(actor=actor, person_id=person_id, page=_page(request))
    context = {
        "title": _("Ce qui a été fait pour %(name)s") % {"name": words.name(person.view)} if person else _("Ce qui a été fait"),
        "back_url": reverse("helper:person", args=[person_id]) if person else "",
        "tabs": (),
        "table": words.uses_table(_("Démarches faites"), found.uses, empty=_("Rien n’a encore été fait.")),
        "page_of": Paginator(range(found.count), queries.PER_PAGE).get_page(found.page),
    }
    return render(request, "helper/list.html", context)


@never_cache
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person: what they authorise today, and what may be done."""
    actor, at = actor_of(request), clock.now()
    found = queries.person(person_id, actor=actor, at=at)
    is_open = found.view.end_reason is None and found.identity is not None
    context = {
        "found": found,
        "title": words.name(found.view),
        "rows": _rows(found),
        "live": [(words.family(each.family), formats.day(each.last_day)) for each in found.live],
        "mandates": words.mandates_table(_("Ses mandats"), found.mandates, empty=_("Aucun mandat."), with_person=False),
        "latest": found.mandates[0] if found.mandates else None,
        "endings": queries.endings(person_id, actor=actor),
        "end_reason": words.REASONS[found.view.end_reason] if found.view.end_reason else "",
        "is_open": is_open,
        "may_sign": is_open and allowed(actor.roles, "mandates.sign"),
    }
    return render(request, "helper/person.html", context)


def _rows(found: PersonFile) -> list[Row]:
    rows = [Row(_("Numéro"), found.view.number)]
    if found.identity is not None:
        rows.append(Row(_("Naissance"), words.born(found.identity.birthdate)))
        rows.append(Row(_("Téléphone pour prévenir"), formats.phone(found.contact) if found.contact else _("Aucun")))
    return rows


@never_cache
def mandate(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """One mandate: what it says, its paper, what may be done with it."""
    actor, at = actor_of(request), clock.now()
    found = queries.mandate(mandate_id, actor=actor, at=at)
    text, tone = words.state(found)
    context = {
        "found": found,
        "is_new": "new" in request.GET,
        "state": text,
        "tone": tone,
        "rows": mandate_rows(found),
        "lines": [(words.family(each.family), _line(each)) for each in found.authorisations],
        "has_stopped": any(each.ended_at is not None for each in found.authorisations),
        "may_sign": bool(found.person_name) and allowed(actor.roles, "mandates.sign"),
        "may_act": bool(found.live) and allowed(actor.roles, "mandates.act"),
        "is_over": found.state is not MandateState.LIVE or not found.live,
    }
    return render(request, "helper/mandate.html", context)


def mandate_rows(found: MandateView) -> list[Row]:
    """What a mandate says, for whoever keeps it."""
    names = parties.names_of(each for each in (found.signed_by_id, found.second_helper_id) if each is not None)
    by = [names[each] for each in (found.signed_by_id, found.second_helper_id) if each in names]
    person_url = reverse("helper:person", args=[found.person_id])
    return [
        Row(_("Personne"), found.person_name or found.person_number, person_url, _("Voir son dossier")),
        Row(_("Signé le"), formats.moment(found.signed_at)),
        Row(_("Dernier jour"), formats.day(found.last_day)),
        Row(_("Identité"), words.CHECKS[found.identity_check]),
        Row(_("Signé par"), ", ".join(by) or "–"),
    ]


def _line(each: queries.AuthorisationView) -> str:
    if each.is_live:
        return _("jusqu’au %(day)s") % {"day": formats.day(each.last_day)}
    reason = words.REASONS[each.end_reason] if each.end_reason else ""
    return _("arrêté le %(day)s : %(reason)s") % {"day": formats.day(each.ended_at), "reason": reason} if each.ended_at else str(reason)


def _which(request: HttpRequest) -> Which:
    asked = request.GET.get("which", Which.LIVE.value)
    return Which(asked) if asked in {each.value for each in Which} else Which.LIVE


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isdecimal() and len(asked) < 8 else 1


def _caption(route: str, which: Which) -> str:
    return {
        Which.LIVE: _("En cours"),
        Which.SOON: _("Finissent dans le mois"),
        Which.OVER: _("Rien en cours") if route == "helper:people" else _("Finis ou arrêtés"),
        Which.ALL: pgettext("people", "Toutes") if route == "helper:people" else pgettext("mandates", "Tous"),
    }[which]


def _tabs(route: str, which: Which | None) -> list[dict[str, Any]]:
    return [{"url": f"{reverse(route)}?which={each.value}", "label": _caption(route, each), "is_current": each is which} for each in Which]
