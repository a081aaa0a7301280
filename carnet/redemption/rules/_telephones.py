"""Spending by text message: what may be written, how it is read, how short the answers are, and how a telephone is known.

The grammar (capitals, accents, spaces, dots and dashes do not count; vouchers a line each, or one after the other)::

    SERIAL SECRET [service number or word] [day]      spend; service and day may be said once, on the first line or the last
    TEST SERIAL SECRET                                 look without spending
    ANNULE SERIAL reason                               undo, inside the window (also the number of the redemption)
    AIDE                                               how to write
    STOP                                               this telephone is no longer a place's

A text's sender is not proved by anything: a network lets it be forged. So a text only ever does what needs a voucher's own secret, or
undoes what the same telephone did a moment before (docs/decisions/0016-without-any-device.md).
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import ClassVar

from carnet.kernel.identifiers import PhoneNumber, PhoneNumberInvalid, SerialMistyped, VoucherSerial
from carnet.kernel.text_messages import TEXT_UNITS_MAX, units
from carnet.redemption.rules._redeeming import RedemptionRefused
from carnet.redemption.rules._service_numbers import plain, service_named

TEXT_LENGTH_MAX = 1_000
VOUCHERS_PER_TEXT_MAX = 6
TEXTS_PER_HOUR_MAX = 60
# A number nobody registered is answered politely, once in this time.
STRANGER_EVERY = timedelta(days=1)
# A text that could not be sent for so long would only surprise.
SENDING_GIVEN_UP = timedelta(hours=6)

CONFIRMATION_DIGITS = 6
CONFIRMATION_LIFETIME = timedelta(minutes=10)
CONFIRMATION_TRIES_MAX = 5
CONFIRMATIONS_PER_NUMBER = (3, timedelta(hours=1))
CONFIRMATIONS_PER_ORGANISATION = (10, timedelta(days=1))


class TelephoneRefused(RedemptionRefused):
    """Base of the refusals of telephones and of what they write."""

    code: ClassVar[str] = "telephone-refused"


class TelephoneUnknown(TelephoneRefused):
    """No such telephone, another organisation's, or one taken away."""

    code = "telephone-unknown"


class TelephoneTaken(TelephoneRefused):
    """The number is a place's already: that telephone must first write STOP."""

    code = "telephone-taken"


class ConfirmationWrong(TelephoneRefused):
    """Not the digits that were sent. Facts: tries_left."""

    code = "confirmation-wrong"


class ConfirmationExpired(TelephoneRefused):
    """The digits are too old, or were tried too often: ask for others."""

    code = "confirmation-expired"


class ConfirmationsTooMany(TelephoneRefused):
    """Digits were asked for too often, for this number or by this organisation."""

    code = "confirmations-too-many"


class TextUnclear(TelephoneRefused):
    """A line in which no serial and secret were found."""

    code = "text-unclear"


class ServiceUnclear(TelephoneRefused):
    """The words after the secret name no service, or two."""

    code = "service-unclear"


class ServiceMissing(TelephoneRefused):
    """The place is paid for several services, and the text names none."""

    code = "service-missing"


class TextTooLong(TelephoneRefused):
    """More vouchers in one text than VOUCHERS_PER_TEXT_MAX. Facts: vouchers_max."""

    code = "text-too-long"


class TextsTooMany(TelephoneRefused):
    """Too many texts from this telephone within an hour."""

    code = "texts-too-many"


class NotDoneByThisTelephone(TelephoneRefused):
    """A telephone undoes only what it did itself."""

    code = "not-done-by-this-telephone"


@dataclass(frozen=True, slots=True)
class Spend:
    """One voucher to spend (or to look at: `is_test`). Serial and secret as typed: the rules that check them are elsewhere."""

    serial: str
    code: str = field(repr=False)
    service: str | None = None
    attended_on: date | None = None
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo one redemption, named by its number or by its voucher's serial."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Help:
    """How to write."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Take this telephone away from its place."""


Command = Spend | Undo | Help | Stop | TelephoneRefused

_BETWEEN = r"[\s.,:·•_‐-―−\-\u200b\u2060\ufeff]*"
_VOUCHER = [
    re.compile(
        rf"^\W*(?P<test>(?:TEST(?:ER|E)?|CHECK)\b)?\W*(?P<prefix>[A-Z][A-Z0-9]{{{length - 1}}}){_BETWEEN}"
        rf"(?P<digits>(?:[0-9]{_BETWEEN}){{28}}[0-9])(?![0-9])(?P<rest>.*)$",
        re.DOTALL,
    )
    for length in (2, 3, 4)
]
_HELP = re.compile(r"^\W*(?:AIDE|HELP|INFOS?|\?)\W*$")
_STOP = re.compile(r"^\W*(?:STOP|ARRET)\W*$")
_UNDO = re.compile(r"^\W*(?:ANNULE[RZ]?|ANNULATION|UNDO|CANCEL)\W+(?P<number>[A-Z0-9][A-Z0-9 .\-]*[0-9])(?P<reason>(?:\W.*)?)$", re.DOTALL)
_DAY = re.compile(r"(?<![0-9])(?P<day>[0-9]{1,2})[/.\-](?P<month>[0-9]{1,2})(?:[/.\-](?P<year>[0-9]{4}|[0-9]{2}))?(?![0-9])")
_AND = re.compile(r"^\W*(?:ET|AND|PLUS)\b")
_FILLERS = re.compile(r"\b(?:LE|LA|DU|DE|AU|POUR|SERVICE|LECON|NO|NUMERO|FOR|THE|ON|OF|LESSON)\b")
_YESTERDAY, _TODAY = re.compile(r"\b(?:HIER|YESTERDAY)\b"), re.compile(r"\b(?:AUJOURD.?HUI|TODAY)\b")


def read_text(text: str, *, today: date) -> tuple[Command, ...]:
    """What a text asks for, line by line; a line that cannot be read is its refusal. `today` is the legal day in Paris."""
    written = _joined([line for line in re.split(r"[\n\r;]+", plain(text[:TEXT_LENGTH_MAX])) if line.strip()])
    lines = [one for line in written for one in _one_by_one(line)]
    if len(lines) > VOUCHERS_PER_TEXT_MAX:
        return (TextTooLong(vouchers_max=VOUCHERS_PER_TEXT_MAX),)
    commands: list[Command] = []
    for line in lines:
        commands.append(_command(line, today, _said_before(commands)))
    return tuple(_said_after(commands)) or (TextUnclear(),)


def _said_after(commands: list[Command]) -> list[Command]:
    """The first vouchers take the service and the day said once, further on."""
    said = next((each for each in commands if isinstance(each, Spend) and not each.is_test and each.service), None)
    if said is None:
        return commands
    return [
        replace(each, service=said.service, attended_on=each.attended_on or said.attended_on)
        if isinstance(each, Spend) and not each.is_test and each.service is None
        else each
        for each in commands
    ]


def _one_by_one(line: str) -> list[str]:
    """Vouchers written one after the other on a line, a line each; what only looks at the first only looks at all."""
    match = _matched(line)
    if match is None:
        return [line]
    rest = _AND.sub(" ", match["rest"])
    if _matched(rest) is None:
        return [line]
    others = _one_by_one(rest)
    if match["test"]:
        others = [other if _is_test(other) else f"TEST {other}" for other in others]
    return [line[: match.start("rest")], *others]


def _is_test(line: str) -> bool:
    match = _matched(line)
    return match is not None and bool(match["test"])


def _said_before(commands: list[Command]) -> Spend | None:
    return next((each for each in reversed(commands) if isinstance(each, Spend)), None)


def _joined(lines: list[str]) -> list[str]:
    """A serial alone on its line goes with the secret on the next."""
    whole: list[str] = []
    for line in lines:
        if whole and _matched(whole[-1]) is None and _matched(line) is None and _matched(f"{whole[-1]} {line}") is not None:
            whole[-1] = f"{whole[-1]} {line}"
        else:
            whole.append(line)
    return whole


def _matched(line: str) -> re.Match[str] | None:
    """A voucher at the head of a line: the prefix whose serial holds, else the first that has the right number of digits."""
    found = [match for pattern in _VOUCHER if (match := pattern.match(line)) is not None]
    return next((match for match in found if _holds(_serial(match))), found[0] if found else None)


def _serial(match: re.Match[str]) -> str:
    digits = re.sub(r"[^0-9]", "", match["digits"])
    return f"{match['prefix']}-{digits[:9]}-{digits[9:11]}"


def _holds(serial: str) -> bool:
    try:
        VoucherSerial.parse(serial)
    except SerialMistyped:
        return False
    return True


def _command(line: str, today: date, before: Spend | None) -> Command:
    if _HELP.match(line):
        return Help()
    if _STOP.match(line):
        return Stop()
    if (undo := _UNDO.match(line)) is not None:
        return _undo(undo)
    match = _matched(line)
    if match is None:
        return TextUnclear()
    code = re.sub(r"[^0-9]", "", match["digits"])[11:]
    if match["test"]:
        return Spend(_serial(match), code, is_test=True)
    try:
        service, day = _tail(match["rest"], today)
    except TelephoneRefused as refusal:
        return refusal
    return Spend(_serial(match), code, service or (before.service if before else None), day or (before.attended_on if before else None))


def _undo(match: re.Match[str]) -> Undo:
    number, reason = match["number"], match["reason"]
    serial = re.match(rf"([A-Z][A-Z0-9]{{1,3}}){_BETWEEN}((?:[0-9]{_BETWEEN}){{10}}[0-9])(?![0-9])(.*)$", number + reason, re.DOTALL)
    if serial is not None:
        digits = re.sub(r"[^0-9]", "", serial[2])
        return Undo(f"{serial[1]}-{digits[:9]}-{digits[9:]}", _words(serial[3]))
    own = re.match(r"([0-9]+)\s*[\-. ]\s*([0-9]+)\s*[\-. ]\s*([0-9]+)(.*)$", number + reason, re.DOTALL)
    return Undo("-".join(own.group(1, 2, 3)), _words(own[4])) if own is not None else Undo(number.strip(), _words(reason))


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" .,:;-").lower()


def _tail(rest: str, today: date) -> tuple[str | None, date | None]:
    day, left = _day(rest, today)
    left = _FILLERS.sub(" ", left).strip(" .,:;-/'°")
    if not re.search(r"[A-Z0-9]", left):
        return None, day
    service = service_named(left)
    if service is None:
        raise ServiceUnclear()
    return service, day


def _day(rest: str, today: date) -> tuple[date | None, str]:
    for pattern, day in ((_YESTERDAY, today - timedelta(days=1)), (_TODAY, today)):
        if pattern.search(rest):
            return day, pattern.sub(" ", rest)
    found = _DAY.search(rest)
    if found is None:
        return None, rest
    year = int(found["year"] or today.year)
    try:
        day = date(year + 2000 if year < 100 else year, int(found["month"]), int(found["day"]))
        if not found["year"] and day > today:
            day = day.replace(year=day.year - 1)  # without a year, the latest such day
    except ValueError:
        raise TextUnclear() from None
    return day, rest[: found.start()] + " " + rest[found.end() :]


# --- answers: one unit of a text message each -------------------------------------------------------------


def packed(lines: list[str]) -> tuple[str, ...]:
    """Lines put together into as few messages as hold them, in order. Each line fits in one message by itself."""
    messages: list[str] = []
    for line in lines:
        assert units(line) <= TEXT_UNITS_MAX, f"{units(line)} units, or a character no telephone may show"
        longer = f"{messages[-1]}\n{line}" if messages else line
        if messages and units(longer) <= TEXT_UNITS_MAX:
            messages[-1] = longer
        else:
            messages.append(line)
    return tuple(messages)


# --- a telephone of a place --------------------------------------------------------------------------------


def check_mobile(number: str) -> PhoneNumber:
    """A number that can receive texts, as typed; short numbers cannot. Raises: PhoneNumberInvalid."""
    read = PhoneNumber.parse(number)
    if not read.text.startswith("+"):
        raise PhoneNumberInvalid(typed=number[:30])
    return read


def check_confirmation(*, given: bytes, expected: bytes, tries: int, expires_at: datetime, at: datetime) -> None:
    """Whether the digits a person typed are those that were sent. Raises: ConfirmationExpired, ConfirmationWrong."""
    if at >= expires_at or tries >= CONFIRMATION_TRIES_MAX:
        raise ConfirmationExpired()
    if given != expected:
        raise ConfirmationWrong(tries_left=CONFIRMATION_TRIES_MAX - tries - 1)
