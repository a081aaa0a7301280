"""The table of permissions, recent proofs, and what makes a valid party. No database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.kernel.actors import Actor
from carnet.parties import rules
from carnet.parties.rules import KnownAccount, OrganisationKind, Role

AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the night the clocks change in Paris


def person(*roles: str, proved_at: datetime | None = AT, organisation_id: int = 1) -> Actor:
    return Actor(kind="person", label="", person_id=7, organisation_id=organisation_id, roles=frozenset(roles), proved_at=proved_at)


def test_every_role_has_a_home_and_may_at_least_see_it() -> None:
    assert set(rules.HOMES) == set(Role)
    for role in Role:
        rules.check_may(person(role), f"home.{rules.home_of([role]).split(':')[0]}")


def test_every_role_belongs_to_a_kind_of_organisation() -> None:
    assert frozenset[Role]().union(*rules.ROLES_OF_KIND.values()) == set(Role)


def test_every_action_is_held_by_somebody_and_named_after_its_room() -> None:
    for action, line in rules.PERMISSIONS.items():
        assert line.roles, action
        assert action.count(".") == 1
        assert line.meaning


# It moves nothing, and whoever sees a mistake leave must be able to stop it at once; resuming asks for the proof.
AT_ONCE = {"settlement.stop-payment"}


def test_whatever_approves_moves_money_or_manages_members_asks_for_a_proof() -> None:
    for action, line in rules.PERMISSIONS.items():
        if any(word in action for word in ("approve", "payment", "manage-members", "export", "bank-file", "propose-bank")):
            assert line.proof or action in AT_ONCE, action


def test_who_prepares_a_payment_cannot_approve_it_by_role() -> None:
    assert not rules.PERMISSIONS["settlement.prepare-payment"].roles & rules.PERMISSIONS["settlement.approve-payment"].roles


@pytest.mark.parametrize("action", sorted(rules.PERMISSIONS))
def test_a_visitor_may_do_nothing(action: str) -> None:
    with pytest.raises(rules.NotAllowed) as refused:
        rules.check_may(Actor.anonymous(), action)
    assert refused.value.facts["action"] == action


def test_a_token_does_what_its_scopes_say_and_nothing_else() -> None:
    token = Actor(kind="token", label="", organisation_id=1, roles=frozenset({"vouchers.check"}))
    rules.check_may(token, "redemption.check")
    for action in rules.PERMISSIONS:
        if action != "redemption.check":
            with pytest.raises(rules.NotAllowed):
                rules.check_may(token, action)


def test_a_proof_lasts_fifteen_minutes() -> None:
    treasurer = person(Role.TREASURER)
    rules.check_allowed_now(treasurer, "settlement.prepare-payment", AT + timedelta(minutes=14, seconds=59))
    for late in (AT + timedelta(minutes=15), AT - timedelta(seconds=1)):
        with pytest.raises(rules.SecondFactorNeeded):
            rules.check_allowed_now(treasurer, "settlement.prepare-payment", late)
    with pytest.raises(rules.SecondFactorNeeded):
        rules.check_allowed_now(replace(treasurer, proved_at=None), "settlement.prepare-payment", AT)


def test_an_action_outside_the_table_is_a_fault_not_a_refusal() -> None:
    with pytest.raises(KeyError):
        rules.check_may(person(Role.OPERATOR_ADMIN), "parties.no-such-thing")


@pytest.mark.parametrize("email", ["", "a", "a@b", "a b@c.fr", "a@c..fr", "<a@c.fr>", "a@c.fr\nBcc: x@y.fr", "é" * 70 + "@c.fr"])
def test_what_is_not_an_address_is_refused(email: str) -> None:
    with pytest.raises(rules.EmailInvalid):
        rules.clean_email(email)


def test_an_address_is_kept_in_lower_case() -> None:
    assert rules.clean_email("  Claire.Dubois@Exemple.FR ") == "claire.dubois@exemple.fr"


def test_roles_fit_the_kind_of_organisation() -> None:
    assert rules.check_role_for("PRESCRIBER", [OrganisationKind.PRESCRIBER, OrganisationKind.FUNDER]) is Role.PRESCRIBER
    with pytest.raises(rules.RoleNotForOrganisation):
        rules.check_role_for("TREASURER", [OrganisationKind.PRESCRIBER])
    with pytest.raises(rules.RoleUnknown):
        rules.check_role_for("KING", [OrganisationKind.PRESCRIBER])


def test_a_lead_gives_roles_at_home_only_an_administrator_also_where_it_brought_in() -> None:
    rules.check_may_grant(person(Role.PRESCRIBER_LEAD), "PRESCRIBER", organisation_id=1, registered_by=9)
    rules.check_may_grant(person(Role.OPERATOR_ADMIN), "PRESCRIBER", organisation_id=2, registered_by=1)
    for actor, role, organisation_id, registered_by in (
        (person(Role.PRESCRIBER_LEAD), "PRESCRIBER", 2, 1),
        (person(Role.PRESCRIBER_LEAD), "TREASURER", 1, None),
        (person(Role.PRESCRIBER), "PRESCRIBER", 1, None),
        (person(Role.OPERATOR_ADMIN), "PRESCRIBER", 2, 3),
        (person(Role.OPERATOR_ADMIN), "PRESCRIBER", 2, None),
        (person(Role.TREASURER), "PRESCRIBER", 2, 1),
    ):
        with pytest.raises(rules.RoleNotYoursToGive):
            rules.check_may_grant(actor, role, organisation_id=organisation_id, registered_by=registered_by)


def account(number: int, days: float, ended_days: float | None = None) -> KnownAccount:
    ended_at = AT + timedelta(days=ended_days) if ended_days is not None else None
    return KnownAccount(number, f"FR{number}", AT + timedelta(days=days), ended_at)


def test_the_old_account_is_paid_until_the_new_one_is_effective() -> None:
    accounts = [account(1, -30), account(2, 2)]
    assert rules.account_in_force(accounts, AT, organisation="x").id == 1
    assert rules.account_in_force(accounts, AT + timedelta(days=2), organisation="x").id == 2


def test_a_changed_account_with_no_other_waits_and_none_is_missing() -> None:
    with pytest.raises(rules.AccountWaiting) as refused:
        rules.account_in_force([account(1, -30, ended_days=-1), account(2, 2)], AT, organisation="x")
    assert refused.value.facts["until"] == AT + timedelta(days=2)
    with pytest.raises(rules.AccountMissing):
        rules.account_in_force([account(1, -30, ended_days=0)], AT, organisation="x")


def test_a_change_waits_seventy_two_hours_of_real_time_over_the_clock_change() -> None:
    assert rules.effective_from(approved_at=AT, is_change=True) - AT == timedelta(hours=72)
    assert rules.effective_from(approved_at=AT, is_change=False) == AT


@given(st.lists(st.text() | st.integers(), max_size=5), st.lists(st.text() | st.integers(), max_size=5))
def test_two_different_things_never_share_a_digest(one: list[str | int], other: list[str | int]) -> None:
    same = [str(part) for part in one] == [str(part) for part in other]
    assert (rules.digest_of(*one) == rules.digest_of(*other)) == same


def test_who_asks_never_decides() -> None:
    with pytest.raises(rules.SamePerson):
        rules.check_second_person(requested_by=7, decided_by=7, action="settlement.approve-payment")


def test_only_what_waits_unchanged_can_be_decided() -> None:
    rules.check_decidable(decision=None, digest=b"a", shown=b"a")
    with pytest.raises(rules.ApprovalChanged):
        rules.check_decidable(decision=None, digest=b"a", shown=b"b")
    with pytest.raises(rules.ApprovalDecided):
        rules.check_decidable(decision="REFUSED", digest=b"a", shown=b"a")


@pytest.mark.parametrize("days", [0, -1, 731])
def test_a_token_never_lives_for_ever(days: int) -> None:
    with pytest.raises(rules.TokenDaysInvalid):
        rules.check_token_days(days)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["vouchers.check", "x"]])
def test_a_token_has_known_scopes(scopes: list[str]) -> None:
    with pytest.raises(rules.ScopesInvalid):
        rules.clean_scopes(scopes)
