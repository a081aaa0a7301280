"""One e-mail a week to each person who works with vouchers: what it may say, and when it is not sent. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from carnet.kernel.periods import legal_day

LINES_MAX = 12


@dataclass(frozen=True, slots=True)
class Section:
    """What one organisation, or one programme, has to say this week: a title and lines already written for a person."""

    title: str
    lines: tuple[str, ...]


def week_of(at: datetime) -> date:
    """The Monday of the ISO week of that moment in Paris."""
    today = legal_day(at)
    return today - timedelta(days=today.weekday())


def worth_sending(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections that say something, each cut to LINES_MAX; none: nothing is sent."""
    return tuple(Section(each.title, each.lines[:LINES_MAX]) for each in sections if each.lines)
