"""Residences, homes, offers and partners, as their own organisation and the operator read them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from carnet.connectivity import access
from carnet.connectivity.models import Connection, EstateFile, Home, Offer, Partner, Residence
from carnet.connectivity.rules import LIVE, ConnectionState, HomeUnknown, OfferState, OfferTerms, Part
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role, allowed, check_may

_LIVE = [each.value for each in LIVE]
_ACTIVE = [ConnectionState.ACTIVE.value, ConnectionState.SUSPENDED.value]


@dataclass(frozen=True, slots=True)
class ResidenceView:
    """A residence with what is connected there. `waiting`: applied for, or accepted and not connected yet."""

    id: int
    programme_id: int
    reference: str
    name: str
    address: str
    postcode: str
    city: str
    commune: str
    dwelling_count: int
    has_fibre: bool | None
    place_id: int | None
    has_ended: bool
    homes: int
    connected: int
    waiting: int


@dataclass(frozen=True, slots=True)
class HomeView:
    """A home, and the number and state of its connection if it has one now."""

    id: int
    reference: str
    door: str
    connection_id: int | None
    state: ConnectionState | None


@dataclass(frozen=True, slots=True)
class LetHome:
    """A home of a landlord's, and the residence it is in."""

    reference: str
    door: str
    residence_id: int
    residence: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer with its life. `live`: homes with an application or a connection; `connected`: those connected now."""

    id: int
    programme_id: int
    terms: OfferTerms
    state: OfferState
    prepared_by_id: int
    prepared_at: datetime
    decided_at: datetime | None
    closed_at: datetime | None
    live: int
    connected: int

    def takes_applications(self, today: date) -> bool:
        """Whether somebody may apply today."""
        return self.state is OfferState.OPEN and self.terms.opens_on <= today < self.terms.closes_on and self.live < self.terms.home_limit


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A landlord or a provider of a programme."""

    id: int
    programme_id: int
    organisation_id: int
    part: Part
    admitted_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that was brought in."""

    id: int
    brought_at: datetime
    residences: int
    homes: int
    new_residences: int
    new_homes: int


def programmes_as(*, actor: Actor, part: Part) -> tuple[int, ...]:
    """The programmes in which the actor's organisation is a landlord, or a provider."""
    return tuple(access.partners_of(actor, part).values_list("programme_id", flat=True))


def residences(*, actor: Actor) -> tuple[ResidenceView, ...]:
    """The residences of the actor's own organisation, by name; those that ended come last. Three statements. Raises: NotAllowed."""
    check_may(actor, "connectivity.manage-residences")
    rows = Residence.objects.filter(landlord_id=actor.organisation_id or 0).order_by("name", "id")
    return tuple(sorted(_residences(list(rows)), key=lambda each: each.has_ended))


def residence(*, actor: Actor, residence_id: int) -> ResidenceView:
    """One residence of the actor's own organisation. Raises: NotAllowed, ResidenceUnknown."""
    check_may(actor, "connectivity.manage-residences")
    return _residences([access.own_residence(actor, residence_id)])[0]


def homes(*, actor: Actor, residence_id: int) -> tuple[HomeView, ...]:
    """The homes of a residence that are let, by reference. Two statements. Raises: NotAllowed, ResidenceUnknown."""
    check_may(actor, "connectivity.manage-residences")
    row = access.own_residence(actor, residence_id)
    live = {
        each.home_id: each for each in Connection.objects.filter(residence=row, state__in=_LIVE).only("id", "home_id", "state")
    }  # fmt: skip
    return tuple(
        HomeView(
            home.id, home.reference, home.door, live[home.id].id if home.id in live else None,
            ConnectionState(live[home.id].state) if home.id in live else None,
        )
        for home in Home.objects.filter(residence=row, ended_at=None).order_by("reference", "id")
    )  # fmt: skip


def home(*, actor: Actor, home_id: int) -> LetHome:
    """One of them, or one taken out. One statement. Raises: NotAllowed, HomeUnknown (none, or another landlord's: the same)."""
    check_may(actor, "connectivity.manage-residences")
    row = Home.objects.select_related("residence").filter(id=home_id, landlord_id=actor.organisation_id or 0).first()
    if row is None:
        raise HomeUnknown(home=home_id)
    return LetHome(row.reference, row.door, row.residence_id, row.residence.name)


def files(*, actor: Actor, limit: int = 10) -> tuple[FileView, ...]:
    """The latest files the actor's organisation brought in. Raises: NotAllowed."""
    check_may(actor, "connectivity.manage-residences")
    rows = EstateFile.objects.filter(landlord_id=actor.organisation_id or 0).order_by("-id")[:limit]
    return tuple(
        FileView(row.id, row.brought_at, row.residence_count, row.home_count, row.new_residence_count, row.new_home_count) for row in rows
    )


def offers(*, actor: Actor) -> tuple[OfferView, ...]:
    """The offers of the actor's programmes, homes or network, the latest first. Two statements. Raises: NotAllowed."""
    _check_reader(actor)
    return _offers(list(_seen_offers(actor).order_by("-id")))


def offer(*, actor: Actor, offer_id: int) -> OfferView:
    """One offer. Raises: NotAllowed, OfferUnknown."""
    _check_reader(actor)
    return _offers([access.seen_offer(actor, offer_id)])[0]


def partners(*, actor: Actor, programme_ids: Collection[int]) -> tuple[PartnerView, ...]:
    """The landlords and providers of these programmes, those that left last. Raises: NotAllowed."""
    check_may(actor, "connectivity.see")
    rows = Partner.objects.filter(programme_id__in=set(programme_ids) & set(actor.programme_ids)).order_by("-ended_at", "part", "id")
    return tuple(PartnerView(row.id, row.programme_id, row.organisation_id, Part(row.part), row.admitted_at, row.ended_at) for row in rows)


def residence_names(*, programme_id: int, landlord_id: int) -> dict[int, str]:
    """The residences of a landlord in a programme by id, inside the announced tenant: what an offer may name."""
    rows = Residence.objects.filter(programme_id=programme_id, landlord_id=landlord_id, ended_at=None).order_by("name", "id")
    return dict(rows.values_list("id", "name"))


def _check_reader(actor: Actor) -> None:
    check_may(actor, "connectivity.see-own" if allowed(actor.roles, "connectivity.see-own") else "connectivity.see")


def _seen_offers(actor: Actor) -> QuerySet[Offer]:
    own = Q(programme_id__in=actor.programme_ids)
    if Role.LANDLORD in actor.roles:
        own |= Q(landlord_id=actor.organisation_id)
    if Role.PROVIDER in actor.roles:
        own |= Q(provider_id=actor.organisation_id)
    return Offer.objects.filter(own)


def _offers(rows: list[Offer]) -> tuple[OfferView, ...]:
    counted = Connection.objects.filter(offer__in=rows, state__in=_LIVE).order_by().values("offer_id").annotate(
        live=Count("id"), connected=Count("id", filter=Q(state__in=_ACTIVE))
    )  # fmt: skip
    counts = {each["offer_id"]: (each["live"], each["connected"]) for each in counted}
    return tuple(
        OfferView(
            row.id, row.programme_id, row.terms, OfferState(row.state), row.prepared_by_id, row.prepared_at, row.decided_at,
            row.closed_at, *counts.get(row.id, (0, 0)),
        )
        for row in rows
    )  # fmt: skip


def _residences(rows: list[Residence]) -> tuple[ResidenceView, ...]:
    homes = dict(
        Home.objects.filter(residence__in=rows, ended_at=None).order_by().values("residence_id").annotate(count=Count("id"))
        .values_list("residence_id", "count")
    )  # fmt: skip
    counted = Connection.objects.filter(residence__in=rows, state__in=_LIVE).order_by().values("residence_id").annotate(
        live=Count("id"), connected=Count("id", filter=Q(state__in=_ACTIVE))
    )  # fmt: skip
    counts = {each["residence_id"]: (each["connected"], each["live"] - each["connected"]) for each in counted}
    return tuple(
        ResidenceView(
            row.id, row.programme_id, row.reference, row.name, row.address, row.postcode, row.city, row.commune, row.dwelling_count,
            row.has_fibre, row.place_id, row.ended_at is not None, homes.get(row.id, 0), *counts.get(row.id, (0, 0)),
        )
        for row in rows
    )  # fmt: skip
