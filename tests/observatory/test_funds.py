"""The dashboard of an agreement equals the ledger to the cent, each figure equals its rows, and nobody reads another's part."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carnet.funding import operations as funding
from carnet.funding.rules import AgreementUnknown
from carnet.gateways.database import acting_as
from carnet.ledger import operations as ledger_writes
from carnet.ledger import queries as ledger
from carnet.observatory import queries
from carnet.observatory.queries import BookletRow, GroupRow, MoneyRow, RowFilter, UsedRow
from carnet.observatory.rules import CIRCULATING, PARTS, Amount, By, Heading, not_accounted_for
from carnet.settlement import queries as settlement
from tests.factories.campaign import SYSTEM, rid
from tests.lasting import held
from tests.observatory.world import TODAY, Funds, make_funds


@pytest.fixture(scope="module")
def lasting_funds(django_db_setup: None, django_db_blocker: Any) -> Iterator[Funds]:
    with held(django_db_blocker):
        made = make_funds()
        with django_db_blocker.block():
            yield made


@pytest.fixture
def funds(db: None, lasting_funds: Funds) -> Funds:
    return lasting_funds


def figures(funds: Funds, funder_id: int) -> dict[Heading, Amount]:
    actor = funds.member(funder_id)
    with acting_as(actor):
        return dict(queries.agreement_figures(actor=actor, agreement_id=funds.agreement_id, funder_id=funder_id, at=TODAY).amounts)


def rows_of(funds: Funds, funder_id: int, heading: Heading, where: RowFilter | None = None) -> tuple[queries.Rows, list[queries.Row]]:
    actor = funds.member(funder_id)
    asked = {"actor": actor, "agreement_id": funds.agreement_id, "heading": heading, "where": where, "funder_id": funder_id, "at": TODAY}
    with acting_as(actor):
        return queries.rows(**asked), list(queries.every_row(**asked))  # type: ignore[arg-type]


def summed(rows: list[queries.Row]) -> Amount:
    return sum((Amount(0, each.cents, each.cents) if isinstance(each, MoneyRow) else each.amount for each in rows), Amount())


def test_each_funder_s_figures_are_the_ledger_s_to_the_cent(funds: Funds) -> None:
    with acting_as(funds.admin):
        table = ledger.money(agreement_id=funds.agreement_id)
    for funder_id in funds.funder_ids:
        told, money = figures(funds, funder_id), table.by_funder[funder_id]
        assert {told[Heading(name)].own_cents: name for name in ("funded", "unissued", "owed", "paid", "returned")} == {
            getattr(money, name): name for name in ("funded", "unissued", "owed", "paid", "returned")
        }
        circulating = sum(told[each].own_cents for each in (*CIRCULATING, Heading.TO_RETURN))
        assert circulating == money.in_circulation
        assert not_accounted_for(told) == Amount()
    whole = figures(funds, funds.state_id)
    assert (
        whole[Heading.FUNDED].whole_cents
        == table.total.funded
        == sum(figures(funds, each)[Heading.FUNDED].own_cents for each in funds.funder_ids)
    )


def test_each_voucher_is_in_one_heading(funds: Funds) -> None:
    told = {heading: amount.vouchers for heading, amount in figures(funds, funds.state_id).items()}
    assert told == {
        Heading.FUNDED: 70, Heading.UNISSUED: 0, Heading.AT_OPERATOR: 15, Heading.AT_DESKS: 10, Heading.IN_HANDS: 23, Heading.USED: 17,
        Heading.OWED: 5, Heading.PAID: 12, Heading.TO_RETURN: 5, Heading.RETURNED: 0,
        Heading.RESERVED: 0, Heading.SERVED: 0,
    }  # fmt: skip


def test_the_state_bears_half_of_what_was_used_and_nothing_else(funds: Funds) -> None:
    told = figures(funds, funds.state_id)
    assert told[Heading.FUNDED].own_cents == told[Heading.USED].own_cents == 17 * 500
    assert told[Heading.PAID].own_cents == 12 * 500
    assert {told[each].own_cents for each in (Heading.UNISSUED, *CIRCULATING, Heading.TO_RETURN)} == {0}


def test_the_statement_to_sign_says_the_same(funds: Funds) -> None:
    for funder_id in funds.funder_ids:
        told, actor = figures(funds, funder_id), funds.member(funder_id)
        with acting_as(actor):
            statement = settlement.funder_statement(actor=actor, agreement_id=funds.agreement_id, funder_id=funder_id, at=TODAY)
        assert statement is not None
        assert (statement.funded_cents, statement.owed_cents, statement.paid_cents) == (
            told[Heading.FUNDED].own_cents, told[Heading.OWED].own_cents, told[Heading.PAID].own_cents,
        )  # fmt: skip
        assert statement.issued == told[Heading.FUNDED].vouchers


@pytest.mark.parametrize("heading", list(Heading))
def test_the_rows_behind_a_figure_sum_to_it(funds: Funds, heading: Heading) -> None:
    for funder_id in funds.funder_ids:
        told = figures(funds, funder_id)[heading]
        page, every = rows_of(funds, funder_id, heading)
        assert page.count == len(every)
        assert summed(every) == page.total
        assert page.total.own_cents == told.own_cents
        if not all(isinstance(each, MoneyRow) for each in every):
            assert page.total == told


@pytest.mark.parametrize("by", list(By))
def test_each_cut_sums_to_its_figures_and_each_of_its_cells_to_its_rows(funds: Funds, by: By) -> None:
    funder_id = funds.campaign.funder_ids[0]
    told, actor = figures(funds, funder_id), funds.member(funder_id)
    with acting_as(actor):
        cut = queries.cut(actor=actor, agreement_id=funds.agreement_id, by=by, funder_id=funder_id, at=TODAY)
    assert cut.lines
    assert cut.total == {heading: told[heading] for heading in cut.headings}
    for line in cut.lines:
        where = {
            By.MONTH: RowFilter(month=line.key),
            By.PLACE: RowFilter(place_id=int(line.key) if by is By.PLACE else None),
            By.SERVICE: RowFilter(service=line.key),
            By.COMMUNE: RowFilter(commune_code=line.key),
            By.DESK: RowFilter(desk_id=int(line.key) if by is By.DESK else None),
        }[by]
        for heading in cut.headings:
            if by is not By.DESK or heading is not Heading.USED:
                assert summed(rows_of(funds, funder_id, heading, where)[1]) == line.amounts[heading]


def test_months_are_those_of_use(funds: Funds) -> None:
    actor = funds.member(funds.state_id)
    with acting_as(actor):
        cut = queries.cut(actor=actor, agreement_id=funds.agreement_id, by=By.MONTH, funder_id=funds.state_id, at=TODAY)
    told = {line.key: (line.amounts[Heading.PAID].vouchers, line.amounts[Heading.OWED].vouchers) for line in cut.lines}
    assert told == {"2026-03": (12, 0), "2026-04": (0, 5)}


def test_no_row_says_which_voucher_a_person_had(funds: Funds) -> None:
    """Booklets nobody has are named by their number; what left a desk is counted, and what was used says where, never which."""
    kinds = {heading: {type(each) for each in rows_of(funds, funds.state_id, heading)[1]} for heading in Heading}
    assert kinds[Heading.AT_DESKS] == kinds[Heading.AT_OPERATOR] == {BookletRow}
    assert kinds[Heading.IN_HANDS] == kinds[Heading.TO_RETURN] == {GroupRow}
    assert kinds[Heading.PAID] == kinds[Heading.OWED] == {UsedRow}
    assert not {"voucher_id", "serial", "booklet", "number"} & set(UsedRow.__dataclass_fields__)


def test_a_funder_never_reads_another_s_part(funds: Funds) -> None:
    mine, other = funds.campaign.funder_ids
    actor = funds.member(mine)
    with acting_as(actor):
        for ask in (queries.agreement_figures, queries.cut, queries.rows, queries.every_row):
            more: dict[str, Any] = (
                {"by": By.MONTH} if ask is queries.cut else {"heading": Heading.FUNDED} if ask in (queries.rows, queries.every_row) else {}
            )
            with pytest.raises(AgreementUnknown):
                ask(actor=actor, agreement_id=funds.agreement_id, funder_id=other, at=TODAY, **more)  # type: ignore[operator]
        # Asked for nobody's part, it is told no funder's bank lines.
        assert queries.rows(actor=actor, agreement_id=funds.agreement_id, heading=Heading.FUNDED, at=TODAY).lines == ()
    with acting_as(funds.admin):
        told = queries.rows(actor=funds.admin, agreement_id=funds.agreement_id, heading=Heading.FUNDED, at=TODAY)
    assert {each.funder for each in told.lines if isinstance(each, MoneyRow)} != set()


def test_once_closed_what_was_not_used_is_returned_and_no_cent_is_missing(funds: Funds) -> None:
    series = ledger.series(funds.second_series_id)
    with acting_as(funds.admin):
        ended = series.accepted_until + timedelta(days=1)
        ledger_writes.lapse_series(series_id=series.id, actor=SYSTEM, request_id=rid(), at=ended)
        before = figures(funds, funds.campaign.funder_ids[0])
        ledger_writes.return_circulation(series_id=series.id, actor=SYSTEM, request_id=rid(), at=ended)
    after = figures(funds, funds.campaign.funder_ids[0])
    assert before[Heading.TO_RETURN].vouchers == after[Heading.RETURNED].vouchers == 30
    assert before[Heading.TO_RETURN].own_cents == after[Heading.RETURNED].own_cents > 0
    assert after[Heading.TO_RETURN] == Amount()
    assert not_accounted_for(after) == Amount()
    assert summed(rows_of(funds, funds.campaign.funder_ids[0], Heading.RETURNED)[1]).own_cents == after[Heading.RETURNED].own_cents


def test_what_was_handed_over_and_lapsed_in_hands_was_handed_over_all_the_same(funds: Funds) -> None:
    series = ledger.series(funds.campaign.series_id)

    def handed() -> tuple[int, int]:
        told = queries.agreement_figures(actor=funds.admin, agreement_id=funds.agreement_id, at=TODAY)
        return told.handed_count, told.amounts[Heading.USED].vouchers + told.amounts[Heading.IN_HANDS].vouchers

    with acting_as(funds.admin):
        before, usable_or_used = handed()
        assert before == usable_or_used
        ledger_writes.lapse_series(series_id=series.id, actor=SYSTEM, request_id=rid(), at=series.accepted_until + timedelta(days=1))
        after, used = handed()
    assert after == before > used > 0


def test_what_a_place_gave_back_is_used_no_longer(funds: Funds) -> None:
    mine = funds.campaign.funder_ids[0]
    before = figures(funds, mine)
    series_id = funds.campaign.series_id
    with acting_as(funds.admin):
        voucher_id = ledger.series(series_id).first_voucher_id
        charged = ledger_writes.charge_voucher(
            series_id=series_id, voucher_id=voucher_id, generation=0, organisation_id=funds.campaign.place_organisation_id, actor=SYSTEM,
            request_id=rid(), at=TODAY,
        )  # fmt: skip
        assert figures(funds, mine) == before, "charged, the money is still with the place"
        part = ledger_writes.PaidPart(series_id, funds.campaign.place_organisation_id, charged.pattern, 1, rid())
        ledger_writes.recover_due(part=part, actor=SYSTEM, at=TODAY)
        table = ledger.money(agreement_id=funds.agreement_id).by_funder[mine]
    after = figures(funds, mine)
    assert after[Heading.PAID].vouchers == before[Heading.PAID].vouchers - 1
    assert after[Heading.TO_RETURN].vouchers == before[Heading.TO_RETURN].vouchers + 1
    assert after[Heading.PAID].own_cents == table.paid
    assert not_accounted_for(after) == Amount()
    for heading in (Heading.USED, Heading.PAID, Heading.TO_RETURN):
        assert summed(rows_of(funds, mine, heading)[1]) == after[heading]
    actor = funds.member(mine)
    with acting_as(actor):
        for by in By:
            cut = queries.cut(actor=actor, agreement_id=funds.agreement_id, by=by, funder_id=mine, at=TODAY)
            assert cut.total == {heading: after[heading] for heading in cut.headings}


def test_statements_are_bounded_however_many_agreements(funds: Funds) -> None:
    actor = funds.member(funds.state_id)
    with acting_as(actor):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = queries.portfolio(actor=actor, funder_id=funds.state_id, at=TODAY)
        assert len(found) == 1
        assert len(asked) <= 22, [each["sql"][:120] for each in asked]
        with CaptureQueriesContext(connection) as asked:
            queries.agreement_figures(actor=actor, agreement_id=funds.agreement_id, funder_id=funds.state_id, at=TODAY)
        assert len(asked) <= 12, [each["sql"][:120] for each in asked]


def test_a_pledge_is_followed_from_the_ticks_and_taken_back(funds: Funds) -> None:
    with acting_as(funds.admin):
        assert queries.public_pledge(actor=funds.admin, agreement_id=funds.agreement_id, at=TODAY) is None
        request_id = rid()
        first = funding.set_public_target(
            agreement_id=funds.agreement_id, basis_points=50_00, actor=funds.admin, request_id=request_id, at=TODAY
        )
        again = funding.set_public_target(
            agreement_id=funds.agreement_id, basis_points=50_00, actor=funds.admin, request_id=request_id, at=TODAY
        )
        assert first == again
        told = queries.public_pledge(actor=funds.admin, agreement_id=funds.agreement_id, at=TODAY)
        assert told is not None
        assert told.progress.target_basis_points == 50_00
        assert told.progress.left_count == 25
        funding.set_public_target(agreement_id=funds.agreement_id, basis_points=0, actor=funds.admin, request_id=rid(), at=TODAY)
        assert queries.public_pledge(actor=funds.admin, agreement_id=funds.agreement_id, at=TODAY) is None


def test_parts_are_the_whole() -> None:
    assert set(PARTS) == set(Heading) - {Heading.FUNDED, Heading.USED}
