"""What a closing owes to the end of validity it comes from: signatures before it, credit notes with it, the last step after it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from carnet.funding import queries as funding
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.ledger import queries as ledger
from carnet.notices import operations as notices
from carnet.parties import queries as parties
from carnet.settlement.models import Closing, CreditNote, Expiry, ExpiryStep, JointStatement, Repayment
from carnet.settlement.rules import ReturnDue
from carnet.settlement.rules.expiry import (
    Dated,
    StatementsNotSigned,
    check_signed_as_found,
    check_turn,
    credit_note_number,
)
from carnet.settlement.rules.expiry import ExpiryStep as Step


def steps_of(row: Expiry) -> list[Dated]:
    """The steps of one end of validity, as the rules know them."""
    return [Dated(Step(each.kind), each.due_on, each.done_at) for each in ExpiryStep.objects.filter(expiry=row)]


def check_signed(*, agreement_id: int, due: Iterable[ReturnDue], at: datetime) -> None:
    """Where an agreement has an end of validity, money goes back on statements signed by both sides, and for what they say.

    Raises: StepNotYet, StepTooEarly, StepDone, StatementsNotSigned, StatementOutdated.
    """
    row = Expiry.objects.filter(agreement_id=agreement_id).first()
    if row is None:
        return
    # Both have signed: nobody waits for the day any more.
    steps = [Dated(each.step, legal_day(at), each.done_at) if each.step is Step.CREDIT else each for each in steps_of(row)]
    check_turn(steps, Step.CREDIT, today=legal_day(at))
    living = JointStatement.objects.filter(agreement_id=agreement_id, withdrawn_at=None)
    waiting = living.filter(paper=None).count()
    if waiting:
        raise StatementsNotSigned(waiting=waiting)
    check_signed_as_found(signed=dict(living.values_list("funder_id", "return_cents")), found=due)


def issue_credit_notes(*, closing: Closing, actor: Actor, request_id: UUID, at: datetime) -> None:
    """One credit note a funder, when what goes back is approved: numbered in order, under the programme's lock. Face value only."""
    if CreditNote.objects.filter(closing=closing).exists():
        return
    programme = funding.programme(closing.programme_id)
    agreement = funding.agreement(Actor.system("credit note"), closing.agreement_id, at=at)
    repayments = list(Repayment.objects.filter(closing=closing).order_by("funder_id"))
    names = parties.organisations([programme.operator_id, *(each.funder_id for each in repayments)])
    counted = ledger.counts(agreement_id=closing.agreement_id)
    signed = {each.funder_id: each for each in JointStatement.objects.filter(agreement_id=closing.agreement_id, withdrawn_at=None)}
    year = legal_day(at).year
    latest = CreditNote.objects.filter(programme_id=closing.programme_id, year=year).order_by("-number").first()
    first = latest.number + 1 if latest else 1
    for number, each in enumerate(repayments, start=first):
        statement = signed.get(each.funder_id)
        content = {
            "number": credit_note_number(programme_id=programme.id, year=year, number=number),
            "programme": programme.name,
            "agreement": agreement.name,
            "is_simulated": programme.is_simulated,
            "operator": _party(names, programme.operator_id),
            "funder": _party(names, each.funder_id),
            "lapsed": counted.lapsed,
            "void": counted.void,
            "statement": {"digest": bytes(statement.digest).hex(), "made_at": statement.made_at.isoformat()} if statement else None,
        }
        CreditNote.objects.create(
            closing=closing, programme_id=programme.id, agreement_id=closing.agreement_id, funder_id=each.funder_id, year=year,
            number=number, circulation_cents=each.circulation_cents, unissued_cents=each.unissued_cents, content=content, issued_at=at,
        )  # fmt: skip
        notices.post(
            kind="settlement.credit-note",
            to_organisation_id=each.funder_id,
            context={"programme": programme.name, "number": content["number"], "cents": each.circulation_cents + each.unissued_cents},
            programme_id=programme.id,
            at=at,
        )
    journal.record(
        actor=actor,
        action="settlement.credit-notes-issued",
        subject=("closing", closing.id),
        facts={"year": year, "first": first, "count": len(repayments), "cents": closing.total_cents},
        programme_id=programme.id,
        request_id=request_id,
        at=at,
    )


def finish_expiry(*, agreement_id: int, cents: int, actor: Actor, at: datetime) -> None:
    """The money went back, or there was none to give: the last step is done, by whoever recorded it."""
    ExpiryStep.objects.filter(expiry__agreement_id=agreement_id, kind=Step.CREDIT.value, done_at=None).update(
        proposed_at=at, done_at=at, done_by_id=actor.person_id or 0, done_for_id=actor.organisation_id, figures={"return_cents": cents}
    )


def _party(names: dict[int, parties.OrganisationCard], organisation_id: int) -> dict[str, str]:
    card = names.get(organisation_id)
    if card is None:
        return {"name": "", "number": "", "address": ""}
    address = ", ".join(filter(None, (card.street, f"{card.postcode} {card.city}".strip())))
    return {"name": card.name, "number": card.printed_number, "address": address}
