"""To whom vouchers were handed, by the tick of the desk, in counts: no row is about one person."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class PublicOfDesk:
    """Vouchers one desk handed over under one agreement, by whether whoever had them is a job-seeker with little schooling.

    `people_count` and `yes_people_count` count hand-overs, which are people; the others count vouchers. What was taken out on paper and not
    typed yet is unsaid.
    """

    agreement_id: int
    organisation_id: int
    voucher_count: int
    yes_count: int
    no_count: int
    people_count: int
    yes_people_count: int

    @property
    def unsaid_count(self) -> int:
        """Vouchers handed over without an answer."""
        return self.voucher_count - self.yes_count - self.no_count


def publics_by_desk(*, agreement_ids: Collection[int]) -> list[PublicOfDesk]:
    """What each desk handed over under these agreements, in one statement.

    A booklet given instead of a lost one is not counted again: the first answer stands for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agreement_id, organisation_id, sum(given), sum(given) FILTER (WHERE seeker), sum(given) FILTER (WHERE NOT seeker),"
            " sum(people), sum(people) FILTER (WHERE seeker) FROM ("
            # A range taken out says nothing; each line typed for it says whose it was, and takes its vouchers out of the unsaid.
            " SELECT s.agreement_id, h.organisation_id, h.low_qualified_job_seeker AS seeker, h.voucher_count AS given,"
            " CASE h.kind WHEN 'TAKEN_OUT' THEN 0 ELSE 1 END AS people"
            " FROM distribution_handover h JOIN ledger_series s ON s.id = h.series_id WHERE s.agreement_id = ANY(%(agreements)s)"
            " AND NOT EXISTS (SELECT 1 FROM distribution_replacement r WHERE r.given_hand_over_id = h.id)"
            " UNION ALL SELECT s.agreement_id, l.organisation_id, l.low_qualified_job_seeker, l.voucher_count, 1"
            " FROM distribution_papersheetline l JOIN distribution_handover h ON h.id = l.hand_over_id"
            " JOIN ledger_series s ON s.id = h.series_id WHERE s.agreement_id = ANY(%(agreements)s) AND l.was_taken_out"
            " UNION ALL SELECT s.agreement_id, l.organisation_id, NULL, -l.voucher_count, 0"
            " FROM distribution_papersheetline l JOIN distribution_handover h ON h.id = l.hand_over_id"
            " JOIN ledger_series s ON s.id = h.series_id WHERE s.agreement_id = ANY(%(agreements)s) AND l.was_taken_out"
            ") told GROUP BY 1, 2 ORDER BY 1, 2",
            {"agreements": list(agreement_ids)},
        )
        return [PublicOfDesk(row[0], row[1], *(int(value or 0) for value in row[2:])) for row in cursor.fetchall()]
