"""Vouchers of an operator that left only a spreadsheet: what the file may say, and what a place may claim on paper."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from carnet.kernel.identifiers import Siret
from carnet.kernel.refusals import Refusal

COLUMNS = ("serial", "value", "state", "accepted_until", "place")
NEEDED = COLUMNS[:4]
LINES_MAX = 2_000_000
FAULTS_MAX = 200
SERIAL_MAX = 40
VALUE_CENTS_MAX = 1_000_00
CLAIM_LINES_MAX = 40
CLAIM_DAYS = 90
DECIDERS = 2


class PaperState(StrEnum):
    """What the former operator's list says of a voucher."""

    HANDED_OVER = "handed_over"  # in somebody's hands: a place may claim it
    OWED = "owed"  # spent at the place named, never paid: only that place may claim it
    REDEEMED = "redeemed"  # spent and paid: nobody claims it again
    VOID = "void"  # ended, or never given

    @property
    def is_funded(self) -> bool:
        """Whether somebody may still be paid for it, so that its value must be there first."""
        return self in (PaperState.HANDED_OVER, PaperState.OWED)


class PaperClaimState(StrEnum):
    """Where a claim on paper proof is. WAITING until two people said yes, or one no."""

    WAITING = "WAITING"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


class SerialsRefused(Refusal):
    """Base of the refusals of a file of serials."""

    code = "serials-refused"


class SerialsFaulty(SerialsRefused):
    """Nothing of the file was taken. Facts: faults, each with its line; more (how many are not told)."""

    code = "serials-faulty"


class SerialsTakenBefore(SerialsRefused):
    """A serial of the file is in this programme already. Facts: serial."""

    code = "serials-taken-before"


class SerialsUnfunded(SerialsRefused):
    """The agreement does not hold the value of what would circulate. Facts: needed_cents, missing_cents."""

    code = "serials-unfunded"


class ClaimRefused(Refusal):
    """Base of the refusals of a claim on paper proof."""

    code = "paper-claim-refused"


class ClaimEmpty(ClaimRefused):
    """No serial was written."""

    code = "paper-claim-empty"


class ClaimTooLong(ClaimRefused):
    """More serials than one claim holds. Facts: lines_max."""

    code = "paper-claim-too-long"


class PaperUnknown(ClaimRefused):
    """No list that this place may claim from holds this serial. Facts: serial."""

    code = "paper-unknown"


class PaperSpent(ClaimRefused):
    """The former operator's list says that the voucher was spent, or ended. Facts: serial."""

    code = "paper-spent"


class PaperOfAnotherPlace(ClaimRefused):
    """The list says that another place accepted it. Facts: serial."""

    code = "paper-of-another-place"


class PaperClaimed(ClaimRefused):
    """Claimed already, and not refused. Facts: serial."""

    code = "paper-claimed"


class PaperTwice(ClaimRefused):
    """The same serial twice in one claim. Facts: serial."""

    code = "paper-twice"


class PaperTooLate(ClaimRefused):
    """The service was given after the voucher's end, or on a day to come. Facts: serial, accepted_until."""

    code = "paper-too-late"


class ProofMissing(ClaimRefused):
    """Neither a photograph nor the declaration that the paper was kept."""

    code = "paper-proof-missing"


class ServiceNotTaken(ClaimRefused):
    """The place does not give this service in this programme."""

    code = "paper-service-not-taken"


class PaperClaimUnknown(ClaimRefused):
    """No such claim, or one of somebody else's."""

    code = "paper-claim-unknown"


class PaperClaimDecided(ClaimRefused):
    """Somebody decided already."""

    code = "paper-claim-decided"


@dataclass(frozen=True, slots=True)
class SerialLine:
    """One voucher of the file. Unit: whole cents. `siret`: of the place that accepted it, when the list says so."""

    line: int
    serial: str
    value_cents: int
    state: PaperState
    accepted_until: date
    siret: str = ""


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong on one line. `what`: a word the door has a sentence for; `found`: what was written there."""

    line: int
    column: str
    what: str
    found: str = ""


def clean_serial(text: str) -> str:
    """A serial as it is compared: capitals, without blanks."""
    return "".join(text.split()).upper()


def read_serials(text: str) -> tuple[list[SerialLine], list[LineFault]]:
    """The lines of a file of serials, and every fault with its line: one fault, and nothing is taken.

    Columns (a header names them, in any order; commas or semicolons): `serial`, `value` (euros: 10 or 10,00), `state`, `accepted_until`
    (AAAA-MM-JJ, the last day), and, when known, `place` (the SIRET of whoever accepted it; needed for `owed`).
    """
    first = text.lstrip("\ufeff").partition("\n")[0]
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        header = [name.strip().lower() for name in next(reader, [])]
    except csv.Error:
        return [], [LineFault(1, "", "cells-wrong", "?")]
    faults = [LineFault(1, name, "column-missing") for name in NEEDED if name not in header]
    faults += [LineFault(1, name, "column-unknown") for name in header if name not in COLUMNS]
    faults += [LineFault(1, name, "column-twice") for name, times in Counter(header).items() if times > 1]
    if faults:
        return [], faults
    try:
        return _lines(reader, header, faults)
    except csv.Error:  # a cell without end, or bytes that are no line
        return [], [LineFault(reader.line_num + 1, "", "cells-wrong", "?")]


def _lines(reader: Any, header: list[str], faults: list[LineFault]) -> tuple[list[SerialLine], list[LineFault]]:
    lines: list[SerialLine] = []
    seen: dict[str, int] = {}
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        number = reader.line_num
        if len(lines) >= LINES_MAX:
            return lines, [*faults, LineFault(number, "", "too-many-lines")]
        if len(row) != len(header):
            faults.append(LineFault(number, "", "cells-wrong", str(len(row))))
            continue
        read = _line(number, dict(zip(header, (cell.strip() for cell in row), strict=True)), faults)
        if read is None:
            continue
        if read.serial in seen:
            faults.append(LineFault(number, "serial", "serial-twice", str(seen[read.serial])))
        seen.setdefault(read.serial, number)
        lines.append(read)
    if not lines and not faults:
        faults.append(LineFault(1, "", "no-line"))
    return lines, faults


def _line(number: int, cells: dict[str, str], faults: list[LineFault]) -> SerialLine | None:
    before = len(faults)
    serial = clean_serial(cells["serial"])
    if not 0 < len(serial) <= SERIAL_MAX:
        faults.append(LineFault(number, "serial", "serial-wrong", cells["serial"][:60]))
    cents = _cents(cells["value"])
    if cents is None or not 0 < cents <= VALUE_CENTS_MAX:
        faults.append(LineFault(number, "value", "value-wrong", cells["value"][:60]))
    try:
        state = PaperState(cells["state"].lower())
    except ValueError:
        state = PaperState.VOID
        faults.append(LineFault(number, "state", "state-wrong", cells["state"][:60]))
    try:
        accepted_until = date.fromisoformat(cells["accepted_until"])
    except ValueError:
        accepted_until = date.min
        faults.append(LineFault(number, "accepted_until", "day-wrong", cells["accepted_until"][:60]))
    siret = cells.get("place", "")
    if siret:
        try:
            siret = str(Siret.parse(siret))
        except (Refusal, ValueError):
            faults.append(LineFault(number, "place", "siret-wrong", siret[:60]))
    elif state is PaperState.OWED and len(faults) == before:
        faults.append(LineFault(number, "place", "place-missing"))
    if len(faults) > before or cents is None:
        return None
    return SerialLine(number, serial, cents, state, accepted_until, siret)


def _cents(text: str) -> int | None:
    """10, 10.5, 10,50 or 10 €: whole cents; None for anything else."""
    plain = text.replace("\u202f", "").replace("\xa0", "").replace(" ", "").removesuffix("€").replace(",", ".")
    euros, _point, cents = plain.partition(".")
    if not (
        euros.isascii()
        and euros.isdigit()
        and len(euros) <= 6
        and len(cents) <= 2
        and (cents == "" or (cents.isascii() and cents.isdigit()))
    ):
        return None
    return int(euros) * 100 + int((cents + "00")[:2])


def check_proof(*, has_photograph: bool, paper_kept: bool) -> None:
    """Raises: ProofMissing."""
    if not (has_photograph or paper_kept):
        raise ProofMissing


def check_paper(
    *, serial: str, state: PaperState, siret: str, own_siret: str, used_on: date, accepted_until: date, today: date, is_claimed: bool
) -> None:
    """Whether a place may claim this voucher. Raises: PaperSpent, PaperOfAnotherPlace, PaperTooLate, PaperClaimed."""
    if not state.is_funded:
        raise PaperSpent(serial=serial)
    if siret and siret != own_siret:
        raise PaperOfAnotherPlace(serial=serial)
    if used_on > accepted_until or used_on > today:
        raise PaperTooLate(serial=serial, accepted_until=accepted_until)
    if is_claimed:
        raise PaperClaimed(serial=serial)
