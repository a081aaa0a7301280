"""A demonstration's desks: their agreement published and signed, their points open, their training ticked. One still has to sign, one waits
for the operator, one is suspended, one leaves; an association applies."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from carnet.distribution import operations, queries
from carnet.distribution.rules.joining import TRAINING, AgreementKind, DecisionKind, Step
from carnet.distribution.rules.points import PointSaid
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import Role
from carnet.scenarios.cast import desk_communes
from carnet.scenarios.play import Played

MANDATE = """Le programme (le mandant) confie au guichet (le mandataire) des carnets de chèques, à remettre aux personnes.

Article 1. Les carnets restent au programme jusqu’à leur remise. Ce sont des valeurs : le guichet les garde sous clé et les compte.

Article 2. Le guichet ne vend rien, n’échange rien contre de l’argent, et ne rend pas la monnaie.

Article 3. Il note chaque remise le jour même, sans le nom de la personne.

Article 4. Il dit aussitôt un carnet perdu, volé ou abîmé.

Article 5. Il nomme un responsable du stock, et rend ses carnets en partant ou si le programme le demande.

Article 6. La convention dure le temps indiqué. Sans renouvellement, les remises s’arrêtent."""
REGIE = """Le programme remet au guichet, organisme public, des carnets de chèques tenus par sa régie.

Article 1. Un acte du guichet crée ou étend la régie. Un acte nomme le régisseur ; il est cité avec la signature.

Article 2. Les carnets sont des valeurs inactives : le régisseur en tient le compte, sous le contrôle de son comptable public.

Article 3. Le guichet note chaque remise le jour même, sans le nom de la personne. Il rend ses carnets en partant."""
HOURS = (
    "Mo-Fr 09:00-12:00,14:00-17:00", "Mo,Tu,Th,Fr 08:45-12:30,13:30-17:00; We 08:45-12:30", "Tu-Fr 10:00-12:30,14:00-18:00; Sa 10:00-12:30",
    "Mo-Th 09:00-12:30; Fr 09:00-16:00",
)  # fmt: skip
STREETS = (
    "1 place de la Mairie",
    "4 rue de l’Hôtel de Ville",
    "2 place de l’Église",
    "11 rue de la Paix",
    "7 rue Jean Jaurès",
    "15 avenue de la Gare",
)
LEADS = (
    "Clément Petit",
    "Camille Leroy",
    "Dominique Simon",
    "Alix Laurent",
    "Eden Michel",
    "Maxence Garcia",
    "Charlie Roux",
    "Lou Fontaine",
)
TITLES = ("Directrice", "Maire", "Directeur, par délégation", "Présidente")
# From the end of the list, so that the first, which visitors try, has everything.
SUSPENDED, LEAVING, WAITING, UNSIGNED, UNTRAINED = -1, -2, -3, -4, -9
APPLICANT = {
    "number": "W449990011",
    "name": "Les Voisins de Bellevue",
    "form": "ASSOCIATION",
    "street": "12 rue du Doubs",
    "postcode": "44100",
    "city": "Nantes",
}


def open_desks(current: Played, *, at: datetime) -> None:
    """Play it all through the same operations as the screens. Needs as many desks as the plays of a demonstration have."""
    desk_ids = current.cast.desk_ids
    system = Actor.system("demonstration", programme_ids={current.programme_id}, organisation_ids={current.cast.operator_id, *desk_ids})
    with acting_as(system):
        joined_at = min(each.joined_at for each in queries.participations(programme_id=current.programme_id, at=at))
    published_at = max(joined_at + timedelta(days=10), at - timedelta(days=40))
    _publish(current, published_at)
    special = {desk_ids[rank]: rank for rank in (SUSPENDED, LEAVING, WAITING, UNSIGNED) if len(desk_ids) > 8}
    for rank, desk_id in enumerate(desk_ids):
        moment = published_at + timedelta(days=1 + rank % 9, hours=rank % 5)
        lead = _lead(current, desk_id, rank, moment)
        with acting_as(lead):
            _points(current, desk_id, rank, lead, moment)
            if rank < len(desk_ids) + UNTRAINED:
                _train(current, desk_id, lead, moment)
            if special.get(desk_id) != UNSIGNED:
                agreement_id = _sign(current, desk_id, rank, lead, moment)
        if special.get(desk_id) not in (UNSIGNED, WAITING):
            approver = current.cast.actor(Role.APPROVER, current.programme_id, moment + timedelta(days=2))
            with acting_as(approver):
                operations.countersign_agreement(agreement_id=agreement_id, **_facts(approver, moment + timedelta(days=2)))
    if special:
        _suspend(current, desk_ids[SUSPENDED], at - timedelta(days=4))
        _leave(current, desk_ids[LEAVING], at - timedelta(days=2))
    _apply(current, at - timedelta(days=1))


def _publish(current: Played, at: datetime) -> None:
    admin = current.cast.actor(Role.OPERATOR_ADMIN, current.programme_id, at)
    with acting_as(admin):
        for kind, text in ((AgreementKind.MANDATE, MANDATE), (AgreementKind.REGIE, REGIE)):
            operations.publish_agreement(programme_id=current.programme_id, kind=kind, text=text, months=12, **_facts(admin, at))


def _lead(current: Played, desk_id: int, rank: int, at: datetime) -> Actor:
    """The desk's stock lead: known from another play, or enrolled."""
    system = replace(Actor.system("demonstration", organisation_ids={desk_id}), organisation_id=desk_id)
    with acting_as(system):
        members = parties_queries.members(actor=system, organisation_id=desk_id, at=at + timedelta(days=400))
        known = next((member.person_id for member in members if member.role == Role.PRESCRIBER_LEAD), None)
        person_id = known or parties.enrol_member(
            organisation_id=desk_id, email=f"stock{desk_id}@guichets.carnet.example", display_name=LEADS[rank % len(LEADS)],
            role=Role.PRESCRIBER_LEAD, actor=system, request_id=uuid4(), at=at,
        )  # fmt: skip
    return Actor(
        kind="person", label="PRESCRIBER_LEAD", person_id=person_id, organisation_id=desk_id, organisation_ids=frozenset({desk_id}),
        roles=frozenset({Role.PRESCRIBER_LEAD.value}), proved_at=at,
    )  # fmt: skip


def _points(current: Played, desk_id: int, rank: int, lead: Actor, at: datetime) -> None:
    communes = desk_communes(current.scenario)
    town, name = communes[rank % len(communes)], parties_queries.organisation_name(desk_id)
    first = PointSaid(
        name=name, street=STREETS[rank % len(STREETS)], postcode=town.postcodes[0], commune=town.name, phone=f"02 61 91 {rank + 10:02d} 00",
        hours=HOURS[rank % len(HOURS)], communes=(town.code,) if rank % 4 == 0 else (), by_appointment=rank % 5 == 2,
        languages=("ar", "en") if rank % 6 == 0 else (), age_until=25 if rank % 12 == 7 else None,
    )  # fmt: skip
    said = [first]
    if rank == 0:
        annex: dict[str, Any] = {
            "name": f"{name}, annexe",
            "street": "3 rue des Écoles",
            "hours": "Tu 09:00-12:00; Th 14:00-17:00",
            "note": "Au fond de la cour",
        }
        said.append(replace(first, communes=(), **annex))
    for point in said:
        operations.open_point(**_about(current, desk_id), said=point, **_facts(lead, at))


def _train(current: Played, desk_id: int, lead: Actor, at: datetime) -> None:
    for item in TRAINING:
        operations.tick_training(**_about(current, desk_id), item=item.code, is_done=True, **_facts(lead, at))


def _sign(current: Played, desk_id: int, rank: int, lead: Actor, at: datetime) -> int:
    """Every sixth keeps its own régie."""
    kind = AgreementKind.REGIE if rank % 6 == 5 else AgreementKind.MANDATE
    act: dict[str, Any] = {
        "regisseur_act": "Arrêté municipal portant nomination du régisseur",
        "regisseur_act_on": (at - timedelta(days=200)).date(),
    }
    return operations.sign_agreement(
        **_about(current, desk_id), kind=kind, version=1, signer_title=TITLES[rank % len(TITLES)],
        **(act if kind is AgreementKind.REGIE else {}), **_facts(lead, at),
    )  # fmt: skip


def _suspend(current: Played, desk_id: int, at: datetime) -> None:
    admin, approver = (current.cast.actor(role, current.programme_id, at) for role in (Role.OPERATOR_ADMIN, Role.APPROVER))
    with acting_as(admin):
        decision_id = operations.prepare_desk_decision(
            kind=DecisionKind.SUSPEND, reason="Douze carnets ont été remis le même jour à la même adresse. Nous venons compter avec vous.",
            **_about(current, desk_id), **_facts(admin, at),
        )  # fmt: skip
    with acting_as(approver):
        operations.take_desk_decision(decision_id=decision_id, **_facts(approver, at))


def _leave(current: Played, desk_id: int, at: datetime) -> None:
    lead = _lead(current, desk_id, LEAVING, at)
    with acting_as(lead):
        operations.leave(**_about(current, desk_id), **_facts(lead, at))


def _apply(current: Played, at: datetime) -> None:
    """An application that was sent yesterday, at an address nobody reads."""
    (network,) = [each for each in queries.desk_networks(at=at) if each.programme.id == current.programme_id]
    secret = operations.open_desk_file(
        slug=network.programme.slug, email="voisins@demo.carnet.example", request_id=uuid4(), at=at
    ).secret  # fmt: skip
    assert secret is not None
    operations.write_desk_step(secret=secret, step=Step.WHO, given=APPLICANT, at=at)
    point: dict[str, Any] = {
        "name": "Local de Bellevue",
        "street": "12 rue du Doubs",
        "postcode": "44100",
        "commune": "Nantes",
        "hours": "lundi au jeudi 14h-18h",
        "languages": ["ar"],
    }
    operations.write_desk_point(secret=secret, given=point, at=at)
    people = {"lead_name": "Inès Moreau", "lead_email": "voisins@demo.carnet.example"}
    operations.write_desk_step(secret=secret, step=Step.PEOPLE, given=people, at=at)
    operations.send_desk_file(secret=secret, request_id=uuid4(), at=at)


def _about(current: Played, desk_id: int) -> dict[str, Any]:
    return {"programme_id": current.programme_id, "organisation_id": desk_id}


def _facts(actor: Actor, at: datetime) -> dict[str, Any]:
    return {"actor": actor, "request_id": uuid4(), "at": at}
