"""A service that costs several vouchers takes them all or none, comes back whole, and counts as one service."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.funding import operations as funding
from carnet.funding import queries as funding_queries
from carnet.funding.rules import ServiceCostWrong, check_voucher_counts
from carnet.gateways.database import acting_as, acting_as_everything
from carnet.kernel.identifiers import CodeMistyped
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.redemption import access, operations, queries
from carnet.redemption.access import forget_place_keys
from carnet.redemption.operations import Asked, Item, as_services
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import AlreadyReversed, HeldBack, VoucherAlreadyRedeemed, VoucherCountWrong, VoucherUnknown, in_services
from tests.factories.campaign import LATER, NOW, SYSTEM, Campaign, code_of_nobody, rid
from tests.redemption.offline import enrolled

pytestmark = pytest.mark.django_db
COST = 3


@pytest.fixture
def dear(ready: Campaign) -> Campaign:
    """The campaign, where help with a printer costs three vouchers; a mailbox still costs one."""
    with acting_as_everything(why="say what a service costs"):
        terms = funding_queries.programme(ready.programme_id).terms
        costed = replace(terms, service_voucher_counts={"printer": COST})
        funding.change_programme(programme_id=ready.programme_id, terms=costed, actor=SYSTEM, request_id=rid(), at=NOW)
    forget_place_keys()
    return ready


def items(dear: Campaign, *ranks: int, service: str = "printer", **facts: object) -> list[Item]:
    return [Item(code=dear.code(rank), service=service, **facts) for rank in ranks]  # type: ignore[arg-type]


def batch(dear: Campaign, asked: list[Item], *, together: bool = False) -> list[type]:
    with acting_as(dear.mediator):
        answers = operations.redeem_batch(items=asked, together=together, actor=dear.mediator, channel="BATCH", at=LATER)
    return [type(answer) for answer in answers]


def service(dear: Campaign, *codes: str, request_id=None) -> list[Redeemed]:
    with acting_as(dear.mediator):
        return operations.redeem_service(
            codes=codes,
            item=Item(code="", service="printer"),
            actor=dear.mediator,
            channel="SCREEN",
            request_id=request_id or rid(),
            at=LATER,
        )


def adds_up(dear: Campaign, redeemed: int) -> None:
    with acting_as_everything(why="verify"):
        assert ledger.counts(series_id=dear.series_id).redeemed == redeemed
        assert ledger.verify() == []
        assert queries.verify() == []


def test_one_voucher_is_too_few_and_says_how_many(dear: Campaign) -> None:
    with acting_as(dear.mediator):
        (answer,) = operations.redeem_many(asked=[Asked(items(dear, 0)[0], dear.mediator)], at=LATER)
    assert isinstance(answer, VoucherCountWrong) and answer.facts == {"needed": COST, "given": 1}
    adds_up(dear, 0)


def test_the_vouchers_of_a_service_go_together_and_count_as_one(dear: Campaign) -> None:
    request_id = rid()
    first = service(dear, *(dear.code(rank) for rank in range(3)), request_id=request_id)
    again = service(dear, *(dear.code(rank) for rank in range(3)), request_id=request_id)
    assert [each.number for each in again] == [each.number for each in first] and all(each.repeated for each in again)
    with acting_as(dear.mediator):
        numbers = [each.number for each in first]
        assert all(queries.taken_together(number) == numbers for number in numbers)
    with acting_as_everything(why="count"):
        assert queries.services_given(programme_id=dear.programme_id) == {"printer": 1}
        assert queries.services_used(programme_id=dear.programme_id) == {"printer": 3}
    adds_up(dear, 3)


@pytest.mark.parametrize("bad", ["spent", "unknown", "mistyped", "twice", "four", "two"])
def test_one_bad_voucher_keeps_all_of_them(dear: Campaign, bad: str) -> None:
    batch(dear, items(dear, 9, service="mailbox"))
    codes = {
        "spent": [dear.code(0), dear.code(1), dear.code(9)],
        "unknown": [dear.code(0), code_of_nobody(), dear.code(1)],
        "mistyped": [dear.code(0), dear.code(1), "1" * 18],
        "twice": [dear.code(0), dear.code(1), dear.code(1)],
        "four": [dear.code(rank) for rank in range(4)],
        "two": [dear.code(0), dear.code(1)],
    }[bad]
    expected = {
        "spent": VoucherAlreadyRedeemed,
        "unknown": VoucherUnknown,
        "mistyped": CodeMistyped,
        "twice": HeldBack,
        "four": VoucherCountWrong,
        "two": VoucherCountWrong,
    }[bad]
    with pytest.raises(expected):
        service(dear, *codes)
    adds_up(dear, 1)


def test_a_list_is_taken_in_order_as_many_as_each_service_costs(dear: Campaign) -> None:
    asked = [*items(dear, 0, 1, 2), *items(dear, 10, service="mailbox"), *items(dear, 3, 4, 5, 6)]
    assert batch(dear, asked) == [Redeemed] * 7 + [VoucherCountWrong]
    with acting_as_everything(why="count"):
        assert queries.services_given(programme_id=dear.programme_id) == {"printer": 2, "mailbox": 1}
    adds_up(dear, 7)


def test_groups_that_are_named_may_come_in_any_order(dear: Campaign) -> None:
    asked = [replace(each, group="ab"[rank % 2]) for rank, each in enumerate(items(dear, 0, 1, 2, 3, 4, 5))]
    assert batch(dear, asked) == [Redeemed] * 6
    with acting_as_everything(why="count"):
        assert queries.services_given(programme_id=dear.programme_id) == {"printer": 2}


def test_a_service_of_one_voucher_is_not_given_two(dear: Campaign) -> None:
    asked = [replace(each, group="a") for each in items(dear, 0, 1, service="mailbox")]
    assert batch(dear, asked) == [VoucherCountWrong] * 2
    adds_up(dear, 0)


def test_undoing_one_gives_them_all_back(dear: Campaign) -> None:
    taken = service(dear, *(dear.code(rank) for rank in range(3)))
    soon, request_id = LATER + timedelta(minutes=5), rid()
    with acting_as(dear.mediator):
        for _ in range(2):
            operations.reverse(number=taken[1].number, reason="mauvais chèque", actor=dear.mediator, request_id=request_id, at=soon)
        with pytest.raises(AlreadyReversed):
            operations.reverse(number=taken[0].number, reason="encore", actor=dear.mediator, request_id=rid(), at=soon)
    adds_up(dear, 0)
    assert batch(dear, items(dear, 0, service="mailbox")) == [Redeemed]


def test_a_cost_is_within_a_booklet_and_of_an_accepted_service() -> None:
    check_voucher_counts({"printer": 2}, service_codes=["printer"], booklet_size=5)
    for counts in ({"printer": 1}, {"printer": 6}, {"cv": 2}, {"printer": True}, {"printer": -2}):
        with pytest.raises(ServiceCostWrong):
            check_voucher_counts(counts, service_codes=["printer"], booklet_size=5)


lists = st.lists(st.sampled_from([("mailbox", 1), ("printer", 3), ("cv", 2)]), max_size=12)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(asked=lists)
def test_groups_never_mix_services_and_only_the_last_may_be_short(asked: list[tuple[str, int]]) -> None:
    groups = in_services(asked)
    for number in {each for each in groups if each is not None}:
        members = [asked[rank] for rank, each in enumerate(groups) if each == number]
        assert len(set(members)) == 1 and len(members) <= members[0][1]
    for service_code, cost in set(asked):
        of_it = [group for (code, _cost), group in zip(asked, groups, strict=True) if code == service_code]
        if cost == 1:
            assert set(of_it) == {None}
        else:
            whole = [group for group in set(of_it) if of_it.count(group) == cost]
            assert len(whole) == len(of_it) // cost


orders = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["a", "b", None]), st.sampled_from(["printer", "mailbox"])), min_size=1, max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(order=orders, together=st.booleans())
def test_whatever_is_sent_no_service_is_ever_half_paid(dear: Campaign, order: list, together: bool) -> None:
    asked = [Item(code=dear.code(rank), service=code, group=group) for rank, group, code in order]
    with acting_as(dear.mediator):
        named = as_services([Asked(item, dear.mediator) for item in asked], at=LATER)
        answers = operations.redeem_many(asked=named, at=LATER, together=together)
        taken = [(each, answer) for each, answer in zip(named, answers, strict=True) if isinstance(answer, Redeemed)]
        for each, answer in taken:
            group = queries.taken_together(answer.number)
            assert len(group) == (COST if each.item.service == "printer" else 1)
            refused = [answers[rank] for rank, other in enumerate(named) if each.group_id is not None and other.group_id == each.group_id]
            assert not any(isinstance(other, Refusal) for other in refused)
        if together:
            assert len(taken) in (0, len(asked))
        undone: set[str] = set()
        for _each, answer in taken:
            if answer.number not in undone:
                undone |= set(queries.taken_together(answer.number))
                operations.reverse(number=answer.number, reason="pour la suite", actor=dear.mediator, request_id=rid(), at=LATER)
    adds_up(dear, 0)


def test_without_network_a_service_is_taken_whole_or_refused_whole(dear: Campaign) -> None:
    tablet = enrolled(dear)
    back = LATER + timedelta(hours=5)

    def sent(*ranks: int, group: str | None) -> list:
        more = {"group": group} if group else {}
        return [tablet.accept(dear.token(rank), at=LATER, facts_at=NOW, service="printer", **more) for rank in ranks]

    def upload(items: list) -> list:
        device = access.presented_device(device_id=tablet.id, message=b"{}", signature=tablet.seal(b"{}"))
        actor = access.device_actor(device)
        with acting_as(actor):
            return operations.upload(device_id=tablet.id, device_now=back, items=items, actor=actor, request_id=rid(), at=back)

    whole = upload(sent(0, 1, 2, group="a"))
    assert [each.state for each in whole] == ["confirmed"] * 3
    (alone,) = upload(sent(3, group="b"))
    assert alone.state == "refused" and isinstance(alone.refusal, VoucherCountWrong)
    spent = upload(sent(0, 4, 5, group="c"))
    assert [each.state for each in spent] == ["refused"] * 3
    with acting_as_everything(why="count"):
        assert queries.services_given(programme_id=dear.programme_id) == {"printer": 1}
    adds_up(dear, 3)
