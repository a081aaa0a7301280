"""What an organisation may read of its own: redemptions and payments, page by page."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import QueryDict
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from carnet.api.problems import Reply, json_reply
from carnet.api.refusals import CursorInvalid
from carnet.api.v1.cursors import next_page, read_cursor, write_cursor
from carnet.api.v1.redeeming import payment_day
from carnet.api.v1.schemas import Number, ProgrammeOut
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.periods import PARIS
from carnet.redemption import queries as redemption
from carnet.redemption.queries import RedemptionFacts, RedemptionState
from carnet.settlement import queries as settlement
from carnet.settlement.queries import ExpectedPayment, Payment, PaymentStep

LIMIT, LIMIT_MAX = 50, 200
YEARS = range(2000, 2200)
Headers = tuple[tuple[str, str], ...]
STEPS = {step: step.value.lower() for step in PaymentStep}


def _moment(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.,]{4,15}([Zz]|[+\- ][0-9:]{2,5})?)?", value, re.ASCII
    ):
        text = re.sub(r" (?=[0-9:]{2,5}$)", "+", value) if len(value) > 16 else value  # an unescaped + arrives as a space
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is not None and moment.year in YEARS:
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=PARIS)
    raise PydanticCustomError("moment_expected", "a moment is expected, as ISO 8601")


Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]


class PageQuery(Schema):
    """Which page of a list."""

    since: Moment | None = Field(None, description=_("Depuis cet instant ISO 8601 compris (heure de Paris sans décalage écrit)."))
    until: Moment | None = Field(None, description=_("Jusqu’à cet instant, exclu."))
    limit: int = Field(LIMIT, ge=1, le=LIMIT_MAX, description=_("Le nombre de lignes d’une page, au plus 200."))
    cursor: str | None = Field(None, description=_("Où reprendre la liste : donné par la page précédente, à renvoyer tel quel."))


class RedemptionsQuery(PageQuery):
    """The filters of one's redemptions."""

    place: Number | None = Field(None, description=_("Un de ses lieux."))
    state: Literal["redeemed", "reversed"] | None = Field(None, description=_("redeemed (qui tient) ou reversed (annulé)."))


class PaymentsQuery(PageQuery):
    """The filters of one's payments."""

    state: Literal["claimed", "waiting", "being_paid", "came_back", "paid"] | None = Field(
        None, description=_("claimed (à payer), waiting (attend quelque chose), being_paid, came_back (revenu de la banque) ou paid.")
    )


class RedemptionLineOut(Schema):
    """One of one's redemptions."""

    id: str
    voucher_serial: str
    programme: ProgrammeOut
    place: int
    service: str
    attended_on: date
    channel: str = Field(description=_("Par où il est passé : SCREEN, API, BATCH, OFFLINE, PAPER, SMS."))
    value_cents: int
    redeemed_at: datetime
    state: str
    reversed_at: datetime | None
    payable_on: date | None = Field(description=_("Le jour où le lieu est payé ; null s’il a été annulé."))


class RedemptionsOut(Schema):
    """One page of redemptions, the latest first."""

    redemptions: list[RedemptionLineOut]
    next: str | None = Field(description=_("L’adresse de la page suivante, aussi dans l’en-tête Link ; null à la fin."))


class PaymentOut(Schema):
    """One sum claimed for the organisation."""

    id: int
    programme: ProgrammeOut
    state: str = Field(description=_("Comme le filtre ; ou redrawn : refait en deux autres, qui sont dans la liste."))
    voucher_count: int
    cents: int
    redeemed_until: datetime = Field(description=_("Ce qui a été encaissé avant cet instant est dedans."))
    payable_on: date | None = Field(description=_("Le jour annoncé ; null tant que la somme attend quelque chose."))
    paid_on: date | None
    reason: str = Field(description=_("Pourquoi elle attend ou est revenue : un code, vide sinon."))
    references: list[str] = Field(description=_("Ce que montre le relevé bancaire, un par envoi."))


class PaymentsOut(Schema):
    """One page of payments, the latest first."""

    payments: list[PaymentOut]
    next: str | None = Field(description=_("L’adresse de la page suivante, aussi dans l’en-tête Link ; null à la fin."))


class PaymentDayOut(Schema):
    """What one payment pays for one day at one place."""

    place: int
    day: date
    voucher_count: int
    cents: int


class PaymentDetailOut(PaymentOut):
    """One payment, day by day: what one can check one's own count against."""

    days: list[PaymentDayOut]


class ExpectedOut(Schema):
    """A sum on its way."""

    programme: ProgrammeOut
    state: str = Field(description=_("running (la période dure encore), to_claim, claimed, waiting, being_paid ou came_back."))
    payable_on: date | None
    voucher_count: int
    cents: int
    reason: str
    payment: int | None = Field(description=_("Le paiement, une fois la somme réclamée."))


class ExpectedPaymentsOut(Schema):
    """Everything on its way to the organisation, soonest first."""

    owed_cents: int = Field(description=_("La somme de tout ce qui suit."))
    expected: list[ExpectedOut]


def redemptions_reply(filters: RedemptionsQuery, *, actor: Actor, path: str, query: QueryDict) -> Reply:
    """One page of the actor's redemptions. Raises: NotAllowed, CursorInvalid."""
    page = redemption.redemption_page(
        actor=actor,
        since=filters.since,
        until=filters.until,
        place_id=filters.place,
        state=RedemptionState(filters.state) if filters.state else None,
        after=_redemption_cursor(filters.cursor, actor, path, query),
        limit=filters.limit,
    )
    address: str | None = None
    headers: Headers = ()
    if page.after is not None:
        at, *number = page.after
        cursor = write_cursor([at.isoformat(), *number], actor=actor, path=path, query=query)
        address, headers = next_page(cursor, path=path, query=query)
    names = _names({line.programme_id for line in page.lines})
    return json_reply({"redemptions": [redemption_line(line, names) for line in page.lines], "next": address}, headers=headers)


def _redemption_cursor(cursor: str | None, actor: Actor, path: str, query: QueryDict) -> tuple[datetime, int, int, int] | None:
    if cursor is None:
        return None
    at, series_id, voucher_id, generation = read_cursor(cursor, actor=actor, path=path, query=query)
    return datetime.fromisoformat(at), series_id, voucher_id, generation


def redemption_reply(number: str, *, actor: Actor) -> Reply:
    """One of the actor's redemptions. Raises: NotAllowed, RedemptionUnknown."""
    line = redemption.own_redemption(actor=actor, number=number)
    return json_reply(redemption_line(line, _names({line.programme_id})))


def _names(programme_ids: set[int]) -> dict[int, str]:
    return {each.id: each.name for each in funding.programmes(programme_ids)}


def redemption_line(line: RedemptionFacts, names: dict[int, str]) -> dict[str, Any]:
    """One redemption as its own organisation reads it."""
    return {
        "id": line.number,
        "voucher_serial": line.voucher_serial,
        "programme": {"id": line.programme_id, "name": names[line.programme_id]},
        "place": line.place_id,
        "service": line.service,
        "attended_on": line.attended_on,
        "channel": line.channel,
        "value_cents": line.value_cents,
        "redeemed_at": line.redeemed_at,
        "state": line.state,
        "reversed_at": line.reversed_at,
        "payable_on": payment_day(line.programme_id, line.redeemed_at) if line.state is RedemptionState.REDEEMED else None,
    }


def payments_reply(filters: PaymentsQuery, *, actor: Actor, path: str, query: QueryDict) -> Reply:
    """One page of the actor's payments. Raises: NotAllowed, CursorInvalid."""
    after = read_cursor(filters.cursor, actor=actor, path=path, query=query) if filters.cursor is not None else [None]
    if len(after) != 1:
        raise CursorInvalid(field="cursor")
    page = settlement.payment_page(
        actor=actor,
        since=filters.since,
        until=filters.until,
        step=PaymentStep(filters.state.upper()) if filters.state else None,
        after=after[0],
        limit=filters.limit,
    )
    address: str | None = None
    headers: Headers = ()
    if page.after is not None:
        address, headers = next_page(write_cursor([page.after], actor=actor, path=path, query=query), path=path, query=query)
    return json_reply({"payments": [_payment(each) for each in page.payments], "next": address}, headers=headers)


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "id": payment.claim_id,
        "programme": {"id": payment.programme_id, "name": payment.programme},
        "state": STEPS[payment.step],
        "voucher_count": payment.voucher_count,
        "cents": payment.cents,
        "redeemed_until": payment.until,
        "payable_on": payment.payable_on,
        "paid_on": payment.paid_on,
        "reason": payment.reason,
        "references": list(payment.references),
    }


def payment_reply(claim_id: int, *, actor: Actor, at: datetime) -> Reply:
    """One of the actor's payments, day by day. Raises: NotAllowed, ClaimUnknown."""
    payment = settlement.payment_of(actor=actor, claim_id=claim_id)
    detail = settlement.claim_page(actor=actor, claim_id=claim_id, at=at)
    days = [{"place": each.place_id, "day": each.day, "voucher_count": each.voucher_count, "cents": each.cents} for each in detail.days]
    return json_reply({**_payment(payment), "days": days})


def expected_reply(*, actor: Actor, at: datetime) -> Reply:
    """Everything on its way to the actor's organisation. The door has checked that it may read it."""
    expected = settlement.expected_payments(organisation_id=actor.organisation_id or 0, at=at)
    return json_reply({"owed_cents": sum(each.cents for each in expected), "expected": [_expected(each) for each in expected]})


def _expected(each: ExpectedPayment) -> dict[str, Any]:
    return {
        "programme": {"id": each.programme_id, "name": each.programme},
        "state": STEPS[each.step],
        "payable_on": each.payable_on,
        "voucher_count": each.voucher_count,
        "cents": each.cents,
        "reason": each.reason,
        "payment": each.claim_id,
    }
