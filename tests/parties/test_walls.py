"""One organisation never sees another's rows: Alice owns, Bob is her colleague, Charlie is a stranger and sees nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from carnet.gateways.database import acting_as
from carnet.parties import access, queries, rules
from carnet.parties import operations as parties
from carnet.parties.models import ApiToken, Approval, BankAccount, Invitation, Membership, Person
from tests.parties.conftest import AT, Cast

IBAN = "FR76 3000 6000 0112 3456 7890 189"


@pytest.fixture
def furnished(cast: Cast) -> Cast:
    """Something of Alice's in every guarded table."""
    alice = cast.actor("alice")
    with acting_as(alice):
        parties.create_token(organisation_id=cast.place, scopes=["vouchers.check"], days=30, actor=alice, request_id=uuid4(), at=AT)
        parties.propose_bank_account(
            organisation_id=cast.place, iban=IBAN, holder_name="Atelier des Ponts", actor=alice, request_id=uuid4(), at=AT
        )
        parties.invite_member(organisation_id=cast.place, email="dan@example.org", role="MEDIATOR", actor=alice, request_id=uuid4(), at=AT)
    return cast


GUARDED = (ApiToken, BankAccount, Invitation, Membership)


@pytest.mark.parametrize("model", GUARDED)
def test_alice_and_bob_see_what_is_theirs(furnished: Cast, model: type) -> None:
    for name in ("alice", "bob"):
        with acting_as(furnished.actor(name)):
            assert model.objects.exists(), name


@pytest.mark.parametrize("model", [*GUARDED, Approval])
def test_a_stranger_sees_nothing_of_it(furnished: Cast, model: type) -> None:
    with acting_as(furnished.actor("charlie")):
        assert set(model.objects.values_list("organisation_id", flat=True)) <= {furnished.stranger}


@pytest.mark.parametrize("model", [*GUARDED, Approval, Person])
def test_nobody_sees_nothing(furnished: Cast, model: type) -> None:
    assert not model.objects.exists()


def test_the_operator_decides_without_seeing_the_place_s_rows(furnished: Cast) -> None:
    with acting_as(furnished.actor("approver")):
        assert Approval.objects.count() == 1
        assert not BankAccount.objects.exists()


def test_colleagues_see_each_other_and_a_stranger_does_not(furnished: Cast) -> None:
    with acting_as(furnished.actor("alice")):
        assert set(Person.objects.values_list("email", flat=True)) == {"alice@example.org", "bob@example.org"}
        charlie, _ = furnished.people["charlie"]
        assert queries.names_of([charlie]) == {}


def test_the_session_shows_a_person_to_itself_only(cast: Cast) -> None:
    alice, _ = cast.people["alice"]
    with access.recognised(alice):
        assert list(Person.objects.values_list("id", flat=True)) == [alice]
        assert list(Membership.objects.values_list("person_id", flat=True)) == [alice]
    assert not Person.objects.exists()


def test_trying_an_address_shows_that_address_only(cast: Cast) -> None:
    with access.signing_in(" Alice@Example.ORG "):
        assert list(Person.objects.values_list("email", flat=True)) == ["alice@example.org"]
    with access.signing_in("%"):
        assert not Person.objects.exists()


def test_keys_are_put_back_after_a_refusal(cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError), access.recognised(cast.people["alice"][0]):
        raise ZeroDivisionError
    assert not Person.objects.exists()


def test_a_row_cannot_be_written_into_another_organisation(furnished: Cast) -> None:
    charlie, _ = furnished.people["charlie"]
    with acting_as(furnished.actor("charlie")), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Membership.objects.create(
            person_id=charlie, organisation_id=furnished.place, role="PLACE_MANAGER", starts_at=AT, request_id=uuid4()
        )


def test_a_stranger_manages_nobody_else_s_members(furnished: Cast) -> None:
    charlie = furnished.actor("charlie")
    with acting_as(charlie):
        with pytest.raises(rules.OrganisationUnknown):
            queries.members(actor=charlie, organisation_id=furnished.place, at=AT)
        with pytest.raises(rules.OrganisationUnknown):
            queries.bank_accounts(actor=charlie, organisation_id=furnished.place)
        with pytest.raises(rules.OrganisationUnknown):
            parties.create_token(
                organisation_id=furnished.place, scopes=["vouchers.check"], days=1, actor=charlie, request_id=uuid4(), at=AT
            )
        with acting_as(furnished.actor("alice")):
            token_id = ApiToken.objects.get().id
        with pytest.raises(rules.TokenUnknown):
            parties.revoke_token(token_id=token_id, actor=charlie, request_id=uuid4(), at=AT)


def test_the_creditor_s_account_is_read_alone(furnished: Cast) -> None:
    approver = furnished.actor("approver")
    with acting_as(approver):
        with acting_as(organisation_ids=[furnished.place]):
            account_id = BankAccount.objects.get().id
        parties.approve_bank_account(organisation_id=furnished.place, account_id=account_id, actor=approver, request_id=uuid4(), at=AT)
    with acting_as(furnished.actor("charlie")):
        paid = queries.payable_account(organisation_id=furnished.place, at=AT + timedelta(days=1))
        assert paid.iban == "FR7630006000011234567890189"
        assert not BankAccount.objects.exists()


def test_the_application_s_role_owns_nothing_and_cannot_step_over(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("carnet_app", False, False)
