"""An operator with a label of vouchers, asked for and granted as the screens do it: two officers of the State answer."""

from datetime import UTC, date, datetime
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import operations as parties
from carnet.parties import queries
from carnet.parties.rules import LabelAct, LabelLevel, OrganisationKind

# Before any test's day, and after.
ASKED_AT = datetime(2020, 1, 6, 9, 0, tzinfo=UTC)
UNTIL = date(2060, 1, 1)
STATE = "Service de l’État"


def staff(operator_id: int, at: datetime) -> Actor:
    """The operator's administrator, who has just proved who they are."""
    return _person(operator_id, 971, "OPERATOR_ADMIN", at)


def officer(state_id: int, number: int, at: datetime) -> Actor:
    """One of the two officers: 0 or 1."""
    return _person(state_id, 981 + number, "STATE_OFFICER", at)


def labelled(operator_id: int, *, until: date = UNTIL, at: datetime = ASKED_AT) -> int:
    """Give an operator the label of vouchers, from the legal day of `at`; return the label's id."""
    admin = staff(operator_id, at)
    with acting_as(admin):
        label_id = parties.request_operator_label(
            level=LabelLevel.VOUCHERS, statement="Des chèques pour apprendre, argent cantonné.", actor=admin, request_id=uuid4(), at=at
        )
    _decide(label_id, LabelAct.GRANT, from_on=legal_day(at), until_on=until, at=at)
    return label_id


def withdraw_label(operator_id: int, *, at: datetime) -> None:
    """Two officers take back the label in force, from the legal day of `at` on."""
    found = queries.label_in_force(operator_id, legal_day(at), level=LabelLevel.VOUCHERS)
    assert found is not None, "there is a label to take back"
    _decide(found.id, LabelAct.WITHDRAW, from_on=legal_day(at), until_on=None, at=at)


def _decide(label_id: int, act: LabelAct, *, from_on: date, until_on: date | None, at: datetime) -> None:
    state_id = parties.create_organisation(
        name=STATE, kinds=[OrganisationKind.STATE], is_simulated=True, actor=Actor.system("tests"), request_id=uuid4(), at=at
    )
    first, second = officer(state_id, 0, at), officer(state_id, 1, at)
    with acting_as(first):
        parties.prepare_label_decision(
            label_id=label_id, act=act, reason="Conforme.", order_reference="Arrêté", from_on=from_on, until_on=until_on,
            actor=first, request_id=uuid4(), at=at,
        )  # fmt: skip
    with acting_as(second):
        parties.take_label_decision(label_id=label_id, actor=second, request_id=uuid4(), at=at)


def _person(organisation_id: int, person_id: int, role: str, at: datetime) -> Actor:
    return Actor(
        kind="person", label=role.lower(), person_id=person_id, organisation_id=organisation_id,
        organisation_ids=frozenset({organisation_id}), roles=frozenset({role}), proved_at=at,
    )  # fmt: skip
