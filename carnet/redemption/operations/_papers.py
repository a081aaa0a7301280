"""Vouchers written down on paper and typed later, by the place or by its operator: the same rules, the same refusals."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from carnet.gateways import photographs
from carnet.gateways.database import acting_as
from carnet.gateways.keys import key_ring
from carnet.issuing.rules import VoucherToken, code_input
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import CodeMistyped
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.redemption import access
from carnet.redemption.models import Sheet, SheetLine, SheetPicture
from carnet.redemption.operations._locks import SerialItem, check_with_serial, redeem_with_serials
from carnet.redemption.operations._redeeming import Asked, Item, check, check_quietly, redeem_many
from carnet.redemption.queries import AcceptedLine, Redeemed, SheetFacts, accepted_lines, codes_of
from carnet.redemption.queries import sheet as sheet_facts
from carnet.redemption.queries._papers import PICTURE, PICTURE_CODES
from carnet.redemption.rules import (
    PICTURE_KEPT,
    PICTURES_MAX,
    SHEET_LINES,
    OperatorNotOfPlace,
    PictureGone,
    PicturesTooMany,
    VoucherUnknown,
    check_printed,
    check_unfinished,
)

CHANNEL = "PAPER"


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One line as typed: a serial and its secret, or (without serial) the QR code a photograph showed."""

    position: int
    code: str = field(repr=False)
    service: str
    attended_on: date | None
    serial: str = ""


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What became of one line: accepted (now, or when it was typed before), or the refusal."""

    position: int
    accepted: AcceptedLine | None
    refusal: Refusal | None = None


@transaction.atomic
def open_sheets(*, place_id: int, count: int, actor: Actor, request_id: UUID, at: datetime) -> tuple[SheetFacts, ...]:
    """Number new sheets for a place: by the place, or by the operator of one of its programmes.

    Raises: PlaceNotAccepted, OperatorNotOfPlace, SheetsTooMany.
    """
    organisation_id, operator_id = _for_whom(place_id, actor, at)
    with acting_as(actor, organisation_ids=[organisation_id]):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('redemption.sheets', %s))", [place_id])
        known = list(Sheet.objects.filter(place_id=place_id, request_id=request_id).order_by("number"))
        if not known:
            check_printed(count, still_open=Sheet.objects.filter(place_id=place_id, finished_at__isnull=True).count())
            latest = Sheet.objects.filter(place_id=place_id).aggregate(Max("number"))["number__max"] or 0
            known = [
                _new_sheet(organisation_id, place_id, operator_id, latest + rank, actor, request_id, at) for rank in range(1, count + 1)
            ]
        facts = tuple(sheet_facts(actor, row.id) for row in known)
    return facts


def _for_whom(place_id: int, actor: Actor, at: datetime) -> tuple[int, int | None]:
    """Whose sheet it is, and the operator that opens it for the place, if any."""
    assert actor.organisation_id is not None
    summary = next(iter(places.summaries([place_id], at=at)), None)
    if summary is not None and summary.operator_id is not None and actor.organisation_id != summary.operator_id:
        access.check_operator_of_place(actor, place_id, at=at)
        return summary.operator_id, actor.organisation_id
    return access.own_sheet_place(actor, place_id, at=at).operator_id or actor.organisation_id, None


def _new_sheet(
    organisation_id: int, place_id: int, operator_id: int | None, number: int, actor: Actor, request_id: UUID, at: datetime
) -> Sheet:
    row = Sheet.objects.create(
        organisation_id=organisation_id, place_id=place_id, operator_id=operator_id, number=number,
        opened_at=at, opened_by_id=actor.person_id, request_id=request_id,
    )  # fmt: skip
    _journal(actor, "sheet-opened", row, {"place": place_id, "number": number}, request_id, at)
    return row


@transaction.atomic
def entrust_sheet(*, sheet_id: int, operator_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let the operator of one of the place's programmes see and type one sheet, its photographs included.

    Raises: SheetUnknown, SheetFinished, OperatorNotOfPlace.
    """
    row = access.sheet(actor, sheet_id, lock=True)
    if row.organisation_id != actor.organisation_id or operator_id not in access.operators_of_place(row.place_id, at=at):
        raise OperatorNotOfPlace(place_id=row.place_id)
    if row.operator_id == operator_id:
        return
    check_unfinished(row.finished_at)
    row.operator_id = operator_id
    row.save(update_fields=["operator_id"])
    _journal(actor, "sheet-entrusted", row, {"operator": operator_id}, request_id, at)


@transaction.atomic
def type_sheet(*, sheet_id: int, lines: Sequence[TypedLine], actor: Actor, request_id: UUID, at: datetime) -> tuple[LineAnswer, ...]:
    """Spend what a sheet says, line by line, each with its own answer; in the name of the place, whoever types.

    Repeat: a line accepted before is told again and takes nothing more, whatever is typed at its place.
    Raises: SheetUnknown, SheetFinished, OperatorNotOfPlace (an operator whose programmes the place left).
    """
    row = access.sheet(actor, sheet_id, lock=True)
    _check_still_of_place(actor, row, at)
    with acting_as(organisation_ids=[row.organisation_id]):
        before = {line.position: line for line in accepted_lines(row.id)}
        wanted = [line for line in lines if 0 < line.position <= SHEET_LINES]
        fresh = [line for line in wanted if line.position not in before]
        if fresh:
            check_unfinished(row.finished_at)
        answers = {position: LineAnswer(position, line) for position, line in before.items()} | _spend(row, fresh, actor, request_id, at)
        _keep(row, [(line, answers[line.position]) for line in fresh], actor, at)
    if fresh:
        accepted = sum(answers[line.position].refusal is None for line in fresh)
        _journal(actor, "sheet-typed", row, {"lines": len(fresh), "accepted": accepted}, request_id, at)
    return tuple(answers[line.position] for line in wanted)


def _spend(row: Sheet, lines: Sequence[TypedLine], actor: Actor, request_id: UUID, at: datetime) -> dict[int, LineAnswer]:
    acting = access.in_the_place_s_name(actor, row.organisation_id)
    foreign = {line.position: refusal for line in lines if (refusal := _of_another_operator(row, line, actor, acting, at)) is not None}
    answers = {position: LineAnswer(position, None, refusal) for position, refusal in foreign.items()}
    typed = [line for line in lines if line.position not in foreign and not _is_photographed(line)]
    read = [line for line in lines if line.position not in foreign and _is_photographed(line)]
    pairs = [
        SerialItem(line.serial, line.code, line.service, row.place_id, line.attended_on, key=f"sheet:{row.id}:{line.position}")
        for line in typed
    ]
    told = redeem_with_serials(items=pairs, together=False, actor=acting, channel=CHANNEL, at=at) if pairs else []
    asked = [
        Asked(
            Item(line.code, line.service, row.place_id, line.attended_on, key=f"sheet:{row.id}:{line.position}"),
            acting,
            CHANNEL,
            request_id,
        )
        for line in read
    ]
    told += redeem_many(asked=asked, at=at) if asked else []
    for line, answer in zip([*typed, *read], told, strict=True):
        answers[line.position] = _answered(line, answer, at)
    return answers


def _is_photographed(line: TypedLine) -> bool:
    """A code read on a photograph is signed, and stands without its serial; a typed secret never does."""
    return not line.serial and _is_token(line.code)


def _of_another_operator(row: Sheet, line: TypedLine, actor: Actor, acting: Actor, at: datetime) -> Refusal | None:
    """Why an operator may not type a line: the voucher is of a programme it does not run. None for the place itself."""
    if acting is actor:
        return None
    try:
        if _is_photographed(line):
            seen = check(code=line.code, actor=acting, place_id=row.place_id, channel=CHANNEL, at=at)
        else:
            seen = check_with_serial(serial=line.serial, code=line.code, actor=acting, place_id=row.place_id, channel=CHANNEL, at=at)
    except Refusal as refusal:
        return refusal
    return None if seen.programme_id in actor.programme_ids else VoucherUnknown()


def _is_token(code: str) -> bool:
    try:
        return isinstance(code_input(code), VoucherToken)
    except CodeMistyped:
        return False


def _answered(line: TypedLine, answer: Redeemed | Refusal, at: datetime) -> LineAnswer:
    if isinstance(answer, Refusal):
        return LineAnswer(line.position, None, answer)
    day = line.attended_on or at.date()
    return LineAnswer(
        line.position, AcceptedLine(line.position, answer.number, answer.voucher_serial, answer.value_cents, answer.service, day)
    )


def _keep(row: Sheet, told: Sequence[tuple[TypedLine, LineAnswer]], actor: Actor, at: datetime) -> None:
    SheetLine.objects.bulk_create(
        SheetLine(
            sheet_id=row.id,
            organisation_id=row.organisation_id,
            position=line.position,
            outcome=answer.refusal.code if answer.refusal is not None else "redeemed",
            redemption_number=answer.accepted.redemption_number if answer.accepted else "",
            voucher_serial=answer.accepted.voucher_serial if answer.accepted else "",
            value_cents=answer.accepted.value_cents if answer.accepted else None,
            service_code=line.service[:60],
            attended_on=line.attended_on,
            typed_by_id=actor.person_id,
            at=at,
        )
        for line, answer in told
    )


@transaction.atomic
def add_picture(*, sheet_id: int, content: bytes, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Keep a photograph of a sheet or of vouchers, sealed, and read its QR codes at once. Returns how many vouchers were read.

    Raises: SheetUnknown, SheetFinished, PicturesTooMany, PhotographTooHeavy, PhotographUnreadable.
    """
    row = access.sheet(actor, sheet_id, lock=True)
    _check_still_of_place(actor, row, at)
    check_unfinished(row.finished_at)
    with acting_as(organisation_ids=[row.organisation_id]):
        known = SheetPicture.objects.filter(request_id=request_id).first()
        if known is not None:
            return len(codes_of(known))
        before = list(SheetPicture.objects.filter(sheet_id=row.id).defer("sealed_content"))
        if sum(each.erased_at is None for each in before) >= PICTURES_MAX:
            raise PicturesTooMany(pictures_max=PICTURES_MAX)
        photograph = photographs.read(content)
        known_tokens = {code.token for each in before for code in codes_of(each)}
        codes = _looked_at(row, [text for text in photograph.texts if _is_token(text) and text not in known_tokens], actor, at)
        SheetPicture.objects.create(
            sheet_id=row.id,
            organisation_id=row.organisation_id,
            rank=1 + max((each.rank for each in before), default=0),
            sealed_content=key_ring().seal(PICTURE, photograph.jpeg),
            sealed_codes=key_ring().seal(PICTURE_CODES, json.dumps(codes).encode()),
            added_at=at,
            added_by_id=actor.person_id,
            request_id=request_id,
        )
    _journal(actor, "sheet-picture-added", row, {"codes": len(codes)}, request_id, at)
    return len(codes)


def _looked_at(row: Sheet, tokens: Sequence[str], actor: Actor, at: datetime) -> list[dict[str, str]]:
    """Each code with its serial, as a test tells it: what may not be told is kept as unknown."""
    acting = access.in_the_place_s_name(actor, row.organisation_id)
    read = []
    for token in tokens:
        seen = check_quietly(code=token, actor=acting, place_id=row.place_id, channel=CHANNEL, at=at)
        if isinstance(seen, Refusal):
            read.append({"token": token, "serial": "", "outcome": seen.code})
        elif acting is not actor and seen.programme_id not in actor.programme_ids:
            read.append({"token": token, "serial": "", "outcome": VoucherUnknown.code})
        else:
            read.append({"token": token, "serial": seen.voucher_serial, "outcome": seen.outcome})
    return read


@transaction.atomic
def look_at_picture(*, sheet_id: int, rank: int, actor: Actor, request_id: UUID, at: datetime) -> bytes:
    """One photograph as JPEG. Each look is journalled: it shows codes. Raises: SheetUnknown, PictureGone, KeysUnreadable."""
    row = access.sheet(actor, sheet_id)
    with acting_as(organisation_ids=[row.organisation_id]):
        picture = SheetPicture.objects.filter(sheet_id=row.id, rank=rank, erased_at__isnull=True).first()
    if picture is None or picture.sealed_content is None:
        raise PictureGone(sheet=sheet_id)
    _journal(actor, "sheet-picture-seen", row, {"picture": rank}, request_id, at)
    return key_ring().unseal(PICTURE, bytes(picture.sealed_content))


@transaction.atomic
def finish_sheet(*, sheet_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Declare that nothing more will be typed from a sheet. Its photographs are erased at once. Raises: SheetUnknown."""
    row = access.sheet(actor, sheet_id, lock=True)
    if row.finished_at is not None:
        return
    with acting_as(actor, organisation_ids=[row.organisation_id]):
        row.finished_at, row.finished_by_id = at, actor.person_id
        row.save(update_fields=["finished_at", "finished_by_id"])
        erased = _erase(SheetPicture.objects.filter(sheet_id=row.id), at)
    _journal(actor, "sheet-finished", row, {"pictures": erased}, request_id, at)


def erase_old_pictures(*, at: datetime, limit: int = 500) -> int:
    """Erase photographs older than PICTURE_KEPT, at most `limit` at a time; return how many. Call it seeing everything."""
    old = SheetPicture.objects.filter(erased_at__isnull=True, added_at__lte=at - PICTURE_KEPT).order_by("added_at")
    with transaction.atomic():
        return _erase(SheetPicture.objects.filter(id__in=list(old.values_list("id", flat=True)[:limit])), at)


def _erase(rows, at: datetime) -> int:  # type: ignore[no-untyped-def]
    return int(rows.filter(erased_at__isnull=True).update(sealed_content=None, sealed_codes=None, erased_at=at))


def _check_still_of_place(actor: Actor, row: Sheet, at: datetime) -> None:
    if actor.organisation_id != row.organisation_id:
        access.check_operator_of_place(actor, row.place_id, at=at)


def _journal(actor: Actor, what: str, row: Sheet, facts: dict[str, int], request_id: UUID, at: datetime) -> None:
    journal.record(
        actor=actor, action=f"redemption.{what}", subject=("sheet", row.id), facts=facts, organisation_id=row.organisation_id,
        request_id=request_id, at=at,
    )  # fmt: skip
