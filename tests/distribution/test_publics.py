"""To whom vouchers were handed, in counts: whole booklets, parts of one, and what nobody answered."""

from carnet.distribution import operations, queries
from carnet.distribution.rules import HandOverItem, Ticks
from carnet.gateways.database import acting_as_everything
from carnet.ledger import queries as ledger
from tests.distribution.conftest import Desks
from tests.factories.campaign import rid


def test_vouchers_and_people_are_counted_apart_and_an_unsaid_answer_proves_nothing(desks: Desks) -> None:
    first = desks.series.first_voucher_id + 5
    given = [
        desks.booklet(0, ticks=Ticks(low_qualified_job_seeker=True)),
        HandOverItem(rid(), desks.series.id, voucher_ids=(first, first + 1), ticks=Ticks(low_qualified_job_seeker=False)),
        HandOverItem(rid(), desks.series.id, voucher_ids=(first + 2,)),
    ]
    with desks.as_desk():
        for item in given:
            operations.hand_over(item=item, actor=desks.prescriber, at=desks.at)
    with acting_as_everything(why="count"):
        agreement_id = ledger.series(desks.series.id).agreement_id
        (told,) = queries.publics_by_desk(agreement_ids=[agreement_id])
    assert (told.organisation_id, told.voucher_count, told.yes_count, told.no_count, told.unsaid_count) == (desks.desk_id, 8, 5, 2, 1)
    assert (told.people_count, told.yes_people_count) == (3, 1)
