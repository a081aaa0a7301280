"""Files for the print shop, made again from the sealed seed and sealed for it; the proof that paper exists; the seed's end."""

import hashlib
import io
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.gateways.keys import TOKEN, KeyRing, key_ring
from carnet.gateways.printer import (
    NearPlace,
    PrintedBooklet,
    PrintedVoucher,
    write_accessible,
    write_csv,
    write_pdf,
)
from carnet.gateways.sealed_files import SUFFIX, seal
from carnet.issuing import access
from carnet.issuing.access import print_shops as print_shop_access
from carnet.issuing.models import Job, Order, Packing, PrintFetch, PrintFile, PrintKey, SpoiledRun
from carnet.issuing.operations._journal import by, note
from carnet.issuing.operations.proofs import approved_edition, check_proved
from carnet.issuing.queries._spoiled import pressed_files, spoiled_waiting
from carnet.issuing.queries.print_shops import SAID_FOR, sealed_for, seeds_due
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
from carnet.issuing.rules.print_shops import (
    NothingToPrint,
    Output,
    PrintedQuantityWrong,
    PrintFileDamaged,
    PrintFilesMissing,
    PrintKeyMissing,
    PrintKeyState,
    PrintShopDeclares,
    PrintShopEnded,
    PrintShopNeeded,
    SaidFor,
    check_spoiled,
    key_state,
    uncovered,
)
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import BookletSerial, VoucherSerial
from carnet.ledger import queries as ledger
from carnet.ledger.queries import SeriesView
from carnet.parties import queries as parties
from carnet.parties.rules import allowed, check_allowed_now

_CONTENT_TYPES = {".pdf": "application/pdf", ".csv": "text/csv; charset=utf-8", SUFFIX: "application/cms"}
_LIVE = (JobState.WAITING.value, JobState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file that someone may take away now; that they did is journalled."""

    path: Path
    name: str
    content_type: str


@transaction.atomic
def print_order(
    *,
    order_id: int,
    first_rank: int = 1,
    last_rank: int | None = None,
    print_shop_id: int | None = None,
    outputs: Collection[Output] = (Output.PAGES, Output.DATA),
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Ask for the files of a run of booklets (ranks from 1, both included; all by default); return the job that makes them.

    They are as the approved proof, and sealed for the print shop of `print_shop_id`. Without one they are made in the clear, for a
    simulated programme only.

    Raises:  NotAllowed, SecondFactorNeeded, OrderUnknown, OrderNotDrawn, SeedDestroyed, RanksReversed, ProofNotApproved, ProofOutdated, NothingToPrint,
             NotReportedSpoiled (the edition is printed already), PrintShopNeeded, PrintShopUnknown, PrintShopEnded, PrintKeyMissing.
    Repeat:  while files are being made, the job at work is returned.
    """
    check_allowed_now(actor, "issuing.draw", at)
    order = access.operated_order(actor, order_id, lock=True)
    at_work = (
        Job.objects.filter(order=order, kind=JobKind.PRINT, state__in=_LIVE) | Job.objects.filter(request_id=request_id)
    ).values_list("id", flat=True).first()  # fmt: skip
    if at_work is not None:
        return at_work
    check_printable(order.facts)
    last = order.booklet_count if last_rank is None else last_rank
    check_ranks(first=first_rank, last=last, booklet_count=order.booklet_count)
    approved = approved_edition(order)
    if not outputs:
        raise NothingToPrint
    if order.printed_at is not None and not {Output.PAGES, Output.DATA}.isdisjoint(outputs):
        check_spoiled(first_rank, last, runs=SpoiledRun.objects.filter(order=order).values_list("first_rank", "last_rank"))
    key = _key_to_seal_for(print_shop_id, order, actor, at)
    if key is not None:
        _drop_files(order, PrintFile.objects.filter(order=order, deleted_at=None, shop_organisation=None), at)
    job = Job.objects.create(
        order=order,
        programme_id=order.programme_id,
        kind=JobKind.PRINT,
        total=last - first_rank + 1,
        first_rank=first_rank,
        shop_organisation_id=key.organisation_id if key else None,
        print_key=key,
        paper=approved.paper.value,
        with_pages=Output.PAGES in outputs,
        with_data=Output.DATA in outputs,
        with_accessible=Output.ACCESSIBLE in outputs,
        requested_at=at,
        requested_by_id=by(actor),
        request_id=request_id,
    )
    facts = {"job": job.id, "first": first_rank, "last": last, "print_shop": job.shop_organisation_id, "key": key.version if key else None}
    note(order, "printing-started", actor=actor, request_id=request_id, at=at, facts=facts)
    return job.id


def _key_to_seal_for(print_shop_id: int | None, order: Order, actor: Actor, at: datetime) -> PrintKey | None:
    """The approved key of the chosen print shop; None in the clear, which only a simulated programme may be."""
    if print_shop_id is None:
        if not funding.programme(order.programme_id).is_simulated:
            raise PrintShopNeeded
        return None
    shop = print_shop_access.operated_print_shop(actor, print_shop_id)
    if shop.ended_at is not None:
        raise PrintShopEnded(ended_at=shop.ended_at)
    key = PrintKey.objects.filter(print_shop=shop, approved_at__isnull=False, ended_at=None).first()
    if key is None or not _is_in_force(key, at):
        raise PrintKeyMissing(organisation=shop.organisation.name)
    return key


def _is_in_force(key: PrintKey, at: datetime) -> bool:
    state = key_state(
        approved_at=key.approved_at, refused_at=key.refused_at, ended_at=key.ended_at, valid_from=key.valid_from,
        valid_until=key.valid_until, at=at,
    )  # fmt: skip
    return state is PrintKeyState.IN_FORCE


def print_chunk(job: Job, order: Order, *, actor: Actor, at: datetime) -> None:
    """Make the next files of a locked job, sealed: a chunk is whole or absent. Called by `run_job`.

    CMS is randomised: a chunk made again has other bytes. Its files get their names before its rows are committed, and nothing reads a
    file that no row names: killed in between, the next run writes them over.
    """
    check_printable(order.facts)
    certificate = _certificate(job, order, at)
    first = job.first_rank + job.done
    last = min(first + BOOKLETS_PER_FILE - 1, job.first_rank + job.total - 1)
    for name, clear in _contents(order, first, last, outputs=_outputs(job)):
        content = clear if certificate is None else seal(clear, certificate)
        path = _folder(order, job) / (name if certificate is None else name + SUFFIX)
        _keep(path, content)
        PrintFile.objects.create(
            order=order,
            job=job,
            programme_id=order.programme_id,
            shop_organisation_id=job.shop_organisation_id,
            name=path.name,
            first_rank=first,
            last_rank=last,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).digest(),
            written_at=at,
        )
    job.done = last - job.first_rank + 1
    if job.done == job.total:
        job.state = JobState.DONE.value
        note(
            order, "print-files-made", actor=actor, request_id=job.request_id, at=at,
            facts={"job": job.id, "first": job.first_rank, "last": last, "requested_by": job.requested_by_id},
        )  # fmt: skip


def _certificate(job: Job, order: Order, at: datetime) -> str | None:
    """What the job's files are sealed for; a key that ended since seals nothing more. None: in the clear, for a simulated programme only."""
    if job.print_key_id is None:
        if not funding.programme(order.programme_id).is_simulated:
            raise PrintShopNeeded
        return None
    assert job.shop_organisation_id is not None, "a key is of a print shop"
    with acting_as(programme_ids=[job.programme_id], organisation_ids=[job.shop_organisation_id]):
        key = PrintKey.objects.select_related("organisation").get(id=job.print_key_id)
        if not _is_in_force(key, at):
            raise PrintKeyMissing(organisation=key.organisation.name)
        return key.certificate


def _outputs(job: Job) -> list[Output]:
    asked = ((Output.PAGES, job.with_pages), (Output.DATA, job.with_data), (Output.ACCESSIBLE, job.with_accessible))
    return [output for output, is_asked in asked if is_asked]


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
    """Write the files of a run of booklets of a simulated programme, in the clear, into a folder of the caller's; return their paths.

    Raises: NotAllowed, SecondFactorNeeded, OrderUnknown, ProgrammeNotSimulated, OrderNotDrawn, SeedDestroyed, RanksReversed.
    """
    check_allowed_now(actor, "issuing.download-print-files", at)
    order = access.operated_order(actor, order_id)
    if not funding.programme(order.programme_id).is_simulated:
        raise ProgrammeNotSimulated
    check_printable(order.facts)
    last = order.booklet_count if last_rank is None else last_rank
    check_ranks(first=first_rank, last=last, booklet_count=order.booklet_count)
    check_proved(order)
    written: list[Path] = []
    for start in range(first_rank, last + 1, BOOKLETS_PER_FILE):
        stop = min(start + BOOKLETS_PER_FILE - 1, last)
        for name, content in _contents(order, start, stop):
            _keep(folder / name, content)
            written.append(folder / name)
        if progress is not None:
            progress(stop - first_rank + 1, last - first_rank + 1)
    note(order, "print-files-exported", actor=actor, request_id=request_id, at=at, facts={"first": first_rank, "last": last})
    return written


@transaction.atomic
def fetch_print_file(*, file_id: int, actor: Actor, request_id: UUID, at: datetime) -> FileToSend:
    """Let the print shop take a file sealed for it away, and keep who did and which bytes.

    The operator's own staff may take a file in the clear of a simulated programme, and no other.
    Raises: NotAllowed, SecondFactorNeeded, PrintFileUnknown, ProgrammeNotSimulated, PrintFileDamaged, PrintShopEnded, PrintKeyMissing
            (the key it was sealed for was ended: somebody else may open it).
    """
    if allowed(actor.roles, "issuing.fetch-print-files"):
        check_allowed_now(actor, "issuing.fetch-print-files", at)
        found = print_shop_access.given_file(actor, file_id)
        _check_still_theirs(found)
        with print_shop_access.given_order(actor, found.order_id):
            return _fetched(file_id, actor, request_id, at)
    check_allowed_now(actor, "issuing.download-print-files", at)
    found = access.print_file(actor, file_id)
    if found.shop_organisation_id is not None or not funding.programme(found.programme_id).is_simulated:
        raise ProgrammeNotSimulated
    return _fetched(file_id, actor, request_id, at)


def _check_still_theirs(file: PrintFile) -> None:
    """Refuse what was sealed for a print shop that left, or for a key that was ended. One replaced by another opens what it was sealed for."""
    key = PrintKey.objects.select_related("print_shop", "organisation").get(jobs=file.job_id)
    if key.print_shop.ended_at is not None:
        raise PrintShopEnded(ended_at=key.print_shop.ended_at)
    if key.ended_at is None:
        return
    if not PrintKey.objects.filter(print_shop=key.print_shop, version__gt=key.version, approved_at=key.ended_at).exists():
        raise PrintKeyMissing(organisation=key.organisation.name)


def _fetched(file_id: int, actor: Actor, request_id: UUID, at: datetime) -> FileToSend:
    file = PrintFile.objects.select_related("order", "job").get(id=file_id)
    path = _folder(file.order, file.job) / file.name
    if not path.is_file():
        raise PrintFileUnknown(file=file_id)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").digest()
    if digest != bytes(file.sha256):
        raise PrintFileDamaged(file=file.name)
    _fetch, is_new = PrintFetch.objects.get_or_create(
        # Of this file and this person: a number sent again with another file leaves its own trace.
        request_id=uuid5(request_id, f"{file.id} {by(actor)}"),
        defaults={
            "file": file,
            "order": file.order,
            "programme_id": file.programme_id,
            "shop_organisation_id": file.shop_organisation_id,
            "fetched_at": at,
            "fetched_by_id": by(actor),
            "sha256": digest,
        },
    )
    if is_new:
        facts = {"file": file.id, "sha256": digest.hex()}
        note(file.order, "print-file-fetched", actor=actor, request_id=request_id, at=at, facts=facts)
    return FileToSend(path, file.name, _CONTENT_TYPES[path.suffix])


@transaction.atomic
def prove_printing(*, order_id: int, reference: str, printed_count: int, actor: Actor, request_id: UUID, at: datetime) -> None:
    """The print shop's proof: what was printed, under which reference. Booklets reported spoiled and not printed again are not counted.

    Raises: NotAllowed, OrderUnknown (not given to this print shop), OrderNotDrawn, OrderAlreadyPrinted, ProofOfPrintingMissing,
            PrintFilesMissing, PrintedQuantityWrong. Repeat: the same reference again changes nothing.
    """
    check_allowed_now(actor, "issuing.prove-printing", at)
    with print_shop_access.given_order(actor, order_id, lock=True) as order:
        if order.printed_at is not None and order.print_reference == reference.strip():
            return
        check_declarable_printed(order.facts)
        if not reference.strip():
            raise ProofOfPrintingMissing
        files = pressed_files(order.id).filter(job__shop_organisation_id=actor.organisation_id)
        missing = uncovered((1, order.booklet_count), files.values_list("first_rank", "last_rank"))
        if missing:
            raise PrintFilesMissing(missing_count=missing)
        spoiled = spoiled_waiting(order.id)
        if printed_count + spoiled != order.booklet_count:
            raise PrintedQuantityWrong(printed_count=printed_count, booklet_count=order.booklet_count, spoiled_count=spoiled)
        order.printed_count = printed_count
        _declare(order, reference, actor=actor, request_id=request_id, at=at)


@transaction.atomic
def report_spoiled(*, order_id: int, first_rank: int, last_rank: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Booklets damaged at the press: the operator gives their files again, as long as the secret is there. Return the report's id.

    Raises:  NotAllowed, OrderUnknown (not given to this print shop), OrderNotDrawn, SeedDestroyed, RanksReversed.
    Repeat:  the same request_id returns the first id.
    """
    check_allowed_now(actor, "issuing.prove-printing", at)
    with print_shop_access.given_order(actor, order_id, lock=True) as order:
        repeated = SpoiledRun.objects.filter(request_id=request_id).values_list("id", flat=True).first()
        if repeated is not None:
            return repeated
        check_printable(order.facts)
        check_ranks(first=first_rank, last=last_rank, booklet_count=order.booklet_count)
        assert actor.organisation_id is not None, "an order is given to an organisation"
        run = SpoiledRun.objects.create(
            order=order,
            programme_id=order.programme_id,
            shop_organisation_id=actor.organisation_id,
            first_rank=first_rank,
            last_rank=last_rank,
            reported_at=at,
            reported_by_id=by(actor),
            request_id=request_id,
        )
        facts = {"first": first_rank, "last": last_rank}
        note(order, "booklets-spoiled", actor=actor, request_id=request_id, at=at, facts=facts)
        return run.id


@transaction.atomic
def record_printed(*, order_id: int, reference: str, because: SaidFor | None = None, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Declare that the booklets exist on paper, by the print shop's reference. Declaring it again changes nothing.

    A print shop that was given sealed files says it itself: it alone counted its sheets. `because`: why the operator says it for the shop.
    Raises: NotAllowed, OrderUnknown, OrderNotDrawn, OrderAlreadyPrinted, ProofOfPrintingMissing, PrintShopDeclares.
    """
    check_allowed_now(actor, "issuing.ship", at)
    order = access.operated_order(actor, order_id, lock=True)
    if order.printed_at is not None and order.print_reference == reference.strip():
        return
    check_declarable_printed(order.facts)
    if not reference.strip():
        raise ProofOfPrintingMissing
    shops = sealed_for(order.id)
    if shops and because is None:
        raise PrintShopDeclares(print_shop=parties.organisation_name(shops[0]))
    _declare(order, reference, actor=actor, request_id=request_id, at=at)
    if shops and because is not None:
        journal.record(
            actor=actor,
            action="issuing.printed-for-shop",
            subject=(SAID_FOR, order.id),
            facts={"print_shop": shops[0], "because": because.value},
            programme_id=order.programme_id,
            request_id=request_id,
            at=at,
        )


def _declare(order: Order, reference: str, *, actor: Actor, request_id: UUID, at: datetime) -> None:
    order.printed_at, order.printed_by_id, order.print_reference = at, by(actor), reference.strip()[:120]
    order.save(update_fields=["printed_at", "printed_by_id", "print_reference", "printed_count"])
    facts = {"reference": order.print_reference, "booklets": order.printed_count}
    note(order, "order-printed", actor=actor, request_id=request_id, at=at, facts=facts)


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
    _drop_files(order, PrintFile.objects.filter(order=order, deleted_at=None), at)
    # What a killed chunk left without a row goes too.
    shutil.rmtree(_order_folder(order), ignore_errors=True)
    order.seed_destroyed_at, order.seed_destroyed_by_id = at, by(actor)
    order.save(update_fields=["seed_destroyed_at", "seed_destroyed_by_id"])
    note(order, "seed-destroyed", actor=actor, request_id=request_id, at=at)


def destroy_due_seed(*, programme_id: int, order_id: int, days: int, at: datetime) -> bool:
    """Background work: destroy the secret of one edition printed `days` ago; False if it is not due, or kept for spoiled booklets."""
    system = Actor.system("issuing.destroy-due-seeds", programme_ids={programme_id})
    with acting_as(system):
        due = next((each for each in seeds_due(days=days, programme_ids=[programme_id]) if each.order_id == order_id), None)
        if due is None or due.due_at > at or due.held_count:
            return False
        destroy_seed(order_id=order_id, actor=system, request_id=uuid4(), at=at)
        return True


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


def _contents(
    order: Order, first: int, last: int, *, outputs: Collection[Output] = (Output.PAGES, Output.DATA)
) -> Iterator[tuple[str, bytes]]:
    """Each file's name and clear bytes, in memory and nowhere else, one at a time."""
    approved, series = approved_edition(order), _series(order)
    edition = approved.edition
    stem = f"carnets-{order.issuer_prefix}-{series.first_booklet_serial + first - 1:08d}-{series.first_booklet_serial + last - 1:08d}"
    # One file's booklets are held at a time: signing their tokens costs more than the memory.
    booklets = list(_booklets(order, series, first, last))
    if Output.PAGES in outputs:
        pages = io.BytesIO()
        # The paper too is what was approved.
        write_pdf(pages, edition, booklets, paper=approved.paper, marks=approved.with_marks)
        yield f"{stem}.pdf", pages.getvalue()
    if Output.ACCESSIBLE in outputs:
        large = io.BytesIO()
        write_accessible(large, edition, booklets)
        yield f"{stem}-grands-caracteres.pdf", large.getvalue()
    if Output.DATA in outputs:
        data = io.StringIO(newline="")
        write_csv(data, edition, booklets)
        yield f"{stem}.csv", data.getvalue().encode("utf-8-sig")


def _keep(path: Path, content: bytes) -> None:
    """Give `content` a name, whole or not at all, readable by its owner only, on the disk before anybody counts on it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.partial")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)  # a disk that is full leaves no part of a file of codes behind
        raise


def _drop_files(order: Order, files: QuerySet[PrintFile], at: datetime) -> None:
    for file in files.select_related("job").order_by("id"):
        (_folder(order, file.job) / file.name).unlink(missing_ok=True)
    files.update(deleted_at=at)


def _booklets(order: Order, series: SeriesView, first: int, last: int) -> Iterator[PrintedBooklet]:
    """Booklets of ranks `first` to `last` (from 1), drawn again from the seed, one at a time."""
    ring, size = key_ring(), series.booklet_size
    codes = _codes(order, ring, series, range((first - 1) * size, last * size))
    boxes = iter(Packing.objects.filter(order=order, last_rank__gte=first, first_rank__lte=last).order_by("first_rank"))
    box = next(boxes, None)
    for rank in range(first, last + 1):
        while box is not None and box.last_rank < rank:
            box = next(boxes, None)
        nearest = tuple(NearPlace(**place) for place in box.nearest) if box is not None else ()
        packed = (str(box.box), box.place_name) if box is not None else ("", "")
        serial = BookletSerial(series.issuer_prefix, series.first_booklet_serial + rank - 1)
        vouchers = tuple(_voucher(series, ring, next(codes)) for _ in range(size))
        yield PrintedBooklet(serial.printed(), str(serial), vouchers, nearest, *packed)


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


def _series(order: Order) -> SeriesView:
    assert order.series_id is not None, "an order that is drawn has a series"
    return ledger.series(order.series_id)


def _order_folder(order: Order) -> Path:
    return Path(settings.VAR_DIR) / "print" / f"programme-{order.programme_id}" / f"order-{order.id}"


def _folder(order: Order, job: Job) -> Path:
    return _order_folder(order) / f"job-{job.id}"
