"""What helps the person in front of a desk, from three plain questions and four ticks. Pure.

The first question asks for the task, never for the device. The two others are items of the European digital-skills indicator that almost any
procedure needs, and that somebody at ease on a telephone may never have done: a mail sent, a file moved or attached.
Source: Eurostat, isoc_sk_dskl_i21 (docs/sources/digital-skills.md#two-items).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from carnet.distribution.rules._handing import Answers, Reason
from carnet.places.rules.procedures import PROCEDURE_BY_CODE, Family, checked_procedures
from carnet.places.rules.services import SERVICE_BY_CODE, SERVICE_KINDS

# A plan longer than this is not followed: three lessons, then one looks again.
LESSONS_MAX = 3
# What almost any procedure asks first: a mailbox to receive its letters, a paper sent as a file.
FIRST_STEPS = "computer"
MAIL, FILES = "mailbox", "files"


class Help(StrEnum):
    """What a desk may propose."""

    LESSONS = "LESSONS"
    # With somebody beside, the person doing it.
    ACCOMPANIMENT = "ACCOMPANIMENT"
    # By somebody, in the person's name, on a signed mandate.
    MANDATE = "MANDATE"
    # A free computer, near.
    COMPUTER = "COMPUTER"
    CONNECTION = "CONNECTION"


class Why(StrEnum):
    """Why it is proposed: a sentence each, at the door."""

    NOTHING_SAID = "NOTHING_SAID"
    BASICS_FIRST = "BASICS_FIRST"
    FROM_THE_START = "FROM_THE_START"
    ONE_STEP_AWAY = "ONE_STEP_AWAY"
    THE_TASK_ITSELF = "THE_TASK_ITSELF"
    TODAY_WITH_SOMEBODY = "TODAY_WITH_SOMEBODY"
    WISHES_SOMEBODY = "WISHES_SOMEBODY"
    NOTHING_TO_DO_IT_WITH = "NOTHING_TO_DO_IT_WITH"
    TO_BE_TALKED_OVER = "TO_BE_TALKED_OVER"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is proposed to a person, in order. `lessons` are codes of the places' catalogue; `voucher_count` 0 means that none is needed."""

    helps: tuple[Help, ...]
    lessons: tuple[str, ...]
    voucher_count: int
    why: tuple[Why, ...]


def advise(answers: Answers, *, payable: Collection[str], left: int) -> Advice:
    """What helps, how many lessons of what, and how many of the `left` vouchers to give.

    `payable`: services the programme's vouchers pay; what they do not pay is taught by the nearest that they do, or not at all.
    Raises: ProcedureUnknown.
    """
    wanted = [PROCEDURE_BY_CODE[code] for code in checked_procedures(answers.wants)]
    if answers.is_blank:
        return Advice((), (), left, (Why.NOTHING_SAID,))
    done_for = answers.prefers_somebody and (not wanted or any(each.is_official for each in wanted))
    taught = [each.service for each in wanted if each.service and not (done_for and each.is_official)]
    basics = () if done_for else _basics(answers)
    lessons = _payable([*basics, *taught], payable)[:LESSONS_MAX]
    now = _now(answers, is_official=any(each.is_official for each in wanted), done_for=done_for)
    helps = [Help.LESSONS] if lessons else []
    helps += [now] if now else []
    helps += [Help.COMPUTER] if answers.no_equipment else []
    helps += [Help.CONNECTION] if answers.no_connection or answers.too_costly else []
    why = _why(answers, basics=basics, taught=bool(taught and lessons), now=now)
    return Advice(tuple(helps), lessons, _vouchers(lessons, now, left), why)


def reason_of(answers: Answers) -> Reason:
    """The coarse reason that statistics keep, from what was asked for: the first of the list when there are several."""
    wants = checked_procedures(answers.wants)
    if not wants:
        return Reason.EQUIPMENT if answers.no_equipment else Reason.NOT_SAID
    first = PROCEDURE_BY_CODE[wants[0]]
    if first.family is Family.WORK:
        return Reason.WORK
    if first.is_official:
        return Reason.PROCEDURES
    return Reason.MESSAGES if first.service == MAIL else Reason.EVERYDAY


def _is_beginner(answers: Answers) -> bool:
    return answers.sends_mail is False and answers.moves_files is False


def _basics(answers: Answers) -> tuple[str, ...]:
    """What comes before the task, the first step first."""
    from_the_start = (FIRST_STEPS,) if _is_beginner(answers) and answers.no_equipment else ()
    mail = (MAIL,) if answers.sends_mail is False else ()
    files = (FILES,) if answers.moves_files is False else ()
    return from_the_start + mail + files


def _now(answers: Answers, *, is_official: bool, done_for: bool) -> Help | None:
    """Who helps with the procedure itself, which does not wait for the lessons."""
    if done_for or (is_official and _is_beginner(answers) and answers.no_equipment):
        return Help.MANDATE
    if answers.prefers_somebody:
        return Help.ACCOMPANIMENT
    is_at_ease = answers.sends_mail is True and answers.moves_files is True
    return Help.ACCOMPANIMENT if is_official and not is_at_ease else None


def _payable(services: Iterable[str], payable: Collection[str]) -> tuple[str, ...]:
    """Each service, or the first of its kind and level that vouchers pay; once each."""
    found: dict[str, None] = {}
    for code in services:
        asked = SERVICE_BY_CODE[code]
        kin = [each.code for each in SERVICE_KINDS if (each.national_service, each.level) == (asked.national_service, asked.level)]
        chosen = next((each for each in (code, *kin) if each in payable), None)
        if chosen is not None:
            found[chosen] = None
    return tuple(found)


def _vouchers(lessons: tuple[str, ...], now: Help | None, left: int) -> int:
    if lessons:
        return min(len(lessons), left)
    return 0 if now is Help.MANDATE else left


def _why(answers: Answers, *, basics: tuple[str, ...], taught: bool, now: Help | None) -> tuple[Why, ...]:
    found = []
    if basics:
        found.append(_level(basics))
    elif taught:
        found.append(Why.THE_TASK_ITSELF)
    if now is Help.MANDATE:
        found.append(Why.WISHES_SOMEBODY if answers.prefers_somebody else Why.NOTHING_TO_DO_IT_WITH)
    elif now is Help.ACCOMPANIMENT:
        found.append(Why.TODAY_WITH_SOMEBODY)
    return tuple(found) or (Why.TO_BE_TALKED_OVER,)


def _level(basics: tuple[str, ...]) -> Why:
    if FIRST_STEPS in basics:
        return Why.FROM_THE_START
    return Why.BASICS_FIRST if len(basics) > 1 else Why.ONE_STEP_AWAY
