"""Who is who in a labelled campaign: every scheme, its label, how many places live by it. Nothing reads a label but the report.

The schemes are those of published cases: see docs/sources/labelled-seasons.md. Every place and every desk is invented.
"""

from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """What a place is, whatever a rule believes. SLOPPY: the lessons were given, the papers are wrong."""

    HONEST = "HONEST"
    SLOPPY = "SLOPPY"
    FRAUD = "FRAUD"


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to live a season. `places`: how many places of a campaign live so; `said`: what it looks like, in one line."""

    code: str
    label: Label
    places: int
    said: str


SCHEMES: tuple[Scheme, ...] = (
    Scheme("ordinary", Label.HONEST, 22, "a lesson a week, one voucher each, scanned at the lesson"),
    Scheme("by-appointment", Label.HONEST, 3, "people come one by one, no session is in the agenda"),
    Scheme("van", Label.HONEST, 2, "a van: far communes, no session, a tablet without network, sent in the evening"),
    Scheme("big-workshops", Label.HONEST, 2, "a library with workshops of twenty-four"),
    Scheme("saturday-rush", Label.HONEST, 2, "everybody comes on Saturday, some with two vouchers"),
    Scheme("season-end", Label.HONEST, 2, "real lessons every day of the last fortnight"),
    Scheme("village", Label.HONEST, 2, "one desk, one place, next door to each other"),
    Scheme("whole-day", Label.HONEST, 1, "a day's course that takes a whole booklet"),
    Scheme("new-bank", Label.HONEST, 1, "changes its bank, and nothing else"),
    Scheme("switchboard", Label.HONEST, 2, "two places of one town hall, one telephone; one of them helps by appointment"),
    Scheme("federation", Label.HONEST, 2, "two associations whose federation keeps one bank account for both"),
    Scheme("one-mediator", Label.HONEST, 2, "one mediator works for two places, with one tablet"),
    Scheme("evening-lessons", Label.HONEST, 1, "lessons in the evening, after the hours of the directory, in the agenda"),
    Scheme("late-desk", Label.HONEST, 1, "a desk types its hand-overs a day or two late, and people come meanwhile"),
    Scheme("hostel", Label.HONEST, 1, "people of a hostel that moved came with booklets of a far town"),
    Scheme("newcomer", Label.HONEST, 2, "opens in the middle of the season, and is soon liked"),
    Scheme("late-scans", Label.SLOPPY, 2, "scans everything in the evening, after closing, naming no session"),
    Scheme("wrong-session", Label.SLOPPY, 2, "names another week's session"),
    Scheme("stale-hours", Label.SLOPPY, 2, "its hours in the directory are those of years ago"),
    Scheme("next-day", Label.SLOPPY, 2, "types the day's vouchers the day after, in one go"),
    Scheme("larger-room", Label.SLOPPY, 1, "moved to a larger room, and the agenda still says six seats"),
    Scheme("whole-booklets", Label.FRAUD, 2, "buys booklets and cashes each in one go, without a lesson"),
    Scheme("collusion", Label.FRAUD, 1, "a desk hands booklets to nobody, and the place cashes them"),
    Scheme("box", Label.FRAUD, 1, "a box that was never handed out, cashed in the order of its numbers"),
    Scheme("expiry", Label.FRAUD, 1, "cashes in the last days what people did not use"),
    Scheme("odd-clocks", Label.FRAUD, 1, "sends at night what a tablet with a wandering clock claims"),
    Scheme("loops", Label.FRAUD, 1, "cashes, undoes and cashes again, to try vouchers before buying them"),
    Scheme("new-bank-spike", Label.FRAUD, 1, "its bank account is changed, then it cashes five times as much"),
    Scheme("shared-bank", Label.FRAUD, 2, "two shells of one bank account"),
    Scheme("shared-phone", Label.FRAUD, 2, "two shells of one telephone"),
    Scheme("one-device", Label.FRAUD, 2, "two shells that enrolled one tablet"),
    Scheme("far-desk", Label.FRAUD, 1, "cashes at its lessons booklets bought around a desk three hundred kilometres away"),
    Scheme("early-stock", Label.FRAUD, 1, "has booklets before anybody was given them: tried first, then cashed as lessons of weeks ago"),
    Scheme("at-night", Label.FRAUD, 1, "cashes bought booklets from home, at night"),
    Scheme("crowded", Label.FRAUD, 1, "writes at its lessons twice as many people as the room holds"),
    Scheme(
        "kept-booklets",
        Label.FRAUD,
        1,
        "takes people's booklets for a course, teaches some of them once, cashes the rest at its announced lessons, within their seats",
    ),
    Scheme(
        "invented-lessons", Label.FRAUD, 1, "announces lessons that nobody gives, and cashes bought booklets at them, within their seats"
    ),
    Scheme("careful", Label.FRAUD, 1, "adds a bought voucher or two to each real lesson, within its seats"),
)
SCHEME_BY_CODE = {scheme.code: scheme for scheme in SCHEMES}

# Desks: all honest but these two, whose places are "collusion" and "box". Apart: those next door to a village's place, one far away, one that types late.
DESKS = 16
COLLUDING_DESK, BOX_DESK, VILLAGE_DESKS, FAR_DESK, LATE_DESK = 0, 1, (2, 3), 14, 15
ORDINARY_DESKS = tuple(desk for desk in range(DESKS) if desk not in (*VILLAGE_DESKS, FAR_DESK, LATE_DESK))
# They begin in the middle of the season.
LATECOMERS = frozenset({"newcomer", "shared-bank", "shared-phone", "one-device"})
# They give no lesson at all; the last one says it does.
SHELLS = frozenset({"shared-bank", "shared-phone", "one-device"})
NO_LESSON = SHELLS | {"invented-lessons"}
