"""Files for the print shop, made again from the sealed seed; the proof that paper exists; the seed's end."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from carnet.funding import queries as funding
from carnet.gateways.keys import TOKEN, KeyRing, key_ring
from carnet.gateways.printer import Edition, PrintedBooklet, PrintedVoucher, printed_validity, write_csv, write_pdf
from carnet.issuing import access
from carnet.issuing.models import Job, Order, PrintFile
from carnet.issuing.operations._journal import by, note
from carnet.issuing.rules import (
    BOOKLETS_PER_FILE,
    DrawnCode,
    JobKind,
    JobState,
    PrintFileUnknown,
    ProgrammeNotSimulated,
    ProofOfPrintingMissing,
    VoucherToken,
    check_declarable_printed,
    check_printable,
    check_printed,
    check_ranks,
    draw_codes,
    signed_part,
)
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import BookletSerial, PhoneNumber, PhoneNumberInvalid, VoucherSerial
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.parties import queries as parties
from carnet.parties.rules import check_allowed_now

_CONTENT_TYPES = {".pdf": "application/pdf", ".csv": "text/csv; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file that someone may take away now; that they did is journalled."""

    path: Path
    name: str
    content_type: str


@transaction.atomic
def print_order(*, order_id: int, first_rank: int = 1, last_rank: int | None = None, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Ask for the files of a run of booklets (ranks from 1, both included; all by default); return the job that makes them.

    Raises:  NotAllowed, SecondFactorNeeded, OrderUnknown, OrderNotDrawn, SeedDestroyed, RanksReversed.
    Repeat:  while files are being made, the job at work is returned.
    """
    check_allowed_now(actor, "issuing.draw", at)
    order = access.operated_order(actor, order_id, lock=True)
    at_work = (
        Job.objects.filter(order=order, kind=JobKind.PRINT, state__in=[JobState.WAITING, JobState.RUNNING])
        | Job.objects.filter(request_id=request_id)
    ).values_list("id", flat=True).first()  # fmt: skip
    if at_work is not None:
        return at_work
    check_printable(order.facts)
    last = order.booklet_count if last_rank is None else last_rank
    check_ranks(first=first_rank, last=last, booklet_count=order.booklet_count)
    job = Job.objects.create(
        order=order,
        programme_id=order.programme_id,
        kind=JobKind.PRINT,
        total=last - first_rank + 1,
        first_rank=first_rank,
        requested_at=at,
        requested_by_id=by(actor),
        request_id=request_id,
    )
    note(order, "printing-started", actor=actor, request_id=request_id, at=at, facts={"job": job.id, "first": first_rank, "last": last})
    return job.id


def print_chunk(job: Job, order: Order, *, actor: Actor, at: datetime) -> None:
    """Make the next two files of a locked job: pages and variable data. Called by `run_job`."""
    check_printable(order.facts)
    first = job.first_rank + job.done
    last = min(first + BOOKLETS_PER_FILE - 1, job.first_rank + job.total - 1)
    for path in _write_files(order, _folder(order, job), first, last):
        PrintFile.objects.get_or_create(
            job=job,
            name=path.name,
            defaults={
                "order": order,
                "programme_id": order.programme_id,
                "first_rank": first,
                "last_rank": last,
                "size_bytes": path.stat().st_size,
                "sha256": _digest(path),
                "written_at": at,
            },
        )
    job.done = last - job.first_rank + 1
    if job.done == job.total:
        job.state = JobState.DONE.value
        note(
            order, "print-files-made", actor=actor, request_id=job.request_id, at=at,
            facts={"job": job.id, "first": job.first_rank, "last": last, "requested_by": job.requested_by_id},
        )  # fmt: skip


def export_print_files(
    *,
    order_id: int,
    folder: Path,
    first_rank: int = 1,
    last_rank: int | None = None,
    actor: Actor,
    request_id: UUID,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Write the files of a run of booklets straight into a folder of the caller's; return their paths.

    They hold secrets: the folder is the caller's to protect, and who took them is journalled.
    Raises: NotAllowed, SecondFactorNeeded, OrderUnknown, OrderNotDrawn, SeedDestroyed, RanksReversed.
    """
    check_allowed_now(actor, "issuing.download-print-files", at)
    order = access.operated_order(actor, order_id)
    check_printable(order.facts)
    last = order.booklet_count if last_rank is None else last_rank
    check_ranks(first=first_rank, last=last, booklet_count=order.booklet_count)
    written: list[Path] = []
    for start in range(first_rank, last + 1, BOOKLETS_PER_FILE):
        stop = min(start + BOOKLETS_PER_FILE - 1, last)
        written.extend(_write_files(order, folder, start, stop))
        if progress is not None:
            progress(stop - first_rank + 1, last - first_rank + 1)
    note(order, "print-files-exported", actor=actor, request_id=request_id, at=at, facts={"first": first_rank, "last": last})
    return written


@transaction.atomic
def fetch_print_file(*, file_id: int, actor: Actor, request_id: UUID, at: datetime) -> FileToSend:
    """Let someone take a file away, and remember who did.

    Raises: NotAllowed, SecondFactorNeeded, PrintFileUnknown.
    """
    check_allowed_now(actor, "issuing.download-print-files", at)
    file = access.print_file(actor, file_id)
    path = _folder(file.order, file.job) / file.name
    if not path.is_file():
        raise PrintFileUnknown(file=file_id)
    note(
        file.order,
        "print-file-fetched",
        actor=actor,
        request_id=request_id,
        at=at,
        facts={"file": file.name, "sha256": bytes(file.sha256).hex()},
    )
    return FileToSend(path, file.name, _CONTENT_TYPES[path.suffix])


@transaction.atomic
def record_printed(*, order_id: int, reference: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Declare that the booklets exist on paper, by the print shop's reference. Declaring it again changes nothing.

    Raises: NotAllowed, OrderUnknown, OrderNotDrawn, OrderAlreadyPrinted, ProofOfPrintingMissing.
    """
    check_allowed_now(actor, "issuing.ship", at)
    order = access.operated_order(actor, order_id, lock=True)
    if order.printed_at is not None and order.print_reference == reference.strip():
        return
    check_declarable_printed(order.facts)
    if not reference.strip():
        raise ProofOfPrintingMissing
    order.printed_at, order.printed_by_id, order.print_reference = at, by(actor), reference.strip()[:120]
    order.save(update_fields=["printed_at", "printed_by_id", "print_reference"])
    note(order, "order-printed", actor=actor, request_id=request_id, at=at, facts={"reference": order.print_reference})


@transaction.atomic
def destroy_seed(*, order_id: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Once the paper exists, erase for ever what could print it again: the seed and the files. Again changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, OrderUnknown, OrderNotDrawn, OrderNotPrinted.
    """
    check_allowed_now(actor, "issuing.draw", at)
    order = access.operated_order(actor, order_id, lock=True)
    check_printed(order.facts)
    if order.seed_destroyed_at is not None:
        return
    # Before the commit on purpose: were it to fail, the secret is gone and can only be declared gone again.
    key_ring().destroy_seed(order.programme_id, order.id)
    for file in PrintFile.objects.filter(order=order, deleted_at=None).select_related("job").order_by("id"):
        (_folder(order, file.job) / file.name).unlink(missing_ok=True)
    PrintFile.objects.filter(order=order, deleted_at=None).update(deleted_at=at)
    order.seed_destroyed_at, order.seed_destroyed_by_id = at, by(actor)
    order.save(update_fields=["seed_destroyed_at", "seed_destroyed_by_id"])
    note(order, "seed-destroyed", actor=actor, request_id=request_id, at=at)


def simulated_codes(*, order_id: int, ranks: range, actor: Actor, request_id: UUID, at: datetime) -> list[str]:
    """The 18 digits of some vouchers (ranks from 0) of a simulated programme, for demonstrations and drills only.

    Raises: NotAllowed, SecondFactorNeeded, OrderUnknown, ProgrammeNotSimulated, OrderNotDrawn, SeedDestroyed.
    """
    check_allowed_now(actor, "issuing.download-print-files", at)
    order = access.operated_order(actor, order_id)
    if not funding.programme(order.programme_id).is_simulated:
        raise ProgrammeNotSimulated
    check_printable(order.facts)
    drawn = _codes(order, key_ring(), _series(order), ranks)
    note(order, "simulated-codes-read", actor=actor, request_id=request_id, at=at, facts={"first": ranks.start, "count": len(ranks)})
    return [each.code.digits for each in drawn]


def _write_files(order: Order, folder: Path, first: int, last: int) -> list[Path]:
    edition, series = _edition(order), _series(order)
    stem = f"carnets-{order.issuer_prefix}-{series.first_booklet_serial + first - 1:08d}-{series.first_booklet_serial + last - 1:08d}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pages, data = folder / f"{stem}.pdf", folder / f"{stem}.csv"
    # One file's booklets are held at a time: signing their tokens costs more than the memory.
    booklets = list(_booklets(order, series, first, last))
    write_pdf(pages, edition, booklets)
    draft = data.with_suffix(".partial")
    draft.touch(mode=0o600)
    with draft.open("w", encoding="utf-8-sig", newline="") as file:
        write_csv(file, edition, booklets)
    draft.replace(data)
    return [pages, data]


def _booklets(order: Order, series: SeriesView, first: int, last: int) -> Iterator[PrintedBooklet]:
    """Booklets of ranks `first` to `last` (from 1), drawn again from the seed, one at a time."""
    ring, size = key_ring(), series.booklet_size
    codes = _codes(order, ring, series, range((first - 1) * size, last * size))
    for rank in range(first, last + 1):
        serial = BookletSerial(series.issuer_prefix, series.first_booklet_serial + rank - 1)
        vouchers = tuple(_voucher(series, ring, next(codes)) for _ in range(size))
        yield PrintedBooklet(serial.printed(), str(serial), vouchers)


def _codes(order: Order, ring: KeyRing, series: SeriesView, ranks: range) -> Iterator[DrawnCode]:
    return draw_codes(
        seed=ring.seed(order.programme_id, order.id),
        hasher=ring.hasher(order.programme_id, series.key_version),
        ranks=ranks,
        redrawn={int(rank): attempt for rank, attempt in order.redrawn.items()},
    )


def _voucher(series: SeriesView, ring: KeyRing, drawn: DrawnCode) -> PrintedVoucher:
    said = signed_part(key_version=series.key_version, series_id=series.id, code_hash=drawn.code_hash)
    signature = ring.sign(series.programme_id, TOKEN, said, version=series.key_version)
    token = VoucherToken(series.key_version, series.id, drawn.code_hash, signature)
    serial = VoucherSerial(series.issuer_prefix, series.first_serial + drawn.rank)
    return PrintedVoucher(serial.printed(), drawn.code.printed(), token.url(settings.BASE_URL))


def _edition(order: Order) -> Edition:
    programme = funding.programme(order.programme_id)
    terms, series = programme.terms, _series(order)
    funders = parties.organisations(_borne_by(order))
    return Edition(
        title=terms.print_title or terms.name,
        booklet_size=order.booklet_size,
        value_cents=order.face_value_cents,
        validity=printed_validity(printed_until=series.printed_until, months_after_hand_over=terms.windows.months_after_hand_over),
        phone=_printed_phone(terms.phone),
        website=settings.BASE_URL.split("://", 1)[-1],
        funders=tuple(funders[funder_id].name for funder_id in _borne_by(order) if funder_id in funders),
        operator=parties.organisation(order.operator_id).name,
        notice=terms.print_notice,
        is_simulated=programme.is_simulated,
    )


def _borne_by(order: Order) -> list[int]:
    """The funders who bear the order, in the order of the agreement."""
    patterns = ledger.patterns(series_ids=[_series(order).id]).values()
    return list(dict.fromkeys(funder_id for pattern in patterns for funder_id in pattern.funder_ids))


def _printed_phone(phone: str) -> str:
    try:
        return PhoneNumber.parse(phone).printed()
    except PhoneNumberInvalid:
        return phone


def _series(order: Order) -> SeriesView:
    assert order.series_id is not None, "an order that is drawn has a series"
    return ledger.series(order.series_id)


def _folder(order: Order, job: Job) -> Path:
    return Path(settings.VAR_DIR) / "print" / f"programme-{order.programme_id}" / f"order-{order.id}" / f"job-{job.id}"


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
