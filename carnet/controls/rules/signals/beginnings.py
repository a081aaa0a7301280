"""A place that is new, or a bank account that is, followed by a volume nobody expected."""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

NEW_DAYS = 62
VOUCHERS_LEAST = 20
PEERS_LEAST = 5
# After a change of account: at least so many vouchers, and so many days on each side for rates to mean something.
AFTER_LEAST, DAYS_LEAST = 15, 14
ACCOUNT_DAYS = 45


@dataclass(frozen=True, slots=True)
class Beginning(About):
    """A place's month, the days since its first voucher here, and the vouchers of each of the others that month.

    `beyond`: those of its vouchers that are beyond the lessons it announced.
    """

    days: int
    vouchers: int
    beyond: int
    peers: tuple[int, ...]
    cents: int


def judge_place(seen: Beginning, threshold: int) -> Noticed | None:
    """A place of two months at most whose vouchers beyond its lessons are `threshold` percent of the others' usual month. Silent under five others."""
    if seen.days > NEW_DAYS or seen.beyond < VOUCHERS_LEAST or len(seen.peers) < PEERS_LEAST:
        return None
    doubled = doubled_median(seen.peers)
    if seen.beyond * 200 < threshold * doubled:
        return None
    facts = {"days": seen.days, "vouchers": seen.vouchers, "beyond": seen.beyond, "peers": len(seen.peers), "usual_tenths": doubled * 5}
    return Noticed(facts, seen.cents)


@dataclass(frozen=True, slots=True)
class NewAccount(About):
    """A bank account in force since `changed_days` before the period's end, not the first; vouchers and days before (eight weeks) and after."""

    changed_days: int
    before: int
    before_days: int
    after: int
    after_days: int
    cents: int


def judge_account(seen: NewAccount, threshold: int) -> Noticed | None:
    """After the change, at least `threshold` percent of the daily volume before. Rates of less than two weeks say nothing."""
    if seen.after < AFTER_LEAST or seen.before_days < DAYS_LEAST or not 0 < seen.after_days <= ACCOUNT_DAYS:
        return None
    if seen.after * seen.before_days * 100 < threshold * seen.before * seen.after_days:
        return None
    facts = {"before": seen.before, "before_days": seen.before_days, "after": seen.after, "after_days": seen.after_days}
    return Noticed(facts, seen.cents)


def doubled_median(values: tuple[int, ...]) -> int:
    """Twice the median, so that it is whole."""
    ranked = sorted(values)
    return ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]


NEW_PLACE = Rule(
    code="new-place",
    span=Span.MONTH,
    unit=Unit.PERCENT,
    usual=300,
    least=100,
    most=10_000,
    looks_for="a place of two months at most that spends, beyond the lessons it announced, far more than the others' usual month",
    because="three times what half of the others do: a place takes a season to be known",
    honest="a large library that joined late, a place whose desk is next door, a network that sent all its people at once",
    source="docs/sources/fraud.md#shells",
    judge=judge_place,
)
NEW_ACCOUNT = Rule(
    code="new-account",
    span=Span.MONTH,
    unit=Unit.PERCENT,
    usual=250,
    least=110,
    most=10_000,
    looks_for="a changed bank account, followed by far more vouchers a day than before",
    because="two and a half times: a bank changes with the treasurer, the people who come do not",
    honest="a new treasurer at the beginning of the season, a change of bank with the opening of new lessons",
    source="docs/sources/fraud.md#account",
    judge=judge_account,
)
