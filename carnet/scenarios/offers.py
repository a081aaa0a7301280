"""A demonstration's offers: what its places teach and at what price, who can come in, a van, a free digital space; errors reported."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.places import operations
from carnet.places.rules.declaring import ServiceSaid, SpaceSaid, StopSaid
from carnet.places.rules.offers import Mode
from carnet.scenarios.library import RANK
from carnet.scenarios.play import Played

# Places that say more than their national file; the others are shown as imported.
SAID_MOST = 12
LATE_MOST = 2
VAN, FREE = 2, 3  # ranks: the place that drives, Nantes' free digital space
_TOGETHER, _ALONE = Mode.WORKSHOP.value, Mode.ONE_TO_ONE.value


@dataclass(frozen=True, slots=True)
class Profile:
    """What one place says of itself."""

    services: tuple[ServiceSaid, ...]
    fees: tuple[str, ...]
    cost_note: str
    needs: dict[str, bool]
    access_note: str
    languages: tuple[str, ...]


def _taught(
    *codes: str, price_cents: int, vouchers: int | None = None, modes: tuple[str, ...] = (_TOGETHER, _ALONE)
) -> tuple[ServiceSaid, ...]:
    beyond_cents = None if vouchers is None else 0
    return tuple(ServiceSaid(code, modes, price_cents, vouchers, beyond_cents) for code in codes)


ASSOCIATION = Profile(
    services=(
        *_taught("computer", "smartphone", "mailbox", price_cents=500, vouchers=1),
        *_taught("files", "safety", price_cents=800, vouchers=1, modes=(_TOGETHER,)),
        ServiceSaid("online-procedures", (_ALONE,), 0, None, None, "Sur rendez-vous, une heure."),
    ),
    fees=("Gratuit sous condition",),
    cost_note="Sans chèque, l’adhésion de 5 € par an est demandée à partir de la deuxième visite.",
    needs={"step-free": True, "accessible-toilet": True, "lift": False, "sign-language": False, "reading-help": True, "guide-dog": True},
    access_note="Entrée de plain-pied dans la cour, à gauche du portail vert.",
    languages=("en", "ar"),
)
LIBRARY = Profile(
    services=(
        *_taught("computer", "internet", "mailbox", "video-call", price_cents=0),
        *_taught("information", "creation", "parenting", price_cents=0, modes=(_TOGETHER,)),
        ServiceSaid("open-access", (Mode.SELF_SERVICE.value,), 0, None, None, ""),
    ),
    fees=("Gratuit",),
    cost_note="Tout est gratuit, sans carte de bibliothèque.",
    needs={
        "step-free": True,
        "lift": True,
        "accessible-toilet": True,
        "hearing-loop": True,
        "adapted-screen": True,
        "calm": True,
        "guide-dog": True,
    },
    access_note="Ascenseur à droite de l’accueil.",
    languages=("en", "es"),
)
SOCIAL_CENTRE = Profile(
    services=(
        *_taught("smartphone", "mailbox", price_cents=0),
        *_taught("online-procedures", "rights", "health", price_cents=0, modes=(_ALONE,)),
        *_taught("cv", "job-search", price_cents=0, vouchers=None),
    ),
    fees=("Gratuit",),
    cost_note="",
    needs={"step-free": True, "sign-language": True, "reading-help": True, "easy-read": True},
    access_note="Une personne parle la langue des signes le mardi et le jeudi.",
    languages=("ar", "tr", "uk"),
)
PROFILES = (ASSOCIATION, LIBRARY, SOCIAL_CENTRE)
SPACE = SpaceSaid(
    seats=14, machines={"computer": 10, "laptop": 4, "tablet": 4, "adapted": 2}, opening_hours="Mo-Fr 09:30-12:30,13:30-18:00; Sa 10:00-13:00",
    has_printer=True, has_scanner=True, has_wifi=True, has_help=True, is_bookable=True, minutes_max=90,
    rules="Vingt pages imprimées gratuites par jour. Aucune pièce d’identité n’est demandée.",
)  # fmt: skip
STOPS = (
    StopSaid("Saint-Herblain", "Place de l’Abbé-Chérel, devant le marché", "Tu 09:00-12:00"),
    StopSaid("Rezé", "Place François-Mitterrand", "We 14:00-17:00"),
    StopSaid("Sainte-Luce-sur-Loire", "Parking de la médiathèque", "Th[1] 09:30-12:30"),
)


def say_offers(current: Played, *, at: datetime) -> None:
    """Declare, confirm, report and answer, through the same operations as the screens."""
    dice = Random(current.programme_id)  # noqa: S311 - numbers of requests of a demonstration, not secrets
    said_at = at - timedelta(days=20)
    for rank, place_id in enumerate(current.cast.place_ids):
        keeper = _keeper(current, place_id)
        with acting_as(keeper):
            if rank < SAID_MOST:
                _say(place_id, rank, keeper, dice, said_at)
            if 0 < rank < max(1, len(current.cast.place_ids) - LATE_MOST):
                operations.confirm_place(place_id=place_id, actor=keeper, request_id=_request_id(dice), at=said_at)
    _report(current, dice, at)


def _say(place_id: int, rank: int, keeper: Actor, dice: Random, at: datetime) -> None:
    said, facts = PROFILES[rank % len(PROFILES)], _facts(place_id, keeper, dice, at)
    operations.declare_services(services=said.services, **next(facts))
    operations.declare_cost(fees=said.fees, note=said.cost_note, **next(facts))
    operations.declare_access(needs=said.needs, note=said.access_note, languages=said.languages, **next(facts))
    if rank == VAN:
        operations.declare_moving(
            is_mobile=True, stops=STOPS, has_home_visits=True, home_communes=("Saint-Herblain", "Rezé", "Nantes"),
            home_note="Chez les personnes qui ne peuvent pas se déplacer, sur appel.", **next(facts),
        )  # fmt: skip
    if rank == FREE and rank != RANK:
        operations.declare_free_space(space=SPACE, **next(facts))


def _facts(place_id: int, keeper: Actor, dice: Random, at: datetime) -> Iterator[dict]:  # type: ignore[type-arg]  # arguments of operations
    while True:
        yield {"place_id": place_id, "actor": keeper, "request_id": _request_id(dice), "at": at}


def _report(current: Played, dice: Random, at: datetime) -> None:
    """Two errors on the first place's page: one waits, the other was right and is corrected."""
    place_id = current.cast.place_ids[0]
    keeper, visitor = _keeper(current, place_id), Actor.anonymous()
    told = (
        ("price", "On m’a dit que la première visite est gratuite, ce n’est pas écrit.", at - timedelta(days=9)),
        ("hours", "Le lundi c’était fermé, la page dit ouvert.", at - timedelta(days=2)),
    )
    done = [
        operations.report_error(
            place_id=place_id, about=about, said=said, contact="", from_here=0, actor=visitor, request_id=_request_id(dice), at=moment
        )
        for about, said, moment in told
    ]
    with acting_as(keeper):
        operations.answer_report(
            report_id=done[0].id, accepted=True, answer="Merci : c’est écrit maintenant. La première visite est gratuite pour tous.",
            actor=keeper, request_id=_request_id(dice), at=at - timedelta(days=8),
        )  # fmt: skip


def _keeper(current: Played, place_id: int) -> Actor:
    organisation_id = current.cast.place_organisations[place_id]
    return replace(Actor.system("demonstration", organisation_ids={organisation_id}), organisation_id=organisation_id)


def _request_id(dice: Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)
