"""A demonstration's network: criteria published, one association half-way through its file, one admitted, one suspended that appeals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pikepdf

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import Role
from carnet.places import operations, queries
from carnet.places.rules.joining import DecisionKind, Step
from carnet.scenarios.cast import simulated_iban
from carnet.scenarios.play import Played

CRITERIA = """Apprendre à des débutants
Quelqu’un sait accueillir une personne qui n’a jamais touché un clavier, et prend son temps.

Des leçons sans reste à payer, ou un reste annoncé
Ce que la personne paie en plus d’un chèque est affiché avant la leçon.

Un lieu où l’on peut entrer
Le lieu dit par où entrer, et ce qu’il fait pour les personnes handicapées.

Ne rien demander de trop
Ni situation de famille, ni difficulté sociale : un chèque et une leçon suffisent.

Une assurance et un compte
Une responsabilité civile à jour, et un compte bancaire au nom de la structure."""
CHARTER = """Nous accueillons toute personne qui vient avec un chèque, sans lui demander pourquoi.

Nous prenons un chèque pour une leçon donnée, jamais avant, et jamais pour autre chose.

Nous n’écrivons nulle part le nom de la personne avec le numéro de son carnet.

Nous disons au réseau ce qui change : horaires, lieux, responsable, compte bancaire.

Nous acceptons qu’une personne du réseau vienne voir une leçon."""
DELAYS = {"answer_days": 30, "completion_days": 30, "appeal_days": 60, "label_months": 24}
# Other hands than a visitor's: so that a visitor may answer the appeal, being neither who prepared nor who decided.
OTHERS = {Role.OPERATOR_AGENT: ("instruction", "Jo Marchand"), Role.APPROVER: ("validation2", "Dany Girard")}


@dataclass(frozen=True, slots=True)
class Applicant:
    """An association of a demonstration: its number is of the right shape and nobody's."""

    rna: str
    name: str
    email: str
    contact: str
    sites: tuple[tuple[str, str, str, str], ...]


HALF_WAY = Applicant(
    "W449990001", "Les Souris du Sillon", "souris@demo.carnet.example", "Maé Leroux",
    (("Les Souris, Bellevue", "14 rue du Doubs", "44100", "Nantes"), ("Les Souris, Le Bourg", "2 place de l’Abbé Chérel", "44800", "Saint-Herblain")),
)  # fmt: skip
ADMITTED = Applicant(
    "W449990002", "Clavier ouvert", "clavier@demo.carnet.example", "Andrea Masson",
    (("Clavier ouvert, Dervallières", "5 place des Dervallières", "44100", "Nantes"),),
)  # fmt: skip
SUSPENDED = Applicant(
    "W449990003", "Souris et compagnie", "compagnie@demo.carnet.example", "Sam Renaud",
    (("Souris et compagnie", "8 rue du Corps de Garde", "44100", "Nantes"), ("Souris et compagnie, Rezé", "3 place Jean-Baptiste Daviais", "44400", "Rezé")),
)  # fmt: skip


def open_the_network(current: Played, *, at: datetime) -> int:
    """Play it all; returns the State's organisation, where a visitor may be an officer."""
    admin = _staff(current, Role.OPERATOR_ADMIN, at)
    _enrol_others(current, at - timedelta(days=200))
    with acting_as(admin):
        operations.publish_terms(
            programme_id=current.programme_id, criteria=CRITERIA, charter=CHARTER, **DELAYS, actor=admin, request_id=uuid4(), at=at
        )
    _half_way(current, at)
    _decide(
        current,
        _sent(current, ADMITTED, at - timedelta(days=40)),
        DecisionKind.ADMIT,
        at - timedelta(days=20),
        reason="Le dossier est complet.",
    )
    _suspended(current, at)
    return current.cast.state_id


def _half_way(current: Played, at: datetime) -> None:
    secret = _begun(current, HALF_WAY, at - timedelta(days=2))
    operations.write_step(secret=secret, step=Step.WHO, given=_who(HALF_WAY), at=at)
    for site in HALF_WAY.sites[:1]:
        _site(secret, site, at)
    key = operations.add_site(secret=secret, at=at)
    operations.write_site(secret=secret, key=key, given={"name": HALF_WAY.sites[1][0]}, at=at)


def _suspended(current: Played, at: datetime) -> None:
    file_id = _sent(current, SUSPENDED, at - timedelta(days=90))
    _decide(current, file_id, DecisionKind.ADMIT, at - timedelta(days=75), reason="Le dossier est complet, la visite s’est bien passée.")
    _decide(
        current, file_id, DecisionKind.SUSPEND, at - timedelta(days=4), criteria=["2"],
        reason="Trois personnes ont payé cinq euros de plus que leur chèque, sans que ce soit affiché.",
    )  # fmt: skip
    actor = replace(_staff(current, Role.OPERATOR_ADMIN, at), organisation_id=current.cast.operator_id)
    with acting_as(actor):
        organisation_id = queries.joining_file(file_id, actor=actor, at=at).organisation_id
    place = replace(Actor.system("demonstration", organisation_ids={organisation_id or 0}), organisation_id=organisation_id)
    with acting_as(place):
        operations.appeal(
            file_id=file_id, actor=place, request_id=uuid4(), at=at - timedelta(days=1),
            text="C’était une adhésion annuelle, affichée à l’entrée et facultative. Nous avons remboursé les trois personnes.",
        )  # fmt: skip


def _begun(current: Played, applicant: Applicant, at: datetime) -> str:
    secret = operations.open_joining_file(programme_id=current.programme_id, email=applicant.email, request_id=uuid4(), at=at).secret
    assert secret is not None
    return secret


def _sent(current: Played, applicant: Applicant, at: datetime) -> int:
    """A file written whole and sent; returns its number."""
    secret = _begun(current, applicant, at)
    operations.write_step(secret=secret, step=Step.WHO, given=_who(applicant), at=at)
    for site in applicant.sites:
        _site(secret, site, at)
    people = {
        "head_name": applicant.contact,
        "head_title": "Présidence",
        "contact_name": applicant.contact,
        "contact_email": applicant.email,
    }
    operations.write_step(secret=secret, step=Step.PEOPLE, given=people, at=at)
    bank = {"holder": applicant.name, "iban": simulated_iban(int(applicant.rna[1:])), "bic": ""}
    operations.write_step(secret=secret, step=Step.BANK, given=bank, at=at)
    for kind in queries.joining_file_of_link(secret, at=at).documents_needed:
        operations.add_document(secret=secret, kind=kind, content=_paper(), request_id=uuid4(), at=at)
    version = queries.joining_file_of_link(secret, at=at).terms.version
    operations.accept_charter(
        secret=secret, accepted_by=applicant.contact, role="Présidence", version=version, request_id=uuid4(), at=at
    )  # fmt: skip
    operations.send_joining_file(secret=secret, request_id=uuid4(), at=at)
    return queries.joining_file_of_link(secret, at=at).file_id


def _who(applicant: Applicant) -> dict[str, str]:
    _name, street, postcode, city = applicant.sites[0]
    return {"number": applicant.rna, "name": applicant.name, "form": "ASSOCIATION", "street": street, "postcode": postcode, "city": city}


def _site(secret: str, site: tuple[str, str, str, str], at: datetime) -> None:
    key = operations.add_site(secret=secret, at=at)
    given = dict(zip(("name", "address", "postcode", "commune"), site, strict=True))
    operations.write_site(secret=secret, key=key, given=given, at=at)
    taught = {
        "services": ["mailbox", "smartphone"],
        "modes": ["workshop", "one-to-one"],
        "access": ["step-free"],
        "beyond_cents": 0,
        "note": "",
    }
    operations.write_teaching(secret=secret, key=key, given=taught, at=at)


def _paper() -> bytes:
    made, written = pikepdf.new(), BytesIO()
    made.add_blank_page()
    made.save(written)
    return written.getvalue()


def _enrol_others(current: Played, at: datetime) -> None:
    operator_id = current.cast.operator_id
    system = Actor.system("demonstration", organisation_ids={operator_id})
    with acting_as(system):
        emails = {
            member.email for member in parties_queries.members(actor=system, organisation_id=operator_id, at=at + timedelta(days=400))
        }
        for role, (mailbox, name) in OTHERS.items():
            email = f"{mailbox}@operateur.carnet.example"
            if email not in emails:
                parties.enrol_member(
                    organisation_id=operator_id, email=email, display_name=name, role=role, actor=system, request_id=uuid4(), at=at
                )


def _other(current: Played, role: Role, at: datetime) -> Actor:
    operator_id = current.cast.operator_id
    system = Actor.system("demonstration", organisation_ids={operator_id})
    with acting_as(system):
        members = parties_queries.members(actor=system, organisation_id=operator_id, at=at)
    (found,) = [member for member in members if member.role == role and member.display_name == OTHERS[role][1]]
    return Actor(
        kind="person", label=found.display_name, person_id=found.person_id, organisation_id=operator_id,
        organisation_ids=frozenset({operator_id}), programme_ids=frozenset({current.programme_id}), roles=frozenset({role.value}), proved_at=at,
    )  # fmt: skip


def _decide(current: Played, file_id: int, kind: DecisionKind, at: datetime, *, reason: str, criteria: Sequence[str] = ()) -> None:
    """One prepares, another takes."""
    agent, approver = _other(current, Role.OPERATOR_AGENT, at), _other(current, Role.APPROVER, at)
    with acting_as(agent):
        decision_id = operations.prepare_joining_decision(
            file_id=file_id,
            kind=kind.value,
            reason=reason,
            criteria=criteria,
            from_on=legal_day(at),
            actor=agent,
            request_id=uuid4(),
            at=at,
        )
    with acting_as(approver):
        operations.take_joining_decision(decision_id=decision_id, actor=approver, request_id=uuid4(), at=at)


def _staff(current: Played, role: Role, at: datetime) -> Actor:
    return current.cast.actor(role, current.programme_id, at)
