"""What is read: signals, one of them with its evidence, the rules of a programme with what became of what they noticed."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from carnet.controls.queries import signals as queries
from carnet.controls.queries.signals import SignalFacts, SignalFilter
from carnet.controls.rules.signals import SignalState
from carnet.controls.rules.signals.registry import RULES
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.signals import words

# A page number longer than that is of no list.
PAGE_DIGITS = 6


def signals(request: HttpRequest) -> HttpResponse:
    """The signals of every programme one runs or audits, the latest first."""
    actor = actor_of(request)
    which = _filter(request)
    number = request.GET.get("page", "")
    found = queries.signals(
        actor, programme_ids=actor.programme_ids, which=which, page=int(number[:PAGE_DIGITS]) if number.isdecimal() else 1
    )
    pages = Paginator(range(found.count), queries.PER_PAGE).page(found.page)
    programmes = funding.programmes(queries.programmes_seen(actor, sorted(actor.programme_ids)))
    context = {
        "office": words.office_of(actor),
        "table": _table(found.signals, _nothing(which)),
        "pages": pages if found.page_count > 1 else None,
        "count": found.count,
        "rules": [(each.code, words.name_of(each.code), each.code == which.rule) for each in RULES],
        "states": [(each.value, words.STATES[each][0], each is which.state) for each in SignalState],
        "place": places.names_of([which.place_id]).get(which.place_id, "") if which.place_id else "",
        "place_id": which.place_id or "",
        "programmes": [(each.name, reverse("signals:rules", args=[each.id])) for each in programmes],
    }
    return render(request, "signals/signals.html", context)


def _filter(request: HttpRequest) -> SignalFilter:
    """What the address asks; what it cannot mean is left out. At first, what nobody has sorted."""
    state, place = request.GET.get("state", "" if request.GET else SignalState.NEW.value), request.GET.get("place", "")
    return SignalFilter(
        rule=request.GET.get("rule", "")[:40],
        place_id=int(place) if place.isdecimal() and len(place) < 19 else None,
        state=SignalState(state) if state in set(SignalState) else None,
    )


def _nothing(which: SignalFilter) -> str:
    """What an empty list says, and what to do then."""
    if which == SignalFilter(state=SignalState.NEW):
        return _("Rien à trier. Choisissez « Tous » pour relire les anciens.")
    return _("Aucun signal ne répond à ce choix. Choisissez « Tous ».")


def _table(found: tuple[SignalFacts, ...], empty: str) -> Table:
    names = places.names_of({each.place_id for each in found})
    columns = [Column(_("Signal")), Column(_("Lieu")), Column(_("Jours")), Column(_("Valeur"), number=True), Column(_("État"))]
    rows = []
    for each in found:
        state, tone = words.state_of(each)
        rows.append([
            Cell(words.name_of(each.rule), url=reverse("signals:signal", args=[each.id])), names.get(each.place_id, ""),
            words.period(each.from_on, each.until_on), formats.euros(each.cents) if each.cents else "–", Cell(state, tone=tone),
        ])  # fmt: skip
    return Table(_("Signaux"), columns, rows, empty=empty)


def signal(request: HttpRequest, signal_id: int) -> HttpResponse:
    """One signal: what was looked for, what was found, what an honest explanation could be, what to do."""
    actor = actor_of(request)
    found = queries.signal(actor, signal_id)
    state, tone = words.state_of(found)
    told = words.RULES.get(found.rule)
    names = {number: card.name for number, card in parties.organisations(words.organisations_in(found.facts)).items()}
    may_sort = allowed(actor.roles, "controls.sort-signals") and funding.programme(found.programme_id).operator_id == actor.organisation_id
    context = {
        "office": words.office_of(actor),
        "signal": found,
        "title": words.name_of(found.rule),
        "lead": told.looks_for if told else "",
        "honest": told.honest if told else "",
        "state": state,
        "tone": tone,
        "rows": _summary(found, actor),
        "evidence": words.evidence(found, names),
        "tables": words.tables(found, names),
        "comparisons": words.comparisons(found),
        "may_set_aside": may_sort and found.state is SignalState.NEW,
        "open_case_url": _case_url(found) if may_sort and found.state is not SignalState.IN_CASE else "",
        "case_url": _reversed("operator:case", found.case_id) if found.case_id else "",
    }
    return render(request, "signals/signal.html", context)


def _summary(found: SignalFacts, actor: Actor) -> list[Row]:
    place = places.names_of([found.place_id]).get(found.place_id, "")
    place_url = _reversed("operator:place", found.place_id) if allowed(actor.roles, "places.see") else ""
    rows = [
        Row(_("Lieu"), place, place_url, _("Voir") if place_url else ""),
        Row(_("Géré par"), parties.organisation_name(found.organisation_id)),
        Row(_("Programme"), funding.programme(found.programme_id).name),
        Row(_("Jours regardés"), words.period(found.from_on, found.until_on)),
        Row(_("Seuil de la règle ce jour-là"), words.threshold_of(found.rule, found.threshold)),
        Row(_("Remarqué le"), formats.moment(found.noticed_at)),
    ]
    if found.set_aside_at is not None and found.set_aside_by_id is not None:
        who = parties.names_of([found.set_aside_by_id]).get(found.set_aside_by_id, "")
        rows.append(Row(_("Mis de côté"), f"{formats.moment(found.set_aside_at)}, {who}" if who else formats.moment(found.set_aside_at)))
        rows.append(Row(_("Pourquoi"), found.set_aside_because))
    return rows


def _case_url(found: SignalFacts) -> str:
    url = _reversed("operator:case-new")
    return f"{url}?signal={found.id}" if url else ""


def _reversed(route: str, *arguments: object) -> str:
    """The address of a page of another subject; empty where there is none."""
    try:
        return reverse(route, args=arguments)
    except NoReverseMatch:
        return ""


def rules(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Every rule of a programme: its threshold, who set it and why, what became of what it noticed, how often it was right."""
    actor = actor_of(request)
    programme = funding.programme(programme_id)
    settings = {each.rule: each for each in queries.settings_of(actor, programme_id)}
    may_set = allowed(actor.roles, "controls.set-signals") and programme.operator_id == actor.organisation_id
    columns = [
        Column(_("Règle")), Column(_("Seuil")), Column(_("Remarqués"), number=True), Column(_("À trier"), number=True),
        Column(_("Mis de côté"), number=True), Column(_("En dossier"), number=True), Column(_("Fraudes"), number=True),
        Column(_("En ordre"), number=True), Column(_("Erreurs"), number=True), Column(_("Justesse")),
    ]  # fmt: skip
    rows = []
    for each in queries.rule_counts(actor, programme_id):
        threshold = words.threshold_of(each.rule, settings[each.rule].threshold)
        rows.append([
            Cell(words.name_of(each.rule), url=f"{reverse('signals:signals')}?rule={each.rule}"),
            Cell(threshold, url=reverse("signals:threshold", args=[programme_id, each.rule])) if may_set else threshold,
            *(formats.number(count) for count in (
                each.noticed, each.waiting, each.set_aside, each.in_cases, each.confirmed, each.honest, each.sloppy,
            )),
            words.precision(each.precision, each.ended),
        ])  # fmt: skip
    context = {
        "office": words.office_of(actor),
        "programme": programme,
        "table": Table(_("Règles de ce programme"), columns, rows),
        "changed": _changed(settings),
        "explained": [(words.RULES[each.code].name, words.RULES[each.code].looks_for, words.RULES[each.code].honest) for each in RULES],
    }
    return render(request, "signals/rules.html", context)


def _changed(settings: dict[str, queries.Setting]) -> Table | None:
    said = [each for each in settings.values() if each.set_at is not None]
    if not said:
        return None
    who = parties.names_of([each.set_by_id for each in said if each.set_by_id])
    columns = [Column(_("Règle")), Column(_("Seuil")), Column(_("Depuis")), Column(_("Qui")), Column(_("Pourquoi"))]
    rows = [
        [
            words.name_of(each.rule), words.threshold_of(each.rule, each.threshold), formats.moment(each.set_at) if each.set_at else "",
            who.get(each.set_by_id or 0, ""), each.reason,
        ]
        for each in said
    ]  # fmt: skip
    return Table(_("Seuils décidés pour ce programme"), columns, rows)
