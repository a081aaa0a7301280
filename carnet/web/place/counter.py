"""What the screens of a counter read, as frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from carnet.funding import queries as funding
from carnet.funding.rules import latest_acceptance
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.places.queries import PlaceSummary
from carnet.places.rules import SERVICE_BY_CODE
from carnet.redemption import queries as redemption
from carnet.redemption.operations import refusal_of
from carnet.redemption.queries import RedemptionLine, VoucherSeen
from carnet.redemption.rules import VoucherAlreadyRedeemed, VoucherLapsed, VoucherNotActive, VoucherReserved
from carnet.settlement import queries as settlement
from carnet.web import theming
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Table, Ticket
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.place.forms import AcceptForm

CODE_DIGITS = 18
# What each refusal is called, in two words, before its sentence; and how it is drawn.
HEADINGS = {
    CodeMistyped.code: (gettext_lazy("Code mal tapé"), "warning"),
    VoucherAlreadyRedeemed.code: (gettext_lazy("Déjà utilisé"), "danger"),
    VoucherLapsed.code: (gettext_lazy("Périmé"), "danger"),
    VoucherNotActive.code: (gettext_lazy("Pas en service"), "danger"),
    VoucherReserved.code: (gettext_lazy("Réservé ailleurs"), "warning"),
}
STATES = {
    VoucherAlreadyRedeemed.code: "REDEEMED",
    VoucherLapsed.code: "LAPSED",
    VoucherNotActive.code: "NOT_ACTIVE",
    VoucherReserved.code: "RESERVED",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal at the counter: a heading, its sentence, a tone, and the ticket when it was found."""

    heading: str
    sentence: str
    tone: str
    ticket: Ticket | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """What was accepted today and this month, in vouchers and cents."""

    today_count: int
    today_cents: int
    month_count: int
    month_cents: int


def organisation_of(actor: Actor) -> int:
    """The counter's organisation. A door let this actor in, so there is one."""
    assert actor.organisation_id is not None
    return actor.organisation_id


def own_places(request: HttpRequest, organisation_id: int, at: datetime) -> tuple[PlaceSummary, ...]:
    """The organisation's open places that accept something today; when all is one programme's, the page carries its name.

    On a shared computer of one place, that place alone.
    """
    only = actor_of(request).place_id
    open_today = (place for place in places.places_of([organisation_id], at=at) if place.acceptances)
    found = tuple(place for place in open_today if only in (None, place.place_id))
    theming.carry_of_places(request, found, at)
    return found


def refused(refusal: Refusal, *, seen: VoucherSeen | None = None, place_names: Sequence[PlaceSummary] = (), typed: str = "") -> Refused:
    """A refusal as the counter shows it. `typed`: what the hand wrote, to say how many digits there were."""
    heading, tone = HEADINGS.get(refusal.code, (gettext_lazy("Refusé"), "danger"))
    sentence = sentence_for(refusal)
    names = {place.place_id: place.name for place in place_names}
    where = names.get(refusal.facts.get("place_id") or 0)
    if refusal.code == VoucherAlreadyRedeemed.code and where:
        sentence = _("%(sentence)s C’était ici : %(place)s.") % {"sentence": sentence, "place": where}
    digits = sum(character.isdecimal() for character in typed)
    if refusal.code == CodeMistyped.code and digits != CODE_DIGITS and not any(character.isalpha() for character in typed):
        sentence = _("%(sentence)s Vous en avez tapé %(count)s.") % {"sentence": sentence, "count": digits}
    return Refused(str(heading), sentence, tone, _ticket(seen, STATES.get(refusal.code, "NOT_ACTIVE")) if seen else None)


def refusal_seen(seen: VoucherSeen) -> Refusal:
    """Why a voucher that was found cannot be accepted."""
    return refusal_of(
        seen.outcome,
        accepted_until=seen.accepted_until,
        redeemed_at=seen.redeemed_at,
        redeemed_place_id=seen.redeemed_place_id,
        more={"reserved_until": seen.reserved_until.isoformat()} if seen.reserved_until else None,
    )


def refused_seen(seen: VoucherSeen, place_names: Sequence[PlaceSummary]) -> Refused:
    """A voucher that was found, and cannot be accepted."""
    return refused(refusal_seen(seen), seen=seen, place_names=place_names)


def good_ticket(seen: VoucherSeen) -> Ticket:
    """A voucher that can be accepted."""
    return _ticket(seen, "HANDED_OVER")


def _ticket(seen: VoucherSeen, state: str) -> Ticket:
    name = funding.programme(seen.programme_id).name
    return Ticket(seen.voucher_serial, seen.value_cents, state, name, seen.accepted_until)


def service_word(code: str) -> str:
    """A service by its name."""
    return _(SERVICE_BY_CODE[code].label) if code in SERVICE_BY_CODE else code


def days(organisation_id: int, today: date) -> Days:
    """What was accepted today and since the first of the month, net of what was undone."""
    lines = [line for line in redemption.standing_by_day(organisation_id=organisation_id) if line.day >= today.replace(day=1)]
    on_day = [line for line in lines if line.day == today]
    return Days(
        sum(line.voucher_count for line in on_day),
        sum(line.cents for line in on_day),
        sum(line.voucher_count for line in lines),
        sum(line.cents for line in lines),
    )


def figures(counted: Days) -> list[Figure]:
    """Today, and this month."""
    return [
        Figure(
            formats.number(counted.today_count),
            ngettext("chèque accepté aujourd’hui", "chèques acceptés aujourd’hui", counted.today_count),
            formats.euros(counted.today_cents),
        ),
        Figure(
            formats.euros(counted.month_cents),
            _("ce mois-ci"),
            ngettext("%(count)s chèque", "%(count)s chèques", counted.month_count) % {"count": formats.number(counted.month_count)},
        ),
    ]


def redemption_table(caption: str, lines: Sequence[RedemptionLine], names: dict[int, str], *, empty: str) -> Table:
    """Redemptions, each leading to its page."""
    several = len({line.place_id for line in lines}) > 1
    columns = [
        Column(_("Heure")),
        Column(_("Chèque"), code=True),
        Column(_("Service")),
        Column(_("Valeur"), number=True),
        Column(_("État")),
    ]
    if several:
        columns.insert(1, Column(_("Lieu")))
    rows = []
    for line in lines:
        state = Cell(pgettext("redemption", "Annulé"), tone="danger") if line.reversed else Cell(_("Accepté"), tone="success")
        row: list[object] = [
            Cell(formats.clock_time(line.redeemed_at), url=reverse("place:redemption", args=[line.number])),
            line.voucher_serial,
            service_word(line.service),
            formats.euros(line.value_cents),
            state,
        ]
        if several:
            row.insert(1, names.get(line.place_id, ""))
        rows.append(row)
    standing = [line for line in lines if not line.reversed]
    total: list[object] = [""] * len(columns)
    total[0], total[-2] = _("Total"), formats.euros(sum(line.value_cents for line in standing))
    return Table(caption, columns, rows, total if len(lines) > 1 else (), empty=empty)


def serials_together(line: RedemptionLine) -> list[str]:
    """The serials of the vouchers that paid the same service, its own among them."""
    return redemption.serials_of(redemption.taken_together(line.number))


def others_words(form: AcceptForm) -> str:
    """What is asked when the service chosen costs several vouchers, empty when it costs one."""
    count = len([name for name in form.fields if name.startswith("code_")])
    text = ngettext(
        "Ce service coûte %(all)s chèques. Donnez aussi l’autre : ils seront pris ensemble.",
        "Ce service coûte %(all)s chèques. Donnez aussi les %(count)s autres : ils seront pris ensemble.",
        count,
    )
    return text % {"all": count + 1, "count": count} if count else ""


def undo_until(line: RedemptionLine) -> datetime:
    """Until when a redemption may be undone, exclusively."""
    return line.redeemed_at + timedelta(minutes=funding.rules_for_redemption(line.programme_id).undo_window_minutes)


def payable_on(line: RedemptionLine) -> date:
    """The day of payment announced when the voucher was redeemed: the same on every screen, for good."""
    return settlement.day_of_payment(programme_id=line.programme_id, redeemed_at=line.redeemed_at)


def kept_ticket(line: RedemptionLine) -> Ticket:
    """A voucher that was accepted. An end of its own, counted from its hand-over, is only read with its code."""
    programme = funding.programme(line.programme_id)
    has_own_end = programme.windows.months_after_hand_over is not None
    until = None if has_own_end else latest_acceptance(programme.windows).accepted_until
    return Ticket(line.voucher_serial, line.value_cents, "HANDED_OVER" if line.reversed else "REDEEMED", programme.name, until)
