"""The shapes of bodies and answers. A body with an unknown field is refused: a misspelt field must not be silently forgotten."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from carnet.issuing.rules import CODE_INPUT_MAX
from carnet.journal.rules import KEY_LENGTH_MAX

NUMBER_DIGITS_MAX = 18


def _plain(text: str) -> str:
    # PostgreSQL keeps no NUL, and nothing here needs a control character.
    if text.isprintable():
        return text
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
        description=_("Les 18 chiffres (espaces et points ignorés), l’adresse entière du QR code, ou son jeton."),
        examples=["482 915 006 731 284 906"],
    ),
]


class Body(BaseModel):
    """What is sent. Unknown fields are refused. Not ninja's Schema, made to read objects of ours: it costs more than all the rest."""

    model_config = ConfigDict(extra="forbid")


class VoucherIn(Body):
    """A voucher to test."""

    code: Code
    place: Number | None = Field(None, description=_("Le lieu, quand l’organisation en tient plusieurs."))
    service: Text | None = Field(None, max_length=60, description=_("Dire aussi si ce service serait accepté."))


class RedemptionIn(Body):
    """A voucher to spend for a lesson given."""

    code: Code
    service: Text = Field(max_length=60, description=_("Un code du catalogue des services."), examples=["mailbox"])
    place: Number | None = Field(None, description=_("Le lieu, quand l’organisation en tient plusieurs."))
    attended_on: Day | None = Field(None, description=_("Le jour de la séance ; aujourd’hui s’il n’est pas dit."))
    workshop_session: Text | None = Field(None, max_length=60, description=_("La séance d’atelier où il a été donné."))


class BatchItemIn(RedemptionIn):
    """One voucher of a batch, with its own idempotency key."""

    key: Text | None = Field(
        None,
        min_length=1,
        max_length=KEY_LENGTH_MAX,
        validation_alias=AliasChoices("key", "idempotency_key"),
        description=_("La clé d’idempotence de ce chèque."),
    )
    group: Text | None = Field(
        None,
        min_length=1,
        max_length=60,
        description=_("Le même mot pour les chèques d’un même service, quand il en coûte plusieurs : tous pris, ou aucun."),
    )


class BatchIn(Body):
    """Several vouchers: a group's lesson, or what was accepted offline."""

    items: list[BatchItemIn] = Field(min_length=1, description=_("Au plus 500."))
    together: YesOrNo = Field(False, description=_("Tous ou aucun."))


class ReversalIn(Body):
    """Why a redemption is undone."""

    reason: Text = Field(description=_("Quelques mots, au plus 200 caractères."))


class ProgrammeOut(Schema):
    """A programme, by its number and name."""

    id: int
    name: str


class VoucherOut(Schema):
    """A voucher as a place may know it."""

    voucher_serial: str
    state: str = Field(description=_("redeemable, redeemed, lapsed, reserved ou not_active."))
    refusal: str | None = Field(description=_("Le code du refus qu’aurait un encaissement maintenant ; null s’il serait accepté."))
    value_cents: int
    accepted_until: datetime = Field(description=_("Le premier instant où il n’est plus accepté, délai de grâce compris."))
    programme: ProgrammeOut
    reserved_until: datetime | None
    redeemed_at: datetime | None


class RedemptionOut(Schema):
    """A voucher accepted."""

    id: str
    voucher_serial: str
    value_cents: int
    redeemed_at: datetime
    payable_on: date = Field(description=_("Le jour où le lieu est payé."))
    receipt: str = Field(description=_("Signé par le programme : contenu et signature Ed25519, en base64url, séparés par un point."))


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


class NextLessonOut(Schema):
    """A lesson to come with a seat left."""

    id: int
    title: str
    service: str
    starts_at: datetime
    ends_at: datetime
    free_seats: int
    vouchers: int


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
    walk_minutes: int | None = Field(description=_("Estimée à vol d’oiseau, sans calcul d’itinéraire ; null sans near ni where."))
    drive_minutes: int | None = Field(description=_("De même, en voiture."))
    phone: str
    services: list[str] = Field(description=_("Les sortes nationales de service, dans les mots du schéma national."))
    accepts: list[AcceptanceOut]
    offers: list[str] = Field(description=_("Ce que le lieu a déclaré offrir, des codes de wish."))
    may_offer: list[str] = Field(description=_("Ce que son fichier laisse penser : à demander par téléphone."))
    languages: list[str] = Field(description=_("Les langues déclarées outre le français."))
    next_lesson: NextLessonOut | None = Field(description=_("La prochaine leçon qui a une place libre."))
    opening_hours: str
    is_open: bool | None = Field(description=_("À l’instant demandé, sinon maintenant ; null quand ses horaires ne le disent pas."))


class PlacesOut(Schema):
    """One page of places."""

    places: list[PlaceOut]
    total: int
    page: int
    pages: int
    next: str | None


class OperatorLabelOut(Schema):
    """A label the State was asked for. Last days are included."""

    organisation: str
    level: str
    state: str = Field(description=_("requested, granted, refused ou withdrawn."))
    in_force: bool
    order: str
    requested_on: date
    first_day: date | None
    last_day: date | None
    withdrawn_on: date | None


class PlaceLabelOut(Schema):
    """A place's label in a programme's network. Last days are included."""

    place: int
    name: str
    commune: str
    programme: int
    organisation: str
    state: str = Field(description=_("to_come, in_force, suspended, expired ou withdrawn."))
    first_day: date
    last_day: date
    suspended_on: date | None
    withdrawn_on: date | None


class LabelsOut(Schema):
    """Every label, of operators and of places, as of a day."""

    day: date
    operators: list[OperatorLabelOut]
    places: list[PlaceLabelOut]


class LabelsQuery(Schema):
    """The filters of labels."""

    programme: int | None = Field(None, description=_("Le numéro d’un programme : les labels des lieux de son réseau."))
    place: int | None = Field(None, description=_("Le numéro d’un lieu."))
    day: date | None = Field(None, description=_("Le jour demandé ; aujourd’hui s’il n’est pas dit."))


class PlacesQuery(Schema):
    """The filters of the public directory."""

    near: str | None = Field(
        None,
        description=_("lat,lon en degrés : les plus proches d’abord. Arrondissez à trois décimales (cent mètres) : une adresse se garde."),
        examples=["47.218,-1.553"],
    )
    where: str | None = Field(
        None, description=_("Une commune ou un code postal, comme une personne l’écrit : ses lieux, puis ceux d’autour."), examples=["Rezé"]
    )
    radius_km: float | None = Field(None, description=_("Avec near ou where : au plus 100 ; 10 s’il n’est pas dit."))
    within: str | None = Field(
        None,
        description=_("Avec near ou where, à la place de radius_km : une durée estimée, walk-20 ou car-15 (minutes)."),
        examples=["walk-20"],
    )
    commune: str | None = Field(None, description=_("Le code INSEE d’une commune, seule."), examples=["44109"])
    territory: str | None = Field(
        None, description=_("Codes de communes, d’EPCI et de départements, séparés par des virgules."), examples=["244400404"]
    )
    postcode: str | None = Field(None, description=_("Un code postal."))
    name: str | None = Field(None, description=_("Une partie du nom, sans égard aux accents."))
    service: str | None = Field(None, description=_("Un service du catalogue, ou l’un des neuf services nationaux."))
    accepts: str | None = Field(None, description=_("Le numéro ou le nom court d’un programme, any ou true."))
    open_at: str | None = Field(None, description=_("Un instant ISO 8601 (heure de Paris sans décalage écrit), ou now."))
    open_on: str | None = Field(None, description=_("Un jour, AAAA-MM-JJ, ou saturday : le prochain samedi."))
    lesson: str | None = Field(None, description=_("week, month ou saturday : une leçon avec une place libre, dans ce délai ou ce jour."))
    need: str | None = Field(None, description=_("Un besoin du visiteur : mobility, hearing, seniors…"))
    wish: str | None = Field(
        None,
        description=_(
            "Ce que le lieu doit offrir, séparé par des virgules : step-free, sign-language, reading-help, free, free-space, home…"
        ),
        examples=["step-free,free"],
    )
    language: str | None = Field(None, description=_("Une langue parlée outre le français : ar, en, tr, uk…, ou other."))
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
    reserved: int
    served: int


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
    slowest_days_to_be_paid: int | None
    promised: int
    paid_as_promised: int


class AssistedOut(Schema):
    """A programme whose structures act for people under a mandate. Counts of mandates are in each month's open data: `procedures.csv`."""

    programme: ProgrammeOut
    slug: str
    is_simulated: bool
    structures: int


class DoneAfterwardsOut(Schema):
    """Answers to *did you do it yourself?* about one procedure, as the latest open data tell them."""

    procedure: str
    by_self: int
    together: int
    by_somebody: int


class FiguresOut(Schema):
    """The published figures."""

    redeemed: int
    missing_cents: int
    days_to_be_paid: int | None
    slowest_days_to_be_paid: int | None
    promised: int
    paid_as_promised: int
    programmes: list[ProgrammeFiguresOut]
    assisted: list[AssistedOut]
    done_afterwards: list[DoneAfterwardsOut]
