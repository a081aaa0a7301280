"""Vouchers spent on another proof than their code: a signed receipt of an installation that ended, a paper that two people looked at.

The decision is the same function's as for any other (``redeem_many``): a voucher is spent once, its place must accept the programme, its money moves
in the same statement. Whoever calls has checked the proof, and announced the programme and the place's organisation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.ledger import operations as ledger
from carnet.redemption import access
from carnet.redemption.operations._redeeming import Answer, Asked, Item, Prepared, answer_prepared, as_services

ON_RECEIPT, ON_PAPER = "RECEIPT", "PAPER"


@dataclass(frozen=True, slots=True)
class Proved:
    """One voucher to spend by its number, at one place of one organisation. `key` makes a repetition give the first answer again."""

    series_id: int
    voucher_id: int
    place_id: int
    organisation_id: int
    service: str
    attended_on: date
    key: str
    request_id: UUID


@transaction.atomic
def honour_proved(*, proved: Sequence[Proved], channel: str, actor: Actor, redeemed_at: datetime, together: bool = False) -> list[Answer]:
    """Spend vouchers at their own moment, `redeemed_at`, whatever o'clock it is; the answers come in the order given.

    Several vouchers of one service go together. A voucher whose hand-over was lost with the former installation is counted as handed over at that
    moment: the proof says that somebody held it. Raises: nothing; refusals are answers.
    """
    hashes = _hashes(proved)
    asked = [_asked(each, channel, actor) for each in proved]
    grouped = as_services(asked, at=redeemed_at)
    answers: list[Answer | None] = [None] * len(proved)
    for each in proved:
        _hand_over_if_lost(each, actor, redeemed_at)
    prepared = [
        Prepared(
            each.place_id,
            each.attended_on,
            each.key,
            [access.Candidate(hashes[each.series_id, each.voucher_id], each.series_id)]
            if (each.series_id, each.voucher_id) in hashes
            else [],
        )
        for each in proved
    ]
    return answer_prepared(grouped, prepared, answers, at=redeemed_at, together=together)


def _asked(proved: Proved, channel: str, actor: Actor) -> Asked:
    acting = replace(actor, organisation_id=proved.organisation_id, organisation_ids=frozenset({proved.organisation_id}), place_id=None)
    item = Item(code="", service=proved.service, place_id=proved.place_id, attended_on=proved.attended_on, key=proved.key)
    return Asked(item, acting, channel, proved.request_id)


def _hashes(proved: Sequence[Proved]) -> dict[tuple[int, int], bytes]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.series_id, v.id, v.code_hash FROM unnest(%s::bigint[], %s::bigint[]) AS p (series_id, id)"
            " JOIN ledger_voucher v ON v.series_id = p.series_id AND v.id = p.id",
            [[each.series_id for each in proved], [each.voucher_id for each in proved]],
        )
        return {(row[0], row[1]): bytes(row[2]) for row in cursor.fetchall()}


def _hand_over_if_lost(proved: Proved, actor: Actor, redeemed_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.holder_id FROM ledger_voucher v JOIN ledger_booklet b ON b.series_id = v.series_id AND b.id = v.booklet_id"
            " JOIN ledger_series s ON s.id = v.series_id WHERE v.series_id = %s AND v.id = %s AND v.mark = 0 AND b.handed_over_at IS NULL"
            " AND b.voided_at IS NULL AND b.in_transit_to_id IS NULL AND s.lapsed_at IS NULL AND s.activated_at <= %s",
            [proved.series_id, proved.voucher_id, redeemed_at],
        )
        row = cursor.fetchone()
    if row is None:
        return
    try:
        with transaction.atomic():
            ledger.hand_over_vouchers(
                series_id=proved.series_id, voucher_ids=[proved.voucher_id], holder_id=row[0], actor=actor, request_id=proved.request_id,
                at=redeemed_at,
            )  # fmt: skip
    except Refusal:
        return  # the voucher's own refusal says it
