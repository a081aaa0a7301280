"""The operator's label of vouchers, given by the State's two officers before its first campaign: without it, no edition."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.periods import add_months, legal_day
from carnet.parties import operations as parties
from carnet.parties import queries as parties_queries
from carnet.parties.rules import LabelAct, LabelLevel, Role

STATE = "Préfecture de région (simulée)"
OFFICERS = (("etat@demo.carnet.example", "Sasha Lambert"), ("etat2@demo.carnet.example", "Ange Fournier"))
ANSWERED_AFTER = timedelta(days=60)
# Long enough to be far from its end, whatever the day the campaign is played.
LASTS_MONTHS = 84


def give_label(admin: Actor, state_id: int, *, at: datetime) -> None:
    """Asked for sixty days before `at`, and in force from then on. A campaign played again keeps its operator's label."""
    assert admin.organisation_id is not None
    if parties_queries.label_in_force(admin.organisation_id, legal_day(at), level=LabelLevel.VOUCHERS) is not None:
        return
    asked_at = at - ANSWERED_AFTER
    asking = replace(admin, proved_at=asked_at)
    first, second = (_officer(state_id, person_id, at) for person_id in officers(state_id, at=asked_at))
    with acting_as(asking):
        label_id = parties.request_operator_label(
            level=LabelLevel.VOUCHERS,
            statement="Nous émettons et payons des chèques pour apprendre le numérique : argent cantonné, comptes publics, logiciel libre.",
            actor=asking, request_id=uuid4(), at=asked_at,
        )  # fmt: skip
    from_on = legal_day(at)
    with acting_as(first):
        parties.prepare_label_decision(
            label_id=label_id, act=LabelAct.GRANT, reason="L’argent est cantonné, les comptes sont publiés, le logiciel est libre.",
            order_reference="Arrêté simulé, NOR XXXX0000000A", from_on=from_on, until_on=add_months(from_on, LASTS_MONTHS),
            actor=first, request_id=uuid4(), at=at,
        )  # fmt: skip
    with acting_as(second):
        parties.take_label_decision(label_id=label_id, actor=second, request_id=uuid4(), at=at)


def officers(state_id: int, *, at: datetime) -> list[int]:
    """The State's two officers, found again or enrolled by the installation: no operator may."""
    system, found = Actor.system("scenario"), []
    with acting_as(organisation_ids=[state_id]):
        known = {each.email: each.person_id for each in parties_queries.members(actor=system, organisation_id=state_id, at=at)}
        for email, name in OFFICERS:
            if email not in known:
                known[email] = parties.enrol_member(
                    organisation_id=state_id,
                    email=email,
                    display_name=name,
                    role=Role.STATE_OFFICER,
                    actor=system,
                    request_id=uuid4(),
                    at=at,
                )
            found.append(known[email])
    return found


def _officer(state_id: int, person_id: int, at: datetime) -> Actor:
    return Actor(
        kind="person", label="officer", person_id=person_id, organisation_id=state_id, organisation_ids=frozenset({state_id}),
        roles=frozenset({Role.STATE_OFFICER.value}), proved_at=at,
    )  # fmt: skip
