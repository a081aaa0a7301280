"""The tables and maps of a plan, and the choices of another try; for the page, the files and the paper."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.observatory.rules.charts import classes
from carnet.planning.queries import plans as queries
from carnet.planning.queries.plans import CommuneLine, VersionPage
from carnet.planning.rules.allotment import Method
from carnet.planning.rules.plan_ground import is_added
from carnet.web.design import charts, formats
from carnet.web.design.charts import Chart
from carnet.web.design.components import Cell, Column, Table
from carnet.web.need.plans.words import METHODS, limit
from carnet.web.spreadsheets import Cents, Sheet

MOST_MAPPED = 800


def communes_table(page: VersionPage, *, most: int) -> Table:
    """The communes that receive most, by the three methods."""
    lines = queries.communes(page)
    columns = [
        Column(_("Commune")),
        Column(_("Personnes en difficulté"), number=True),
        Column(_("Besoin, 100 en moyenne"), number=True),
        *(Column(str(METHODS[method]), number=True) for method in page.outcomes),
        Column(_("Trajet au guichet"), number=True),
    ]
    rows = [
        [
            each.name,
            formats.number(each.people),
            formats.number(each.need) if each.is_need_known else _("inconnu"),
            *(formats.number(each.booklets[method]) for method in page.outcomes),
            limit(each.trip) if each.trip is not None else "–",
        ]
        for each in lines[:most]
    ]
    total = [_("Total"), "", "", *(formats.number(sum(each.booklets[method] for each in lines)) for method in page.outcomes), ""]
    return Table(_("Carnets par commune"), columns, rows, total, empty=_("Aucune commune."))


def desks_table(page: VersionPage, *, most: int, try_url: str = "") -> Table:
    """What each desk receives, those that receive most first."""
    lines = queries.desks(page)
    columns = [Column(_("Guichet")), Column(_("Commune")), Column(_("Carnets"), number=True), Column(_("Communes servies"), number=True)]
    columns += [Column(_("Essayer"))] if try_url else []
    rows = [
        [
            each.name,
            each.commune,
            formats.number(each.booklets[Method.OPTIMAL]),
            formats.number(each.communes),
            *([Cell(_("sans lui"), url=f"{try_url}?without={each.code}")] if try_url else []),
        ]
        for each in lines[:most]
    ]
    total = [_("Total"), "", formats.number(sum(each.booklets[Method.OPTIMAL] for each in lines)), "", *([""] if try_url else [])]
    return Table(_("Carnets par guichet"), columns, rows, total, empty=_("Aucun guichet."))


def communes_sheet(page: VersionPage) -> Sheet:
    """Every commune, to take away."""
    columns = [
        _("Code"), _("Commune"), _("Habitants"), _("Personnes en difficulté"), _("Besoin, 100 en moyenne"),
        *(_("Carnets : %(method)s") % {"method": METHODS[method]} for method in page.outcomes),
        _("Valeur"), _("Trajet au guichet, minutes"),
    ]  # fmt: skip
    cents = page.problem.prices.booklet_cents

    def lines() -> Iterable[list[str | int | Cents | Decimal | None]]:
        for each in queries.communes(page):
            yield [
                each.code, each.name, each.population, each.people, each.need if each.is_need_known else None,
                *(each.booklets[method] for method in page.outcomes),
                Cents(each.booklets[Method.OPTIMAL] * cents), each.trip,
            ]  # fmt: skip

    return Sheet(_("Carnets par commune"), columns, lines)


def desks_sheet(page: VersionPage) -> Sheet:
    """Every desk, to take away."""
    columns = [_("Guichet"), _("Commune"), _("Carnets"), _("Valeur"), _("Communes servies")]
    cents = page.problem.prices.booklet_cents

    def lines() -> Iterable[list[str | int | Cents | Decimal | None]]:
        for each in queries.desks(page):
            count = each.booklets[Method.OPTIMAL]
            yield [each.name, each.commune, count, Cents(count * cents), each.communes]

    return Sheet(_("Carnets par guichet"), columns, lines)


def map_of(page: VersionPage, method: Method) -> Chart:
    """Booklets for a hundred people in need, commune by commune. The three methods share their shades: their maps are read side by side."""
    lines = queries.communes(page)[:MOST_MAPPED]
    every = {each: _rates(lines, each) for each in page.outcomes}
    return charts.choropleth(
        str(METHODS[method]),
        every[method],
        names={each.code: each.name for each in page.problem.demands},
        unit=charts.Unit.RATE,
        least=classes([value for values in every.values() for value in values.values()]),
    )


def _rates(lines: Sequence[CommuneLine], method: Method) -> dict[str, charts.Value]:
    return {each.code: round(100 * each.booklets[method] / each.people, 1) for each in lines}


def short_map(page: VersionPage, method: Method) -> Chart:
    """The map with its ten first communes only: the paper has the whole table elsewhere."""
    whole = map_of(page, method)
    return replace(whole, table=replace(whole.table, rows=whole.table.rows[:10]), rest=())


def points_of(page: VersionPage, *, most: int) -> list[tuple[str, str]]:
    """Desks and places that may be left out: those closed already, then those that receive most."""
    names = {each.code: each.name for each in page.ground.demands}
    sent = page.answer.best.by_desk() if page.answer else {}
    used = page.answer.best.by_site() if page.answer else {}
    desks = sorted(page.ground.desks, key=lambda each: (each.code not in page.asked.closed, -sent.get(each.code, 0), each.name))
    sites = sorted(page.ground.sites, key=lambda each: (each.code not in page.asked.closed, -used.get(each.code, 0), each.name))
    told = [
        (each.code, _("Guichet : %(name)s (%(commune)s)") % {"name": each.name, "commune": names.get(each.commune, "")})
        for each in desks[:most]
    ]
    told += [
        (each.code, _("Lieu : %(name)s (%(commune)s)") % {"name": each.name, "commune": names.get(each.commune, "")})
        for each in sites[:most]
    ]
    return [each for each in told if not is_added(each[0])]


def added_of(page: VersionPage) -> list[tuple[str, str]]:
    """Places added already, by their rank."""
    names = {each.code: each.name for each in page.ground.demands}
    return [
        (
            str(rank),
            ngettext("%(name)s, %(count)s personne", "%(name)s, %(count)s personnes", each.booklets)
            % {"name": names.get(each.commune, each.commune), "count": formats.number(each.booklets)},
        )
        for rank, each in enumerate(page.asked.added)
    ]
