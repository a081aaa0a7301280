"""Vouchers spent at a session of a workshop: spent as any other, and noted as present there in the same commit."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.redemption import access
from carnet.redemption.operations._redeeming import Answer, Asked, redeem_many
from carnet.redemption.queries import Redeemed
from carnet.redemption.rules import REFUSALS, parse_redemption_number
from carnet.workshops import operations as workshops
from carnet.workshops import queries as sessions
from carnet.workshops.operations import Spent
from carnet.workshops.rules import WorkshopSessionUnknown

_DIGITS_MAX = 18


def redeem_at_sessions(*, asked: Sequence[Asked], at: datetime, together: bool = False) -> list[Answer]:
    """Accept many vouchers, some of them at a session of the place that takes them; the answers come in the order asked.

    As `redeem_many`, which decides alone; an item that names a session which is not its place's, or was cancelled, is refused
    before. A repeated item is noted once. Locks: the vouchers, then each session. Raises: BatchTooLarge.
    """
    named = [_session_of(each, at) for each in asked]
    if not any(each is not None for each in named):
        return redeem_many(asked=asked, at=at, together=together)
    refused = {rank: found for rank, found in enumerate(named) if isinstance(found, Refusal)}
    if refused and together:
        return [refused.get(rank) or REFUSALS["held-back"]() for rank in range(len(asked))]
    with transaction.atomic():
        return _redeem(asked, named, refused, at=at, together=together)


def _redeem(
    asked: Sequence[Asked], named: Sequence[int | Refusal | None], refused: dict[int, Refusal], *, at: datetime, together: bool
) -> list[Answer]:
    good = [rank for rank in range(len(asked)) if rank not in refused]
    taken = redeem_many(asked=[asked[rank] for rank in good], at=at, together=together)
    answers: dict[int, Answer] = {**refused, **dict(zip(good, taken, strict=True))}
    _note(asked, named, answers, at=at)
    return [answers[rank] for rank in range(len(asked))]


def _session_of(asked: Asked, at: datetime) -> int | Refusal | None:
    """The session an item names, if it is one of the place where the voucher is spent; a refusal if not; None if none is named."""
    text = asked.item.workshop_session
    if text is None:
        return None
    unknown = WorkshopSessionUnknown(field="workshop_session")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        return unknown
    try:
        place_id = access.place_of(asked.actor, place_id=asked.item.place_id, at=at)
    except Refusal as refusal:
        return refusal
    is_here = sessions.session_at(int(text), place_id=place_id, organisation_id=asked.actor.organisation_id or 0)
    return int(text) if is_here else unknown


def _note(asked: Sequence[Asked], named: Sequence[int | Refusal | None], answers: dict[int, Answer], *, at: datetime) -> None:
    spent: dict[int, tuple[Actor, list[Spent]]] = {}
    for rank, session_id in enumerate(named):
        answer = answers[rank]
        if isinstance(session_id, int) and isinstance(answer, Redeemed):
            spent.setdefault(session_id, (asked[rank].actor, []))[1].append(Spent(answer.number, _booklet_of(answer.number)))
    for session_id in sorted(spent):
        actor, vouchers = spent[session_id]
        workshops.note_vouchers(session_id=session_id, spent=vouchers, actor=actor, at=at)


def _booklet_of(number: str) -> int:
    series_id, voucher_id, _generation = parse_redemption_number(number)
    series = ledger.series(series_id)
    return series.first_booklet_id + (voucher_id - series.first_voucher_id) // series.booklet_size
