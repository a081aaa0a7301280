"""A demonstration's homes: a landlord's two residences, one offer open and one to open, connections at every step of their life."""

import hashlib
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import uuid4

from carnet.connectivity import operations, queries
from carnet.connectivity.operations import Asked
from carnet.connectivity.rules import (
    Channel,
    Collector,
    ConnectionState,
    Eligibility,
    EndReason,
    Ground,
    HomeLine,
    IncidentKind,
    MendedBy,
    ObstacleReason,
    OfferTerms,
    Part,
    Proof,
    RefusalReason,
    ResidenceLine,
    SuspensionReason,
)
from carnet.funding import operations as funding
from carnet.funding.rules import ShareTerms
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.parties import operations as parties
from carnet.parties.rules import OrganisationKind, Role
from carnet.scenarios.cast import simulated_iban
from carnet.scenarios.library import RANK
from carnet.scenarios.play import Played

LANDLORD, PROVIDER = "Habitat de l’Estuaire (simulé)", "Réseau Loire (simulé)"
# Invented homes, at addresses that exist nowhere. The price is that of Port-Boyer (docs/sources/solidarity-connection.md).
RESIDENCES = (
    ("TILLEULS", "Les Tilleuls", "2 allée des Tilleuls inventés", 60, True, 24),
    ("PORT", "Le Port", "1 quai inventé", 40, None, 12),
)
NANTES = ("44300", "Nantes", "44109")
OPENED_DAYS_AGO, MONTHS, LIMIT = 150, 12, 40
FUNDERS_CENTS, SETUP_CENTS = 500, 4_000
_ASKED = Asked(grounds=(Ground.NO_CONNECTION, Ground.TOO_DEAR))
# For each home: how many days ago it was asked for, and how far it went.
LIVES = (
    (90, "ACTIVE"), (88, "BROKEN"), (80, "MENDED"), (75, "ACTIVE"), (70, "SUSPENDED"), (66, "ENDED"), (60, "ACTIVE"), (12, "COULD_NOT"),
    (9, "TO_ACTIVATE"), (7, "TO_ACTIVATE"), (5, "ACCEPTED"), (4, "REFUSED"), (3, "APPLIED"), (2, "APPLIED"), (1, "APPLIED"),
)  # fmt: skip


def connect_homes(current: Played, *, at: datetime) -> tuple[int, int]:
    """Admit them, bring the homes in, open an offer, live fifteen connections. Returns the landlord's and the provider's organisations."""
    began = at - timedelta(days=OPENED_DAYS_AGO)
    landlord, provider = (_organisation(current, *each, at=began) for each in ((LANDLORD, Role.LANDLORD), (PROVIDER, Role.PROVIDER)))
    admin, approver = (current.cast.actor(role, current.programme_id, began) for role in (Role.OPERATOR_ADMIN, Role.APPROVER))
    with acting_as(admin):
        for each, part in ((landlord, Part.LANDLORD), (provider, Part.PROVIDER)):
            operations.admit_partner(
                programme_id=current.programme_id, organisation_id=each.organisation_id or 0, part=part, actor=admin, request_id=uuid4(),
                at=began,
            )  # fmt: skip
    _bring_in(current, landlord, at=began)
    agreement_id = _agree(current, at=began, paid_at=at)
    with acting_as(admin):
        offer_id = operations.prepare_offer(
            programme_id=current.programme_id,
            terms=_terms(agreement_id, landlord, provider, at=at),
            actor=admin,
            request_id=uuid4(),
            at=began,
        )
        operations.open_offer(offer_id=offer_id, actor=approver, request_id=uuid4(), at=began)
        dearer = _terms(agreement_id, landlord, provider, at=at, name="Internet pour qui cherche un emploi", seeker=True)
        operations.prepare_offer(programme_id=current.programme_id, terms=dearer, actor=admin, request_id=uuid4(), at=at)
    _live(current, offer_id, landlord, provider, at=at)
    return landlord.organisation_id or 0, provider.organisation_id or 0


def _organisation(current: Played, name: str, role: Role, *, at: datetime) -> Actor:
    operator_id = current.cast.operator_id
    organisation_id = parties.create_organisation(
        name=name, kinds=[OrganisationKind[role.value]], is_simulated=True, registered_by=operator_id,
        actor=Actor.system("demonstration", organisation_ids={operator_id}), request_id=uuid4(), at=at,
    )  # fmt: skip
    return Actor(
        kind="person", label=role.lower(), organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        roles=frozenset({role.value}),
    )  # fmt: skip


def _floor(number: int) -> str:
    return {0: "rez-de-chaussée", 1: "1er étage"}.get(number, f"{number}e étage")


def _bring_in(current: Played, landlord: Actor, *, at: datetime) -> None:
    estate = [
        ResidenceLine(
            reference, name, address, *NANTES, count, has_fibre,
            tuple(HomeLine(f"{reference[0]}-{rank:03d}", f"{_floor((rank - 1) // 4)}, porte {rank}") for rank in range(1, homes + 1)),
        )
        for reference, name, address, count, has_fibre, homes in RESIDENCES
    ]  # fmt: skip
    with acting_as(landlord):
        operations.bring_in_homes(
            programme_id=current.programme_id, estate=estate, digest=hashlib.sha256(repr(estate).encode()).digest(), actor=landlord,
            request_id=uuid4(), at=at,
        )  # fmt: skip
        first = queries.residences(actor=landlord)[1]
        operations.change_residence(
            residence_id=first.id, name=first.name, address=first.address, dwelling_count=first.dwelling_count, has_fibre=first.has_fibre,
            place_id=current.cast.place_ids[RANK], actor=landlord, request_id=uuid4(), at=at,
        )  # fmt: skip


def _agree(current: Played, *, at: datetime, paid_at: datetime) -> int:
    """An agreement for connections alone, among funders who pay in advance; their money for as many homes as the offer may connect."""
    admin = current.cast.actor(Role.OPERATOR_ADMIN, current.programme_id, at)
    treasurer = current.cast.actor(Role.TREASURER, current.programme_id, paid_at)
    payers = [current.cast.funder_ids[each.name] for each in current.scenario.funders if not each.state]
    cents = -(-LIMIT * (SETUP_CENTS + MONTHS * FUNDERS_CENTS) // len(payers))
    with acting_as(admin):
        agreement_id = funding.sign_agreement(
            programme_id=current.programme_id, name="Internet solidaire", signed_on=legal_day(at), account_holder="Internet solidaire (simulé)",
            iban=simulated_iban(90_000 + current.programme_id), actor=admin, request_id=uuid4(), at=at,
            shares=[ShareTerms(funder_id=each, portion=Fraction(1, len(payers))) for each in payers],
        )  # fmt: skip
    with acting_as(treasurer):
        for number, funder_id in enumerate(payers, start=1):
            funding.record_money_received(
                agreement_id=agreement_id, funder_id=funder_id, cents=cents, received_on=legal_day(paid_at),
                bank_reference=f"VIR-{current.programme_id}-INTERNET-{number}", actor=treasurer, request_id=uuid4(), at=paid_at,
            )  # fmt: skip
    return agreement_id


def _terms(
    agreement_id: int, landlord: Actor, provider: Actor, *, at: datetime, name: str = "Internet à 2,90 €", seeker: bool = False
) -> OfferTerms:
    today = legal_day(at)
    rules = Eligibility((Ground.NO_CONNECTION,), (Ground.TOO_DEAR, Ground.LOW_INCOME, Ground.LESSONS), source="Convention de la saison")
    if seeker:
        papers = ("job-seeker-card",)
        rules = Eligibility((Ground.JOB_SEEKER,), (), Proof.SHOWN, papers, "Convention de la saison, avenant emploi")
    return OfferTerms(
        name=name, agreement_id=agreement_id, landlord_id=landlord.organisation_id or 0,
        provider_id=provider.organisation_id or 0, household_cents=290, landlord_cents=300, funders_cents=FUNDERS_CENTS,
        setup_cents=SETUP_CENTS, collector=Collector.LANDLORD, down_mbps=10, up_mbps=2, has_box=True, lends_computer=True, months=MONTHS,
        home_limit=LIMIT, opens_on=today - timedelta(days=OPENED_DAYS_AGO), closes_on=add_months(today, 12), eligibility=rules,
    )  # fmt: skip


def _live(current: Played, offer_id: int, landlord: Actor, provider: Actor, *, at: datetime) -> None:
    with acting_as(landlord):
        homes = [
            home.id for residence in queries.residences(actor=landlord) for home in queries.homes(actor=landlord, residence_id=residence.id)
        ]
    desk_id = current.cast.desk_ids[0]
    desk = Actor(
        kind="person", label="prescriber", organisation_id=desk_id, organisation_ids=frozenset({desk_id}),
        roles=frozenset({Role.PRESCRIBER.value}),
    )  # fmt: skip
    for rank, (days, end) in enumerate(LIVES):
        asked_at = at - timedelta(days=days)
        with acting_as(desk):
            made = operations.apply(
                offer_id=offer_id, home_id=homes[rank * 2], actor=desk, request_id=uuid4(), at=asked_at,
                asked=Asked(grounds=_ASKED.grounds, channel=Channel.PHONE if rank % 5 == 4 else Channel.DESK, wants_computer=rank % 3 == 0),
            )  # fmt: skip
        if end != "APPLIED":
            _go_on(made.id, end, landlord, provider, desk, asked_at=asked_at, at=at)


def _go_on(connection_id: int, end: str, landlord: Actor, provider: Actor, desk: Actor, *, asked_at: datetime, at: datetime) -> None:
    """From the landlord's answer to wherever this one stops."""
    about: dict[str, Any] = {"connection_id": connection_id}
    answered_at = min(asked_at + timedelta(days=2), at)
    with acting_as(landlord):
        answered: dict[str, Any] = {"actor": landlord, "request_id": uuid4(), "at": answered_at}
        if end == "REFUSED":
            operations.refuse(reason=RefusalReason.WORKS, **about, **answered)
            return
        operations.accept(**about, **answered)
    if end == ConnectionState.ACCEPTED:
        return
    with acting_as(provider):
        done: dict[str, Any] = {"actor": provider}
        day_given_at = min(answered_at + timedelta(days=2), at)
        ahead = timedelta(days=3 if end == ConnectionState.TO_ACTIVATE else 4)
        operations.give_day(day=legal_day(day_given_at + ahead), **about, **done, request_id=uuid4(), at=day_given_at)
        if end == ConnectionState.TO_ACTIVATE:
            return
        visited_at = day_given_at + timedelta(days=4)
        if end == ConnectionState.COULD_NOT:
            operations.could_not_activate(reason=ObstacleReason.NOBODY_HOME, **about, **done, request_id=uuid4(), at=visited_at)
            return
        operations.activate(day=legal_day(visited_at), **about, **done, request_id=uuid4(), at=visited_at)
    _afterwards(connection_id, end, landlord, provider, desk, at=at)


def _afterwards(connection_id: int, end: str, landlord: Actor, provider: Actor, desk: Actor, *, at: datetime) -> None:
    about: dict[str, Any] = {"connection_id": connection_id}
    if end in ("BROKEN", "MENDED"):
        said_at = at - timedelta(days=1 if end == "BROKEN" else 20)
        with acting_as(desk):
            incident_id = operations.report_incident(kind=IncidentKind.CUTS, **about, actor=desk, request_id=uuid4(), at=said_at)
        if end == "MENDED":
            with acting_as(provider):
                mended_at = said_at + timedelta(days=5)
                operations.mend(incident_id=incident_id, by=MendedBy.REPLACED, actor=provider, request_id=uuid4(), at=mended_at)
    if end == ConnectionState.SUSPENDED:
        with acting_as(landlord):
            suspended_at = at - timedelta(days=15)
            operations.suspend(reason=SuspensionReason.ABSENT, **about, actor=landlord, request_id=uuid4(), at=suspended_at)
    if end == ConnectionState.ENDED:
        with acting_as(landlord):
            ended_at = at - timedelta(days=10)
            operations.end(reason=EndReason.MOVED_OUT, day=legal_day(ended_at), **about, actor=landlord, request_id=uuid4(), at=ended_at)
