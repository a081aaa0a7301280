"""What whoever keeps a place may declare of its offer: each answer checked, and written as it is kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from carnet.kernel.identifiers import check_free_text
from carnet.places.rules import opening, spoken_hours
from carnet.places.rules.offers import (
    ACCESS_BY_CODE,
    LANGUAGES,
    MACHINES,
    PRICE_CENTS_MAX,
    SEATS_MAX,
    VOUCHERS_MAX,
    Mode,
    OfferRefused,
)
from carnet.places.rules.services import SERVICE_KINDS, service_kind

NOTE_MAX = 300
SERVICE_NOTE_MAX = 200
RULES_MAX = 600
SPOT_MAX = 120
STOPS_MAX = 40
HOURS_MAX = 200
COMMUNES_MAX = 60
MACHINES_MAX = 200
MINUTES_MIN, MINUTES_MAX = 10, 480


@dataclass(frozen=True, slots=True)
class ServiceSaid:
    """One service taught: how (`Mode`), and prices in whole cents; None: not said; 0: free."""

    service: str
    modes: tuple[str, ...]
    price_cents: int | None = None
    voucher_count: int | None = None
    beyond_cents: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class StopSaid:
    """One stop of a mobile place. `commune` as typed; `hours` in words or as OpenStreetMap writes them."""

    commune: str
    spot: str
    hours: str


@dataclass(frozen=True, slots=True)
class SpaceSaid:
    """A free digital space. `opening_hours` "" : its place's; `minutes_max`: a person's turn when others wait."""

    seats: int
    machines: Mapping[str, int] = field(default_factory=dict)
    opening_hours: str = ""
    has_printer: bool = False
    has_scanner: bool = False
    has_wifi: bool = False
    has_help: bool = False
    is_bookable: bool = False
    minutes_max: int | None = None
    rules: str = ""


def checked_note(text: str, *, most: int = NOTE_MAX) -> str:
    """Plain words, stripped and cut. Raises: NirInText, IbanInText."""
    return check_free_text(" ".join(text.split())[:most])


def checked_access(access: Mapping[str, bool]) -> dict[str, bool]:
    """Needs answered or not, in our order. Raises: OfferRefused."""
    _check_known("access", access, ACCESS_BY_CODE)
    return {code: bool(access[code]) for code in ACCESS_BY_CODE if code in access}


def checked_languages(languages: Sequence[str] | None) -> list[str] | None:
    """Languages besides French, in our order, once each. Raises: OfferRefused."""
    if languages is None:
        return None
    _check_known("languages", languages, LANGUAGES)
    return [code for code in LANGUAGES if code in languages]


def checked_services(said: Sequence[ServiceSaid]) -> tuple[ServiceSaid, ...]:
    """The services taught, in the catalogue's order, once each. Raises: ServiceKindUnknown, OfferRefused, NirInText, IbanInText."""
    by_code = {service_kind(each.service).code: _checked_service(each) for each in said}
    if len(by_code) != len(said):
        raise OfferRefused(field="services", value=str(len(said)))
    return tuple(by_code[kind.code] for kind in SERVICE_KINDS if kind.code in by_code)


def _checked_service(said: ServiceSaid) -> ServiceSaid:
    _check_known("modes", said.modes, [each.value for each in Mode])
    if not said.modes:
        raise OfferRefused(field="modes", value=said.service)
    for name, cents in (("price_cents", said.price_cents), ("beyond_cents", said.beyond_cents)):
        if cents is not None and not 0 <= cents <= PRICE_CENTS_MAX:
            raise OfferRefused(field=name, value=str(cents))
    if said.voucher_count is not None and not 1 <= said.voucher_count <= VOUCHERS_MAX:
        raise OfferRefused(field="voucher_count", value=str(said.voucher_count))
    return ServiceSaid(
        service=said.service,
        modes=tuple(each.value for each in Mode if each.value in said.modes),
        price_cents=said.price_cents,
        voucher_count=said.voucher_count,
        beyond_cents=said.beyond_cents,
        note=checked_note(said.note, most=SERVICE_NOTE_MAX),
    )


def checked_hours(text: str) -> str:
    """Opening hours as they are kept, from words or from OpenStreetMap's writing; "" stays so. Raises: OfferRefused."""
    text = " ".join(text.split())
    if not text:
        return ""
    kept = text if opening.is_readable(text) else spoken_hours.week(text)
    if kept is None or len(kept) > HOURS_MAX:
        raise OfferRefused(field="hours", value=text[:80])
    return kept


def checked_space(said: SpaceSaid) -> SpaceSaid:
    """A free digital space as it is kept. Raises: OfferRefused, NirInText, IbanInText."""
    if not 1 <= said.seats <= SEATS_MAX:
        raise OfferRefused(field="seats", value=str(said.seats))
    _check_known("machines", said.machines, MACHINES)
    for count in said.machines.values():
        if not 0 <= count <= MACHINES_MAX:
            raise OfferRefused(field="machines", value=str(count))
    if said.minutes_max is not None and not MINUTES_MIN <= said.minutes_max <= MINUTES_MAX:
        raise OfferRefused(field="minutes_max", value=str(said.minutes_max))
    return SpaceSaid(
        seats=said.seats,
        machines={code: said.machines[code] for code in MACHINES if said.machines.get(code)},
        opening_hours=checked_hours(said.opening_hours),
        has_printer=said.has_printer,
        has_scanner=said.has_scanner,
        has_wifi=said.has_wifi,
        has_help=said.has_help,
        is_bookable=said.is_bookable,
        minutes_max=said.minutes_max,
        rules=check_free_text(said.rules.strip()[:RULES_MAX]),
    )


def checked_stop(said: StopSaid) -> tuple[str, str]:
    """Where in the commune, and when. Raises: OfferRefused, NirInText, IbanInText."""
    spot, hours = checked_note(said.spot, most=SPOT_MAX), checked_hours(said.hours)
    if not spot or not hours:
        raise OfferRefused(field="stops", value=said.spot[:80])
    return spot, hours


def check_count(field_name: str, values: Collection[object], *, most: int) -> None:
    """Raises: OfferRefused."""
    if len(values) > most:
        raise OfferRefused(field=field_name, value=str(len(values)))


def _check_known(field_name: str, values: Collection[str], known: Collection[str]) -> None:
    for value in values:
        if value not in known:
            raise OfferRefused(field=field_name, value=value[:40])
