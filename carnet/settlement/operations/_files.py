"""The file of a run, as its bank takes it; or its payment orders, as a public accountant takes them."""

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, cast
from uuid import UUID

from django.db import transaction

from carnet.gateways.bank import payments
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_allowed_now
from carnet.settlement import access
from carnet.settlement.models import PaymentRun, RunFile, Transfer
from carnet.settlement.operations._control import release
from carnet.settlement.operations._runs import check_sum, journal_run
from carnet.settlement.queries.channels import channel_of_run
from carnet.settlement.rules import RunChangedSinceApproval, RunNotInState, RunState, TransferState
from carnet.settlement.rules.channels import PaymentChannel, check_channel

# Above, the file being written waits on the disk, under no name, until it was read to its end.
_IN_MEMORY_MAX = 4 * 1024 * 1024
_ROWS = 2000


@transaction.atomic
def open_payment_file(*, run_id: int, actor: Actor, request_id: UUID, at: datetime) -> BinaryIO:
    """The `pain.001` of an approved run, whole and held against the ISO schema, ready to be read. Taken out again, it is the same bytes.

    Transfers pass from the database to the file one after another: a hundred thousand need no more memory than ten thousand.
    Raises: NotAllowed, SecondFactorNeeded, RunUnknown, RunNotInState, NothingToPay, RunOfAnotherChannel, RunChangedSinceApproval, PaymentFileInvalid.
    """
    run, channel = _leaving(run_id, actor, request_id, at, by_orders=False)
    check_sum(run)
    spool = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_MAX))  # noqa: SIM115 - the reader closes it
    try:
        counted = _Counted(spool)
        payments.write(_payment(run, channel), cast(BinaryIO, counted))
        keep_form(run, channel, counted.digest, at)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    journal_run(actor, "settlement.payment-file-written", run, request_id, at, sha256=counted.digest.hex(), form=channel.value)
    return spool


def write_payment_file(*, run_id: int, actor: Actor, request_id: UUID, at: datetime) -> bytes:
    """The same at once, for a run of a few transfers. Raises: as `open_payment_file`."""
    with open_payment_file(run_id=run_id, actor=actor, request_id=request_id, at=at) as file:
        return file.read()


@transaction.atomic
def take_out_orders(*, run_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Let the payment orders of an approved run leave: from now on it is paid by its public accountant, under these lines.

    The first time, the run is released, as for a bank. Their papers are then drawn from `queries.channels`.
    Raises: NotAllowed, SecondFactorNeeded, RunUnknown, RunNotInState, NothingToPay, RunOfAnotherChannel, RunChangedSinceApproval.
    """
    run, channel = _leaving(run_id, actor, request_id, at, by_orders=True)
    check_sum(run)
    # Their papers show names of places, which may change: what is held to is what two people approved.
    keep_form(run, channel, bytes(run.digest), at)
    journal_run(actor, "settlement.payment-orders-written", run, request_id, at, form=channel.value)


def keep_form(run: PaymentRun, channel: PaymentChannel, digest: bytes, at: datetime) -> None:
    """Write down once what a run left as. Raises: RunChangedSinceApproval, if it left as something else."""
    if run.file_digest is None:
        run.file_digest, run.file_written_at = digest, at
        run.save(update_fields=["file_digest", "file_written_at"])
        RunFile.objects.create(programme_id=run.programme_id, run=run, channel=channel.value)
    elif bytes(run.file_digest) != digest:
        raise RunChangedSinceApproval(approved_cents=run.total_cents, found_cents=run.total_cents)


def _leaving(run_id: int, actor: Actor, request_id: UUID, at: datetime, *, by_orders: bool) -> tuple[PaymentRun, PaymentChannel]:
    """A run that may leave. The first time it is released: each claim is counted again, and what must not be paid leaves it."""
    check_allowed_now(actor, "settlement.export-payment", at)
    run = access.operated_run(actor, run_id)
    if run.approved_at is None or run.state in (RunState.CANCELLED, RunState.STOPPED):
        raise RunNotInState(state=run.state, needed=RunState.APPROVED.value)
    # Runs of before this choice existed left in the form of 2019.
    left_before = run.file_digest is not None and not RunFile.objects.filter(run=run).exists()
    channel = PaymentChannel.TRANSFERS_2019 if left_before else channel_of_run(run.id, run.agreement_id)
    check_channel(channel, by_orders=by_orders)
    release(run, actor, request_id, at)
    return run, channel


class _Counted:
    """A stream that knows the digest of what passed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> bytes:
        return self._hash.digest()

    def write(self, piece: bytes) -> int:
        self._hash.update(piece)
        return self._stream.write(piece)


def _payment(run: PaymentRun, channel: PaymentChannel) -> payments.Payment:
    assert run.message_id, "a prepared run has its name"
    assert run.approved_at is not None, "only an approved run is written"
    return payments.Payment(
        message_id=run.message_id,
        # Not the moment of writing: the same run gives the same bytes whenever it is taken out.
        created_at=run.approved_at,
        execute_on=run.execute_on,
        debtor=payments.Party(run.debtor_name, run.debtor_iban, run.debtor_bic),
        transfers=_transfers(run),
        announced=payments.Totals(run.transfer_count, run.total_cents),
        message=channel.value,
    )


def _transfers(run: PaymentRun) -> Iterator[payments.CreditTransfer]:
    """Each transfer as the database's cursor gives it, in the order of the claims."""
    columns = ("end_to_end_id", "creditor_name", "creditor_iban", "creditor_bic", "cents", "remittance")
    rows = Transfer.objects.filter(run=run).exclude(state=TransferState.CANCELLED).order_by("claim_id").values_list(*columns)
    for reference, name, iban, bic, cents, remittance in rows.iterator(chunk_size=_ROWS):
        yield payments.CreditTransfer(reference, payments.Party(name, iban, bic), cents, remittance)
