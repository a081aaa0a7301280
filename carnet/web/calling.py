"""Whom a person calls: the first thing on each of their pages and on their papers. A programme's number and when somebody answers, else its operator's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.places.rules import opening
from carnet.web.design import formats
from carnet.web.hours import grouped_week, spans_words


@dataclass(frozen=True, slots=True)
class Call:
    """A number to call. `is_open`: whether somebody answers now; None when nobody said when. `week`: days, hours; not the days without."""

    phone: str
    number: str
    week: tuple[tuple[str, str], ...]
    is_open: bool | None
    programme: str


def open_programmes(at: datetime) -> list[ProgrammeFacts]:
    """The programmes whose booklets are handed over or accepted now."""
    return [each for each in funding.programmes() if each.is_open_at(at) and each.windows.hand_over_from <= at]


def whom_to_call(at: datetime) -> Call | None:
    """The number of the latest programme that has one, open ones first; else of an operator; None when there is none at all."""
    return next(iter(_calls([*open_programmes(at), *funding.programmes()], at)), None)


def everybody_to_call(at: datetime) -> list[Call]:
    """A number for each open programme, each number once."""
    told: dict[str, Call] = {}
    for call in _calls(open_programmes(at), at):
        told.setdefault(call.number, call)
    first = whom_to_call(at)
    return list(told.values()) or ([first] if first else [])


def call_of(programme: ProgrammeFacts, at: datetime) -> Call | None:
    """The number of one programme, else of its operator."""
    return next(iter(_calls([programme], at)), None)


def _calls(programmes: Iterable[ProgrammeFacts], at: datetime) -> Iterable[Call]:
    without: list[ProgrammeFacts] = []
    for each in programmes:
        if each.terms.phone:
            yield _call(each.terms.phone, each.terms.phone_hours, each.name, at)
        else:
            without.append(each)
    cards = parties.organisations({each.operator_id for each in without}) if without else {}
    for each in without:
        card = cards.get(each.operator_id)
        if card is not None and card.contact_phone:
            yield _call(card.contact_phone, "", card.name, at)


def _call(typed: str, hours: str, name: str, at: datetime) -> Call:
    week = tuple(each for each in grouped_week(hours, day=legal_day(at)) if each[1] != spans_words(()))
    return Call(formats.phone(typed), formats.dialled(typed), week, opening.is_open(hours, postcode="", at=at) if hours else None, name)
