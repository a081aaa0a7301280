"""The shapes of bodies and answers. A body with an unknown field is refused: a misspelt field must not be silently forgotten."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AliasChoices, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from carnet.issuing.rules import CODE_INPUT_MAX
from carnet.journal.rules import KEY_LENGTH_MAX
from carnet.redemption.rules import BATCH_SIZE_MAX, REASON_LENGTH_MAX

NUMBER_DIGITS_MAX = 18


def _plain(text: str) -> str:
    # PostgreSQL keeps no NUL, and nothing here needs a control character.
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
        raise PydanticCustomError("text_not_plain", "control characters are not accepted")
    return text


def _number(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**NUMBER_DIGITS_MAX:
        return value
    if isinstance(value, str) and re.fullmatch(rf"[0-9]{{1,{NUMBER_DIGITS_MAX}}}", value, re.ASCII) and int(value) > 0:
        return int(value)
    raise PydanticCustomError("number_expected", "a number is expected, as an integer or as its digits in a string")


def _day(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
        return value
    raise PydanticCustomError("day_expected", "a day is expected, as YYYY-MM-DD")


def _yes_or_no(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    raise PydanticCustomError("yes_or_no_expected", "true or false is expected")


Text = Annotated[str, AfterValidator(_plain)]
Number = Annotated[
    int,
    BeforeValidator(_number),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]{1,18}$"}]}),
]
Day = Annotated[date, BeforeValidator(_day)]
YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no)]
Code = Annotated[
    str,
    Field(
        max_length=CODE_INPUT_MAX,
        description="The 18 digits (spaces and dots ignored), the whole address of the QR code, or its token.",
        examples=["482 915 006 731 284 906"],
    ),
]


class Body(Schema):
    """What is sent. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class VoucherIn(Body):
    """A voucher to test."""

    code: Code
    place: Number | None = Field(None, description="The place, when the organisation runs several.")
    service: Text | None = Field(None, max_length=60, description="Also say whether this service would be accepted.")


class RedemptionIn(Body):
    """A voucher to spend for a lesson given."""

    code: Code
    service: Text = Field(max_length=60, description="A code of the catalogue of services.", examples=["mailbox"])
    place: Number | None = Field(None, description="The place, when the organisation runs several.")
    attended_on: Day | None = Field(None, description="The day of the lesson; today when it is not said.")
    workshop_session: Text | None = Field(None, max_length=60, description="The workshop session it was given in.")


class BatchItemIn(RedemptionIn):
    """One voucher of a batch, with its own idempotency key."""

    key: Text | None = Field(
        None,
        min_length=1,
        max_length=KEY_LENGTH_MAX,
        validation_alias=AliasChoices("key", "idempotency_key"),
        description="The idempotency key of this item.",
    )


class BatchIn(Body):
    """Several vouchers: a group's lesson, or what was accepted offline."""

    items: list[BatchItemIn] = Field(min_length=1, description=f"At most {BATCH_SIZE_MAX}.")
    together: YesOrNo = Field(False, description="All of them or none.")


class ReversalIn(Body):
    """Why a redemption is undone."""

    reason: Text = Field(description=f"A few words, at most {REASON_LENGTH_MAX} characters.")


class ProgrammeOut(Schema):
    """A programme, by its number and name."""

    id: int
    name: str


class VoucherOut(Schema):
    """A voucher as a place may know it."""

    voucher_serial: str
    state: str = Field(description="redeemable, redeemed, lapsed, reserved or not_active.")
    refusal: str | None = Field(description="The code a redemption would be refused with now; null when it would be accepted.")
    value_cents: int
    accepted_until: datetime = Field(description="The first instant at which it is no longer accepted, grace included.")
    programme: ProgrammeOut
    reserved_until: datetime | None
    redeemed_at: datetime | None


class RedemptionOut(Schema):
    """A voucher accepted."""

    id: str
    voucher_serial: str
    value_cents: int
    redeemed_at: datetime
    payable_on: date = Field(description="The day the place is paid.")
    receipt: str = Field(description="Signed by the programme: payload and Ed25519 signature, base64url, joined by a dot.")


class ReversalOut(Schema):
    """A redemption undone."""

    id: str
    reversed_at: datetime


class FieldFault(Schema):
    """One field of the request and what is wrong with it."""

    field: str
    code: str
    detail: str


class Problem(Schema):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[FieldFault] | None = None
    redeemed_at: datetime | None = None
    accepted_until: datetime | None = None


class BatchAnswerOut(Schema):
    """The answer to one item of a batch: the status it would have had alone, and the redemption or the problem."""

    key: str
    status: int
    replayed: bool
    redemption: RedemptionOut | None
    problem: Problem | None


class BatchOut(Schema):
    """The answers, in the order of the items."""

    answers: list[BatchAnswerOut]


class AcceptanceOut(Schema):
    """A programme a place accepts, and for which services."""

    programme: int
    services: list[str]


class PlaceOut(Schema):
    """A place of the public directory."""

    id: int
    name: str
    address: str
    postcode: str
    commune: str
    latitude: float | None
    longitude: float | None
    distance_km: float | None
    services: list[str] = Field(description="National kinds of service, in the words of the national schema.")
    accepts: list[AcceptanceOut]
    opening_hours: str
    is_open: bool | None = Field(description="At the moment asked for, else now; null when its hours do not say.")


class PlacesOut(Schema):
    """One page of places."""

    places: list[PlaceOut]
    total: int
    page: int
    pages: int
    next: str | None


class PlacesQuery(Schema):
    """The filters of the public directory."""

    near: str | None = Field(None, description="lat,lon in degrees: the nearest first.", examples=["47.218,-1.553"])
    radius_km: float | None = Field(None, description="With near: at most 100; 10 when it is not said.")
    commune: str | None = Field(None, description="The INSEE code of a commune.", examples=["44109"])
    service: str | None = Field(None, description="A service of the catalogue, or one of the nine national services.")
    accepts: str | None = Field(None, description="The number or short name of a programme, any or true.")
    open_at: str | None = Field(None, description="An ISO 8601 moment (Paris time when it has no offset), or now.")
    need: str | None = Field(None, description="A need of the visitor: mobility, hearing, seniors...")
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(24, ge=1, le=100)


class VouchersOut(Schema):
    """Vouchers by state; issued is the sum of the others."""

    issued: int
    in_stock: int
    handed_over: int
    redeemed: int
    lapsed: int
    void: int


class MoneyOut(Schema):
    """Cents by where they are; funded is the sum of the others."""

    funded: int
    unissued: int
    in_circulation: int
    owed: int
    paid: int
    returned: int


class FunderOut(Schema):
    """One funder's money."""

    name: str
    money_cents: MoneyOut


class ProgrammeFiguresOut(Schema):
    """What is published of one programme."""

    programme: ProgrammeOut
    slug: str
    is_simulated: bool
    vouchers: VouchersOut
    money_cents: MoneyOut
    missing_cents: int
    by_funder: list[FunderOut]
    prescribers: int
    places: int
    days_to_be_paid: int | None


class FiguresOut(Schema):
    """The published figures."""

    redeemed: int
    missing_cents: int
    days_to_be_paid: int | None
    programmes: list[ProgrammeFiguresOut]
