"""Published figures, each recomputed from the ledger and the desks. Call them seeing the programmes that are published."""

from collections.abc import Collection
from datetime import datetime, timedelta

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.funding.rules import latest_acceptance
from carnet.ledger import queries as ledger
from carnet.ledger.rules import COUNT_NAMES, MONEY_NAMES
from carnet.observatory.rules import FunderFigures, OpenFile, ProgrammeFigures
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.settlement.queries import delay_achieved

SIMULATED = "activité simulée"
REAL = "activité réelle"


def published_programmes() -> list[ProgrammeFacts]:
    """The programmes whose figures are public: those with vouchers, the latest first. Series carry printed, public facts."""
    with_vouchers = {series.programme_id for series in ledger.series_list() if series.activated_at is not None}
    return funding.programmes(with_vouchers)


def programme_figures(programme_id: int, *, at: datetime) -> ProgrammeFigures:
    """Everything published about one programme. Raises: ProgrammeUnknown."""
    programme = funding.programme(programme_id)
    money = ledger.money(programme_id=programme_id)
    names = parties.organisations(money.by_funder)
    # A season that has ended shows the places that took part while it lasted.
    moment = min(at, latest_acceptance(programme.windows).printed_until - timedelta(microseconds=1))
    delay = delay_achieved(programme_id=programme_id)
    return ProgrammeFigures(
        programme_id=programme.id,
        name=programme.name,
        slug=programme.slug,
        is_simulated=programme.is_simulated,
        counts=ledger.counts(programme_id=programme_id),
        money=money.total,
        by_funder=tuple(FunderFigures(names[funder_id].name, amounts) for funder_id, amounts in money.by_funder.items()),
        prescriber_count=distribution.prescriber_count(programme_id=programme_id),
        place_count=places.place_counts([programme_id], at=moment).get(programme_id, 0),
        days_to_be_paid=delay.median_days,
        paid_count=delay.voucher_count,
        slowest_days=delay.slowest_days,
        promised_count=delay.promised_count,
        kept_count=delay.kept_count,
    )


def open_data(figures: Collection[ProgrammeFigures]) -> dict[str, OpenFile]:
    """The published files of this minute, by name. Amounts are whole cents; every row says if it is simulated.

    Of people, nothing: what desks ticked is told by the monthly releases alone. From one day to the next it would draw somebody's
    portrait, and beside a release it would give back what the release hides.
    """
    return {file.name: file for file in (_vouchers(figures), _money(figures), _payments(figures))}


def _vouchers(figures: Collection[ProgrammeFigures]) -> OpenFile:
    columns = ("programme", *COUNT_NAMES, "prescribers", "places", "days_to_be_paid", "activity")
    rows = tuple(
        (
            each.slug,
            *each.counts.as_dict().values(),
            each.prescriber_count,
            each.place_count,
            "" if each.days_to_be_paid is None else each.days_to_be_paid,
            _activity(each),
        )
        for each in figures
    )
    return OpenFile("vouchers", columns, rows)


def _money(figures: Collection[ProgrammeFigures]) -> OpenFile:
    columns = ("programme", "funder", *(f"{name}_cents" for name in MONEY_NAMES), "activity")
    rows: tuple[tuple[str | int, ...], ...] = tuple(
        (each.slug, funder.name, *funder.money.as_dict().values(), _activity(each)) for each in figures for funder in each.by_funder
    )
    return OpenFile("money", columns, rows)


def _payments(figures: Collection[ProgrammeFigures]) -> OpenFile:
    columns = ("programme", "paid", "median_days", "slowest_days", "promised", "paid_as_promised", "activity")
    rows = tuple(
        (
            each.slug,
            each.paid_count,
            "" if each.days_to_be_paid is None else each.days_to_be_paid,
            "" if each.slowest_days is None else each.slowest_days,
            each.promised_count,
            each.kept_count,
            _activity(each),
        )
        for each in figures
    )
    return OpenFile("payments", columns, rows)


def _activity(figures: ProgrammeFigures) -> str:
    return SIMULATED if figures.is_simulated else REAL
