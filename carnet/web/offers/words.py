"""An offer in plain words, the same for its keeper and for the public: what one learns, what it costs, who can come in, the machines."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.kernel.periods import legal_day
from carnet.places import queries
from carnet.places.queries import FreeSpaceView, Offer, TaughtService
from carnet.places.rules import LEVEL_LABELS, SERVICE_BY_CODE, Level, opening
from carnet.places.rules.offers import ACCESS_BY_CODE, LANGUAGES, MACHINES, MODE_LABELS, Mode
from carnet.web.design import formats
from carnet.web.hours import Day, next_days, week_words

# Addresses of the public service of appointments, under the names it has had.
_RDV_HOSTS = ("rdv.anct.gouv.fr", "rdv-solidarites.fr", "rdv-aide-numerique.fr", "rdv-service-public.fr")


@dataclass(frozen=True, slots=True)
class Taught:
    """One service in words. `price` is empty when nobody said it."""

    code: str
    name: str
    how: str
    price: str
    note: str


@dataclass(frozen=True, slots=True)
class TaughtLevel:
    """The services of one of the three levels."""

    name: str
    services: tuple[Taught, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """Needs answered, not answered, and those the national file lets one think are."""

    answered: tuple[str, ...]
    refused: tuple[str, ...]
    likely: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopWords:
    """One stop of a mobile place: where, and the days it is there."""

    where: str
    days: tuple[Day, ...]
    next_days: str


@dataclass(frozen=True, slots=True)
class Space:
    """A free digital space in words. `is_open` None: its hours do not say."""

    seats: str
    machines: tuple[str, ...]
    services: tuple[str, ...]
    week: tuple[Day, ...]
    has_own_hours: bool
    is_open: bool | None
    is_bookable: bool
    turn: str
    rules: str


@dataclass(frozen=True, slots=True)
class OfferWords:
    """Everything an offer says, in words."""

    levels: tuple[TaughtLevel, ...]
    all_free: bool
    access: Access
    access_note: str
    languages: tuple[str, ...]
    speaks_others: bool
    cost_note: str
    is_mobile: bool
    stops: tuple[StopWords, ...]
    has_home_visits: bool
    home_area: str
    home_note: str
    space: Space | None
    has_likely_space: bool

    @property
    def says_anything(self) -> bool:
        """Whether there is more to show than the national file's own lists."""
        return bool(self.levels or self.space or self.stops or self.has_home_visits)


def offer_words(offer: Offer, *, at: datetime) -> OfferWords:
    """An offer as people read it."""
    return OfferWords(
        levels=_levels(offer.taught),
        all_free=bool(offer.taught) and all(each.price_cents == 0 for each in offer.taught),
        access=_access(offer),
        access_note=offer.access_note,
        languages=(_("Français"), *(_(LANGUAGES[code]) for code in offer.languages or () if code in LANGUAGES)),
        speaks_others=offer.speaks_others and not set(offer.languages or ()) - {"en"},
        cost_note=offer.cost_note,
        is_mobile=offer.is_mobile,
        stops=tuple(_stop(each.commune, each.spot, each.hours, at) for each in offer.stops),
        has_home_visits=offer.has_home_visits,
        home_area=", ".join(found.name for code in offer.home_communes if (found := queries.commune(code))),
        home_note=offer.home_note,
        space=_space(offer.free_space, at) if offer.free_space else None,
        has_likely_space=offer.has_likely_free_space,
    )


def _levels(taught: tuple[TaughtService, ...]) -> tuple[TaughtLevel, ...]:
    found = []
    for level in Level:
        services = tuple(_taught(each) for each in taught if SERVICE_BY_CODE[each.service].level is level)
        if services:
            found.append(TaughtLevel(_(LEVEL_LABELS[level]), services))
    return tuple(found)


def _taught(each: TaughtService) -> Taught:
    how = ", ".join(str(_(MODE_LABELS[Mode(mode)])) for mode in each.modes)
    return Taught(each.service, _(SERVICE_BY_CODE[each.service].label), how, price_words(each), each.note)


def price_words(each: TaughtService) -> str:
    """``Gratuit (0 €)``; ``5 €``; ``1 chèque, sans rien ajouter, ou 5 €``. Empty when nobody said it."""
    without = (
        "" if each.price_cents is None else _("gratuit : 0 €") if each.price_cents == 0 else formats.euros(each.price_cents, short=True)
    )
    if each.price_cents == 0 or each.voucher_count is None:
        return without
    vouchers = ngettext("%(count)s chèque", "%(count)s chèques", each.voucher_count) % {"count": each.voucher_count}
    if each.beyond_cents:
        with_it = _("%(vouchers)s et %(euros)s") % {"vouchers": vouchers, "euros": formats.euros(each.beyond_cents, short=True)}
    elif each.beyond_cents == 0:
        with_it = _("%(vouchers)s, rien à ajouter") % {"vouchers": vouchers}
    else:
        with_it = vouchers
    return _("%(vouchers)s ; sans chèque, %(price)s") % {"vouchers": with_it, "price": without} if without else with_it


def _access(offer: Offer) -> Access:
    said = {
        wanted: tuple(_(ACCESS_BY_CODE[code].label) for code, so in offer.access.items() if so is wanted) for wanted in (True, False, None)
    }
    return Access(said[True], said[False], said[None])


def _stop(commune: str, spot: str, hours: str, at: datetime) -> StopWords:
    today = legal_day(at)
    days = tuple(each for each in week_words(hours, day=today) if each.is_open)
    upcoming = next_days(hours, day=today, most=2)
    return StopWords(f"{commune}, {spot}", days, ", ".join(formats.weekday(each) for each in upcoming))


def _space(space: FreeSpaceView, at: datetime) -> Space:
    offered = (
        (space.has_wifi, _("Wi-Fi gratuit")),
        (space.has_printer, _("Imprimante")),
        (space.has_scanner, _("Scanner")),
        (space.has_help, _("Quelqu’un est là pour aider")),
    )
    turn = _("Quand d’autres attendent : %(minutes)s minutes par personne.") % {"minutes": space.minutes_max} if space.minutes_max else ""
    return Space(
        seats=ngettext("%(count)s place", "%(count)s places", space.seats) % {"count": space.seats},
        machines=tuple(
            _("%(machines)s : %(count)s") % {"machines": _(MACHINES[kind]), "count": count} for kind, count in space.machines.items()
        ),
        services=tuple(word for is_so, word in offered if is_so),
        week=tuple(week_words(space.opening_hours, day=legal_day(at))),
        has_own_hours=space.has_own_hours,
        is_open=opening.is_open(space.opening_hours, postcode=space.postcode, at=at),
        is_bookable=space.is_bookable,
        turn=turn,
        rules=space.rules,
    )


def is_rdv_service_public(url: str) -> bool:
    """Whether an address of appointments is the public service's (RDV Service Public, under any of its names)."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return any(host == known or host.endswith(f".{known}") for known in _RDV_HOSTS)
