"""Sheets of paper: which are open, what was accepted from each, and what its photographs say."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count

from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.redemption import access
from carnet.redemption.models import Sheet, SheetLine, SheetPicture

# What photographs, and the codes read on them, are sealed for.
PICTURE, PICTURE_CODES = "sheet picture", "sheet codes"
SHEETS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """One sheet. `number` counts from 1 at each place; `operator_id` is the operator that may type it too."""

    id: int
    organisation_id: int
    place_id: int
    operator_id: int | None
    number: int
    opened_at: datetime
    finished_at: datetime | None
    accepted_count: int
    picture_count: int


@dataclass(frozen=True, slots=True)
class AcceptedLine:
    """A line that was accepted, once. Unit: whole cents."""

    position: int
    redemption_number: str
    voucher_serial: str
    value_cents: int
    service: str
    attended_on: date


@dataclass(frozen=True, slots=True)
class CodeRead:
    """A voucher's QR code read on a photograph. `serial` is empty when nothing may be told of it; `outcome` as for a test."""

    rank: int
    token: str = field(repr=False)
    serial: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """A photograph of a sheet, kept or erased."""

    rank: int
    added_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class SheetPage:
    """Everything about one sheet. `codes` leaves out the vouchers accepted from it already."""

    facts: SheetFacts
    accepted: tuple[AcceptedLine, ...]
    pictures: tuple[PictureFacts, ...]
    codes: tuple[CodeRead, ...]


def sheets(actor: Actor, *, limit: int = SHEETS_SHOWN) -> tuple[SheetFacts, ...]:
    """The sheets the actor may type: its organisation's own, or those its operator opened or was entrusted with; open ones first."""
    if actor.organisation_id is None:
        return ()
    own = Sheet.objects.filter(organisation_id=actor.organisation_id) | Sheet.objects.filter(operator_id=actor.organisation_id)
    rows = list(own.filter(finished_at__isnull=True).order_by("-id")[:limit])
    rows += list(own.filter(finished_at__isnull=False).order_by("-id")[: limit - len(rows)])
    return _facts(rows)


def sheet(actor: Actor, sheet_id: int) -> SheetFacts:
    """One sheet the actor may type. Raises: SheetUnknown."""
    (facts,) = _facts([access.sheet(actor, sheet_id)])
    return facts


def sheet_page(actor: Actor, sheet_id: int) -> SheetPage:
    """One sheet with its lines, photographs and the codes read on them. Raises: SheetUnknown, KeysUnreadable."""
    row = access.sheet(actor, sheet_id)
    (facts,) = _facts([row])
    with acting_as(organisation_ids=[row.organisation_id]):
        accepted = accepted_lines(row.id)
        pictures = list(SheetPicture.objects.filter(sheet_id=row.id).order_by("rank").defer("sealed_content"))
    spent = {line.voucher_serial for line in accepted}
    codes = tuple(code for picture in pictures for code in codes_of(picture) if code.serial not in spent)
    return SheetPage(facts, accepted, tuple(PictureFacts(each.rank, each.added_at, each.erased_at) for each in pictures), codes)


def operators_of_place(place_id: int, *, at: datetime) -> frozenset[int]:
    """The operators a place may entrust a sheet to: those of the programmes it accepts at `at`."""
    return access.operators_of_place(place_id, at=at)


def accepted_lines(sheet_id: int) -> tuple[AcceptedLine, ...]:
    """The lines accepted from a sheet, in order. Call it seeing the place's rows."""
    rows = SheetLine.objects.filter(sheet_id=sheet_id, outcome="redeemed").order_by("position")
    return tuple(
        AcceptedLine(
            row.position,
            row.redemption_number,
            row.voucher_serial,
            row.value_cents or 0,
            row.service_code,
            row.attended_on or row.at.date(),
        )
        for row in rows
    )


def codes_of(picture: SheetPicture) -> tuple[CodeRead, ...]:
    """The codes read on one photograph; none once it is erased. Raises: KeysUnreadable."""
    if picture.sealed_codes is None:
        return ()
    read = json.loads(key_ring().unseal(PICTURE_CODES, bytes(picture.sealed_codes)))
    return tuple(CodeRead(picture.rank, each["token"], each["serial"], each["outcome"]) for each in read)


def _facts(rows: Iterable[Sheet]) -> tuple[SheetFacts, ...]:
    known = list(rows)
    with acting_as(organisation_ids={row.organisation_id for row in known}):
        ids = [row.id for row in known]
        accepted = _counted(SheetLine.objects.filter(sheet_id__in=ids, outcome="redeemed"))
        pictures = _counted(SheetPicture.objects.filter(sheet_id__in=ids, erased_at__isnull=True))
    return tuple(
        SheetFacts(
            row.id,
            row.organisation_id,
            row.place_id,
            row.operator_id,
            row.number,
            row.opened_at,
            row.finished_at,
            accepted.get(row.id, 0),
            pictures.get(row.id, 0),
        )
        for row in known
    )


def _counted(rows) -> dict[int, int]:  # type: ignore[no-untyped-def]
    return dict(rows.order_by().values_list("sheet_id").annotate(Count("id")))
