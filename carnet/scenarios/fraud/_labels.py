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
    Scheme("switchboard", Label.HONEST, 2, "two places of one town hall, one telephone"),
    Scheme("newcomer", Label.HONEST, 2, "opens in the middle of the season, and is soon liked"),
    Scheme("late-scans", Label.SLOPPY, 2, "scans everything in the evening, after closing, naming no session"),
    Scheme("wrong-session", Label.SLOPPY, 2, "names another week's session"),
    Scheme("stale-hours", Label.SLOPPY, 2, "its hours in the directory are those of years ago"),
    Scheme("next-day", Label.SLOPPY, 2, "types the day's vouchers the day after, in one go"),
    Scheme("whole-booklets", Label.FRAUD, 2, "buys booklets and cashes each in one go, without a lesson"),
    Scheme("collusion", Label.FRAUD, 1, "a desk hands booklets to nobody, and the place cashes them"),
    Scheme("box", Label.FRAUD, 1, "a box that was never handed out, cashed in the order of its numbers"),
    Scheme("expiry", Label.FRAUD, 1, "cashes in the last days what people did not use"),
    Scheme("odd-clocks", Label.FRAUD, 1, "sends at night what a tablet with a wandering clock claims"),
    Scheme("loops", Label.FRAUD, 1, "cashes, undoes and cashes again, to try vouchers before buying them"),
    Scheme("new-bank-spike", Label.FRAUD, 1, "its bank account is changed, then it cashes five times as much"),
    Scheme("shared-bank", Label.FRAUD, 2, "two shells of one bank account"),
    Scheme("shared-phone", Label.FRAUD, 2, "two shells of one telephone"),
    Scheme("careful", Label.FRAUD, 1, "adds a bought voucher or two to each real lesson, within its seats"),
)
SCHEME_BY_CODE = {scheme.code: scheme for scheme in SCHEMES}

# Desks: all honest but these two, whose places are "collusion" and "box"; and the two next door to a village's place.
DESKS = 14
COLLUDING_DESK, BOX_DESK, VILLAGE_DESKS = 0, 1, (2, 3)
# They begin in the middle of the season.
LATECOMERS = frozenset({"newcomer", "shared-bank", "shared-phone"})
# They give no lesson at all.
SHELLS = frozenset({"shared-bank", "shared-phone"})
