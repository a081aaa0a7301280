"""Statements: a period's claims, computed by each side out of its own ledger, compared claim by claim."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.continuity.access import clearing as access
from carnet.continuity.models import ClearingStatement, Partner
from carnet.continuity.operations.clearing._partners import note
from carnet.continuity.operations.clearing._writing import Written, write_message
from carnet.continuity.queries.clearing import Owed, claims_owed
from carnet.continuity.rules.clearing.messages import CLAIMS_MAX, Envelope, MessageKind, moment, parse_moment
from carnet.continuity.rules.clearing.refusals import PartnerUnknown, PeriodInvalid, StatementTooLong
from carnet.continuity.rules.clearing.statements import differences
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now


@transaction.atomic
def send_statement(
    *, partner_id: int, is_issuer: bool, since: datetime, until: datetime, actor: Actor, request_id: UUID, at: datetime
) -> UUID:
    """State to a partner what we owe it (`is_issuer`), or what it owes us, for claims accepted in a period; return the message's id.

    Raises: NotAllowed, SecondFactorNeeded, PartnerUnknown, PeriodInvalid, StatementTooLong. Repeat: the first id.
    """
    check_allowed_now(actor, "continuity.settle-clearing", at)
    partner = access.partner(actor, partner_id, lock=True)
    if partner.organisation_id is None:
        raise PartnerUnknown
    if not since < until <= at:
        raise PeriodInvalid
    repeated = ClearingStatement.objects.filter(partner=partner, request_id=request_id).first()
    if repeated is not None:
        return repeated.message_id
    operator = access.numbered_operator(partner.operator_id)
    lines = claims_owed(partner_id=partner.id, is_issuer=is_issuer, since=since, until=until)
    if len(lines) > CLAIMS_MAX:
        raise StatementTooLong(claims=len(lines), claims_max=CLAIMS_MAX)
    body = _body(operator.siret if is_issuer else partner.siret, since, until, lines)
    written = write_message(partner, MessageKind.STATEMENT, body, at=at)
    row = _keep(partner, written.envelope, is_ours=True, is_issuer=is_issuer, made_by_id=actor.person_id, at=at)
    row.request_id = request_id
    row.save(update_fields=["request_id"])
    facts = {"is_issuer": is_issuer, "since": since, "until": until, "count": len(lines), "cents": sum(each.cents for each in lines)}
    note("statement-sent", partner, facts, actor, request_id, at)
    return written.envelope.id


def answer_statement(partner: Partner, envelope: Envelope, *, at: datetime) -> Written:
    """Compare a partner's statement with our own ledger, and answer: equal, or each difference. Its partner is locked."""
    body = envelope.body
    is_issuer = body["issuer"] != partner.siret
    since, until = parse_moment(body["since"]), parse_moment(body["until"])
    there = {UUID(claim): cents for claim, cents, _at in body["claims"]}
    own = claims_owed(partner_id=partner.id, is_issuer=is_issuer, since=since, until=until) if _is_between(partner, envelope) else []
    here = {each.claim: each.cents for each in own}
    found = [each.as_list() for each in differences(there=there, here=here)]
    row = _keep(partner, envelope, is_ours=False, is_issuer=is_issuer, made_by_id=None, at=at)
    row.verdict, row.differences, row.answered_at = "differs" if found else "equal", found, at
    row.save(update_fields=["verdict", "differences", "answered_at"])
    said = {
        "answers": str(envelope.id), "verdict": row.verdict, "differences": found, "count": len(here), "cents": sum(here.values()),
    }  # fmt: skip
    return write_message(partner, MessageKind.STATEMENT_ANSWER, said, at=at, given=True)


def hear_statement_answer(partner: Partner, question: Envelope, answer: Envelope, *, at: datetime) -> None:
    """Write what a partner found of our statement. Its partner is locked."""
    ClearingStatement.objects.filter(partner=partner, message_id=question.id, verdict="").update(
        verdict=answer.body["verdict"], differences=answer.body["differences"], answered_at=at
    )


def _is_between(partner: Partner, envelope: Envelope) -> bool:
    return envelope.body["issuer"] in (envelope.sender, envelope.recipient)


def _body(issuer: str | None, since: datetime, until: datetime, lines: list[Owed]) -> dict[str, object]:
    return {
        "issuer": issuer, "since": moment(since), "until": moment(until),
        "claims": [[str(each.claim), each.cents, moment(each.redeemed_at)] for each in lines],
        "count": len(lines), "cents": sum(each.cents for each in lines),
    }  # fmt: skip


def _keep(
    partner: Partner, envelope: Envelope, *, is_ours: bool, is_issuer: bool, made_by_id: int | None, at: datetime
) -> ClearingStatement:
    body = envelope.body
    return ClearingStatement.objects.create(
        partner=partner, operator_id=partner.operator_id, message_id=envelope.id, is_ours=is_ours, is_issuer=is_issuer,
        since=parse_moment(body["since"]), until=parse_moment(body["until"]), claim_count=body["count"], cents=body["cents"],
        made_by_id=made_by_id, at=at,
    )  # fmt: skip
