"""What a network asks of its places, in public, and how long it gives itself: versions of terms, as data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from carnet.places.rules.joining._refusals import JoiningCriteriaMissing, TermsInvalid
from carnet.places.rules.joining._words import CHARTER_MAX, CRITERIA_MAX, TEXT_MAX

# Bounds of each delay, in days (months for the label): a network may be quicker or slower, never endless.
DELAYS = {"answer_days": (1, 90), "completion_days": (7, 120), "appeal_days": (15, 120), "label_months": (6, 60)}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One named thing a place must be or do. `code` names it in decisions, within one version."""

    code: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of what a network asks. Days are calendar days."""

    version: int
    criteria: tuple[Criterion, ...]
    charter: str
    answer_days: int
    completion_days: int
    appeal_days: int
    label_months: int

    def criterion(self, code: str) -> Criterion | None:
        """The criterion of that code, or None."""
        return next((each for each in self.criteria if each.code == code), None)


def criteria_from(text: str) -> tuple[Criterion, ...]:
    """Criteria as they are typed: one per paragraph, its first line the title, the others the explanation.

    Raises: TermsInvalid.
    """
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]
    if not paragraphs or len(paragraphs) > CRITERIA_MAX:
        raise TermsInvalid(field="criteria", most=CRITERIA_MAX)
    made = []
    for rank, paragraph in enumerate(paragraphs, start=1):
        title, _newline, explanation = paragraph.partition("\n")
        if len(title) > 200 or len(explanation) > TEXT_MAX:
            raise TermsInvalid(field="criteria", most=TEXT_MAX)
        made.append(Criterion(str(rank), title.strip(), " ".join(explanation.split())))
    return tuple(made)


def criteria_as_text(criteria: Iterable[Criterion]) -> str:
    """The same, to be typed again."""
    return "\n\n".join(f"{each.title}\n{each.text}".strip() for each in criteria)


def check_terms(*, charter: str, **delays: int) -> None:
    """A charter is there, and every delay is within its bounds. Raises: TermsInvalid."""
    if not 1 <= len(charter.strip()) <= CHARTER_MAX:
        raise TermsInvalid(field="charter", most=CHARTER_MAX)
    for name, (least, most) in DELAYS.items():
        if not least <= delays[name] <= most:
            raise TermsInvalid(field=name, most=most)


def check_criteria(codes: Iterable[str], terms: Terms, *, needed: bool) -> tuple[str, ...]:
    """The codes that are the terms', in their order. Raises: JoiningCriteriaMissing (none though needed, or an unknown one)."""
    given = set(codes)
    known = tuple(each.code for each in terms.criteria if each.code in given)
    if len(known) != len(given) or (needed and not known):
        raise JoiningCriteriaMissing
    return known


def answer_due_on(sent_on: date, terms: Terms) -> date:
    """The last day the network has said it would answer."""
    return sent_on + timedelta(days=terms.answer_days)


def appeal_until(decided_on: date, terms: Terms) -> date:
    """The last day an appeal may be lodged."""
    return decided_on + timedelta(days=terms.appeal_days)
