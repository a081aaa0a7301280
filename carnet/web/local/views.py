"""A territory on the screen: the list, who does what, what nobody answers, what is decided, what was said before, how far vouchers reach."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from carnet.kernel.actors import Actor
from carnet.observatory.queries import objectives as aims
from carnet.observatory.queries import reach as reached
from carnet.observatory.queries import territories as queries
from carnet.observatory.queries.objectives import ObjectiveView
from carnet.observatory.queries.reach import ReachView
from carnet.observatory.queries.territories import ActorLine, Decision, TerritoryView
from carnet.observatory.rules.reach import LEAST_NEED
from carnet.parties.rules import allowed
from carnet.web import clock, gap_tasks
from carnet.web.design import charts, formats
from carnet.web.design.components import Cell, Column, Download, Figure, Table, Task
from carnet.web.design.screens import actor_of
from carnet.web.local import words

KINDS = ("csv", "ods", "xlsx")


def home(request: HttpRequest) -> HttpResponse:
    """A local actor's first screen: what is late, and its territories."""
    return _territories(request, is_home=True)


def territories(request: HttpRequest) -> HttpResponse:
    """The territories of whoever comes from another room."""
    return _territories(request, is_home=False)


def _territories(request: HttpRequest, *, is_home: bool) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    found = queries.territories(actor=actor, at=at)
    tasks = [_late_task(each) for each in found if each.own_late]
    tasks += [_line_task(each) for each in found if not each.has_line]
    tasks += gap_tasks.tasks_of_territories(actor, found, at)
    context = {
        "office": words.office_of(actor),
        "is_home": is_home,
        "tasks": tasks,
        "table": _list(found) if found else None,
        "may_lead": allowed(actor.roles, "observatory.lead-territory"),
        "may_import": allowed(actor.roles, "observatory.import-indicators"),
    }
    return render(request, "local/home.html", context)


def territory(request: HttpRequest, territory_id: int) -> HttpResponse:
    """Who does what, what nobody answers, what is decided and what comes next."""
    actor, at = actor_of(request), clock.now()
    view = queries.territory(actor=actor, territory_id=territory_id, at=at)
    own = view.line_of(actor.organisation_id)
    may_write = own is not None and allowed(actor.roles, "observatory.keep-line")
    is_leader = view.leader_id == actor.organisation_id and allowed(actor.roles, "observatory.lead-territory")
    context = {
        "office": words.office_of(actor),
        "view": view,
        "lead": lead_of(view),
        "actors": [_actor(view, line, own_id=actor.organisation_id) for line in view.lines],
        "own": own,
        "may_write": may_write,
        "is_leader": is_leader,
        "may_add_steps": is_leader or may_write,
        "gaps": gaps_table(view),
        "missing": [(words.need(gap.need), view.named(gap.missing)) for gap in view.gaps if gap.missing and len(gap.missing) < len(view.people)],
        "noticed": [
            {"need": words.need(each.need), "words": each.words, "where": words.where(view, each.commune_codes), "name": each.name,
             "on": each.noticed_at, "id": each.id, "is_own": each.organisation_id == actor.organisation_id}
            for each in view.noticed
        ],
        "late": [_late_words(step.words, step.responsible, step.due_on) for step in view.late],
        "decisions": [_decision(view, each, actor) for each in view.decisions],
        "files": files_of(territory_id),
    }  # fmt: skip
    return render(request, "local/territory.html", context)


def history(request: HttpRequest, territory_id: int) -> HttpResponse:
    """What was said of a territory and no longer holds."""
    actor, at = actor_of(request), clock.now()
    view = queries.territory(actor=actor, territory_id=territory_id, at=at)
    kinds = {"commitment": _("Engagement terminé"), "noticed": _("Besoin réglé"), "decision": _("Décision retirée")}
    columns = [
        Column(_("Quand")),
        Column(_("Quoi")),
        Column(_("Qui")),
        Column(_("Besoin")),
        Column(_("En une phrase")),
        Column(_("Depuis")),
    ]
    rows = [
        [
            formats.day(each.at),
            kinds[each.kind],
            each.name,
            words.need(each.need) if each.need else "",
            each.words,
            formats.day(each.since_at),
        ]
        for each in queries.history(actor=actor, territory_id=territory_id)
    ]
    table = Table(_("Ce qui a été dit et ne tient plus"), columns, rows, empty=_("Rien n’a encore changé."))
    return render(request, "local/history.html", {"office": words.office_of(actor), "view": view, "table": table})


def figures(request: HttpRequest, territory_id: int) -> HttpResponse:
    """How far vouchers reach the people in need of a territory; objectives and national figures beside."""
    actor, at = actor_of(request), clock.now()
    found = reached.reach(actor=actor, territory_id=territory_id, at=at)
    context = {
        "office": words.office_of(actor),
        "territory_id": territory_id,
        "name": found.name,
        "figures": first_figures(found),
        "method": words.method(found.whole.methods),
        "need": words.estimate(found.whole.need),
        "table": reach_table(found),
        "bands": bands_table(found),
        "chart": reach_map(found) if len(found.communes) > 1 else None,
        "hidden": found.hidden,
        "vintages": ", ".join(str(each) for each in found.vintages),
        "sources": " ; ".join(found.sources),
        "counted_at": found.counted_at,
        "least": LEAST_NEED,
        "objectives": objectives_table(aims.objectives(at=at)),
        "nation": national_table(),
        "files": [
            Download(_("Par commune"), reverse("local:file", args=[territory_id, "reach", kind]), kind.upper()) for kind in KINDS
        ],
    }  # fmt: skip
    return render(request, "local/figures.html", context)


def lead_of(view: TerritoryView) -> str:
    """How large it is, and who leads it."""
    told = ngettext("%(communes)s commune", "%(communes)s communes", len(view.people)) % {"communes": formats.number(len(view.people))}
    return _("%(communes)s, %(people)s habitants. Animé par %(leader)s.") % {
        "communes": told, "people": formats.number(sum(view.people.values())), "leader": view.leader,
    }  # fmt: skip


def files_of(territory_id: int) -> list[Download]:
    """What the steering committee takes away."""
    parts = {"actors": _("Qui fait quoi"), "needs": _("Besoins sans réponse"), "decisions": _("Décisions et suites")}
    paper = Download(_("Tout, pour le comité de pilotage"), reverse("local:paper", args=[territory_id]), "PDF")
    tables = [
        Download(label, reverse("local:file", args=[territory_id, part, kind]), kind.upper())
        for part, label in parts.items()
        for kind in ("csv", "ods")
    ]  # fmt: skip
    return [paper, *tables]


def gaps_table(view: TerritoryView) -> Table:
    """Needs, the least answered first: who answers, and how many communes and inhabitants have nobody."""
    columns = [
        Column(_("Besoin")), Column(_("Qui y répond"), number=True), Column(_("Communes sans réponse"), number=True),
        Column(_("Leurs habitants"), number=True),
    ]  # fmt: skip
    rows = []
    for gap in view.gaps:
        missing = _("aucune") if gap.is_covered else formats.number(len(gap.missing))
        if len(gap.missing) == len(view.people) and len(view.people) > 1:
            missing = _("toutes")
        people = formats.number(gap.missing_people) if gap.missing else "0"
        rows.append([words.need(gap.need), formats.number(gap.actors), missing, people])
    return Table(_("Par besoin"), columns, rows)


def first_figures(found: ReachView) -> list[Figure]:
    """Three figures for whoever has two minutes."""
    low, _middle, high = (formats.number(each) for each in found.whole.need.shown())
    between = _("entre %(low)s et %(high)s") % {"low": low, "high": high}
    about = _("environ %(count)s") % {"count": formats.number(found.whole.need.shown()[1])}
    return [
        Figure(about, _("personnes en difficulté, estimation"), between),
        Figure(words.count(found.whole.handed_over), _("chèques remis"), _per_thousand(words.rate(found.whole.handed_rate))),
        Figure(words.count(found.whole.used), _("chèques utilisés"), _per_thousand(words.rate(found.whole.used_rate))),
    ]


def reach_table(found: ReachView) -> Table:
    """By commune, the most people in need first."""
    columns = [
        Column(_("Commune")), Column(_("Personnes en difficulté"), number=True), Column(_("Méthode")), Column(_("Remis"), number=True),
        Column(_("Remis pour 1 000"), number=True), Column(_("Utilisés"), number=True), Column(_("Utilisés pour 1 000"), number=True),
    ]  # fmt: skip
    rows = [
        [
            each.name, words.short_estimate(each.need), words.short_method(each.methods), words.count(each.handed_over), words.short_rate(each.handed_rate),
            words.count(each.used), words.short_rate(each.used_rate),
        ]
        for each in found.communes
    ]  # fmt: skip
    return Table(_("Par commune, environ"), columns, rows)


def bands_table(found: ReachView) -> Table:
    """By age, as far as INSEE's bands are here and desks ticked an age."""
    columns = [
        Column(_("Âge")), Column(_("Personnes en difficulté"), number=True), Column(_("Personnes servies"), number=True),
        Column(_("Servies pour 1 000"), number=True), Column(_("Ont utilisé un chèque"), number=True), Column(_("Pour 1 000"), number=True),
    ]  # fmt: skip
    rows = [
        [
            words.band(each.band), words.short_estimate(each.need) if each.need is not None else _("âges non lus"), words.count(each.people),
            words.short_rate(each.people_rate), words.count(each.users), words.short_rate(each.users_rate),
        ]
        for each in found.bands
    ]  # fmt: skip
    return Table(_("Par âge, environ"), columns, rows)


def reach_map(found: ReachView) -> charts.Chart:
    """Vouchers handed over for a thousand people in need, on a map."""
    values: dict[str, charts.Value] = {}
    for each in found.communes:
        if each.handed_rate is not None:
            values[each.code] = each.handed_rate.middle
        else:
            values[each.code] = charts.HIDDEN if each.handed_over is None else charts.MISSING
    return charts.choropleth(
        _("Chèques remis pour 1 000 personnes en difficulté"), values, unit=charts.Unit.RATE,
        source=_("Estimation : voir la méthode sous le tableau."),
    )  # fmt: skip


def objectives_table(found: list[ObjectiveView]) -> Table:
    """What is aimed at, what is done, what is likely."""
    columns = [
        Column(_("Objectif")), Column(_("Fait"), number=True), Column(_("Visé"), number=True), Column(_("Avant le")), Column(_("À ce rythme, ce jour-là")),
        Column(_("Il faudrait, par mois"), number=True), Column(_("Où en est-on ?")),
    ]  # fmt: skip
    rows = [objective_row(each) for each in found]
    return Table(_("Visé, fait, probable"), columns, rows, empty=_("Aucun objectif n’est fixé."))


def objective_row(each: ObjectiveView) -> list[Any]:
    """One objective."""
    told, tone = words.standing(each.outlook.standing)
    likely = ""
    if each.outlook.expected is not None and each.outlook.low is not None and each.outlook.high is not None:
        likely = _("environ %(expected)s (entre %(low)s et %(high)s)") % {
            name: formats.number(value) for name, value in words.likely(each.outlook).items()
        }  # fmt: skip
    name = words.target(each.measure)
    return [
        f"{name}, {each.programme}" if each.programme else name,
        formats.number(each.outlook.so_far),
        formats.number(each.target_count),
        formats.day(each.due_on),
        likely,
        formats.number(each.outlook.needed_pace) if each.outlook.needed_pace is not None else "",
        Cell(told, tone=tone),
    ]


def national_table() -> Table:
    """What was published of the nation, in its own words. Never mixed with ours."""
    columns = [
        Column(_("En France")),
        Column(_("De qui"), number=False),
        Column(_("Année"), number=True),
        Column(_("Source")),
        Column(_("À savoir")),
    ]
    language = get_language() or "fr"
    percent = "%" if language.startswith("en") else f"{formats.NO_BREAK}%"
    rows = []
    for each in (figure.said(language) for figure in aims.national_figures()):
        value = f"{each.value}{percent}" if each.unit == "%" else _("%(value)s millions") % {"value": each.value}
        source = f"{each.source}, {each.published}"
        rows.append(
            [f"{value} {each.wording}", each.population, str(each.year), Cell(source, each.address) if each.address else source, each.doubt]
        )
    return Table(_("Repères nationaux, tels qu’ils ont été publiés"), columns, rows)


def _per_thousand(told: str) -> str:
    return _("%(rate)s pour 1 000 personnes en difficulté") % {"rate": told}


def _list(found: list[queries.TerritoryCard]) -> Table:
    columns = [
        Column(_("Territoire")), Column(_("Communes"), number=True), Column(_("Organisations"), number=True), Column(_("Animé par")),
        Column(_("Suites en retard"), number=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.name, url=reverse("local:territory", args=[each.id])), formats.number(each.communes), formats.number(each.actors),
            each.leader, formats.number(each.late),
        ]
        for each in found
    ]  # fmt: skip
    return Table(_("Vos territoires"), columns, rows)


def _late_task(each: queries.TerritoryCard) -> Task:
    told = ngettext("%(count)s suite en retard", "%(count)s suites en retard", each.own_late) % {"count": each.own_late}
    return Task(
        each.name,
        _("Voir"),
        f"{reverse('local:territory', args=[each.id])}#decisions",
        detail=told,
        tone="warning",
        tone_text=_("en retard"),
    )


def _line_task(each: queries.TerritoryCard) -> Task:
    return Task(each.name, _("Écrire"), reverse("local:line", args=[each.id]), detail=_("Dites ce que vous y faites."))


def _actor(view: TerritoryView, line: ActorLine, *, own_id: int | None) -> dict[str, Any]:
    return {
        "line": line,
        "is_own": line.organisation_id == own_id,
        "phone": formats.phone(line.contact_phone) if line.contact_phone else "",
        "dialled": formats.dialled(line.contact_phone) if line.contact_phone else "",
        "commitments": [words.commitment(view, each) for each in line.commitments],
    }


def _decision(view: TerritoryView, each: Decision, actor: Actor) -> dict[str, Any]:
    mine = {each.organisation_id, view.leader_id}
    steps = []
    for step in each.steps:
        told, tone = _("à faire"), "neutral"
        if step.done_on:
            told, tone = _("fait le %(day)s") % {"day": formats.day(step.done_on)}, "success"
        elif step.dropped_on:
            told, tone = _("abandonné le %(day)s") % {"day": formats.day(step.dropped_on)}, "neutral"
        elif step.is_late:
            told, tone = _("en retard"), "danger"
        is_open = step.done_on is None and step.dropped_on is None
        answers = actor.organisation_id in (step.organisation_id, step.responsible_id, view.leader_id)
        steps.append({"step": step, "told": told, "tone": tone, "may_close": is_open and answers})
    return {"decision": each, "steps": steps, "may_change": actor.organisation_id in mine}


def _late_words(what: str, who: str, due_on: Any) -> str:
    return _("%(who)s devait, avant le %(day)s : %(what)s") % {"who": who, "day": formats.day(due_on), "what": what}
