"""Errors that anybody reports on the page of a place: what they are about, how many may be sent, how they are answered.

Nobody is asked who they are. A report has a number, by which whoever sent it reads the answer; an address or a telephone
number may be left for the answer, and is erased with it. Source: docs/decisions/0024-what-a-place-offers.md.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from carnet.kernel.identifiers import DrawnNumber, check_free_text
from carnet.kernel.refusals import Refusal
from carnet.places.rules.refusals import PlacesRefused

SAID_MAX = 600
ANSWER_MAX = 600
CONTACT_MAX = 120
CONTACT_KEPT = timedelta(days=90)
# A report nobody answered for so long is late, and said to be.
ANSWER_WITHIN = timedelta(days=14)

# A library, a town hall have one address for everybody: an address alone is never refused, only while reports pour in.
FROM_HERE_MAX = 4
OF_A_PLACE_MAX = 4
EVERYWHERE_MAX = 40
COUNTED_OVER = timedelta(hours=1)


def _(text: str) -> str:
    """Mark a French label for extraction; the door translates it."""
    return text


class ReportEmpty(PlacesRefused):
    """A report says what it is about, and what is wrong."""

    code = "place-report-empty"


class ReportNumberMistyped(PlacesRefused):
    """Not the number of a report: some symbol was mistyped."""

    code = "place-report-number-mistyped"


class ReportUnknown(PlacesRefused):
    """No report has this number, or it is another organisation's."""

    code = "place-report-unknown"


class ReportAnswered(PlacesRefused):
    """The report was answered already. Facts: answered_at."""

    code = "place-report-answered"


class AnswerMissing(PlacesRefused):
    """Whoever reported is told something."""

    code = "place-report-answer-missing"


class TooManyReports(PlacesRefused):
    """Too many reports from one address while many come in. Facts: minutes."""

    code = "place-reports-too-many"


class ReportState(StrEnum):
    """A report waits, then is accepted (the place's data were corrected) or refused (and why)."""

    WAITING = "WAITING"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about. `field`: the national field that corrects it; `step`: the step of the offer that does; "" for neither."""

    code: str
    label: str
    field: str = ""
    step: str = ""


SUBJECTS: tuple[Subject, ...] = (
    Subject("hours", _("Les horaires"), field="horaires"),
    Subject("phone", _("Le téléphone"), field="telephone"),
    Subject("address", _("L’adresse, ou le point sur la carte"), field="adresse"),
    Subject("closed", _("Le lieu a fermé ou a déménagé")),
    Subject("name", _("Le nom du lieu"), field="nom"),
    Subject("services", _("Ce qu’on y apprend"), field="services", step="services"),
    Subject("price", _("Le prix"), field="frais_a_charge", step="cost"),
    Subject("vouchers", _("Les chèques sont refusés, ou on a demandé de l’argent en plus")),
    Subject("access", _("L’accès pour une personne handicapée"), step="access"),
    Subject("languages", _("Les langues parlées"), step="access"),
    Subject("free-space", _("L’espace numérique gratuit, ses machines"), step="free-space"),
    Subject("website", _("Le site ou la prise de rendez-vous"), field="site_web"),
    Subject("other", _("Autre chose")),
)
SUBJECT_BY_CODE = {subject.code: subject for subject in SUBJECTS}


@dataclass(frozen=True, slots=True)
class ReportNumber(DrawnNumber):
    """Whoever holds it reads the answer. Raises: ReportNumberMistyped, when it is not one."""

    MISTYPED: ClassVar[type[Refusal]] = ReportNumberMistyped


def checked_report(*, about: str, said: str, contact: str) -> tuple[str, str, str]:
    """The same, stripped. No social-security number and no bank account gets in. Raises: ReportEmpty, NirInText, IbanInText."""
    said, contact = said.strip()[:SAID_MAX], contact.strip()[:CONTACT_MAX]
    if about not in SUBJECT_BY_CODE or not said:
        raise ReportEmpty()
    return about, check_free_text(said), check_free_text(contact)


def check_flow(*, from_here: int, of_place: int, everywhere: int) -> None:
    """Let one more report in, or not: reports of the last hour, from this address, of this place, of all places.

    An address alone closes nothing: it counts only while reports pour in on the place or on the whole site.
    Raises: TooManyReports.
    """
    is_pouring = of_place >= OF_A_PLACE_MAX or everywhere >= EVERYWHERE_MAX
    if is_pouring and from_here >= FROM_HERE_MAX:
        raise TooManyReports(minutes=int(COUNTED_OVER.total_seconds()) // 60)


def checked_answer(text: str) -> str:
    """What is told to whoever reported. Raises: AnswerMissing, NirInText, IbanInText."""
    text = text.strip()[:ANSWER_MAX]
    if not text:
        raise AnswerMissing()
    return check_free_text(text)


def is_email(contact: str) -> bool:
    """Whether what was left for the answer is an address to write to; else somebody telephones."""
    return "@" in contact
