"""A sheet of paper typed later: each line answered on its own, done once, mended and sent again; photographs sealed, then erased."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
import segno
from django.db import connection
from PIL import Image

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.gateways.photographs import PhotographUnreadable
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.redemption import operations, queries
from carnet.redemption.operations import LineAnswer, TypedLine
from carnet.redemption.rules import (
    PICTURE_KEPT,
    PICTURES_MAX,
    SHEETS_PRINTED_MAX,
    OperatorNotOfPlace,
    PictureGone,
    PicturesTooMany,
    PlaceNotAccepted,
    SheetFinished,
    SheetsTooMany,
    SheetUnknown,
)
from tests.factories.campaign import LATER, Campaign, accept, campaign, organisation, place, rid

pytestmark = pytest.mark.django_db


def staff(organisation_id: int, *, programmes: tuple[int, ...] = (), person_id: int = 900) -> Actor:
    return Actor(
        kind="person", label="staff", person_id=person_id, organisation_id=organisation_id, organisation_ids=frozenset({organisation_id}),
        programme_ids=frozenset(programmes), roles=frozenset({"OPERATOR_AGENT"}),
    )  # fmt: skip


def operator(ready: Campaign) -> Actor:
    return staff(ready.operator_id, programmes=(ready.programme_id,))


def serial(ready: Campaign, rank: int) -> str:
    with acting_as_everything(why="read a serial"):
        row = ledger.series(ready.series_id)
        return ledger.serial_of_voucher(row, row.first_voucher_id + rank)


def spent(ready: Campaign) -> int:
    with acting_as_everything(why="count"):
        return ledger.counts(series_id=ready.series_id).redeemed


def opened(ready: Campaign, actor: Actor | None = None, count: int = 1) -> int:
    actor = actor or ready.mediator
    with acting_as(actor):
        return operations.open_sheets(place_id=ready.place_id, count=count, actor=actor, request_id=rid(), at=LATER)[0].id


def line(ready: Campaign, position: int, rank: int, **changes: object) -> TypedLine:
    facts = {"code": ready.code(rank), "service": "mailbox", "attended_on": LATER.date(), "serial": serial(ready, rank)} | changes
    return TypedLine(position, **facts)  # type: ignore[arg-type]


def typed(sheet_id: int, actor: Actor, *lines: TypedLine, request_id: UUID | None = None) -> dict[int, str]:
    with acting_as(actor):
        told = operations.type_sheet(sheet_id=sheet_id, lines=lines, actor=actor, request_id=request_id or rid(), at=LATER)
    return {each.position: said(each) for each in told}


def said(answer: LineAnswer) -> str:
    return answer.refusal.code if answer.refusal is not None else "redeemed"


def photograph(*texts: str) -> bytes:
    sheet = Image.new("RGB", (1000, 620 * max(1, len(texts))), "white")
    for rank, text in enumerate(texts):
        drawn = BytesIO()
        segno.make(text, error="m").save(drawn, kind="png", scale=8, border=4)
        sheet.paste(Image.open(drawn).convert("RGB"), (100, 620 * rank))
    written = BytesIO()
    sheet.save(written, "JPEG", quality=90)
    return written.getvalue()


def taken(sheet_id: int, actor: Actor, content: bytes, **changes: object) -> int:
    facts: dict[str, object] = {"request_id": rid(), "at": LATER} | changes
    with acting_as(actor):
        return operations.add_picture(sheet_id=sheet_id, content=content, actor=actor, **facts)  # type: ignore[arg-type]


def page(sheet_id: int, actor: Actor) -> queries.SheetPage:
    with acting_as(actor):
        return queries.sheet_page(actor, sheet_id)


def kept_pictures() -> list[tuple[bool, bool]]:
    with acting_as_everything(why="look at what is kept"), connection.cursor() as cursor:
        cursor.execute("SELECT sealed_content IS NOT NULL, sealed_codes IS NOT NULL FROM redemption_sheetpicture ORDER BY id")
        return cursor.fetchall()


def test_sheets_are_numbered_for_their_place_and_the_same_request_numbers_once(ready: Campaign) -> None:
    request_id = rid()
    with acting_as(ready.mediator):
        facts = {"place_id": ready.place_id, "count": 3, "actor": ready.mediator, "at": LATER}
        first = operations.open_sheets(request_id=request_id, **facts)
        assert operations.open_sheets(request_id=request_id, **facts) == first
        assert [each.number for each in first] == [1, 2, 3]
        assert [each.number for each in operations.open_sheets(request_id=rid(), **facts)] == [4, 5, 6]
        with pytest.raises(SheetsTooMany):
            operations.open_sheets(request_id=rid(), **facts | {"count": SHEETS_PRINTED_MAX + 1})
        with pytest.raises(PlaceNotAccepted):
            operations.open_sheets(request_id=rid(), **facts | {"place_id": 10**9})


def test_each_line_has_its_answer_and_what_was_good_is_done_once(ready: Campaign) -> None:
    sheet_id = opened(ready)
    wrong = ready.code(2)[:-1] + str((int(ready.code(2)[-1]) + 1) % 10)
    lines = [
        line(ready, 1, 0),
        line(ready, 2, 1, serial=serial(ready, 5)),
        line(ready, 3, 2, code=wrong),
        line(ready, 4, 3),
        line(ready, 5, 0),
        line(ready, 6, 4, serial="TS-000000001-00"),
        line(ready, 7, 5, service="cv"),
    ]
    answers = typed(sheet_id, ready.mediator, *lines)
    assert answers[1] == answers[4] == "redeemed"
    assert answers[3] == "code-mistyped"
    assert answers[5] == "voucher-already-redeemed"
    assert answers[6] == "serial-mistyped"
    assert answers[7] == "service-not-accepted"
    assert answers[2] not in ("redeemed", "")
    assert spent(ready) == 2

    again = typed(sheet_id, ready.mediator, *lines)
    assert (again[1], again[4], again[5]) == ("redeemed", "redeemed", "voucher-already-redeemed")
    assert spent(ready) == 2

    mended = typed(sheet_id, ready.mediator, line(ready, 3, 2), line(ready, 1, 9))
    assert mended == {3: "redeemed", 1: "redeemed"}
    assert spent(ready) == 3, "a line accepted before takes nothing more, whatever is typed there"
    assert [each.voucher_serial for each in page(sheet_id, ready.mediator).accepted] == [serial(ready, rank) for rank in (0, 2, 3)]


def test_no_code_is_kept_anywhere(ready: Campaign) -> None:
    sheet_id = opened(ready)
    typed(sheet_id, ready.mediator, line(ready, 1, 0), line(ready, 2, 1, serial=serial(ready, 5)))
    taken(sheet_id, ready.mediator, photograph(ready.token(2)))
    with acting_as_everything(why="look for codes"), connection.cursor() as cursor:
        for table in (
            "redemption_sheetline",
            "redemption_sheetpicture",
            "redemption_attempt",
            "journal_line",
            "journal_answer",
            "redemption_sheet",
        ):
            cursor.execute(f"SELECT t::text FROM {table} t /* fan-out: every row */")
            rows = " ".join(row[0] for row in cursor.fetchall())
            for secret in (ready.code(0), ready.code(1), ready.token(2), ready.token(2)[20:60]):
                assert secret not in rows, table


def test_the_operator_types_for_the_place_and_the_journal_says_who(ready: Campaign) -> None:
    actor = operator(ready)
    sheet_id = opened(ready, actor)
    assert typed(sheet_id, actor, line(ready, 1, 0)) == {1: "redeemed"}
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT organisation_id, channel, actor_person_id FROM redemption_redemption WHERE series_id = %s", [ready.series_id]
        )
        assert cursor.fetchall() == [(ready.place_organisation_id, "PAPER", actor.person_id)]
        cursor.execute("SELECT organisation_id, actor_person_id, facts FROM journal_line WHERE action = 'redemption.sheet-typed'")
        ((organisation_id, person_id, _facts),) = cursor.fetchall()
    assert (organisation_id, person_id) == (ready.place_organisation_id, actor.person_id)
    assert [each.id for each in page(sheet_id, ready.mediator).accepted and [page(sheet_id, ready.mediator).facts]] == [sheet_id]


def test_an_operator_of_other_programmes_opens_and_types_nothing(ready: Campaign) -> None:
    with acting_as_everything(why="another operator"):
        stranger = staff(organisation("Autre opérateur", "OPERATOR"))
    with pytest.raises(OperatorNotOfPlace):
        opened(ready, stranger)
    sheet_id = opened(ready)
    for actor in (stranger, operator(ready)):  # the place entrusted it to nobody yet
        with pytest.raises(SheetUnknown), acting_as(actor):
            operations.type_sheet(sheet_id=sheet_id, lines=[line(ready, 1, 0)], actor=actor, request_id=rid(), at=LATER)
    with acting_as(ready.mediator):
        with pytest.raises(OperatorNotOfPlace):
            operations.entrust_sheet(
                sheet_id=sheet_id, operator_id=stranger.organisation_id or 0, actor=ready.mediator, request_id=rid(), at=LATER
            )
        operations.entrust_sheet(sheet_id=sheet_id, operator_id=ready.operator_id, actor=ready.mediator, request_id=rid(), at=LATER)
    assert typed(sheet_id, operator(ready), line(ready, 1, 0)) == {1: "redeemed"}


def test_an_operator_types_only_vouchers_of_its_own_programmes(ready: Campaign) -> None:
    with acting_as_everything(why="the place takes part in a neighbour's programme"):
        neighbour = campaign(booklets=1)
        accept(ready.place_id, neighbour.programme_id)
    from carnet.redemption.access import forget_place_keys

    forget_place_keys()
    actor = operator(ready)
    sheet_id = opened(ready, actor)
    foreign = line(neighbour, 1, 0)
    assert typed(sheet_id, actor, foreign) == {1: "voucher-unknown"}
    assert taken(sheet_id, actor, photograph(neighbour.token(1), ready.token(1))) == 2
    assert sorted((code.serial, code.outcome) for code in page(sheet_id, actor).codes) == [
        ("", "voucher-unknown"), (serial(ready, 1), "redeemable"),
    ]  # fmt: skip
    assert typed(opened(ready), ready.mediator, foreign) == {1: "redeemed"}, "the place itself takes both"


def test_a_stranger_sees_no_sheet(ready: Campaign) -> None:
    sheet_id = opened(ready)
    with acting_as_everything(why="another place"):
        other = organisation("Autre", "PLACE_OPERATOR")
        place("Autre lieu", other)
    stranger = staff(other)
    for reading in (lambda: page(sheet_id, stranger), lambda: taken(sheet_id, stranger, photograph())):
        with pytest.raises(SheetUnknown):
            reading()
    with acting_as(stranger):
        assert queries.sheets(stranger) == ()


def test_codes_on_a_photograph_fill_the_lines_without_their_serial(ready: Campaign) -> None:
    sheet_id = opened(ready)
    assert (
        taken(
            sheet_id, ready.mediator, photograph(f"HTTPS://CARNET.EXAMPLE/V/{ready.token(0)}", "https://elsewhere.example/", ready.token(1))
        )
        == 2
    )
    codes = page(sheet_id, ready.mediator).codes
    assert [(code.serial, code.outcome) for code in codes] == [(serial(ready, 0), "redeemable"), (serial(ready, 1), "redeemable")]
    tokens = [TypedLine(rank, code.token, "mailbox", LATER.date()) for rank, code in enumerate(codes, start=1)]
    assert typed(sheet_id, ready.mediator, *tokens) == {1: "redeemed", 2: "redeemed"}
    assert page(sheet_id, ready.mediator).codes == ()
    assert typed(sheet_id, ready.mediator, TypedLine(3, ready.code(3), "mailbox", LATER.date())) == {3: "serial-mistyped"}, (
        "a typed secret always comes with its serial"
    )


def test_a_photograph_is_sealed_each_look_is_journalled_and_the_end_of_the_sheet_erases_it(ready: Campaign) -> None:
    sheet_id, request_id = opened(ready), rid()
    content = photograph(ready.token(0))
    assert taken(sheet_id, ready.mediator, content, request_id=request_id) == 1
    assert taken(sheet_id, ready.mediator, content, request_id=request_id) == 1
    assert kept_pictures() == [(True, True)]
    with acting_as(ready.mediator):
        jpeg = operations.look_at_picture(sheet_id=sheet_id, rank=1, actor=ready.mediator, request_id=rid(), at=LATER)
    assert Image.open(BytesIO(jpeg)).format == "JPEG"
    with acting_as_everything(why="look"), connection.cursor() as cursor:
        cursor.execute("SELECT actor_person_id FROM journal_line WHERE action = 'redemption.sheet-picture-seen'")
        assert cursor.fetchall() == [(ready.mediator.person_id,)]
        cursor.execute("SELECT sealed_content FROM redemption_sheetpicture")
        assert jpeg[:200] not in bytes(cursor.fetchone()[0])
    with acting_as(ready.mediator):
        for _twice in range(2):
            operations.finish_sheet(sheet_id=sheet_id, actor=ready.mediator, request_id=rid(), at=LATER)
        with pytest.raises(PictureGone):
            operations.look_at_picture(sheet_id=sheet_id, rank=1, actor=ready.mediator, request_id=rid(), at=LATER)
    assert kept_pictures() == [(False, False)]
    with pytest.raises(SheetFinished):
        typed(sheet_id, ready.mediator, line(ready, 1, 0))
    with pytest.raises(SheetFinished):
        taken(sheet_id, ready.mediator, content)


def test_a_forgotten_photograph_is_erased_after_thirty_days(ready: Campaign) -> None:
    sheet_id = opened(ready)
    taken(sheet_id, ready.mediator, photograph())
    taken(sheet_id, ready.mediator, photograph(), at=LATER + timedelta(days=1))
    with acting_as_everything(why="the job"):
        assert operations.erase_old_pictures(at=LATER + PICTURE_KEPT - timedelta(seconds=1)) == 0
        assert operations.erase_old_pictures(at=LATER + PICTURE_KEPT) == 1
    assert kept_pictures() == [(False, False), (True, True)]


def test_only_a_few_photographs_and_only_photographs(ready: Campaign) -> None:
    sheet_id = opened(ready)
    with pytest.raises(PhotographUnreadable):
        taken(sheet_id, ready.mediator, b"not a picture")
    for _rank in range(PICTURES_MAX):
        taken(sheet_id, ready.mediator, photograph())
    with pytest.raises(PicturesTooMany):
        taken(sheet_id, ready.mediator, photograph())
