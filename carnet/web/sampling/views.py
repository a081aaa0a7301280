"""What is read of samples: the list, one sample with its result, and its redemptions as a file."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.controls.queries import questions
from carnet.controls.queries import samples as queries
from carnet.controls.queries.samples import SampleView, UnitView
from carnet.controls.rules.samples import Method
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.redemption import queries as redemption
from carnet.web import clock, spreadsheets
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.sampling import words
from carnet.web.spreadsheets import Cents, Line, Sheet


def home(request: HttpRequest) -> HttpResponse:
    """Every sample of one's programmes, drawn or only promised: none is hidden."""
    actor = actor_of(request)
    names = {each.id: each.name for each in funding.programmes(actor.programme_ids)}
    columns = [
        Column(_("Sondage")), Column(_("Programme")), Column(_("Chèques"), number=True), Column(_("État")), Column(_("Part non prouvée")),
    ]  # fmt: skip
    rows = [
        [
            Cell(_title(each), url=reverse("sampling:sample", args=[each.id])), names.get(each.programme_id, "–"),
            formats.number(each.drawn or each.size), Cell(*_toned(each)), words.interval(each.result.error) if each.result else "–",
        ]
        for each in queries.samples_of(actor, list(names))
    ]  # fmt: skip
    context = {
        "office": words.office_of(actor),
        "table": Table(_("Sondages"), columns, rows, empty=_("Aucun sondage pour l’instant.")),
        "may_draw": allowed(actor.roles, "controls.draw-sample"),
        "questions": _questions(actor, names),
    }
    return render(request, "sampling/home.html", context)


def _questions(actor: Actor, names: dict[int, str]) -> Table:
    """What people who agreed answered about each place: never who, and nothing under five answers."""
    found = questions.answers(actor, list(names))
    called = places.names_of([each.place_id for each in found])
    columns = [
        Column(_("Lieu")), Column(_("Programme")), Column(_("Posées"), number=True), Column(_("Oui"), number=True),
        Column(_("Non"), number=True), Column(_("Ne sait pas"), number=True),
    ]  # fmt: skip
    rows = []
    for each in found:
        told = each.counted
        counts = [told.yes, told.no, told.unknown] if told is not None else []
        shown = [formats.number(count) for count in counts] or [_("moins de 5"), "–", "–"]
        rows.append([called.get(each.place_id, "–"), names.get(each.programme_id, "–"), formats.number(each.asked), *shown])
    caption = _("« Étiez-vous à une leçon ? », à des personnes qui ont dit oui à cette question")
    return Table(caption, columns, rows, empty=_("Aucune question posée pour l’instant."))


def sample(request: HttpRequest, sample_id: int) -> HttpResponse:
    """One sample: what was promised, what was drawn, what was found, and what it says of the whole."""
    actor = actor_of(request)
    view = queries.sample(actor, sample_id)
    may_draw, may_check = (allowed(actor.roles, each) for each in ("controls.draw-sample", "controls.check-sample"))
    following = queries.next_to_check(actor, sample_id) if may_check and view.drawn_at and view.closed_at is None else None
    context = {
        "office": words.office_of(actor),
        "sample": view,
        "title": _title(view),
        "rows": _rows(view),
        "figures": _figures(view),
        "units": _units(actor, view, may_check=may_check) if view.drawn_at else None,
        "may_be_drawn": may_draw and view.drawn_at is None and legal_day(clock.now()) >= view.until_on,
        "waits_until": formats.day(view.until_on) if view.drawn_at is None and legal_day(clock.now()) < view.until_on else "",
        "may_be_closed": may_draw and view.result is not None and view.closed_at is None,
        "next_url": reverse("sampling:check", args=[view.id, following]) if following else "",
    }
    return render(request, "sampling/sample.html", context)


def file(request: HttpRequest, sample_id: int) -> HttpResponseBase:
    """The redemptions of a sample, with what was found of each: no name, no code."""
    actor = actor_of(request)
    view = queries.sample(actor, sample_id)

    def lines() -> Iterator[Line]:
        found = queries.units(actor, sample_id)
        names = places.names_of([each.place_id for each in found])
        for each in found:
            yield (
                each.rank, each.number, names.get(each.place_id, ""), Cents(each.cents), each.weight, each.times,
                str(words.FINDINGS[each.finding][0]) if each.finding else "", ", ".join(str(words.EVIDENCE[kind]) for kind in each.evidence),
                legal_day(each.found_at) if each.found_at else None,
            )  # fmt: skip

    columns = [
        _("Rang"), _("Numéro d’usage"), _("Lieu"), _("Valeur"), _("Poids"), _("Fois tiré"), _("Constat"), _("Preuves regardées"), _("Vérifié le"),
    ]  # fmt: skip
    return spreadsheets.as_file("csv", f"sondage-{view.id}", Sheet(_title(view), columns, lines), actor)


def _title(view: SampleView) -> str:
    return _("Sondage %(number)s, du %(first)s au %(last)s") % {
        "number": view.id, "first": formats.day(view.from_on), "last": formats.day(_last(view)),
    }  # fmt: skip


def _last(view: SampleView):  # type: ignore[no-untyped-def]
    return type(view.until_on).fromordinal(view.until_on.toordinal() - 1)


def _toned(view: SampleView) -> tuple[str, str, str]:
    text, tone = words.state_of(view)
    return text, "", tone


def _rows(view: SampleView) -> list[Row]:
    promised = formats.moment(view.promised_at)
    before = _("%(moment)s, avant la fin de la période") if view.was_promised_before else _("%(moment)s, après la fin de la période")
    rows = [
        Row(_("Tirage"), str(words.METHODS[view.method])),
        Row(_("Chèques à vérifier"), formats.number(view.size)),
        Row(_("Promis le"), before % {"moment": promised}),
        Row(_("Empreinte de la graine"), view.commitment),
        Row(_("Graine"), view.seed or _("Montrée au tirage : personne ne la connaît avant.")),
    ]
    if view.universe is not None and view.drawn_at is not None:
        rows += [
            Row(_("Tiré le"), formats.moment(view.drawn_at)),
            Row(
                _("Tiré parmi"),
                _("%(count)s chèques, %(money)s")
                % {"count": formats.number(view.universe.count), "money": formats.euros(view.universe.cents)},
            ),
            Row(_("Empreinte de la liste"), view.universe_sha256),
            Row(_("Vérifiés"), _("%(done)s sur %(all)s") % {"done": formats.number(view.checked), "all": formats.number(view.drawn)}),
        ]
    return rows


def _figures(view: SampleView) -> list[Figure]:
    """What it says of the whole. Never a share without its interval."""
    found = view.result
    if found is None:
        return []
    money = _("de %(low)s à %(high)s") % {"low": formats.euros(found.cents_low), "high": formats.euros(found.cents_high)}
    return [
        Figure(words.share(found.error.share), _("Part non prouvée"), words.interval(found.error)),
        Figure(formats.euros(found.cents), _("Argent non prouvé, de toute la période"), money),
        Figure(formats.number(found.not_proved), _("Leçons non prouvées, parmi celles tirées")),
        Figure(formats.number(found.cannot_say), _("On ne peut pas dire")),
    ]


def _units(actor: Actor, view: SampleView, *, may_check: bool) -> Table:
    found = queries.units(actor, view.id)
    names = places.names_of([each.place_id for each in found])
    columns = [Column(_("Usage")), Column(_("Lieu")), Column(_("Valeur"), number=True), Column(_("Constat"))]
    if view.method is Method.RISK:
        columns += [Column(_("Poids"), number=True), Column(_("Fois tiré"), number=True)]
    is_open, may_follow = may_check and view.closed_at is None, allowed(actor.roles, "settlement.follow")
    rows = []
    for each in found:
        url = reverse("sampling:check", args=[view.id, each.rank]) if is_open else _way(each, view) if may_follow else ""
        row = [Cell(each.number, url=url), names.get(each.place_id, "–"), formats.euros(each.cents), _found(each)]
        rows.append([*row, formats.number(each.weight), formats.number(each.times)] if view.method is Method.RISK else row)
    return Table(_("Chèques tirés, dans l’ordre du tirage"), columns, rows)


def _way(unit: UnitView, view: SampleView) -> str:
    """The way of the voucher, from the funders to the bank."""
    (serial,) = redemption.serials_of([unit.number])
    return f"{reverse('follow:voucher', args=[view.programme_id])}?{urlencode({'serial': serial})}"


def _found(unit: UnitView) -> Cell:
    if unit.finding is None:
        return Cell(_("à vérifier"), tone="neutral")
    text, tone = words.FINDINGS[unit.finding]
    return Cell(str(text), tone=tone)
