"""Outside the sessions, the hours, the area of the desks, or before the booklet was anybody's."""

from dataclasses import dataclass

from carnet.controls.rules.signals.rule import About, Noticed, Rule, Span, Unit

# Under so many vouchers, a few people who came between lessons, or an evening of typing, say nothing.
BETWEEN_LEAST, VOUCHERS_LEAST = 8, 5
# Typed before opening, or in the evening after closing, is ordinary: three hours.
MARGIN_MINUTES = 180
# Days around the period in which a place must have announced lessons, and how many, for its agenda to say anything.
AGENDA_DAYS, AGENDA_LEAST = 28, 2
FAR_LEAST, FAR_SHARE_PERCENT = 10, 30
# A desk may type its hand-overs this many days late, and people come to a lesson meanwhile.
WRITTEN_LATE_DAYS = 3
_DESKS_TOLD = 5


@dataclass(frozen=True, slots=True)
class Agenda(About):
    """Vouchers spent in the period, those attended on a day without any announced lesson, and lessons announced four weeks around."""

    vouchers: int
    outside: int
    sessions: int
    cents: int


def judge_sessions(seen: Agenda, threshold: int) -> Noticed | None:
    """At least `threshold` percent on days without a lesson, at a place that keeps an agenda."""
    if seen.sessions < AGENDA_LEAST or seen.outside < BETWEEN_LEAST or seen.outside * 100 < threshold * seen.vouchers:
        return None
    return Noticed({"vouchers": seen.vouchers, "outside": seen.outside, "sessions": seen.sessions}, seen.cents)


@dataclass(frozen=True, slots=True)
class OpenHours(About):
    """Vouchers spent at the counter (on a screen, by API, by text message), those three hours or more from any opening or lesson, those of the night."""

    vouchers: int
    outside: int
    at_night: int
    cents: int


def judge_hours(seen: OpenHours, threshold: int) -> Noticed | None:
    """At least `threshold` percent far from the hours of the directory and the lessons of the agenda. Hours that say nothing give no evidence."""
    if seen.outside < VOUCHERS_LEAST or seen.outside * 100 < threshold * seen.vouchers:
        return None
    return Noticed({"vouchers": seen.vouchers, "outside": seen.outside, "at_night": seen.at_night}, seen.cents)


@dataclass(frozen=True, slots=True)
class FromDesk:
    """Vouchers of one desk spent at the place, and how far it is."""

    desk_id: int
    km: int
    vouchers: int
    cents: int


@dataclass(frozen=True, slots=True)
class Area(About):
    """From how far the vouchers of a month came, desk by desk; `roams`: a van, a bus, a place that says it goes to people."""

    desks: tuple[FromDesk, ...]
    roams: bool = False


def judge_area(seen: Area, threshold: int) -> Noticed | None:
    """Ten vouchers or more, three in ten, from desks at least `threshold` kilometres away. What roams is near everybody."""
    far = [each for each in seen.desks if each.km >= threshold]
    vouchers, total = sum(each.vouchers for each in far), sum(each.vouchers for each in seen.desks)
    if seen.roams or vouchers < FAR_LEAST or vouchers * 100 < FAR_SHARE_PERCENT * total:
        return None
    told = sorted(far, key=lambda each: (-each.vouchers, each.desk_id))[:_DESKS_TOLD]
    desks = [{"desk_id": each.desk_id, "km": each.km, "vouchers": each.vouchers} for each in told]
    return Noticed({"desks": desks, "far": vouchers, "vouchers": total}, sum(each.cents for each in far))


@dataclass(frozen=True, slots=True)
class TooEarly(About):
    """Vouchers attended, it was said, days before their booklet was handed over; and tries on vouchers nobody had yet, refused."""

    before: int
    refused: int
    vouchers: int
    cents: int


def judge_early(seen: TooEarly, threshold: int) -> Noticed | None:
    """At least `threshold` of both together."""
    if seen.before + seen.refused < threshold:
        return None
    return Noticed({"before": seen.before, "refused": seen.refused, "vouchers": seen.vouchers}, seen.cents)


SESSIONS = Rule(
    code="outside-sessions",
    span=Span.WEEK,
    unit=Unit.PERCENT,
    usual=50,
    least=10,
    most=100,
    looks_for="vouchers attended on days without any announced lesson, at a place that keeps an agenda",
    because="half of a week, and eight vouchers: a lesson forgotten in the agenda, or a few people between lessons, stay under it",
    honest="help by appointment beside the lessons, an agenda kept late, the day of typing taken for the day of the lesson",
    source="docs/sources/fraud.md#no-service",
    judge=judge_sessions,
)
HOURS = Rule(
    code="outside-hours",
    span=Span.WEEK,
    unit=Unit.PERCENT,
    usual=50,
    least=5,
    most=100,
    looks_for="vouchers spent at the counter three hours or more from any opening of the directory and any lesson of the agenda",
    because="half of a week: hours of the directory are often old, and typing in the evening is ordinary, which the margin allows for",
    honest="hours of the directory that are old, lessons that are not in the agenda, a week's vouchers typed on a Sunday",
    source="docs/sources/fraud.md#no-service",
    judge=judge_hours,
)
AREA = Rule(
    code="outside-area",
    span=Span.MONTH,
    unit=Unit.KILOMETRES,
    usual=60,
    least=10,
    most=1000,
    looks_for="three vouchers in ten from desks farther than anybody goes for a lesson",
    because="an hour by road; people who move house are few, and never a third of a month",
    honest="a van that does not say it roams, a desk that serves a whole department by telephone, a hostel that moved its people",
    source="docs/sources/fraud.md#collusion",
    judge=judge_area,
)
BEFORE_HAND_OVER = Rule(
    code="before-hand-over",
    span=Span.WEEK,
    unit=Unit.VOUCHERS,
    usual=3,
    least=1,
    most=1000,
    looks_for="lessons said to be more than three days before the booklet was handed over, and tries on vouchers nobody had yet",
    because="a desk writes its hand-overs up to three days late; beyond, one is a wrong day, two a wrong sheet, three mean stock that somebody tries",
    honest="a desk that writes its paper down a week late, a wrong date on a whole sheet, somebody who scans before the desk has typed",
    source="docs/sources/fraud.md#stolen-stock",
    judge=judge_early,
)
