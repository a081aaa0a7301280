"""One bank account, one contact, one device, for organisations that say they are several. Ids only: never the account nor the number.

Sharing alone says little: public services have a switchboard, one accountant is paid for many, a mediator works in two places. So each rule asks
for a second fact: that the place spent in number, and mostly beyond the lessons it announced.
"""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

_TOLD = 20
# A number that more organisations than this answer at is a switchboard, a federation or a network's line.
SWITCHBOARD_FROM = 6
# The second fact: so many vouchers of the month beyond the lessons announced, and half of the month.
BEYOND_LEAST, BEYOND_SHARE_PERCENT = 20, 50


@dataclass(frozen=True, slots=True)
class Shared(About):
    """The other organisations of the programme, places' or desks', that have the same bank account, device or contact as this place's.

    `vouchers` are those of the place in the month, `beyond` those of them beyond the lessons it announced. `others` are ids, in order; `desks`
    those of them that hand booklets over; `alike` what is the same with each, as words of our own.
    """

    vouchers: int
    beyond: int
    cents: int
    others: tuple[int, ...]
    desks: tuple[int, ...] = ()
    alike: tuple[str, ...] = ()


def judge(seen: Shared, threshold: int) -> Noticed | None:
    """At least `threshold` organisations together, this one included, and twenty vouchers, half of the month, beyond announced lessons."""
    if len(seen.others) + 1 < threshold or seen.beyond < BEYOND_LEAST or seen.beyond * 100 < BEYOND_SHARE_PERCENT * seen.vouchers:
        return None
    facts: dict[str, int | str | list[int] | list[dict[str, int | str]]] = {
        "others": list(seen.others[:_TOLD]),
        "count": len(seen.others) + 1,
        "vouchers": seen.vouchers,
        "beyond": seen.beyond,
    }
    if seen.desks:
        facts["desks"] = list(seen.desks[:_TOLD])
    if seen.alike:
        facts["alike"] = " ".join(seen.alike)
    return Noticed(facts, seen.cents)


def judge_contact(seen: Shared, threshold: int) -> Noticed | None:
    """As `judge`, but for numbers that half a network answers at."""
    return None if len(seen.others) + 1 >= SWITCHBOARD_FROM else judge(seen, threshold)


_SECOND = "and twenty vouchers of the month, half of it, beyond announced lessons: sharing alone is ordinary"
_PASSING = frozenset({"vouchers", "beyond"})

ACCOUNT = Rule(
    code="shared-account",
    span=Span.MONTH,
    unit=Unit.ORGANISATIONS,
    usual=2,
    least=2,
    most=100,
    looks_for="places' organisations, or a place's and a desk's, that are paid on the same bank account, where most is spent beyond announced lessons",
    because=f"two are enough, as an account has one holder, {_SECOND}",
    honest="associations of one federation that keeps their accounts, a town hall registered twice, both helping by appointment",
    source="docs/sources/fraud.md#shells",
    judge=judge,
    is_standing=True,
    passing=_PASSING,
)
CONTACT = Rule(
    code="shared-contact",
    span=Span.MONTH,
    unit=Unit.ORGANISATIONS,
    usual=2,
    least=2,
    most=5,
    looks_for="organisations of places, or of a place and a desk, that give one telephone or e-mail address, where most is spent beyond announced lessons",
    because=f"two are enough to ask who answers, not a number six answer at, {_SECOND}",
    honest="a switchboard of a town hall whose services help by appointment, a house of public services, a federation that answers for its members",
    source="docs/sources/fraud.md#shells",
    judge=judge_contact,
    is_standing=True,
    passing=_PASSING,
)
DEVICE = Rule(
    code="shared-device",
    span=Span.MONTH,
    unit=Unit.ORGANISATIONS,
    usual=2,
    least=2,
    most=100,
    looks_for="one device, or one telephone that spends by text, enrolled for several organisations, where most is spent beyond announced lessons",
    because=f"two are enough, as a device is somebody's, {_SECOND}",
    honest="a mediator who works by appointment for two places with one telephone, a tablet lent between neighbours",
    source="docs/sources/fraud.md#shells",
    judge=judge,
    is_standing=True,
    passing=_PASSING,
)
