"""Where vouchers are needed, on the screen: a territory on a map and in a table, one commune with its neighbourhoods, how it is counted."""

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.planning.queries import need as queries
from carnet.planning.queries import need_areas, weighings
from carnet.planning.rules.need import WEIGHT_MAX, AreaNeed, Component, pulls
from carnet.web import clock
from carnet.web.design import charts, formats
from carnet.web.design.components import Cell, Column, Download, Figure, Table
from carnet.web.design.screens import actor_of
from carnet.web.local.words import office_of
from carnet.web.need import told, words
from carnet.web.need.asking import PEOPLE, SCORE, WEIGHT, Asked, asked, shortcuts

PER_PAGE = 25
# More communes than a map of a page can show: the drawing alone would weigh more than a page may.
MAPPED_MAX = 400
KINDS = ("csv", "ods", "xlsx")


def home(request: HttpRequest) -> HttpResponse:
    """A territory: its communes on a map and in a table, under weights that anyone may change."""
    actor, at = actor_of(request), clock.now()
    typed = request.GET.get("q", "").strip()
    candidates = need_areas.areas_typed(typed) if typed else ()
    if len(candidates) == 1:
        return redirect(f"{reverse('need:home')}?area={candidates[0].level.value}-{candidates[0].code}")
    found = asked(request, actor)
    needs = queries.need_of(found.area.commune_codes, weights=found.weights, at=at) if found.area and not typed else ()
    ranked = ranking(needs, found.order)
    page = Paginator(ranked, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "office": office_of(actor),
        "asked": found,
        "typed": typed,
        "candidates": [
            (f"{reverse('need:home')}?area={each.level.value}-{each.code}", each.name, told.level(each.level, each.code)) for each in candidates
        ],
        "shortcuts": [(f"{reverse('need:home')}?area={each.key}", each.name) for each in shortcuts(actor)],
        "figures": first_figures(needs) if needs else None,
        "chart": need_map(needs, found) if 1 < len(needs) <= MAPPED_MAX else None,
        "is_too_large": len(needs) > MAPPED_MAX,
        "layers": [("", _("Le score"), found.layer is None), *((each.value, words.component(each), found.layer is each) for each in Component)],
        "orders": [(SCORE, _("le score le plus haut d’abord"), found.order == SCORE), (PEOPLE, _("le plus de personnes d’abord"), found.order == PEOPLE)],
        "weights": weight_fields(found),
        "weight_max": WEIGHT_MAX,
        "kept": kept_weights(actor, found),
        "may_keep": allowed(actor.roles, "planning.weigh-need"),
        "may_import": allowed(actor.roles, "observatory.import-indicators"),
        "keep_query": found.query(),
        "table": communes_table(page.object_list, found),
        "points": points_table(page.object_list, _("Points de chaque indicateur : 100 comme autour"), found),
        "page_of": page,
        "indicators": told.indicators_table(needs, found.weights) if needs else None,
        "doubted": sum(1 for each in needs if each.doubt),
        "files": [Download(_("Toutes les communes"), f"{reverse('need:file', args=[kind])}?{found.query()}", kind.upper()) for kind in KINDS],
    }  # fmt: skip
    return render(request, "need/home.html", context)


def commune(request: HttpRequest, code: str) -> HttpResponse:
    """One commune, indicator by indicator, and its neighbourhoods."""
    actor, at = actor_of(request), clock.now()
    found = asked(request, actor)
    known = places.commune(code)
    if known is None or known.code != code:
        raise Http404
    (view,) = queries.need_of([code], weights=found.weights, at=at)
    parts = ranking(queries.neighbourhoods_of(code, weights=found.weights, at=at), found.order)
    page = Paginator(parts, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "office": office_of(actor),
        "asked": found,
        "view": view,
        "lead": _("%(people)s habitants. 100 : comme dans le département.") % {"people": formats.number(view.population)},
        "back": f"{reverse('need:home')}?{found.query()}",
        "back_text": found.area.name if found.area else _("Le besoin"),
        "figures": commune_figures(view),
        "doubt": words.doubt(view.doubt) if view.doubt else "",
        "bounds": words.bounds(view),
        "table": told.components_table(view, found.weights),
        "parts": neighbourhoods_table(page.object_list) if parts else None,
        "part_points": points_table(page.object_list, _("Points de chaque quartier : 100 comme autour"), found) if parts else None,
        "part_count": len(parts),
        "doubted": sum(1 for each in parts if each.doubt),
        "page_of": page,
        "files": [
            Download(_("Tous les quartiers"), f"{reverse('need:commune-file', args=[code, kind])}?{found.query()}", kind.upper())
            for kind in KINDS
        ],
    }
    return render(request, "need/commune.html", context)


def method(request: HttpRequest) -> HttpResponse:
    """How it is counted: what each indicator measures, why it weighs what it weighs, what is not known."""
    actor = actor_of(request)
    return render(
        request, "need/method.html", {"office": office_of(actor), "table": told.reasons_table(), "imported": told.imported_table(actor)}
    )


def false_alarms(request: HttpRequest) -> HttpResponse:
    """Why the published index rings in wealthy centres, shown on three neighbourhoods of Nantes; and what ours gets wrong."""
    context = {"office": office_of(actor_of(request)), "table": told.centres_table(), "missed": told.missed_table()}
    return render(request, "need/false_alarms.html", context)


def ranking(needs: tuple[AreaNeed, ...], order: str) -> list[AreaNeed]:
    """The hardest need first, or the most people; what is not known comes last."""
    if order == PEOPLE:
        return sorted(needs, key=lambda each: (-each.people_in_need, each.code))
    return sorted(needs, key=lambda each: (each.score is None, -(each.score or 0.0), each.code))


def first_figures(needs: tuple[AreaNeed, ...]) -> list[Figure]:
    """Three figures for whoever has a minute."""
    whole = needs[0].estimate
    for each in needs[1:]:
        whole = whole + each.estimate
    low, middle, high = (formats.number(each) for each in whole.shown())
    scored = [each for each in needs if each.score is not None]
    above = sum(1 for each in scored if (each.score or 0) >= 110)
    return [
        Figure(
            _("environ %(count)s") % {"count": middle},
            _("personnes en difficulté, estimation"),
            _("entre %(low)s et %(high)s") % {"low": low, "high": high},
        ),
        Figure(formats.number(above), ngettext("commune à 110 ou plus", "communes à 110 ou plus", above), _("100 : comme autour")),
        Figure(
            formats.number(len(scored)),
            ngettext("commune assez connue pour un score", "communes assez connues pour un score", len(scored)),
            _("sur %(count)s") % {"count": formats.number(len(needs))},
        ),
    ]


def commune_figures(view: AreaNeed) -> list[Figure]:
    """The score, the people, what is known."""
    low, middle, high = (formats.number(each) for each in view.estimate.shown())
    return [
        Figure(words.score(view), _("score du besoin"), words.bounds(view)),
        Figure(
            _("environ %(count)s") % {"count": middle},
            _("personnes en difficulté, estimation"),
            _("entre %(low)s et %(high)s") % {"low": low, "high": high},
        ),
        Figure(words.known_part(view), _("des poids sont connus"), ""),
    ]


def need_map(needs: tuple[AreaNeed, ...], found: Asked) -> charts.Chart:
    """The score, or one component, on a map; what is not known is hatched. Its table stops at the highest: all are in the table below and the files."""
    values: dict[str, charts.Value] = {}
    for each in needs:
        value = each.score if found.layer is None else each.components[found.layer].points
        values[each.code] = charts.MISSING if value is None else round(value)
    name = words.component(found.layer) if found.layer is not None else _("Score du besoin")
    chart = charts.choropleth(_("%(name)s : 100 comme autour") % {"name": name}, values)
    if len(needs) <= PER_PAGE:
        return chart
    rest = _("Et %(count)s autres communes, dans le tableau et les fichiers de cette page.") % {
        "count": formats.number(len(needs) - PER_PAGE)
    }
    return replace(chart, table=replace(chart.table, rows=chart.table.rows[:PER_PAGE]), rest=(rest,))


def weight_fields(found: Asked) -> list[dict[str, Any]]:
    """One field a component."""
    return [
        {"name": f"{WEIGHT}{each.value}", "label": words.component(each), "hint": words.measured(each), "value": found.weights.of(each)}
        for each in Component
    ]


def kept_weights(actor: Any, found: Asked) -> list[tuple[str, str, str, bool]]:
    """The weights one's organisation keeps: address, name, reason, whether they are in use."""
    area = f"&area={found.area.key}" if found.area else ""
    return [
        (
            f"{reverse('need:home')}?weighing={each.id}{area}",
            each.name,
            each.words,
            found.weighing is not None and found.weighing.id == each.id,
        )
        for each in weighings.weighings(actor=actor)
    ]


def communes_table(needs: Any, found: Asked) -> Table:
    """Communes, the hardest need first: how many, how hard, and what makes it so."""
    columns = [
        Column(_("Commune")), Column(_("Score"), number=True), Column(_("Si le reste était connu"), number=True),
        Column(_("Personnes en difficulté"), number=True), Column(_("Connu"), number=True), Column(_("Ce qui pèse le plus")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.name, f"{reverse('need:commune', args=[each.code])}?{found.query()}"), words.score(each), words.bounds(each),
            words.people(each), words.known_part(each), _reasons(each, found),
        ]
        for each in needs
    ]  # fmt: skip
    return Table(_("Par commune"), columns, rows, empty=_("Choisissez un territoire."))


def neighbourhoods_table(needs: Any) -> Table:
    """Neighbourhoods, the hardest need first."""
    columns = [
        Column(_("Quartier")), Column(_("Habitants"), number=True), Column(_("Score"), number=True), Column(_("Si le reste était connu"), number=True),
        Column(_("Personnes en difficulté"), number=True), Column(_("Connu"), number=True), Column(_("À vérifier")),
    ]  # fmt: skip
    rows = [
        [
            each.name, formats.number(each.population), words.score(each), words.bounds(each), words.people(each), words.known_part(each),
            Cell(_("alerte douteuse"), tone="warning") if each.doubt else "",
        ]
        for each in needs
    ]  # fmt: skip
    return Table(_("Par quartier (IRIS)"), columns, rows)


def points_table(needs: Any, caption: str, found: Asked) -> Table:
    """Every component of some places, side by side."""
    shown = [each for each in Component if found.weights.of(each)]
    columns = [Column(_("Où")), *(Column(words.short(each), number=True) for each in shown)]
    rows = [[each.name, *(words.points(each.components[one].points, each.components[one].known) for one in shown)] for each in needs]
    return Table(caption, columns, rows, empty=_("Choisissez un territoire."))


def _reasons(each: AreaNeed, found: Asked) -> Any:
    if each.doubt:
        return Cell(_("alerte douteuse"), tone="warning")
    return words.pulled(pulls(each.points, found.weights)) if each.score is not None else ""
