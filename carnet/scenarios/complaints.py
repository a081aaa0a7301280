"""A demonstration's complaints: one that is late, one where the place has answered, one closed; a question or two asked of the line."""

from datetime import datetime, timedelta
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.helpline import operations
from carnet.helpline.rules import ComplaintKind, Decision, Filer, hearing_days
from carnet.kernel.actors import Actor
from carnet.parties.rules import Role
from carnet.scenarios.play import Played


def complain(current: Played, *, agent_id: int, at: datetime) -> None:
    """File, hear, answer through the same operations as the screens. `agent_id`: who decides, among the operator's people."""
    agent = _person(current.cast.operator_id, Role.OPERATOR_ADMIN, agent_id, {current.programme_id})
    first, second = current.cast.place_ids[:2]
    _late(current, first, agent, at)
    _heard(current, second, agent, at)
    _closed(current, agent, at)


def _late(current: Played, place_id: int, agent: Actor, at: datetime) -> None:
    """Somebody was asked for money at the place that visitors try; its side is asked, and the day is past."""
    filed_at = at - timedelta(days=12)
    done = operations.file_complaint(
        kind=ComplaintKind.MONEY,
        said="On m’a demandé 5 euros de cotisation avant d’entrer. J’ai donné mon chèque quand même.",
        filed_by=Filer.PERSON, programme_id=current.programme_id, place_id=place_id, actor=Actor.anonymous(), request_id=uuid4(), at=filed_at,
    )  # fmt: skip
    _ask(done.id, "Une cotisation est-elle demandée à qui vient avec un chèque ?", agent, filed_at + timedelta(days=4))


def _heard(current: Played, place_id: int, agent: Actor, at: datetime) -> None:
    """Noted on the telephone three days ago; the place has said its side."""
    filed_at = at - timedelta(days=3)
    with acting_as(agent):
        done = operations.file_complaint(
            kind=ComplaintKind.REFUSED,
            said="La personne est venue à 14 h avec un carnet. On lui a dit de revenir en janvier.",
            filed_by=Filer.LINE, programme_id=current.programme_id, place_id=place_id, actor=agent, request_id=uuid4(), at=filed_at,
        )  # fmt: skip
    _ask(done.id, "Pourquoi une personne avec un carnet a-t-elle été refusée ?", agent, filed_at + timedelta(hours=2))
    place = _person(current.cast.place_organisations[place_id], Role.PLACE_MANAGER, agent.person_id or 0)
    with acting_as(place):
        operations.tell_our_side(
            complaint_id=done.id, said="Nous étions complets ce jour-là. Nous aurions dû proposer une autre date.", actor=place,
            request_id=uuid4(), at=at - timedelta(days=1),
        )  # fmt: skip


def _closed(current: Played, agent: Actor, at: datetime) -> None:
    """Filed by the desk that visitors try, and answered in time."""
    filed_at = at - timedelta(days=20)
    desk = _person(current.cast.desk_ids[0], Role.PRESCRIBER_LEAD, agent.person_id or 0)
    with acting_as(desk):
        done = operations.file_complaint(
            kind=ComplaintKind.NO_LESSON, said="La leçon de mardi n’a pas eu lieu. Personne n’avait prévenu.", filed_by=Filer.DESK,
            programme_id=current.programme_id, place_id=current.cast.place_ids[0], actor=desk, request_id=uuid4(), at=filed_at,
        )  # fmt: skip
    with acting_as(agent):
        operations.close_complaint(
            complaint_id=done.id, decision=Decision.UPHELD,
            answer="Vous aviez raison. Le formateur était malade. Une autre leçon est prévue mardi, à la même heure. Vous avez une place.",
            actor=agent, request_id=uuid4(), at=filed_at + timedelta(days=2),
        )  # fmt: skip


def _ask(complaint_id: int, question: str, agent: Actor, at: datetime) -> None:
    with acting_as(agent):
        operations.ask_place(
            complaint_id=complaint_id, question=question, until_on=hearing_days(at)[1], actor=agent, request_id=uuid4(), at=at
        )


def _person(organisation_id: int, role: Role, person_id: int, programme_ids: set[int] | None = None) -> Actor:
    return Actor(
        kind="person", label=role.value, person_id=person_id, organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}), programme_ids=frozenset(programme_ids or ()), roles=frozenset({role.value}),
    )  # fmt: skip
