"""The file of a run, as its bank takes it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.gateways.bank import payments
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now
from carnet.settlement import access
from carnet.settlement.models import PaymentRun, Transfer
from carnet.settlement.operations._control import release
from carnet.settlement.operations._runs import check_sum, journal_run, transfers_of
from carnet.settlement.rules import RunChangedSinceApproval, RunNotInState, RunState


@transaction.atomic
def write_payment_file(*, run_id: int, actor: Actor, request_id: UUID, at: datetime) -> bytes:
    """The `pain.001.001.09` file of an approved run, checked against the ISO schema. Taken out again, it is the same bytes.

    The first time, the run is released: each claim is counted again, and what must not be paid leaves it.
    Raises: NotAllowed, SecondFactorNeeded, RunUnknown, RunNotInState, NothingToPay, RunChangedSinceApproval, PaymentFileInvalid.
    """
    check_allowed_now(actor, "settlement.export-payment", at)
    run = access.operated_run(actor, run_id)
    if run.approved_at is None or run.state in (RunState.CANCELLED, RunState.STOPPED):
        raise RunNotInState(state=run.state, needed=RunState.APPROVED.value)
    release(run, actor, request_id, at)
    transfers = transfers_of(run)
    check_sum(run)
    content = payments.to_bytes(_payment(run, transfers))
    digest = hashlib.sha256(content).digest()
    if run.file_digest is None:
        run.file_digest, run.file_written_at = digest, at
        run.save(update_fields=["file_digest", "file_written_at"])
    elif bytes(run.file_digest) != digest:
        raise RunChangedSinceApproval(approved_cents=run.total_cents, found_cents=sum(each.cents for each in transfers))
    journal_run(actor, "settlement.payment-file-written", run, request_id, at, sha256=digest.hex())
    return content


def _payment(run: PaymentRun, transfers: Sequence[Transfer]) -> payments.Payment:
    assert run.message_id, "a prepared run has its name"
    assert run.approved_at is not None, "only an approved run is written"
    return payments.Payment(
        message_id=run.message_id,
        # Not the moment of writing: the same run gives the same bytes whenever it is taken out.
        created_at=run.approved_at,
        execute_on=run.execute_on,
        debtor=payments.Party(run.debtor_name, run.debtor_iban, run.debtor_bic),
        transfers=[
            payments.CreditTransfer(
                each.end_to_end_id,
                payments.Party(each.creditor_name, each.creditor_iban, each.creditor_bic),
                each.cents,
                each.remittance,
            )
            for each in transfers
        ],
    )
