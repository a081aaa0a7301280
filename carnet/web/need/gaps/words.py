"""Gaps in words: figures, the table of communes, the map, what more places would change, seats, and the same as files."""

import math
from collections.abc import Collection, Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.observatory.rules.charts import Value
from carnet.places import queries as places
from carnet.planning.queries.gap_weeks import GapOfWeek
from carnet.planning.queries.gaps import NewPlaces
from carnet.planning.rules.gaps import CommuneGap, Gap, Seats, SeatUse
from carnet.planning.rules.travel import Mode
from carnet.web.design import charts, formats
from carnet.web.design.charts import Chart
from carnet.web.design.components import Cell, Column, Figure, Table
from carnet.web.spreadsheets import Line, Sheet

MODES = {
    Mode.CAR: gettext_lazy("en voiture"),
    Mode.NO_CAR: gettext_lazy("sans voiture"),
    Mode.WALK: gettext_lazy("à pied"),
}
LINES_SHOWN = 25
SEATS_SHOWN = 20
MAPPED_MOST = 120
AROUND_MOST = 60
NAMES_SHOWN = 3


def count(value: int | None) -> str:
    """A count as read on a page; hidden when too few people."""
    return _("caché") if value is None else formats.number(value)


def commune_name(code: str) -> str:
    """A commune by name, its code when nobody knows it."""
    found = places.commune(code)
    return found.name if found else code


def minutes(value: float | None) -> str:
    """Minutes, rounded to five above ten, as an estimate is; `plus de 100 km` when there is nothing so near."""
    if value is None:
        return _("inconnu")
    if math.isinf(value):
        return _("plus de 100 km")
    return _("%(minutes)s min") % {"minutes": formats.number(rounded(value))}


def rounded(value: float) -> int:
    """Minutes as written: to the minute up to ten, to five beyond. Twenty-nine is never written thirty-one, nor thirty-one thirty."""
    if value <= 10:
        return max(1, round(value))
    return 5 * math.ceil(value / 5)


def figures(found: Gap, without_car: Gap, *, limit: int, mode: Mode, place_count: int) -> list[Figure]:
    """Who has vouchers, who is far, who would be far without a car, and how many vouchers sleep there."""
    told = [
        Figure(
            count(found.people),
            _("personnes ont des chèques à utiliser"),
            _("%(count)s chèques") % {"count": formats.number(found.vouchers)} if found.vouchers else "",
        ),
        Figure(
            count(found.far),
            _("à plus de %(limit)s minutes d’un lieu, %(mode)s") % {"limit": limit, "mode": MODES[mode]},
            share(found),
        ),
    ]
    if mode is Mode.CAR:
        told.append(Figure(count(without_car.far), _("à plus de %(limit)s minutes, sans voiture") % {"limit": limit}, share(without_car)))
    if found.far_vouchers:
        told.append(Figure(formats.number(found.far_vouchers), _("chèques loin d’un lieu")))
    told.append(Figure(formats.number(place_count), ngettext("lieu prend ces chèques", "lieux prennent ces chèques", place_count)))
    return told


def share(found: Gap) -> str:
    """Of a hundred people, how many are far."""
    return formats.percent(found.far, found.people) if found.far is not None and found.people else ""


def sentence(found: Gap, *, limit: int, mode: Mode, name: str) -> str:
    """The page in one sentence."""
    if found.people == 0:
        return _("Personne n’a de chèque à utiliser en ce moment.")
    if found.far is None:
        return _("Moins de cinq personnes sont loin d’un lieu : leur nombre n’est pas montré.")
    if found.far == 0:
        return _("Tout le monde a un lieu à %(limit)s minutes ou moins, %(mode)s.") % {"limit": limit, "mode": MODES[mode]}
    first = next((each for each in found.communes if each.far), None)
    told = ngettext(
        "%(count)s personne a des chèques et aucun lieu à moins de %(limit)s minutes, %(mode)s.",
        "%(count)s personnes ont des chèques et aucun lieu à moins de %(limit)s minutes, %(mode)s.",
        found.far,
    ) % {"count": formats.number(found.far), "limit": limit, "mode": MODES[mode]}
    if first is None:
        return told
    return told + " " + _("D’abord à %(commune)s.") % {"commune": commune_name(first.code)}


def table(found: Gap, *, limit: int) -> Table:
    """By commune of the desks, the most people far first."""
    columns = [
        Column(_("Commune du guichet")),
        Column(_("Personnes"), number=True),
        Column(_("À plus de %(limit)s min") % {"limit": limit}, number=True),
        Column(_("Leurs chèques"), number=True),
        Column(_("Lieu le plus proche")),
        Column(_("Trajet estimé"), number=True),
    ]
    rows = [
        [
            commune_name(each.code),
            count(each.people),
            Cell(count(each.far), tone="warning") if each.far else count(each.far),
            count(each.far_vouchers),
            each.place or _("aucun"),
            minutes(each.minutes),
        ]
        for each in found.communes[:LINES_SHOWN]
    ]
    total = [_("Total"), count(found.people), count(found.far), count(found.far_vouchers), "", ""] if len(found.communes) > 1 else []
    return Table(_("Par commune"), columns, rows, total, empty=_("Personne n’a de chèque à utiliser."))


def sheet(found: Gap, *, title: str, limit: int, mode: Mode) -> Sheet:
    """The same, whole, as a file. A count that is hidden is an empty cell and a word in the last column."""
    columns = (
        _("Code INSEE"), _("Commune du guichet"), _("Personnes qui ont des chèques"),
        _("À plus de %(limit)s minutes %(mode)s") % {"limit": limit, "mode": MODES[mode]}, _("Chèques"), _("Chèques loin d’un lieu"),
        _("Lieu le plus proche"), _("Minutes, estimation"), _("Remarque"),
    )  # fmt: skip
    lines = [_line(each) for each in found.communes]
    if found.unknown != 0:
        lines.append(["", _("Commune inconnue"), found.unknown, None, None, None, "", None, _("adresse du guichet à compléter")])
    return Sheet(title, columns, lambda: lines)


def _line(each: CommuneGap) -> Line:
    remark = _("moins de cinq personnes, ou ce qui le dirait") if each.people is None else ""
    told = None if each.minutes is None or math.isinf(each.minutes) else round(each.minutes)
    return [each.code, commune_name(each.code), each.people, each.far, each.vouchers, each.far_vouchers, each.place, told, remark]


def map_of(found: Gap, *, limit: int, source: str, around: Collection[str] = ()) -> Chart | None:
    """People far from any place, by commune of their desk. `around`: communes of a territory, drawn too where no desk is, unless they are many."""
    known = [each for each in found.communes if places.commune(each.code) is not None][:MAPPED_MOST]
    if len(known) < 2:
        return None
    values: dict[str, Value] = dict.fromkeys(around if len(around) <= AROUND_MOST else (), 0)
    values |= {each.code: charts.HIDDEN if each.far is None else each.far for each in known}
    title = _("Personnes à plus de %(limit)s minutes d’un lieu") % {"limit": limit}
    return charts.choropleth(title, values, names={code: commune_name(code) for code in values}, source=source, has_land=not around)


# --- more places --------------------------------------------------------------------------------------------------------


def new_places_table(found: NewPlaces) -> Table:
    """The communes to open in, in order, with what each adds, and the places that are there already and do not take the vouchers."""
    columns = [Column(_("Ouvrir à")), Column(_("Personnes rapprochées"), number=True), Column(_("Déjà dans l’annuaire, à inviter"))]
    rows = [
        [commune_name(each.code), formats.number(each.people), _names(found.in_directory.get(each.code, ()))]
        for each in found.covering.opened
    ]
    total = [_("Total"), formats.number(found.covering.people), ""] if len(rows) > 1 else []
    return Table(_("Où ouvrir d’abord"), columns, rows, total, empty=_("Un lieu de plus ne rapprocherait personne."))


def new_places_sentence(found: NewPlaces, *, limit: int) -> str:
    """What they would change together, and whether it is proved that nothing does better."""
    opened, gained = len(found.covering.opened), found.covering.people
    if not opened:
        return ""
    told = ngettext(
        "%(opened)s lieu de plus mettrait %(people)s personnes, sur %(far)s, à %(limit)s minutes ou moins.",
        "%(opened)s lieux de plus mettraient %(people)s personnes, sur %(far)s, à %(limit)s minutes ou moins.",
        opened,
    ) % {"opened": opened, "people": formats.number(gained), "far": formats.number(found.far), "limit": limit}
    if found.covering.is_proved:
        return told + " " + _("Aucun autre choix n’en rapproche davantage : tous ont été comparés.")
    return told + " " + _("Aucun choix ne peut en rapprocher plus de %(bound)s.") % {"bound": formats.number(found.covering.bound)}


def _names(names: Sequence[str]) -> str:
    if not names:
        return _("aucun lieu connu")
    more = len(names) - NAMES_SHOWN
    told = ", ".join(names[:NAMES_SHOWN])
    return told if more <= 0 else told + " " + ngettext("et %(count)s autre", "et %(count)s autres", more) % {"count": formats.number(more)}


# --- seats and weeks ----------------------------------------------------------------------------------------------------


def seat_figures(found: Seats) -> list[Figure]:
    """Seats nobody booked, places full, places that announce nothing."""
    return [
        Figure(
            formats.number(found.empty),
            ngettext("place restée vide en quatre semaines", "places restées vides en quatre semaines", found.empty),
            _("sur %(seats)s proposées") % {"seats": formats.number(found.seats)} if found.seats else "",
        ),
        Figure(
            formats.number(len(found.full)),
            ngettext("lieu complet pour quatre semaines", "lieux complets pour quatre semaines", len(found.full)),
        ),
        Figure(formats.number(found.silent), ngettext("lieu n’annonce aucune séance", "lieux n’annoncent aucune séance", found.silent)),
    ]


def seat_table(found: Seats) -> Table:
    """Full places first, then the emptiest."""
    columns = [
        Column(_("Lieu")), Column(_("Commune")), Column(_("Places proposées"), number=True), Column(_("Restées vides"), number=True),
        Column(_("À venir, libres"), number=True), Column(_("État")),
    ]  # fmt: skip
    rows = [
        [each.name, each.commune, formats.number(each.seats), formats.number(each.empty), formats.number(free_ahead(each)), _state(each)]
        for each in found.lines[:SEATS_SHOWN]
    ]
    return Table(_("Séances des lieux, quatre semaines avant et après"), columns, rows, empty=_("Aucun lieu n’annonce de séance."))


def seat_sheet(found: Seats, *, title: str) -> Sheet:
    """The same, whole, as a file."""
    columns = (
        _("Lieu"), _("Commune"), _("Séances passées"), _("Places proposées"), _("Réservées"), _("Restées vides"), _("Séances à venir"),
        _("Places à venir"), _("Réservées à venir"), _("État"),
    )  # fmt: skip
    lines: list[Line] = [
        [each.name, each.commune, each.sessions, each.seats, each.booked, each.empty, each.sessions_ahead, each.seats_ahead, each.booked_ahead,
         _state(each).text]
        for each in found.lines
    ]  # fmt: skip
    return Sheet(title, columns, lambda: lines)


def free_ahead(each: SeatUse) -> int:
    """Chairs left in the lessons to come."""
    return max(0, each.seats_ahead - each.booked_ahead) if each.has_seats_ahead else 0


def _state(each: SeatUse) -> Cell:
    if each.is_full:
        return Cell(_("complet"), tone="warning")
    if each.is_empty:
        return Cell(_("souvent vide"), tone="info")
    return Cell(_("des places") if each.has_seats_ahead else _("rien d’annoncé"), tone="neutral")


def weeks_table(found: Iterable[GapOfWeek]) -> Table | None:
    """What the weekly looks found, the latest first."""
    rows = [[formats.day(each.week_on), count(each.people), count(each.far)] for each in found]
    columns = [Column(_("Semaine du")), Column(_("Personnes"), number=True), Column(_("À plus de 30 min en voiture"), number=True)]
    return Table(_("Semaine après semaine"), columns, rows) if len(rows) > 1 else None
