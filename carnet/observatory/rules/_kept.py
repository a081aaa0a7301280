"""A forecast and a monthly statement as they are kept: frozen, written and read back as plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from carnet.ledger.rules import Money
from carnet.observatory.rules._cash import CashForecast, FunderForecast, Month


@dataclass(frozen=True, slots=True)
class AgreementForecast:
    """What is likely of one agreement, said one morning. Units: vouchers, whole cents.

    `used`, `in_hands`, `in_stock`: counted that morning. `used_low` to `used_high`: where the use in the end is eight times in ten.
    `pace` and `everything`: what the naive answers would say. `seen_uses`: uses the method learnt from here; `is_helped`: the operator's
    other agreements were drawn upon.
    """

    programme_id: int
    agreement_id: int
    as_of: date
    used: int
    in_hands: int
    in_stock: int
    to_be_given: int
    used_in_the_end: int
    used_low: int
    used_high: int
    pace: int
    everything: int
    seen_uses: int
    is_helped: bool
    seed: int
    draws: int
    cash: CashForecast

    @property
    def is_said(self) -> bool:
        """Whether enough was seen to say anything: uses here, or in the operator's other agreements; and something to come."""
        return bool((self.seen_uses or self.is_helped) and (self.in_hands or self.to_be_given or self.used))

    def seen_by(self, funder_id: int) -> "AgreementForecast":
        """The same with this funder's own calls and returns only."""
        cash = self.cash
        months = tuple(
            Month(
                month.first_on,
                month.used,
                month.low,
                month.high,
                month.pay_cents,
                {key: cents for key, cents in month.on_use.items() if key == funder_id},
            )
            for month in cash.months
        )
        own = tuple(each for each in cash.funders if each.funder_id == funder_id)
        kept = CashForecast(cash.balance_cents, cash.threshold_cents, months, cash.low_on, cash.low_cents, cash.ends_on, own)
        return AgreementForecast(**{**_values(self), "cash": kept})


@dataclass(frozen=True, slots=True)
class MonthlyFigures:
    """One funder's month of one agreement. Units: whole cents of that funder; vouchers of the whole agreement.

    `before`, `at_end`: where its money was when the month began and ended; `since`: where it is when the statement is made.
    """

    programme: str
    agreement: str
    operator: str
    funder: str
    funder_id: int
    month_on: date
    made_at: datetime
    is_simulated: bool
    before: Money
    at_end: Money
    since: Money
    given_in_month: int
    used_in_month: int
    used_at_end: int
    used_since: int
    forecast: AgreementForecast


def written(kept: AgreementForecast | MonthlyFigures) -> dict[str, Any]:
    """As plain values: days and moments in ISO 8601."""
    plain: dict[str, Any] = _plain(asdict(kept))
    return plain


def read_forecast(content: Mapping[str, Any]) -> AgreementForecast:
    """A kept forecast, as it was."""
    cash = content["cash"]
    months = tuple(
        Month(
            **{
                **each,
                "first_on": date.fromisoformat(each["first_on"]),
                "on_use": {int(funder_id): cents for funder_id, cents in each["on_use"].items()},
            }
        )
        for each in cash["months"]
    )
    days = {name: date.fromisoformat(cash[name]) if cash[name] else None for name in ("low_on", "ends_on")}
    kept = CashForecast(**{**cash, **days, "months": months, "funders": tuple(FunderForecast(**each) for each in cash["funders"])})
    return AgreementForecast(**{**content, "as_of": date.fromisoformat(content["as_of"]), "cash": kept})


def read_figures(content: Mapping[str, Any]) -> MonthlyFigures:
    """A kept monthly statement, as it was."""
    return MonthlyFigures(
        **{
            **content,
            "month_on": date.fromisoformat(content["month_on"]),
            "made_at": datetime.fromisoformat(content["made_at"]),
            **{name: Money(**content[name]) for name in ("before", "at_end", "since")},
            "forecast": read_forecast(content["forecast"]),
        }
    )


def _values(kept: AgreementForecast) -> dict[str, Any]:
    return {field.name: getattr(kept, field.name) for field in fields(kept)}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value
