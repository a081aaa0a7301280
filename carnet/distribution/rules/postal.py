"""A booklet asked by post: what a person says, where it goes, and until when an address is kept. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from carnet.distribution.rules._handing import DistributionRefused
from carnet.kernel.identifiers import DrawnNumber, check_free_text
from carnet.kernel.refusals import Refusal
from carnet.places.rules.geography import Gazetteer, distance_km

LINE_MAX = 60
# An address nobody used is erased, and the person may ask again.
ADDRESS_KEPT = timedelta(days=21)
# A third of that: beyond, the operator calls the desk while there is still time.
LATE_AFTER = timedelta(days=7)
# Requests a programme takes from its public page in a day: beyond, somebody answers by telephone.
ASKED_PER_DAY_MAX = 60


class PostalAddressIncomplete(DistributionRefused):
    """A letter needs a name, a street, a postal code and a town. Facts: field."""

    code = "postal-address-incomplete"


class PostalTownUnknown(DistributionRefused):
    """No commune of that name and postal code. Facts: commune, postcode."""

    code = "postal-town-unknown"


class PostalOutside(DistributionRefused):
    """The person lives where no programme hands booklets over now."""

    code = "postal-outside"


class PostalClosed(DistributionRefused):
    """No desk can send one now, or too many were asked today: somebody answers by telephone."""

    code = "postal-closed"


class PostalNumberMistyped(DistributionRefused):
    """What was typed is not the number of a request."""

    code = "postal-number-mistyped"


class PostalUnknown(DistributionRefused):
    """No such request, or another desk's: the same words for both."""

    code = "postal-unknown"


class PostalEnded(DistributionRefused):
    """The request was sent, refused, taken back or forgotten before: its address is erased."""

    code = "postal-ended"


class PostalNotReady(DistributionRefused):
    """No booklet was handed over for it yet: nothing can be in the envelope."""

    code = "postal-not-ready"


class PostalReady(DistributionRefused):
    """A booklet was handed over for it: it can only be sent."""

    code = "postal-ready"


class PostalState(StrEnum):
    """Where a request stands. Only the first two have an address."""

    WAITING = "WAITING"
    READY = "READY"
    SENT = "SENT"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


OPEN_STATES = frozenset({PostalState.WAITING, PostalState.READY})


class PostalRefusedFor(StrEnum):
    """Why a desk does not send one."""

    NO_STOCK = "NO_STOCK"
    NOT_CONCERNED = "NOT_CONCERNED"
    WRONG_ADDRESS = "WRONG_ADDRESS"
    TWICE = "TWICE"


class PostalBy(StrEnum):
    """How somebody asked."""

    PAGE = "PAGE"
    TELEPHONE = "TELEPHONE"


@dataclass(frozen=True, slots=True)
class PostalNumber(DrawnNumber):
    """Whoever holds it may read a request and take it back. Raises: PostalNumberMistyped, when it is not one."""

    MISTYPED: ClassVar[type[Refusal]] = PostalNumberMistyped


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """What is written on an envelope. Kept sealed."""

    name: str
    street: str
    postcode: str
    commune: str
    street_extra: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the envelope, top first."""
        return tuple(line for line in (self.name, self.street_extra, self.street, f"{self.postcode} {self.commune.upper()}") if line)

    @property
    def told_apart(self) -> str:
        """What is equal when two requests are for one letter box, however they are typed."""
        return "|".join("".join(each for each in part.casefold() if each.isalnum()) for part in (self.street, self.postcode, self.commune))


@dataclass(frozen=True, slots=True)
class Sender:
    """A desk that could send a booklet. `point`: latitude and longitude of its nearest door, None when it has none."""

    organisation_id: int
    has_booklets: bool
    waiting_count: int
    point: tuple[float, float] | None = None


def checked_address(said: PostalAddress, gazetteer: Gazetteer) -> tuple[PostalAddress, str]:
    """An address as it is kept, and the INSEE code of its commune.

    Raises: PostalAddressIncomplete, PostalTownUnknown, NirInText, IbanInText.
    """
    trimmed = {name: " ".join(getattr(said, name).split())[:LINE_MAX] for name in PostalAddress.__slots__}
    said = replace(said, **trimmed)
    for name in ("name", "street", "postcode", "commune"):
        if not getattr(said, name):
            raise PostalAddressIncomplete(field=name)
    for name in ("name", "street", "street_extra"):
        check_free_text(getattr(said, name))
    commune = gazetteer.named(said.commune, postcode=said.postcode)
    if commune is None:
        raise PostalTownUnknown(commune=said.commune, postcode=said.postcode)
    return replace(said, commune=commune.name), commune.code


def chosen_sender(senders: Iterable[Sender], *, near: tuple[float, float] | None) -> int:
    """Which desk sends the booklet: one that has some, then the nearest, then the least busy. Raises: PostalClosed, when there is none."""

    def rank(each: Sender) -> tuple[bool, float, int, int]:
        far = distance_km(near, each.point) if near is not None and each.point is not None else 1_000.0
        return (not each.has_booklets, round(far), each.waiting_count, each.organisation_id)

    ranked = sorted(senders, key=rank)
    if not ranked:
        raise PostalClosed
    return ranked[0].organisation_id


def check_asked_today(count: int) -> None:
    """Refuse more than a day's requests from the public page of one programme. Raises: PostalClosed."""
    if count >= ASKED_PER_DAY_MAX:
        raise PostalClosed


def check_open(state: PostalState) -> None:
    """Refuse to act on a request that ended. Raises: PostalEnded."""
    if state not in OPEN_STATES:
        raise PostalEnded


def is_forgotten(*, asked_at: datetime, at: datetime) -> bool:
    """Whether an address was kept long enough."""
    return at >= asked_at + ADDRESS_KEPT
