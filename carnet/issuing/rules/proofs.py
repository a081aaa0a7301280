"""What an edition looks like, the numbered proofs of it, and who says that it is good to print."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from math import floor
from typing import Any

from carnet.issuing.rules._orders import IssuingRefused, OrderFacts, OrderNotApproved, ProofStage

LOGOS_PER_DESIGN_MAX = 4
# What fits in the columns; what fits on the paper is measured by the printer.
TITLE_MAX, NOTICE_MAX, PERIMETER_MAX, PHONE_MAX, PHONE_HOURS_MAX = 120, 600, 300, 30, 200
FUNDER_NAME_MAX, LOGO_NAME_MAX, FUNDERS_MAX, REMARKS_MAX = 120, 80, 12, 500
# The colour of the printer's own pages, for a programme that chose none.
ACCENT = "#14506b"
# WCAG 2.2, 1.4.3 (docs/sources/accessibility.md#contrast): white words stand on this colour.
ACCENT_CONTRAST_NEEDED = 4.5
# What a proof shows, in the order it is told.
SHOWN = (
    "title", "notice", "perimeter", "services", "phone", "phone_hours", "validity", "funders", "logos", "accent", "paper", "with_marks",
    "booklet_size", "value_cents", "operator", "website", "is_simulated",
)  # fmt: skip
_COLOUR = re.compile(r"#[0-9a-f]{6}")


class DesignMissing(IssuingRefused):
    """Nobody has said yet what these booklets look like."""

    code = "design-missing"


class DesignFrozen(IssuingRefused):
    """A proof of it is approved: what is printed is what was approved. Facts: version."""

    code = "design-frozen"


class ProofWaits(IssuingRefused):
    """A proof waits for its answer: it is answered or taken back before anything else. Facts: version."""

    code = "proof-waits"


class ProofUnknown(IssuingRefused):
    """No such proof, or one of another programme: same words."""

    code = "proof-unknown"


class ProofNotApproved(IssuingRefused):
    """Files asked for before a second person approved a proof."""

    code = "proof-not-approved"


class ProofOutdated(IssuingRefused):
    """What the approved proof shows is no longer true (the programme's dates changed). Facts: version, fields."""

    code = "proof-outdated"


class ProofAnswered(IssuingRefused):
    """Approved, sent back or taken back before. Facts: decided_at."""

    code = "proof-answered"


class ProofOfNobody(IssuingRefused):
    """A proof is answered by the operator or by a funder of the order's agreement. Facts: organisation."""

    code = "proof-of-nobody"


class PrintingBegun(IssuingRefused):
    """Files were made from the approved proof: it is not opened again."""

    code = "printing-begun"


class TitleMissing(IssuingRefused):
    """The cover says what it is."""

    code = "print-title-missing"


class TextTooLong(IssuingRefused):
    """More characters than are kept. Facts: field, most, typed."""

    code = "print-text-too-long"


class TextOverflows(IssuingRefused):
    """A text does not fit where it is printed.

    Facts: field, text, lines, most_lines, most_mm, too_many (characters), fields (all of them), rooms (the same figures of each).
    """

    code = "print-text-overflows"


class TextUnprintable(IssuingRefused):
    """A text holds signs that our letters do not have. Facts: field, signs, fields (all of them, each with its signs)."""

    code = "print-text-unprintable"


class AccentUnreadable(IssuingRefused):
    """Not a colour of the form #rrggbb. Facts: accent."""

    code = "accent-unreadable"


class AccentTooPale(IssuingRefused):
    """White words on this colour would not be read. Facts: accent, ratio, minimum."""

    code = "accent-too-pale"


class ServiceNotOffered(IssuingRefused):
    """A service the programme does not accept. Facts: service."""

    code = "service-not-of-programme"


class FundersUnnamed(IssuingRefused):
    """A cover names who pays."""

    code = "print-funders-missing"


class TooManyLogos(IssuingRefused):
    """More logos than stand side by side. Facts: most."""

    code = "too-many-logos"


class LogoUnnamed(IssuingRefused):
    """A logo says in words whose it is: a picture says nothing to who cannot see it."""

    code = "logo-unnamed"


class LogoUnknown(IssuingRefused):
    """No such logo in this programme."""

    code = "logo-unknown"


class PaperChoice(StrEnum):
    """What a page is: one ticket as it is cut, or three of them on a sheet."""

    DL = "DL"
    A4 = "A4"


class ProofDecision(StrEnum):
    """What became of a proof. Without one, it waits."""

    APPROVED = "APPROVED"
    RETURNED = "RETURNED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class DraftLogo:
    """One logo of a cover, and whose it is, in words."""

    logo_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a person chooses of an edition. Dates, value, operator and website are not chosen: they are facts."""

    title: str
    notice: str = ""
    perimeter: str = ""
    services: tuple[tuple[str, str], ...] = ()  # code, words; in the order of the cover
    phone: str = ""
    phone_hours: str = ""
    accent: str = ACCENT
    funders: tuple[str, ...] = ()
    logos: tuple[DraftLogo, ...] = ()
    paper: PaperChoice = PaperChoice.DL
    with_marks: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two proofs: a field, and what it showed before and now."""

    field: str
    before: Any
    now: Any


def tidy_draft(draft: Draft, *, service_codes: Collection[str]) -> Draft:
    """The draft without stray blanks, if it can be printed at all; what fits on the paper is measured elsewhere.

    Raises: TitleMissing, TextTooLong, FundersUnnamed, AccentUnreadable, AccentTooPale, ServiceNotOffered, TooManyLogos, LogoUnnamed.
    """
    most = {"title": TITLE_MAX, "notice": NOTICE_MAX, "perimeter": PERIMETER_MAX, "phone": PHONE_MAX, "phone_hours": PHONE_HOURS_MAX}
    said = {name: _one_line(getattr(draft, name)) for name in most}
    for name, text in said.items():
        _check_length(name, text, most[name])
    if not said["title"]:
        raise TitleMissing
    funders = tuple(name for name in map(_one_line, draft.funders) if name)
    if not funders:
        raise FundersUnnamed
    for name in funders[:FUNDERS_MAX]:
        _check_length("funders", name, FUNDER_NAME_MAX)
    for code, _words in draft.services:
        if code not in service_codes:
            raise ServiceNotOffered(service=code)
    return Draft(
        **said,
        services=tuple(dict(draft.services).items()),
        accent=check_accent(draft.accent),
        funders=funders[:FUNDERS_MAX],
        logos=_tidy_logos(draft.logos),
        paper=PaperChoice(draft.paper),
        with_marks=draft.with_marks,
    )


def _tidy_logos(logos: tuple[DraftLogo, ...]) -> tuple[DraftLogo, ...]:
    if len(logos) > LOGOS_PER_DESIGN_MAX:
        raise TooManyLogos(most=LOGOS_PER_DESIGN_MAX)
    tidy = tuple(DraftLogo(each.logo_id, _one_line(each.name)) for each in logos)
    for each in tidy:
        if not each.name:
            raise LogoUnnamed
        _check_length("logos", each.name, LOGO_NAME_MAX)
    return tidy


def check_accent(accent: str) -> str:
    """`accent` as lower-case #rrggbb, on which white reads. Raises: AccentUnreadable, AccentTooPale."""
    tidy = accent.strip().lower()
    if not _COLOUR.fullmatch(tidy):
        raise AccentUnreadable(accent=accent)
    reached = white_on(tidy)
    if reached < ACCENT_CONTRAST_NEEDED:
        # Cut, not rounded: what falls short by a hair is never written as if it reached.
        raise AccentTooPale(accent=tidy, ratio=_tenths(reached), minimum=_tenths(ACCENT_CONTRAST_NEEDED))
    return tidy


def white_on(colour: str) -> float:
    """The contrast of white words on #rrggbb, from 1 to 21: WCAG 2's definition (docs/sources/accessibility.md#contrast)."""
    value = int(colour[1:], 16)
    red, green, blue = (_linear(channel / 255) for channel in (value >> 16, value >> 8 & 255, value & 255))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _tenths(ratio: float) -> str:
    return f"{floor(ratio * 10) / 10:.1f}".replace(".", ",")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _check_length(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise TextTooLong(field=field, most=most, typed=len(text))


# --- Proofs ------------------------------------------------------------------------------------------------------------


def digest_of_content(content: Mapping[str, Any]) -> bytes:
    """SHA-256 over everything a proof shows, written in one way only."""
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def changes_between(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> tuple[Change, ...]:
    """What a version shows otherwise than the one before, in the order it is shown; nothing for a first version."""
    if before is None:
        return ()
    names = [*SHOWN, *sorted({*before, *now} - {*SHOWN})]
    return tuple(Change(name, before.get(name), now.get(name)) for name in names if before.get(name) != now.get(name))


def check_changeable(stage: ProofStage, *, version: int) -> None:
    """A design may change until a proof of it waits or is approved. Raises: ProofWaits, DesignFrozen."""
    if stage is ProofStage.WAITING:
        raise ProofWaits(version=version)
    if stage is ProofStage.APPROVED:
        raise DesignFrozen(version=version)


def check_sendable(facts: OrderFacts, stage: ProofStage, *, version: int) -> None:
    """Raises: OrderNotApproved (a refused order included), DesignMissing, ProofWaits, DesignFrozen."""
    if facts.approved_at is None:
        raise OrderNotApproved
    if stage is ProofStage.NONE:
        raise DesignMissing
    check_changeable(stage, version=version)


def check_answerable(decided_at: datetime | None) -> None:
    """Raises: ProofAnswered."""
    if decided_at is not None:
        raise ProofAnswered(decided_at=decided_at)


def check_reopenable(facts: OrderFacts, stage: ProofStage) -> None:
    """An approved proof is opened again only before any file was made from it. Raises: ProofNotApproved, PrintingBegun."""
    if stage is not ProofStage.APPROVED:
        raise ProofNotApproved
    if has_printing_begun(facts):
        raise PrintingBegun


def has_printing_begun(facts: OrderFacts) -> bool:
    """Whether somebody may have paper, or files, made from the approved proof."""
    return facts.printing or bool(facts.file_count) or facts.printed_at is not None


def check_still_true(approved: Mapping[str, Any], now: Mapping[str, Any], *, version: int) -> None:
    """What was approved is what would be printed today. Raises: ProofOutdated."""
    changed = tuple(each.field for each in changes_between(approved, now))
    if changed:
        raise ProofOutdated(version=version, fields=changed)
