"""One bank account, one contact, one device, for organisations that say they are several. Ids only: never the account nor the number."""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

_TOLD = 20
# A number that more organisations than this answer at is a switchboard, a federation or a network's line.
SWITCHBOARD_FROM = 6


@dataclass(frozen=True, slots=True)
class Shared(About):
    """The other organisations of the programme, places' or desks', that have the same bank account, device or contact as this place's.

    `others` are ids, in order; `desks` those of them that hand booklets over; `alike` what is the same with each, as words of our own.
    """

    others: tuple[int, ...]
    desks: tuple[int, ...] = ()
    alike: tuple[str, ...] = ()


def judge(seen: Shared, threshold: int) -> Noticed | None:
    """At least `threshold` organisations together, this one included."""
    if len(seen.others) + 1 < threshold:
        return None
    facts: dict[str, int | str | list[int] | list[dict[str, int | str]]] = {
        "others": list(seen.others[:_TOLD]),
        "count": len(seen.others) + 1,
    }
    if seen.desks:
        facts["desks"] = list(seen.desks[:_TOLD])
    if seen.alike:
        facts["alike"] = " ".join(seen.alike)
    return Noticed(facts)


def judge_contact(seen: Shared, threshold: int) -> Noticed | None:
    """As `judge`, but for numbers that half a network answers at."""
    return None if len(seen.others) + 1 >= SWITCHBOARD_FROM else judge(seen, threshold)


ACCOUNT = Rule(
    code="shared-account",
    span=Span.MONTH,
    unit=Unit.ORGANISATIONS,
    usual=2,
    least=2,
    most=100,
    looks_for="places' organisations, or a place's and a desk's, that are paid on the same bank account",
    because="two are enough: an account has one holder",
    honest="associations of one federation that keeps their accounts, a town hall registered twice",
    source="docs/sources/fraud.md#shells",
    judge=judge,
    is_standing=True,
)
CONTACT = Rule(
    code="shared-contact",
    span=Span.MONTH,
    unit=Unit.ORGANISATIONS,
    usual=2,
    least=2,
    most=5,
    looks_for="places, or a place and a desk, of different organisations that give the same telephone or e-mail address; an address alone says nothing",
    because="two are enough to ask who answers; a building shared by many is not, nor a number six answer at",
    honest="a switchboard of a town hall, a house of public services, a federation that answers for its members",
    source="docs/sources/fraud.md#shells",
    judge=judge_contact,
    is_standing=True,
)
DEVICE = Rule(
    code="shared-device",
    span=Span.MONTH,
    unit=Unit.ORGANISATIONS,
    usual=2,
    least=2,
    most=100,
    looks_for="one device, or one telephone that spends by text message, enrolled for organisations that say they are several",
    because="two are enough: a device is somebody's",
    honest="a mediator who works for two places with one telephone, a tablet lent between neighbours",
    source="docs/sources/fraud.md#shells",
    judge=judge,
    is_standing=True,
)
