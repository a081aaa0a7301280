"""A forecast of one agreement, counted from the ledger; and the one that was kept last."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from carnet.funding import queries as funding
from carnet.funding.queries import AgreementFacts, ProgrammeFacts
from carnet.funding.rules import Windows, acceptance_after, latest_acceptance
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day, start_of_day
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.observatory import access
from carnet.observatory.models import Forecast
from carnet.observatory.rules import (
    DRAWS,
    SEED,
    AgreementForecast,
    Exposure,
    FundFacts,
    Life,
    Season,
    cash_of,
    everything_used,
    exposures,
    likely_use,
    pace_of_last_month,
    read_forecast,
)
from carnet.settlement import queries as settlement

_FORECASTER = Actor.system("forecast")


@dataclass
class Seen:
    """What was seen of each agreement on one morning, read once however many forecasts are made of it."""

    on: date
    lives: dict[int, list[Life]] = field(default_factory=dict)
    exposures: dict[int, list[Exposure]] = field(default_factory=dict)

    def lives_of(self, agreement_id: int) -> list[Life]:
        """The vouchers of an agreement handed over before that day."""
        if agreement_id not in self.lives:
            rows = ledger.lives(agreement_ids=[agreement_id], until=start_of_day(self.on))
            self.lives[agreement_id] = [Life(row.handed_on, row.used_on, row.count) for row in rows]
        return self.lives[agreement_id]

    def exposures_of(self, agreement_id: int) -> list[Exposure]:
        """What they teach."""
        if agreement_id not in self.exposures:
            self.exposures[agreement_id] = exposures(self.lives_of(agreement_id), as_of=self.on)
        return self.exposures[agreement_id]


def forecast_of(agreement_id: int, *, seen: Seen, others: Sequence[int] = ()) -> AgreementForecast:
    """What is likely of an agreement, from what was known when the day of `seen` began. For background work: no actor.

    `others`: the operator's other agreements, drawn upon when this one has shown little. Raises: AgreementUnknown.
    """
    at = start_of_day(seen.on)
    facts = funding.agreement(_FORECASTER, agreement_id, at=at)
    programme = funding.programme(facts.programme_id)
    series = [each for each in ledger.series_list(agreement_id=agreement_id) if each.drawn_at is not None and each.drawn_at < at]
    lives, season = seen.lives_of(agreement_id), season_of(programme.windows, series, seen)
    network = [each for other in others if other != agreement_id for each in seen.exposures_of(other)]
    use = likely_use(lives, season, as_of=seen.on, network=network)
    cash = cash_of(
        use,
        _fund_facts(facts, series, at),
        pay_day=lambda day: settlement.day_of_payment(programme_id=programme.id, redeemed_at=start_of_day(day)),
        ends_on=_ends_on(programme, series, seen.on),
    )
    return AgreementForecast(
        programme_id=programme.id,
        agreement_id=agreement_id,
        as_of=seen.on,
        used=use.used,
        in_hands=use.in_hands,
        in_stock=season.stock,
        to_be_given=use.to_be_given,
        used_in_the_end=use.used_in_the_end,
        used_low=use.used + use.low,
        used_high=use.used + use.high,
        pace=use.used + pace_of_last_month(lives, season, as_of=seen.on),
        everything=use.used + everything_used(lives, season),
        seen_uses=sum(sum(each.uses) for each in seen.exposures_of(agreement_id)),
        is_helped=any(sum(each.uses) for each in network),
        seed=SEED,
        draws=DRAWS,
        cash=cash,
    )


def season_of(windows: Windows, series: Sequence[SeriesView], seen: Seen) -> Season:
    """What bounds the use of an agreement's vouchers: its programme's windows, and what was decided since."""
    at = start_of_day(seen.on)
    stops = [each.hand_overs_stop_at for each in series if each.hand_overs_stop_at is not None]
    until = min([windows.hand_over_until, *stops])
    stock = sum(ledger.counts(series_id=each.id).in_stock for each in series if each.lapsed_at is None)
    if windows.printed_until is not None:
        ends_on = max((legal_day(each.accepted_until) for each in series), default=legal_day(latest_acceptance(windows).accepted_until))
        return Season(stock, legal_day(until), ends_on)
    lasts = acceptance_after(windows, handed_over_at=at).accepted_until - at
    return Season(stock, legal_day(until), None, lasts_days=lasts // timedelta(days=1))


def latest_forecast(*, actor: Actor, agreement_id: int, at: datetime) -> AgreementForecast | None:
    """The forecast kept last, as far as the actor may read it: a funder, its own calls and returns. None before the first morning.

    Raises: NotAllowed, AgreementUnknown.
    """
    access.seen_agreement(actor, agreement_id, at=at)
    row = Forecast.objects.filter(agreement_id=agreement_id, made_at__lte=at).order_by("-made_on").first()
    if row is None:
        return None
    kept, own = read_forecast(row.content), access.funder_of(actor)
    return kept if own is None else kept.seen_by(own)


def open_agreements(*, at: datetime) -> list[tuple[int, int, int]]:
    """(operator, programme, agreement) of each agreement that is not closed. Call it seeing everything."""
    found = []
    for programme in funding.programmes():
        for each in funding.agreements(_FORECASTER, [programme.id], at=at):
            if each.closed_at is None or each.closed_at > at:
                found.append((programme.operator_id, programme.id, each.id))
    return found


def network_of(operator_id: int, *, at: datetime) -> list[int]:
    """Every agreement an operator ever ran: what others may learn from. Call it seeing everything."""
    programme_ids = [programme.id for programme in funding.programmes_of_operator(operator_id)]
    return [each.id for each in funding.agreements(_FORECASTER, programme_ids, at=at)]


def _ends_on(programme: ProgrammeFacts, series: Sequence[SeriesView], on: date) -> date:
    latest = max((each.accepted_until for each in series), default=latest_acceptance(programme.windows).accepted_until)
    return max(on, legal_day(latest))


def _fund_facts(facts: AgreementFacts, series: Sequence[SeriesView], at: datetime) -> FundFacts:
    money = ledger.money(agreement_id=facts.id, until=at)
    held: dict[int, int] = {}
    borne: dict[int, int] = {}
    for pattern in ledger.patterns(series_ids=[each.id for each in series if each.lapsed_at is None]).values():
        for funder_id, held_cents, borne_cents in zip(pattern.funder_ids, pattern.held_cents, pattern.borne_cents, strict=True):
            held[funder_id] = held.get(funder_id, 0) + held_cents * pattern.voucher_count
            borne[funder_id] = borne.get(funder_id, 0) + borne_cents * pattern.voucher_count
    debts: dict[int, int] = {}
    for debt in ledger.on_use_debts(agreement_id=facts.id):
        debts[debt.debtor_id] = debts.get(debt.debtor_id, 0) + debt.cents
    living = [each for each in series if each.lapsed_at is None]
    return FundFacts(
        value_cents=sum(each.voucher_count * each.face_value_cents for each in living),
        voucher_count=sum(each.voucher_count for each in living),
        held=held,
        borne=borne,
        in_circulation={funder_id: amounts.in_circulation for funder_id, amounts in money.by_funder.items()},
        unissued={funder_id: amounts.unissued for funder_id, amounts in money.by_funder.items()},
        owed_cents=money.total.owed,
        missing={line.funder_id: line.missing_cents for line in funding.commitments_by_funder(facts.id)},
        on_use_debts=debts,
        threshold_cents=funding.fund_threshold(facts.id).cents,
    )
