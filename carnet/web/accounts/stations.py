"""The shared computers of one's desk or places, for whoever leads it: enrol, limit, reopen, revoke."""

from typing import Any

import zxingcpp
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from carnet.kernel.actors import Actor
from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.queries import StationView, TurnTaker
from carnet.parties.rules import Role, allowed, printed_code
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.accounts.desk import page, performed
from carnet.web.accounts.forms import BareForm
from carnet.web.accounts.station_forms import LimitsForm, StationForm
from carnet.web.accounts.words import ROLE_NAMES
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.screens import actor_of
from carnet.web.doors import door


@door("parties.see-stations")
def stations(request: HttpRequest) -> HttpResponseBase:
    """Every shared computer, and who takes turns on them."""
    actor, at = actor_of(request), clock.now()
    return page(
        request,
        "stations",
        stations=_stations_table(parties.stations(actor=actor, at=at), _place_names(actor)),
        people=_people_table(parties.turn_takers(actor=actor, at=at)),
        may_manage=allowed(actor.roles, "parties.manage-stations"),
    )


@never_cache
@door("parties.manage-stations")
def new_station(request: HttpRequest) -> HttpResponseBase:
    """Name a shared computer; then its code, to be scanned or typed there."""
    actor = actor_of(request)
    names, made = _place_names(actor), []
    gives = not {Role.PRESCRIBER_LEAD.value, Role.PRESCRIBER.value}.isdisjoint(actor.roles)
    form = StationForm(request.POST or None, places=list(names.items()), may_be_without=gives or not names)

    def prepare(typed: dict[str, Any]) -> None:
        made.append(
            operations.prepare_station(
                name=typed["name"],
                place_id=typed.get("place_id"),
                limits=form.limits,
                actor=actor,
                request_id=typed["request_id"],
                at=clock.now(),
            )
        )

    if request.method == "POST" and performed(form, prepare):
        return _code_page(request, made[0])
    return page(request, "station_new", form=form, status=422 if form.is_bound else 200)


@door("parties.see-stations", post="parties.manage-stations")
def one_station(request: HttpRequest, station_id: int) -> HttpResponseBase:
    """One shared computer: what it let through today, its limits, what ends it."""
    actor, at = actor_of(request), clock.now()
    seen = parties.station(actor=actor, station_id=station_id, at=at)
    asked = request.POST.get("do", "")
    initial = {
        "person_daily": seen.limits.person_daily,
        "station_daily": seen.limits.station_daily,
        "idle_minutes": seen.limits.idle_minutes,
    }
    form = LimitsForm(request.POST if asked == "limit" else None, initial=initial, prefix="limits")
    reopening = BareForm(request.POST if asked == "reopen" else None, prefix="reopen")
    where: dict[str, Any] = {"station_id": station_id, "actor": actor, "at": at}

    def limit(typed: dict[str, Any]) -> None:
        operations.limit_station(limits=form.limits, request_id=typed["request_id"], **where)

    done = (asked == "limit" and performed(form, limit)) or (
        asked == "reopen" and performed(reopening, lambda typed: operations.reopen_station(**typed, **where))
    )
    if done:
        messages.success(request, _("C’est fait."))
        return redirect("accounts:one-station", station_id)
    return page(
        request,
        "station_one",
        station=seen,
        rows=_rows(seen, _place_names(actor)),
        form=form,
        reopening=reopening,
        may_manage=allowed(actor.roles, "parties.manage-stations"),
        status=422 if asked else 200,
    )


@never_cache
@door("parties.manage-stations")
def station_code(request: HttpRequest, station_id: int) -> HttpResponseBase:
    """Another code for the same computer: the first ran out, or its browser was emptied."""
    if request.method != "POST":
        return redirect("accounts:one-station", station_id)
    form = BareForm(request.POST)
    made: list[operations.StationCode] = []
    at = clock.now()
    if performed(
        form, lambda typed: made.append(operations.renew_station_code(station_id=station_id, actor=actor_of(request), at=at, **typed))
    ):
        return _code_page(request, made[0])
    return redirect("accounts:one-station", station_id)


@door("parties.see-stations", post="parties.revoke-station")
def revoke_station(request: HttpRequest, station_id: int) -> HttpResponseBase:
    """Refuse a computer lost, stolen or given away: asked first, then at once."""
    actor, at = actor_of(request), clock.now()
    seen = parties.station(actor=actor, station_id=station_id, at=at)
    form = BareForm(request.POST or None)
    if request.method == "POST" and performed(
        form, lambda typed: operations.revoke_station(station_id=station_id, actor=actor, at=at, **typed)
    ):
        messages.success(request, _("Poste révoqué. Il n’ouvre plus rien."))
        return redirect("accounts:stations")
    return page(request, "station_revoke", station=seen, form=form)


def _code_page(request: HttpRequest, made: operations.StationCode) -> HttpResponseBase:
    if made.code is None:  # the same form sent again: a code is shown once
        messages.info(request, _("Ce code a déjà été affiché. Demandez-en un autre ici."))
        return redirect("accounts:one-station", made.station_id)
    # After the sign #, the code stays in the browser: no journal of a server or of a relay keeps it.
    entrance = request.build_absolute_uri(reverse("accounts:enrol-station"))
    return page(
        request,
        "station_code",
        code=printed_code(made.code),
        qr=qr_of(f"{entrance}#{made.code}"),
        entrance=entrance.split("//", 1)[-1],
        expires_at=made.expires_at,
        station_id=made.station_id,
    )


def qr_of(text: str) -> SafeString:
    """A QR code as an SVG picture, drawn here."""
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_svg(scale=6, add_quiet_zones=True)
    return mark_safe(drawn[drawn.index("<svg") :])  # noqa: S308 - drawn by zxing from our own text


def _place_names(actor: Actor) -> dict[int, str]:
    return {each.place_id: each.name for each in places.places_of(actor.organisation_ids, at=clock.now())}


def state(station: StationView) -> Cell:
    """What a computer opens now."""
    if station.revoked_at is not None:
        return Cell(_("Révoqué"), tone="neutral")
    if station.locked_at is not None:
        return Cell(_("Bloqué"), tone="danger")
    return Cell(_("En service"), tone="success") if station.enrolled_at else Cell(_("À enregistrer"), tone="warning")


def _stations_table(found: list[StationView], names: dict[int, str]) -> Table:
    columns = [
        Column(_("Poste")),
        Column(_("Lieu")),
        Column(_("Dernier tour")),
        Column(_("Chèques aujourd’hui"), number=True),
        Column(_("État")),
    ]
    rows = [
        [
            Cell(each.name, url=reverse("accounts:one-station", args=[each.id])),
            names.get(each.place_id or 0, "–"),
            formats.moment(each.latest_used_at) if each.latest_used_at else _("jamais"),
            formats.number(each.today),
            state(each),
        ]
        for each in found
    ]
    return Table(_("Postes partagés"), columns, rows, empty=_("Aucun poste partagé pour l’instant."))


def pin_state(person: TurnTaker) -> Cell:
    """Where somebody's PIN is at."""
    if person.locked_at is not None:
        return Cell(_("Bloqué"), tone="danger")
    if person.has_pin:
        return Cell(_("Choisi"), tone="success")
    if person.code_expires_at is not None and clock.now() < person.code_expires_at:
        return Cell(_("Premier code donné"), tone="info")
    return Cell(_("Aucun"), tone="neutral")


def _people_table(found: list[TurnTaker]) -> Table:
    columns = [Column(_("Personne")), Column(_("Rôle")), Column(_("Chèques aujourd’hui"), number=True), Column(_("Code PIN"))]
    rows = [
        [
            Cell(each.display_name, url=reverse("accounts:turn-taker", args=[each.person_id])),
            ROLE_NAMES[each.role],
            formats.number(each.today),
            pin_state(each),
        ]
        for each in found
    ]
    return Table(_("Qui prend son tour"), columns, rows, empty=_("Personne pour l’instant."))


def _rows(seen: StationView, names: dict[int, str]) -> list[Row]:
    rows = [Row(_("Préparé le"), formats.moment(seen.prepared_at))]
    if seen.place_id is not None:
        rows.insert(0, Row(_("Lieu"), names.get(seen.place_id, "–")))
    if seen.enrolled_at is not None:
        rows.append(Row(_("Enregistré le"), formats.moment(seen.enrolled_at)))
    rows.append(Row(_("Dernier tour"), formats.moment(seen.latest_used_at) if seen.latest_used_at else _("jamais")))
    today = ngettext("%(count)s chèque sur %(most)s", "%(count)s chèques sur %(most)s", seen.today)
    rows.append(Row(_("Aujourd’hui"), today % {"count": formats.number(seen.today), "most": formats.number(seen.limits.station_daily)}))
    if seen.revoked_at is not None:
        rows.append(Row(_("Révoqué le"), formats.moment(seen.revoked_at)))
    return rows
