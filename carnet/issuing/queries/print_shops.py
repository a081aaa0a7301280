"""Reads about print shops: who prints, with which key, what was given, who fetched it, what was spoiled, which secret must go."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.issuing.access import print_shops as access
from carnet.issuing.models import Job, Order, PrintFetch, PrintFile, PrintKey, PrintShop, SpoiledRun
from carnet.issuing.queries._orders import JobView, job_view
from carnet.issuing.queries._packing import BoxView, packing
from carnet.issuing.queries._spoiled import spoiled_waiting, waiting_runs
from carnet.issuing.rules import JobKind, JobState
from carnet.issuing.rules.print_shops import PrintKeyState, SaidFor, key_state, seed_due_at
from carnet.journal import queries as journal
from carnet.kernel.actors import Actor
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties

_LIVE = (JobState.WAITING.value, JobState.RUNNING.value)
# What the journal's line about it is of.
SAID_FOR = "printed-order"
# A certificate that ends this soon is said to its print shop and to the operator.
KEY_ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PrintKeyView:
    """A key as both ends see it. `people`: names by id, of those the reader may know."""

    id: int
    print_shop_id: int
    organisation_id: int
    organisation: str
    operator_id: int
    version: int
    fingerprint: bytes
    bits: int
    valid_from: datetime
    valid_until: datetime
    proposed_at: datetime
    proposed_by_id: int
    approved_at: datetime | None
    approved_by_id: int | None
    refused_at: datetime | None
    ended_at: datetime | None
    admitted_by_id: int
    state: PrintKeyState

    @property
    def printed_fingerprint(self) -> str:
        """The fingerprint as it is read aloud: groups of four."""
        return grouped(self.fingerprint.hex())

    @property
    def is_in_force(self) -> bool:
        """Whether files are sealed for it now."""
        return self.state is PrintKeyState.IN_FORCE


@dataclass(frozen=True, slots=True)
class PrintShopView:
    """A print shop that an operator works with, and its keys, the latest first."""

    id: int
    operator_id: int
    operator: str
    organisation_id: int
    organisation: str
    admitted_at: datetime
    admitted_by_id: int
    ended_at: datetime | None
    keys: tuple[PrintKeyView, ...]

    @property
    def key(self) -> PrintKeyView | None:
        """The key files are sealed for now, if any."""
        return next((each for each in self.keys if each.is_in_force), None)

    @property
    def waiting_key(self) -> PrintKeyView | None:
        """The key that waits for the second person, if any."""
        return next((each for each in self.keys if each.state is PrintKeyState.PROPOSED), None)


@dataclass(frozen=True, slots=True)
class FetchView:
    """That somebody took a file away."""

    file_id: int
    file: str
    at: datetime
    by_id: int
    by: str
    sha256: str


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A sealed file as its print shop sees it."""

    id: int
    job_id: int
    name: str
    first_rank: int
    last_rank: int
    size_bytes: int
    sha256: str
    written_at: datetime
    deleted_at: datetime | None
    fetches: tuple[FetchView, ...]


@dataclass(frozen=True, slots=True)
class SpoiledView:
    """Booklets the press damaged. `is_given_again`: their files were all made again since."""

    id: int
    first_rank: int
    last_rank: int
    reported_at: datetime
    is_given_again: bool


@dataclass(frozen=True, slots=True)
class GivenLine:
    """An edition in the list of a print shop."""

    order_id: int
    operator: str
    title: str
    booklet_count: int
    booklet_size: int
    given_at: datetime
    file_count: int
    unfetched_count: int
    spoiled_count: int
    is_live: bool
    printed_at: datetime | None
    is_closed: bool


@dataclass(frozen=True, slots=True)
class GivenEdition:
    """An edition as its print shop sees it: what to print, on what, for whom, with which files."""

    line: GivenLine
    programme_id: int
    first_serial: str
    last_serial: str
    value_cents: int
    papers: tuple[str, ...]
    print_reference: str
    printed_count: int | None
    seed_destroyed_at: datetime | None
    jobs: tuple[JobView, ...]
    files: tuple[GivenFile, ...]
    spoiled: tuple[SpoiledView, ...]
    packing: tuple[BoxView, ...]


@dataclass(frozen=True, slots=True)
class SeedDue:
    """A printed edition whose secret is still there. `held_count`: booklets spoiled at the press whose files were not given again."""

    order_id: int
    programme_id: int
    operator_id: int
    booklet_count: int
    printed_at: datetime
    due_at: datetime
    held_count: int


def grouped(digits: str) -> str:
    """Hexadecimal digits in groups of four, as they are read on the telephone."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def print_shops(actor: Actor, *, at: datetime) -> tuple[PrintShopView, ...]:
    """The print shops of the actor's operator; for a print shop, its ties to each operator. Those that ended come last."""
    rows = list(access.seen_print_shops(actor))
    keys = _keys(PrintKey.objects.filter(print_shop__in=rows), at)
    found = [_shop(row, tuple(each for each in keys if each.print_shop_id == row.id)) for row in rows]
    return tuple(sorted(found, key=lambda shop: (shop.ended_at is not None, shop.id)))


def print_shop(actor: Actor, print_shop_id: int, *, at: datetime) -> PrintShopView:
    """One of them, from either end. Raises: PrintShopUnknown."""
    row = access.print_shop(actor, print_shop_id)
    return _shop(row, tuple(_keys(PrintKey.objects.filter(print_shop=row), at)))


def print_key(actor: Actor, key_id: int, *, at: datetime) -> PrintKeyView:
    """One key, for either end. Raises: PrintKeyUnknown."""
    (found,) = _keys(PrintKey.objects.filter(id=access.print_key(actor, key_id).id), at)
    return found


def given_editions(actor: Actor) -> list[GivenLine]:
    """The editions the actor's print shop was given, the latest first."""
    order_ids = access.given_order_ids(actor)
    jobs = Job.objects.filter(order_id__in=order_ids, shop_organisation_id=actor.organisation_id)
    programme_ids = set(jobs.values_list("programme_id", flat=True))
    with acting_as(actor, programme_ids=programme_ids):
        rows = Order.objects.filter(id__in=order_ids).select_related("programme", "operator").order_by("-id")
        return [_given_line(row, actor) for row in rows]


def given_edition(actor: Actor, order_id: int) -> GivenEdition:
    """One edition given to the actor's print shop. Raises: OrderUnknown."""
    with access.given_order(actor, order_id) as row:
        jobs = list(Job.objects.filter(order=row, kind=JobKind.PRINT.value, shop_organisation_id=actor.organisation_id).order_by("-id"))
        files = list(
            PrintFile.objects.filter(order=row, shop_organisation_id=actor.organisation_id).order_by("job_id", "first_rank", "name")
        )
        series = ledger.series(row.series_id) if row.series_id else None
        return GivenEdition(
            line=_given_line(row, actor),
            programme_id=row.programme_id,
            first_serial=ledger.serial_of_booklet(series, series.first_booklet_id) if series else "",
            last_serial=ledger.serial_of_booklet(series, series.last_booklet_id) if series else "",
            value_cents=row.face_value_cents,
            papers=tuple(dict.fromkeys(each.paper for each in jobs)),
            print_reference=row.print_reference,
            printed_count=row.printed_count,
            seed_destroyed_at=row.seed_destroyed_at,
            jobs=tuple(job_view(each) for each in jobs),
            files=tuple(_given_files(files)),
            spoiled=tuple(spoiled(row.id)),
            packing=packing(row.id),
        )


def fetches(order_id: int) -> tuple[FetchView, ...]:
    """Who took which file of an order away, the latest first, inside the announced tenant."""
    return tuple(_fetches(PrintFetch.objects.filter(order_id=order_id).select_related("file").order_by("-id")))


def spoiled(order_id: int) -> list[SpoiledView]:
    """What the press reported damaged, the oldest first, inside the announced tenant."""
    rows = list(SpoiledRun.objects.filter(order_id=order_id).order_by("id"))
    return [
        SpoiledView(
            row.id, row.first_rank, row.last_rank, row.reported_at, (row.first_rank, row.last_rank) not in waiting_runs([row], order_id)
        )
        for row in rows
    ]


def sealed_for(order_id: int) -> list[int]:
    """The organisations that files of an order were sealed for, the latest first, inside the announced tenant."""
    made = Job.objects.filter(order_id=order_id, kind=JobKind.PRINT.value, state=JobState.DONE.value, shop_organisation_id__isnull=False)
    return [each for each in dict.fromkeys(made.order_by("-id").values_list("shop_organisation_id", flat=True)) if each is not None]


def said_for(order_id: int) -> SaidFor | None:
    """Why the operator said, for the print shop, that an order is printed; None when it did not."""
    line = next(iter(journal.lines(subject=(SAID_FOR, order_id), limit=1)), None)
    return SaidFor(line.facts["because"]) if line is not None else None


def left_shops(actor: Actor) -> frozenset[int]:
    """The organisations that printed for the actor's operator, and do no longer."""
    ties = PrintShop.objects.filter(operator_id=actor.organisation_id or 0).values_list("organisation_id", "ended_at")
    return frozenset(shop for shop, ended_at in ties if ended_at) - frozenset(shop for shop, ended_at in ties if not ended_at)


def seeds_due(*, days: int, programme_ids: Collection[int] | None = None) -> list[SeedDue]:
    """The printed editions whose secret is still there, the first due first, inside the announced tenant."""
    rows = Order.objects.filter(printed_at__isnull=False, seed_destroyed_at=None).order_by("printed_at", "id")
    if programme_ids is not None:
        rows = rows.filter(programme_id__in=programme_ids)
    return [
        SeedDue(
            order_id=row.id,
            programme_id=row.programme_id,
            operator_id=row.operator_id,
            booklet_count=row.booklet_count,
            printed_at=row.printed_at,
            due_at=seed_due_at(row.printed_at, days=days),
            held_count=spoiled_waiting(row.id),
        )
        for row in rows
        if row.printed_at is not None
    ]


def _shop(row: PrintShop, keys: tuple[PrintKeyView, ...]) -> PrintShopView:
    return PrintShopView(
        id=row.id,
        operator_id=row.operator_id,
        operator=row.operator.name,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        admitted_at=row.admitted_at,
        admitted_by_id=row.admitted_by_id,
        ended_at=row.ended_at,
        keys=keys,
    )


def _keys(rows: Iterable[PrintKey], at: datetime) -> list[PrintKeyView]:
    found = rows.select_related("print_shop", "organisation").order_by("-version")  # type: ignore[attr-defined]
    return [
        PrintKeyView(
            id=row.id,
            print_shop_id=row.print_shop_id,
            organisation_id=row.organisation_id,
            organisation=row.organisation.name,
            operator_id=row.operator_id,
            version=row.version,
            fingerprint=bytes(row.fingerprint),
            bits=row.bits,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            proposed_at=row.proposed_at,
            proposed_by_id=row.proposed_by_id,
            approved_at=row.approved_at,
            approved_by_id=row.approved_by_id,
            refused_at=row.refused_at,
            ended_at=row.ended_at,
            admitted_by_id=row.print_shop.admitted_by_id,
            state=key_state(
                approved_at=row.approved_at, refused_at=row.refused_at, ended_at=row.ended_at, valid_from=row.valid_from,
                valid_until=row.valid_until, at=at,
            ),
        )
        for row in found
    ]  # fmt: skip


def _given_line(row: Order, actor: Actor) -> GivenLine:
    jobs = list(Job.objects.filter(order=row, kind=JobKind.PRINT.value, shop_organisation_id=actor.organisation_id).order_by("id"))
    files = PrintFile.objects.filter(order=row, shop_organisation_id=actor.organisation_id, deleted_at=None)
    terms = funding.programme(row.programme_id).terms
    return GivenLine(
        order_id=row.id,
        operator=row.operator.name,
        title=terms.print_title or terms.name,
        booklet_count=row.booklet_count,
        booklet_size=row.booklet_size,
        given_at=jobs[0].requested_at,
        file_count=files.count(),
        unfetched_count=files.filter(fetches=None).count(),
        spoiled_count=spoiled_waiting(row.id),
        is_live=any(each.state in _LIVE for each in jobs),
        printed_at=row.printed_at,
        is_closed=row.seed_destroyed_at is not None,
    )


def _given_files(rows: list[PrintFile]) -> Iterable[GivenFile]:
    taken = list(_fetches(PrintFetch.objects.filter(file__in=rows).select_related("file").order_by("id")))
    for row in rows:
        yield GivenFile(
            id=row.id,
            job_id=row.job_id,
            name=row.name,
            first_rank=row.first_rank,
            last_rank=row.last_rank,
            size_bytes=row.size_bytes,
            sha256=bytes(row.sha256).hex(),
            written_at=row.written_at,
            deleted_at=row.deleted_at,
            fetches=tuple(each for each in taken if each.file_id == row.id),
        )


def _fetches(rows: Iterable[PrintFetch]) -> Iterable[FetchView]:
    found = list(rows)
    # Whoever may see the trace may know who it is about, at the print shop too.
    with acting_as(organisation_ids={row.shop_organisation_id for row in found if row.shop_organisation_id}):
        names = parties.names_of({row.fetched_by_id for row in found if row.shop_organisation_id})
    names |= parties.names_of({row.fetched_by_id for row in found if not row.shop_organisation_id})
    for row in found:
        yield FetchView(
            row.file_id, row.file.name, row.fetched_at, row.fetched_by_id, names.get(row.fetched_by_id, ""), bytes(row.sha256).hex()
        )
