"""An auditor's random sample of what was paid, and what each drawn redemption was at every step. Nobody's name, no code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from carnet.distribution import queries as distribution
from carnet.funding import access as funding_access
from carnet.issuing import queries as issuing
from carnet.journal import queries as journal
from carnet.journal.queries import Proof
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties.rules import check_may
from carnet.redemption import queries as redemption
from carnet.redemption.queries import Receipt
from carnet.redemption.rules import parse_redemption_number
from carnet.settlement.models import ClaimLine, Transfer
from carnet.settlement.rules.sampling import SampleTerms, Strata, Unit, check_terms, digest_of_units, draw, rank_of

DRAW = "settlement.draw-sample"
_STRATA = {
    Strata.NONE: "''",
    Strata.PLACE: "r.place_id::text",
    Strata.MONTH: "to_char(r.at AT TIME ZONE 'Europe/Paris', 'YYYY-MM')",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample: the list it was drawn from (its size, its cents, its fingerprint), and the units drawn, in the order of their rank."""

    terms: SampleTerms
    universe: tuple[Unit, ...]
    universe_digest: str
    sample: tuple[Unit, ...]

    @property
    def universe_cents(self) -> int:
        """What the whole list is worth, in cents."""
        return sum(unit.cents for unit in self.universe)

    @property
    def sample_cents(self) -> int:
        """What the sample is worth, in cents."""
        return sum(unit.cents for unit in self.sample)


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One redemption of a sample and every step of its money. Unit: whole cents; what has not happened yet is empty."""

    number: str
    stratum: str
    rank: str
    serial: str
    agreement_id: int
    order_id: int | None
    series_id: int
    handed_over_at: datetime | None
    desk_id: int | None
    place_id: int
    organisation_id: int
    service: str
    attended_on: date
    redeemed_at: datetime
    together: tuple[str, ...]
    cents: int
    claim_id: int | None
    run_id: int | None
    end_to_end_id: str
    booked_on: date | None
    receipt: str
    proofs: tuple[Proof, ...]


def draw_sample(*, actor: Actor, terms: SampleTerms, at: datetime) -> Drawn:
    """Draw a sample of a programme's redemptions that stood just before `terms.until`. The same terms give the same sample, for ever.

    Raises: NotAllowed, ProgrammeUnknown, SampleInvalid.
    """
    check_may(actor, DRAW)
    funding_access.seen_programme(actor, terms.programme_id)
    check_terms(terms, at=at)
    universe = _universe(terms)
    sample = draw(universe, seed=terms.seed, size=terms.size, weight=terms.weight)
    return Drawn(terms, tuple(universe), digest_of_units(universe), tuple(sample))


def _universe(terms: SampleTerms) -> list[Unit]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.series_id || '-' || r.voucher_id || '-' || r.generation, {_STRATA[terms.strata]}, s.face_value_cents"
            " FROM redemption_redemption r /* fan-out: of one programme */ JOIN ledger_series s ON s.id = r.series_id"
            " WHERE r.programme_id = %s AND r.at < %s AND NOT EXISTS (SELECT 1 FROM redemption_reversal x WHERE x.series_id = r.series_id"
            " AND x.voucher_id = r.voucher_id AND x.generation = r.generation AND x.at < %s) ORDER BY r.series_id, r.voucher_id, r.generation",
            [terms.programme_id, terms.until, terms.until],
        )
        return [Unit(*row) for row in cursor.fetchall()]


def lines_of(drawn: Drawn) -> list[SampleLine]:
    """Every step of each redemption of a sample, in the order of the sample."""
    receipts = redemption.receipts_of([unit.number for unit in drawn.sample])
    return [_line(unit, receipts[unit.number], drawn.terms.seed) for unit in drawn.sample if unit.number in receipts]


def _line(unit: Unit, kept: Receipt, seed: str) -> SampleLine:
    series_id, voucher_id, generation = parse_redemption_number(unit.number)
    series = ledger.series(series_id)
    order = issuing.order_of_series(series_id)
    booklet_id = series.first_booklet_id + (voucher_id - series.first_voucher_id) // series.booklet_size
    given = [
        each
        for each in distribution.hand_overs_of_booklet(series_id=series_id, booklet_id=booklet_id)
        if (not each.voucher_ids or voucher_id in each.voucher_ids) and each.handed_over_at <= kept.redeemed_at
    ]
    claimed = ClaimLine.objects.filter(series_id=series_id, voucher_id=voucher_id, generation=generation).first()
    transfer = Transfer.objects.filter(claim_id=claimed.claim_id).order_by("-attempt").first() if claimed is not None else None
    return SampleLine(
        number=unit.number,
        stratum=unit.stratum,
        rank=rank_of(seed, unit.number),
        serial=kept.serial,
        agreement_id=series.agreement_id,
        order_id=order.id if order is not None else None,
        series_id=series_id,
        handed_over_at=given[0].handed_over_at if given else None,
        desk_id=given[0].organisation_id if given else None,
        place_id=kept.place_id,
        organisation_id=kept.organisation_id,
        service=kept.service,
        attended_on=kept.attended_on,
        redeemed_at=kept.redeemed_at,
        together=tuple(redemption.serials_of(redemption.taken_together(unit.number))),
        cents=unit.cents,
        claim_id=claimed.claim_id if claimed is not None else None,
        run_id=transfer.run_id if transfer is not None else None,
        end_to_end_id=transfer.end_to_end_id if transfer is not None else "",
        booked_on=transfer.booked_on if transfer is not None else None,
        receipt=kept.receipt,
        proofs=_proofs(series_id, voucher_id, generation),
    )


def _proofs(series_id: int, voucher_id: int, generation: int) -> tuple[Proof, ...]:
    """The rows of one redemption: its line of the journal, and its money."""
    moved = ledger.movements_of_voucher(series_id=series_id, voucher_id=voucher_id)
    subject = ("voucher", f"{series_id}-{voucher_id}")
    lines = journal.lines_about([subject]).get(subject, [])
    told = [line.id for line in lines if line.facts.get("generation") == generation]
    rows: Sequence[tuple[str, int]] = [
        *(("journal_line", each) for each in told),
        *(("ledger_movement", each.movement.id) for each in moved),
    ]
    found = journal.proofs(rows)
    return tuple(found[row] for row in rows if row in found)
