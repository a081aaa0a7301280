"""Every agreement one funds or runs on one page, with what is late: a bounded number of statements, however many there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.funding.queries import AgreementFacts, ProgrammeFacts
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import Standing
from carnet.observatory import access
from carnet.observatory.queries._funds import AgreementFigures, figures_of
from carnet.observatory.queries._targets import left_to_hand_over, progress_of
from carnet.observatory.rules import OF_CONNECTIONS, Heading, PublicProgress, Signal, Watched, signals
from carnet.parties import queries as parties
from carnet.parties.rules import check_may
from carnet.settlement import queries as settlement
from carnet.settlement.queries import UnpaidSince
from carnet.settlement.rules import latest_cut_off, payable_on


@dataclass(frozen=True, slots=True)
class PortfolioLine:
    """One agreement: its figures, the pledge it follows if it has one, what is late, and how late places are paid."""

    figures: AgreementFigures
    operator: str
    pledge: PublicProgress | None
    signals: tuple[Signal, ...]
    late: UnpaidSince | None
    missing_cents: int


def portfolio(*, actor: Actor, funder_id: int | None = None, at: datetime) -> list[PortfolioLine]:
    """The agreements the actor may read, the latest signed first, each with `funder_id`'s own part.

    Units: vouchers and whole cents. Raises: NotAllowed, AgreementUnknown (a funder whose part is not the actor's to read).
    """
    check_may(actor, "observatory.see")
    access.check_reads_funder(actor, funder_id)
    return _lines(list(reversed(funding.agreements(actor, actor.programme_ids, at=at))), funder_id, at)


def agreement_line(*, actor: Actor, agreement_id: int, funder_id: int | None = None, at: datetime) -> PortfolioLine:
    """The same for one agreement. Raises: NotAllowed, AgreementUnknown."""
    return _lines([access.seen_agreement(actor, agreement_id, funder_id=funder_id, at=at)], funder_id, at)[0]


def _lines(agreements: list[AgreementFacts], funder_id: int | None, at: datetime) -> list[PortfolioLine]:
    ids = [each.id for each in agreements]
    programmes = {each.id: each for each in funding.programmes({each.programme_id for each in agreements})}
    operators = parties.organisations({each.operator_id for each in programmes.values()})
    stands = ledger.standing(agreement_ids=ids)
    pledges = _pledges(ids, stands)
    late = settlement.unpaid_since(before={each.id: promised_before(programmes[each.programme_id], at) for each in agreements})
    missing = funding.missing_by_agreement(ids)
    found = []
    for agreement in agreements:
        programme = programmes[agreement.programme_id]
        figures = figures_of(agreement, programme, funder_id, stands, at)
        told = pledges.get(agreement.id)
        watched = _watched(figures, told, late.get(agreement.id), missing.get(agreement.id, 0))
        found.append(
            PortfolioLine(
                figures,
                operators[programme.operator_id].name,
                told,
                signals(watched),
                late.get(agreement.id),
                missing.get(agreement.id, 0),
            )
        )
    return found


def promised_before(programme: ProgrammeFacts, at: datetime) -> datetime:
    """The moment before which every voucher used should be paid by the day of `at`: the end of the latest period whose payment day is past."""
    window, frequency, today = timedelta(minutes=programme.terms.undo_window_minutes), programme.terms.payment_frequency, legal_day(at)
    until = latest_cut_off(at=at, frequency=frequency, undo_window=window)
    while payable_on(redeemed_at=until - timedelta(microseconds=1), frequency=frequency, undo_window=window) >= today:
        # The period that ends there is not due yet: the one before it, whose undo window is long past.
        until = latest_cut_off(at=until - timedelta(microseconds=1), frequency=frequency, undo_window=timedelta(0))
    return until


def _pledges(agreement_ids: list[int], stands: Standing) -> dict[int, PublicProgress]:
    targets = funding.public_targets(agreement_ids)
    given = distribution.publics_by_desk(agreement_ids=list(targets)) if targets else []
    return {
        agreement_id: progress_of(
            points, [each for each in given if each.agreement_id == agreement_id], left_to_hand_over(stands, agreement_id)
        )
        for agreement_id, points in targets.items()
    }


def _watched(figures: AgreementFigures, pledge: PublicProgress | None, late: UnpaidSince | None, missing_cents: int) -> Watched:
    amounts, windows = figures.amounts, figures.programme.windows
    active = sum(
        amounts[each].vouchers
        for each in Heading
        if each not in (Heading.FUNDED, Heading.UNISSUED, Heading.OWED, Heading.PAID, *OF_CONNECTIONS)
    )
    return Watched(
        at=figures.as_of,
        hand_over_from=windows.hand_over_from,
        hand_over_until=windows.hand_over_until,
        is_closed=figures.agreement.closed_at is not None,
        active_count=active,
        stock_count=amounts[Heading.AT_DESKS].vouchers + amounts[Heading.AT_OPERATOR].vouchers,
        funded_cents=amounts[Heading.FUNDED].whole_cents,
        to_hand_over_cents=sum(amounts[each].whole_cents for each in (Heading.UNISSUED, Heading.AT_OPERATOR, Heading.AT_DESKS)),
        missing_cents=missing_cents,
        late_count=late.count if late else 0,
        is_public_behind=pledge is not None and not pledge.is_small and pledge.is_behind,
    )
