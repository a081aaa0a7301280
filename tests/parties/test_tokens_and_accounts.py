"""Tokens, bank accounts and approvals by a second person."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import IbanInvalid
from carnet.notices.models import Notice
from carnet.parties import operations as parties
from carnet.parties import queries, rules
from carnet.parties.models import ApiToken, Approval, BankAccount, Organisation
from tests.parties.conftest import AT, Cast, member

IBAN = "FR76 3000 6000 0112 3456 7890 189"
OTHER = "FR14 2004 1010 0505 0001 3M02 606"


# --- Tokens --------------------------------------------------------------------------------------


def make_token(cast: Cast, **changes: object) -> parties.TokenCreated:
    alice = cast.actor("alice")
    wanted = {"organisation_id": cast.place, "scopes": ["redemptions.write"], "days": 30, "place_id": 12, "request_id": uuid4()}
    with acting_as(alice):
        return parties.create_token(**{**wanted, "actor": alice, "at": AT, **changes})


def test_a_token_acts_for_its_organisation_and_place(cast: Cast) -> None:
    token = make_token(cast)
    actor = queries.actor_for_token(raw=token.raw or "", at=AT)
    assert (actor.kind, actor.organisation_ids, actor.place_id, actor.token_id) == ("token", {cast.place}, 12, token.id)
    assert actor.programme_ids == frozenset()
    rules.check_may(actor, "redemption.redeem")


def test_only_the_hash_of_a_token_is_kept_and_it_is_shown_once(cast: Cast) -> None:
    request_id = uuid4()
    token, again = make_token(cast, request_id=request_id), make_token(cast, request_id=request_id)
    assert (again.id, again.raw) == (token.id, None)
    assert len(token.raw or "") >= 43
    with acting_as(organisation_ids=[cast.place]), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM parties_apitoken t")
        assert (token.raw or "") not in cursor.fetchone()[0]


def test_an_expired_a_revoked_and_an_unknown_token_are_refused_alike(cast: Cast) -> None:
    token, alice = make_token(cast), cast.actor("alice")
    queries.actor_for_token(raw=token.raw or "", at=AT + timedelta(days=30, seconds=-1))
    for raw, at in ((token.raw, AT + timedelta(days=30)), ("carnet_nothing", AT), ("", AT)):
        with pytest.raises(rules.TokenInvalid):
            queries.actor_for_token(raw=raw or "", at=at)
    with acting_as(alice):
        parties.revoke_token(token_id=token.id, actor=alice, request_id=uuid4(), at=AT)
    with pytest.raises(rules.TokenInvalid):
        queries.actor_for_token(raw=token.raw or "", at=AT)


def test_the_day_of_a_token_s_latest_use_is_written_once_a_day(cast: Cast, django_assert_num_queries) -> None:
    token = make_token(cast)
    with acting_as(queries.actor_for_token(raw=token.raw or "", at=AT)):
        for _ in range(2):
            parties.note_token_use(token_id=token.id, organisation_id=cast.place, at=AT)
        assert ApiToken.objects.get().latest_used_on == AT.date()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"scopes": []}, rules.ScopesInvalid), ({"days": 0}, rules.TokenDaysInvalid), ({"days": 9999}, rules.TokenDaysInvalid)],
)
def test_a_token_that_makes_no_sense_is_refused(cast: Cast, changes: dict[str, object], refusal: type) -> None:
    with pytest.raises(refusal):
        make_token(cast, **changes)


def test_a_mediator_makes_no_token(cast: Cast) -> None:
    with pytest.raises(rules.NotAllowed):
        make_token(cast, actor=cast.actor("bob"))


# --- Bank accounts -----------------------------------------------------------------------------------


def propose(cast: Cast, who: str = "alice", **changes: object) -> int:
    actor = cast.actor(who)
    wanted = {"organisation_id": cast.place, "iban": IBAN, "holder_name": "Atelier des Ponts", "request_id": uuid4(), "at": AT}
    with acting_as(actor):
        return parties.propose_bank_account(**{**wanted, "actor": actor, **changes})


def decide(cast: Cast, account_id: int, who: str = "approver", at=AT, perform=parties.approve_bank_account, **more: object):
    actor = cast.actor(who, at)
    with acting_as(actor):
        return perform(organisation_id=cast.place, account_id=account_id, actor=actor, request_id=uuid4(), at=at, **more)


def payable(cast: Cast, at) -> str:
    return queries.payable_account(organisation_id=cast.place, at=at).iban


def test_a_first_account_is_paid_as_soon_as_a_second_person_approved(cast: Cast) -> None:
    with pytest.raises(rules.AccountMissing):
        payable(cast, AT)
    account_id = propose(cast)
    with pytest.raises(rules.AccountMissing):
        payable(cast, AT)
    assert decide(cast, account_id) == AT
    assert payable(cast, AT) == "FR7630006000011234567890189"


def test_the_accounts_of_many_are_asked_in_two_questions(cast: Cast, django_assert_num_queries) -> None:
    """As many for a thousand creditors as for one; whoever has none is told by its reason."""
    decide(cast, propose(cast))
    with acting_as(cast.actor("alice")), django_assert_num_queries(6):  # a savepoint and its end, what may be seen, twice; then the two
        found = queries.payable_accounts(organisation_ids=[cast.place, cast.operator], at=AT)
    assert isinstance(found[cast.operator], rules.AccountMissing)
    assert found[cast.place] == queries.payable_account(organisation_id=cast.place, at=AT)


def test_a_change_waits_72_hours_while_the_old_account_is_paid(cast: Cast) -> None:
    decide(cast, propose(cast))
    changed = propose(cast, iban=OTHER)
    effective = decide(cast, changed, at=AT + timedelta(hours=1))
    assert effective == AT + timedelta(hours=73)
    assert payable(cast, effective - timedelta(seconds=1)).startswith("FR76")
    assert payable(cast, effective).startswith("FR14")


def test_whoever_proposed_the_old_account_and_the_new_one_are_told_beside_the_organisation(cast: Cast) -> None:
    with acting_as_everything(why="the organisation has an address of its own"):
        Organisation.objects.filter(id=cast.place).update(contact_email="contact@example.org")
    decide(cast, propose(cast))
    second = member(cast.place, "carol", "PLACE_MANAGER")
    cast.people["carol"] = second
    with acting_as_everything(why="read the outbox"):
        Notice.objects.all().delete()
    changed = propose(cast, who="carol", iban=OTHER)
    decide(cast, changed, at=AT + timedelta(hours=1))
    with acting_as_everything(why="read the outbox"):
        told = sorted(
            (row.kind.rsplit("-", 1)[1], row.to_email or "organisation") for row in Notice.objects.filter(kind__contains="account")
        )
    everybody = ["alice@example.org", "carol@example.org", "organisation"]
    assert told == [(step, who) for step in ("approved", "proposed") for who in everybody]


def test_when_the_old_account_is_ended_the_payment_waits(cast: Cast) -> None:
    first = propose(cast)
    decide(cast, first)
    decide(cast, propose(cast, iban=OTHER))
    decide(cast, first, perform=parties.end_bank_account, reason="clos par la banque", at=AT + timedelta(hours=1))
    with pytest.raises(rules.AccountWaiting) as refused:
        payable(cast, AT + timedelta(hours=2))
    assert refused.value.facts["until"] == AT + timedelta(hours=72)


def test_whoever_proposed_never_approves_by_rule(cast: Cast) -> None:
    account_id = propose(cast, "admin")
    with pytest.raises(rules.SamePerson):
        decide(cast, account_id, "admin")
    assert decide(cast, account_id, "approver") == AT


def test_whoever_proposed_never_approves_by_the_database(cast: Cast) -> None:
    account_id = propose(cast)
    alice, _ = cast.people["alice"]
    with acting_as(organisation_ids=[cast.place]), pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        BankAccount.objects.filter(id=account_id).update(state="APPROVED", approved_by_id=alice, approved_at=AT, valid_from=AT)


@pytest.mark.parametrize("change", [{"iban": "FR00"}, {"holder_name": "x"}, {"proposed_by_id": 1}])
def test_the_details_of_an_account_never_change(cast: Cast, change: dict[str, object]) -> None:
    account_id = propose(cast)
    with acting_as(organisation_ids=[cast.place]):
        with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
            BankAccount.objects.filter(id=account_id).update(**change)
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            BankAccount.objects.filter(id=account_id).delete()


def test_what_was_decided_stays(cast: Cast) -> None:
    account_id = propose(cast)
    decide(cast, account_id)
    with acting_as(organisation_ids=[cast.place]), pytest.raises(IntegrityError, match="what was decided"), transaction.atomic():
        BankAccount.objects.filter(id=account_id).update(valid_from=AT - timedelta(days=3))
    with pytest.raises(rules.AccountNotWaiting):
        decide(cast, account_id, "admin")


def test_a_refused_account_is_never_paid_and_another_can_be_proposed(cast: Cast) -> None:
    account_id = propose(cast)
    with pytest.raises(rules.AccountChangeWaiting):
        propose(cast, iban=OTHER)
    decide(cast, account_id, perform=parties.refuse_bank_account, reason="titulaire inconnu")
    with pytest.raises(rules.AccountMissing):
        payable(cast, AT + timedelta(days=9))
    decide(cast, propose(cast, iban=OTHER))
    assert payable(cast, AT).startswith("FR14")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [({"iban": "FR76 3000 6000 0112 3456 7890 188"}, IbanInvalid), ({"holder_name": " "}, rules.HolderMissing)],
)
def test_a_wrong_account_is_refused(cast: Cast, changes: dict[str, str], refusal: type) -> None:
    with pytest.raises(refusal):
        propose(cast, **changes)


def test_the_same_account_again_is_refused_and_a_stranger_decides_nothing(cast: Cast) -> None:
    account_id = propose(cast)
    with pytest.raises(rules.OrganisationUnknown):
        decide(cast, account_id, "charlie")
    with pytest.raises(rules.NotAllowed):
        decide(cast, account_id, "alice")
    decide(cast, account_id)
    with pytest.raises(rules.AccountUnchanged):
        propose(cast)


# --- Approvals ------------------------------------------------------------------------------------


def ask(cast: Cast, who: str = "treasurer", **changes: object) -> parties.ApprovalGiven:
    actor = cast.actor(who)
    wanted = {
        "action": "settlement.approve-payment", "subject": ("payment", 5), "digest": b"d" * 32, "organisation_id": cast.operator,
        "programme_id": 3, "actor": actor, "request_id": uuid4(), "at": AT,
    }  # fmt: skip
    with acting_as(actor):
        return parties.request_approval(**{**wanted, **changes})


def answer(cast: Cast, approval_id: int, who: str = "approver", digest: bytes = b"d" * 32, actor: Actor | None = None):
    actor = actor or cast.actor(who)
    with acting_as(actor):
        return parties.approve(approval_id=approval_id, digest=digest, actor=actor, request_id=uuid4(), at=AT)


def test_a_second_person_approves_exactly_what_was_asked(cast: Cast) -> None:
    asked = ask(cast)
    with pytest.raises(rules.ApprovalChanged):
        answer(cast, asked.id, digest=b"e" * 32)
    given = answer(cast, asked.id)
    assert (given.decision, given.decided_by) == ("APPROVED", cast.people["approver"][0])
    with acting_as(cast.actor("treasurer")):
        assert queries.check_approved(action=asked.action, subject=("payment", 5), digest=b"d" * 32) == given.decided_by
        with pytest.raises(rules.ApprovalMissing):
            queries.check_approved(action=asked.action, subject=("payment", 5), digest=b"e" * 32)
    assert answer(cast, asked.id).decided_by == given.decided_by


def test_the_inbox_holds_what_others_asked_for_and_one_may_decide(cast: Cast) -> None:
    asked = ask(cast)
    propose(cast)
    inbox = {}
    for name in ("admin", "agent", "treasurer", "approver", "charlie", "alice"):
        with acting_as(cast.actor(name)):
            inbox[name] = [each.action for each in queries.approvals_waiting_for(actor=cast.actor(name))]
    assert inbox == {
        "admin": ["parties.approve-bank-account"],
        "agent": [],
        "treasurer": [],
        "approver": [asked.action, "parties.approve-bank-account"],
        "charlie": [],
        "alice": [],
    }


def test_the_asker_never_decides_by_rule_nor_by_the_database(cast: Cast) -> None:
    asked = ask(cast, "approver")
    with pytest.raises(rules.SamePerson):
        answer(cast, asked.id)
    approver, _ = cast.people["approver"]
    with acting_as(organisation_ids=[cast.operator]), pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        Approval.objects.filter(id=asked.id).update(decision="APPROVED", decided_by_id=approver, decided_at=AT)


def test_who_may_not_decide(cast: Cast, unproved) -> None:
    asked = ask(cast)
    for actor, refusal in (
        (cast.actor("agent"), rules.NotAllowed),
        (cast.actor("charlie"), rules.ApprovalUnknown),
        (unproved(cast.actor("approver")), rules.SecondFactorNeeded),
    ):
        with pytest.raises(refusal):
            answer(cast, asked.id, actor=actor)


def test_a_refusal_says_why_and_frees_the_subject(cast: Cast) -> None:
    asked, approver = ask(cast), cast.actor("approver")
    with pytest.raises(rules.ApprovalAlreadyWaiting):
        ask(cast)
    with acting_as(approver):
        wanted = {"approval_id": asked.id, "digest": b"d" * 32, "actor": approver, "request_id": uuid4(), "at": AT}
        with pytest.raises(rules.ReasonMissing):
            parties.refuse(reason=" ", **wanted)
        assert parties.refuse(reason="montant faux", **wanted).decision == "REFUSED"
    with pytest.raises(rules.ApprovalDecided):
        answer(cast, asked.id)
    assert ask(cast).id != asked.id


@pytest.mark.parametrize("change", [{"digest": b"x" * 32}, {"requested_by_id": 1}, {"subject_id": 6}])
def test_the_database_freezes_what_was_asked(cast: Cast, change: dict[str, object]) -> None:
    asked = ask(cast)
    with acting_as(organisation_ids=[cast.operator]):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Approval.objects.filter(id=asked.id).update(**change)
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            Approval.objects.filter(id=asked.id).delete()


def test_a_program_asks_for_nothing(cast: Cast) -> None:
    with pytest.raises(rules.PersonNeeded):
        ask(cast, actor=Actor.system("x", organisation_ids={cast.operator}))
