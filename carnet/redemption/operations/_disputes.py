"""Disputing a redemption once its undo window has closed, and the operator's decision."""

import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from carnet.funding import queries as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.ledger import queries as ledger
from carnet.notices import operations as notices
from carnet.parties.rules import person_of
from carnet.redemption import queries
from carnet.redemption.models import Dispute, DisputeDecision, Redemption, Reversal
from carnet.redemption.rules import (
    DISPUTE_REFUSALS,
    AlreadyReversed,
    DisputeOutcome,
    DisputeUnknown,
    RedemptionUnknown,
    check_decision_reason,
    check_disputable,
    check_next_dispute,
    check_reason,
    dispute_number,
    parse_dispute_number,
    parse_redemption_number,
    redemption_number,
)


@transaction.atomic
def open_dispute(*, number: str, reason: str, actor: Actor, request_id: UUID, at: datetime, tells: bool = True) -> str:
    """Say that a redemption was a mistake, after its window: by the organisation that made it, or by the operator in its name.

    Returns the dispute's number. The vouchers of the same service are disputed with it.
    `reason` is read by the operator and holds no name. `tells` False: no letter, whoever asked writes one for all of them.
    Repeat: the same request gives the same number.
    Raises: RedemptionUnknown, AlreadyReversed, UndoWindowOpen, DisputeTooLate, DisputeOpen, DisputeSettled, ReasonMissing, NirInText, IbanInText.
    """
    words = check_free_text(check_reason(reason))
    together = [number, *(each for each in queries.taken_together(number) if each != number)]
    opened = [_open(each, words, actor, request_id if each == number else uuid.uuid5(request_id, each), at, tells) for each in together]
    return opened[0]


def _open(number: str, words: str, actor: Actor, request_id: UUID, at: datetime, tells: bool) -> str:
    made = _own_redemption(number, actor)
    key = {"series_id": made.series_id, "voucher_id": made.voucher_id, "generation": made.generation}
    with connection.cursor() as cursor:  # one hand at a time on the disputes of one voucher
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('redemption.dispute', %s))", [made.voucher_id])
    repeated = Dispute.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return dispute_number(repeated.id)
    if Reversal.objects.filter(**key).exists():
        raise AlreadyReversed
    window = timedelta(minutes=funding.rules_for_redemption(made.programme_id).undo_window_minutes)
    check_disputable(redeemed_at=made.at, undo_until=made.at + window, at=at)
    rank = check_next_dispute(_outcomes(key))
    series = ledger.series(made.series_id)
    opened = Dispute.objects.create(
        **key,
        rank=rank,
        programme_id=made.programme_id,
        agreement_id=series.agreement_id,
        organisation_id=made.organisation_id,
        place_id=made.place_id,
        cents=series.face_value_cents,
        reason=words,
        opened_for_place=actor.organisation_id != made.organisation_id,
        opened_by_id=actor.person_id,
        request_id=request_id,
        at=at,
    )
    journal.record(
        actor=actor,
        action="redemption.dispute-opened",
        subject=("dispute", opened.id),
        facts={"voucher": f"{made.series_id}-{made.voucher_id}", "generation": made.generation, "cents": opened.cents},
        programme_id=made.programme_id,
        request_id=request_id,
        at=at,
    )
    if tells:
        notices.post(
            kind="redemption.dispute-opened",
            to_organisation_id=funding.programme(made.programme_id).operator_id,
            context=_told(opened),
            programme_id=opened.programme_id,
            at=at,
        )
    return dispute_number(opened.id)


def _own_redemption(number: str, actor: Actor) -> Redemption:
    series_id, voucher_id, generation = parse_redemption_number(number)
    made = Redemption.objects.filter(series_id=series_id, voucher_id=voucher_id, generation=generation).first()
    if made is None:
        raise RedemptionUnknown(number=number)
    is_own = made.organisation_id == actor.organisation_id and actor.place_id in (None, made.place_id)
    if not is_own and funding.programme(made.programme_id).operator_id != actor.organisation_id:
        raise RedemptionUnknown(number=number)
    return made


def _outcomes(key: dict[str, int]) -> list[DisputeOutcome | None]:
    decided = dict(DisputeDecision.objects.filter(dispute__in=Dispute.objects.filter(**key)).values_list("dispute_id", "outcome"))
    ids = Dispute.objects.filter(**key).order_by("rank").values_list("id", flat=True)
    return [DisputeOutcome(decided[each]) if each in decided else None for each in ids]


@transaction.atomic
def decide_dispute(
    *, number: str, accepted: bool, reason: str = "", actor: Actor, request_id: UUID, at: datetime, tells: bool = True
) -> DisputeOutcome:
    """Accept or refuse a dispute, for the programme's operator, by somebody else than whoever opened it.

    Accepted, the redemption is undone although its window has passed. What a claim holds already is never undone: the acceptance is
    then recorded as cents to recover on the next payment. `reason` is shown to the place; a refusal always has one. `tells`: as when opened.
    Repeat: the same request decides once. Raises: DisputeUnknown, DisputeDecided, DecidedByOpener, AlreadyReversed, ReasonMissing,
    NirInText, IbanInText, PersonNeeded.
    """
    words = check_free_text(check_decision_reason(reason, accepted=accepted))
    outcome = _decide(number, accepted, words, actor, request_id, at, tells)
    for each in _of_the_same_service(number):
        _decide(each, accepted, words, actor, uuid.uuid5(request_id, each), at, tells)
    return outcome


def _of_the_same_service(number: str) -> list[str]:
    """The open disputes of the other vouchers that paid the service: decided with it."""
    row = Dispute.objects.get(id=parse_dispute_number(number))
    own = redemption_number(series_id=row.series_id, voucher_id=row.voucher_id, generation=row.generation)
    found: list[str] = []
    for each in queries.taken_together(own):
        series_id, voucher_id, generation = parse_redemption_number(each)
        rows = Dispute.objects.filter(series_id=series_id, voucher_id=voucher_id, generation=generation, decision__isnull=True)
        found += [dispute_number(other) for other in rows.order_by("id").values_list("id", flat=True) if each != own]
    return found


def _decide(number: str, accepted: bool, words: str, actor: Actor, request_id: UUID, at: datetime, tells: bool) -> DisputeOutcome:
    opened = Dispute.objects.filter(id=parse_dispute_number(number)).first()
    if opened is None or funding.programme(opened.programme_id).operator_id != actor.organisation_id:
        raise DisputeUnknown(number=number)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome FROM decide_dispute(%s, %s, %s, %s, %s, %s) /* series_id: found by the function */",
            [opened.id, accepted, words, person_of(actor, "redemption.decide-dispute"), request_id, at],
        )
        outcome = cursor.fetchone()[0]
    if outcome in DISPUTE_REFUSALS:
        raise DISPUTE_REFUSALS[outcome](number=number)
    if outcome == AlreadyReversed.code:
        raise AlreadyReversed
    decision = DisputeDecision.objects.get(dispute=opened)
    if outcome != "repeated" and tells:
        notices.post(
            kind="redemption.dispute-decided",
            to_organisation_id=opened.organisation_id,
            context={**_told(opened), "outcome": decision.outcome},
            programme_id=opened.programme_id,
            at=at,
        )
    return DisputeOutcome(decision.outcome)


def _told(opened: Dispute) -> dict[str, str | int]:
    """What a notice says of a dispute: never the words typed."""
    return {
        "number": dispute_number(opened.id),
        "redemption": redemption_number(series_id=opened.series_id, voucher_id=opened.voucher_id, generation=opened.generation),
        "cents": opened.cents,
        "programme": funding.programme(opened.programme_id).name,
    }
