"""Several people may be asked to say yes: each once, never the one who asks, and PostgreSQL counts them too."""

import uuid
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.parties import operations, queries
from carnet.parties.operations import ApprovalGiven
from carnet.parties.rules import ApprovalDecided, SamePerson, VoiceAlreadyGiven
from tests.factories.campaign import NOW, organisation, rid

pytestmark = pytest.mark.django_db

ACTION = "settlement.approve-payment"
DIGEST = b"what is shown".ljust(32, b".")


@pytest.fixture
def somebody() -> Callable[[int], Actor]:
    with acting_as_everything(why="prepare"):
        operator_id = organisation("Opérateur des voix", "OPERATOR")

    def made(person_id: int) -> Actor:
        return Actor(
            kind="person", label=f"person {person_id}", person_id=person_id, organisation_id=operator_id,
            organisation_ids=frozenset({operator_id}), roles=frozenset({"APPROVER", "TREASURER"}), proved_at=NOW,
        )  # fmt: skip

    return made


def _asked(asker: Actor, people: int) -> int:
    with acting_as(asker):
        return operations.request_approval(
            action=ACTION, subject=("payment-run", 7), digest=DIGEST, organisation_id=asker.organisation_id or 0,
            people_needed=people, actor=asker, request_id=rid(), at=NOW,
        ).id  # fmt: skip


def _yes(approval_id: int, actor: Actor, request: uuid.UUID | None = None) -> ApprovalGiven:
    with acting_as(actor):
        return operations.approve(approval_id=approval_id, digest=DIGEST, actor=actor, request_id=request or rid(), at=NOW)


def test_three_people_say_yes_and_the_last_one_decides(somebody: Callable[[int], Actor]) -> None:
    approval_id = _asked(somebody(1), 3)
    first, second, third = (_yes(approval_id, somebody(person)) for person in (2, 3, 4))
    assert (first.decision, second.decision, third.decision) == (None, None, "APPROVED")
    assert third.voices == (2, 3, 4)
    with acting_as(somebody(1)):
        assert [voice.person_id for voice in queries.voices_of(approval_id)] == [2, 3, 4]
    with pytest.raises(ApprovalDecided):
        _yes(approval_id, somebody(5))


def test_nobody_says_yes_twice_nor_to_what_they_asked(somebody: Callable[[int], Actor]) -> None:
    approval_id = _asked(somebody(1), 2)
    request = rid()
    assert _yes(approval_id, somebody(2), request) == _yes(approval_id, somebody(2), request)
    with pytest.raises(VoiceAlreadyGiven):
        _yes(approval_id, somebody(2))
    with pytest.raises(SamePerson):
        _yes(approval_id, somebody(1))
    with acting_as(somebody(2)):
        assert queries.approvals_waiting_for(actor=somebody(2)) == []
    with acting_as(somebody(3)):
        assert [each.id for each in queries.approvals_waiting_for(actor=somebody(3))] == [approval_id]


def test_one_no_is_enough(somebody: Callable[[int], Actor]) -> None:
    approval_id = _asked(somebody(1), 3)
    _yes(approval_id, somebody(2))
    with acting_as(somebody(3)):
        refused = operations.refuse(approval_id=approval_id, digest=DIGEST, reason="non", actor=somebody(3), request_id=rid(), at=NOW)
    assert refused.decision == "REFUSED"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE parties_approval SET decision = 'APPROVED', decided_by_id = 9, decided_at = now() WHERE id = %s",
        "UPDATE parties_approval SET people_needed = 1 WHERE id = %s",
        "DELETE FROM parties_approvalvoice WHERE approval_id = %s",
        "INSERT INTO parties_approvalvoice (approval_id, organisation_id, person_id, given_at, request_id)"
        " SELECT id, organisation_id, requested_by_id, now(), gen_random_uuid() FROM parties_approval WHERE id = %s",
    ],
)
def test_postgresql_counts_the_voices_itself(somebody: Callable[[int], Actor], statement: str) -> None:
    approval_id = _asked(somebody(1), 2)
    _yes(approval_id, somebody(2))
    with acting_as_everything(why="try"), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [approval_id])
