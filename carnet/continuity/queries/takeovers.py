"""Takeovers as the successor's operator and its places see them: what came, what is still to settle, claims on paper."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, Sum

from carnet.continuity.access import takeovers as access
from carnet.continuity.models import BroughtReceipt, PaperClaim, PaperClaimLine, PaperFile, PaperVoucher, Takeover
from carnet.continuity.rules.papers import PaperClaimState
from carnet.continuity.rules.takeovers import TakeoverState, refused_receipt
from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.parties import queries as parties
from carnet.parties.rules import Role
from carnet.places import queries as places

SETTLED_BY_ITSELF = ("written", "known")


@dataclass(frozen=True, slots=True)
class TakeoverView:
    """One finished takeover. Unit: whole cents. `gap`: the step where the archive stopped short, if it did."""

    id: int
    programme_id: int
    programme_name: str
    organisation_id: int
    former_name: str
    former_siret: str
    former_organisation_id: int | None
    signing_key: str
    base_number: int
    latest_number: int
    known_until: datetime
    taken_at: datetime
    row_count: int
    archive_bytes: int
    seconds: int
    gap: str
    rows: dict[str, int]
    heads: dict[str, dict[str, int | str]]
    owed: tuple[tuple[int, int], ...]
    to_settle: int = 0

    @property
    def owed_cents(self) -> int:
        """What places were owed on the day."""
        return sum(cents for _organisation, cents in self.owed)


def takeovers(*, actor: Actor) -> list[TakeoverView]:
    """Those of the programmes the actor operates or audits, the latest first."""
    rows = list(access.seen_takeovers(actor))
    waiting = dict(
        BroughtReceipt.objects.filter(takeover__in=rows, settled_at=None)
        .exclude(outcome__in=SETTLED_BY_ITSELF)
        .order_by()
        .values_list("takeover_id")
        .annotate(Count("id"))
    )
    return [_view(row, waiting.get(row.id, 0)) for row in rows]


def takeover(*, actor: Actor, takeover_id: int) -> TakeoverView:
    """Raises: TakeoverUnknown."""
    row = access.seen_takeover(actor, takeover_id)
    waiting = BroughtReceipt.objects.filter(takeover=row, settled_at=None).exclude(outcome__in=SETTLED_BY_ITSELF).count()
    return _view(row, waiting)


def _view(row: Takeover, to_settle: int) -> TakeoverView:
    assert row.taken_at is not None
    return TakeoverView(
        id=row.id,
        programme_id=row.programme_id,
        programme_name=row.programme_name,
        organisation_id=row.organisation_id,
        former_name=row.former_name,
        former_siret=row.former_siret,
        former_organisation_id=row.former_organisation_id,
        signing_key=row.signing_key,
        base_number=row.base_number,
        latest_number=row.latest_number,
        known_until=row.known_until,
        taken_at=row.taken_at,
        row_count=row.row_count,
        archive_bytes=row.archive_bytes,
        seconds=row.seconds,
        gap=row.facts.get("gap", ""),
        rows=row.facts.get("rows", {}),
        heads=row.facts.get("heads", {}),
        owed=tuple((int(each[0]), int(each[1])) for each in row.facts.get("owed", [])),
        to_settle=to_settle,
    )


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One receipt that was brought. `refusal`: why it was not honoured."""

    id: int
    takeover_id: int
    programme_id: int
    place_id: int
    voucher_serial: str
    service: str
    value_cents: int
    redeemed_at: datetime
    brought_at: datetime
    outcome: str
    redemption_number: str
    settled_at: datetime | None
    note: str
    refusal: Refusal | None = None


def receipts(*, takeover_id: int, waiting: bool | None = None, limit: int = 500) -> list[ReceiptLine]:
    """The receipts of one takeover that the reader sees, the latest first; `waiting`: those refused and not settled, or the others."""
    rows = BroughtReceipt.objects.filter(takeover_id=takeover_id).select_related("takeover").order_by("-brought_at", "-id")
    if waiting is not None:
        open_ones = Q(settled_at=None) & ~Q(outcome__in=SETTLED_BY_ITSELF)
        rows = rows.filter(open_ones) if waiting else rows.exclude(open_ones)
    return [_receipt(row) for row in rows[:limit]]


def own_receipts(*, organisation_id: int, limit: int = 200) -> list[ReceiptLine]:
    """What one organisation of places brought, the latest first."""
    rows = BroughtReceipt.objects.filter(organisation_id=organisation_id).order_by("-brought_at", "-id")
    return [_receipt(row) for row in rows[:limit]]


def receipt(*, actor: Actor, receipt_id: int) -> ReceiptLine:
    """One receipt, for the programme's operator. Raises: TakeoverUnknown."""
    return _receipt(access.operated_receipt(actor, receipt_id))


def _receipt(row: BroughtReceipt) -> ReceiptLine:
    return ReceiptLine(
        id=row.id,
        takeover_id=row.takeover_id,
        programme_id=row.programme_id,
        place_id=row.place_id,
        voucher_serial=row.voucher_serial,
        service=row.service_code,
        value_cents=row.value_cents,
        redeemed_at=row.redeemed_at,
        brought_at=row.brought_at,
        outcome=row.outcome,
        redemption_number=row.redemption_number,
        settled_at=row.settled_at,
        note=row.note,
        refusal=None if row.outcome in SETTLED_BY_ITSELF else refused_receipt(row.outcome, redeemed_at=row.told_at, reason=row.reason),
    )


@dataclass(frozen=True, slots=True)
class ReceiptCounts:
    """How many receipts a takeover was brought, and what became of them."""

    written: int = 0
    known: int = 0
    refused: int = 0
    written_cents: int = 0


def receipt_counts(*, takeover_id: int) -> ReceiptCounts:
    """Counted now."""
    rows = (
        BroughtReceipt.objects.filter(takeover_id=takeover_id).order_by().values_list("outcome").annotate(Count("id"), Sum("value_cents"))
    )
    counted: Counter[str] = Counter()
    cents = 0
    for outcome, count, value in rows:
        counted[outcome if outcome in SETTLED_BY_ITSELF else "refused"] += count
        cents += value if outcome == "written" else 0
    return ReceiptCounts(counted["written"], counted["known"], counted["refused"], cents)


@dataclass(frozen=True, slots=True)
class Lonely:
    """An organisation of places where nobody can sign in any more. `invited`: somebody was asked."""

    organisation_id: int
    name: str
    place_names: tuple[str, ...]
    invited: bool
    owed_cents: int


def lonely_places(*, takeover: TakeoverView, at: datetime) -> list[Lonely]:
    """The organisations that run the programme's places and have no manager here: people never come with an archive."""
    owed = dict(takeover.owed)
    place_names: dict[int, list[str]] = {}
    for summary in places.summaries(places.places_accepting(takeover.programme_id, at=at), at=at):
        if summary.operator_id is not None:
            place_names.setdefault(summary.operator_id, []).append(summary.name)
    wanted = set(place_names) | set(owed)
    managed, invited = parties.having_role(wanted, Role.PLACE_MANAGER, at=at)
    cards = parties.organisations(wanted - managed)
    found = [
        Lonely(key, cards[key].name, tuple(place_names.get(key, ())), key in invited, owed.get(key, 0))
        for key in sorted(wanted - managed)
        if key in cards
    ]
    return sorted(found, key=lambda each: (each.invited, -each.owed_cents, each.name))


def could_bring_receipts(*, organisation_id: int, at: datetime) -> list[TakeoverView]:
    """The takeovers of the programmes that an organisation's places accept: what its page of receipts is about."""
    programme_ids = _accepted([organisation_id], at)
    with acting_as(programme_ids=programme_ids):
        return [
            _view(row, 0)
            for row in Takeover.objects.filter(programme_id__in=programme_ids, state=TakeoverState.DONE).order_by("-taken_at", "-id")
        ]


def could_claim_papers(*, organisation_id: int, at: datetime) -> list[int]:
    """The programmes that an organisation's places accept, and that came as a list of serials."""
    programme_ids = _accepted([organisation_id], at)
    with acting_as(programme_ids=programme_ids):
        return sorted(set(PaperFile.objects.filter(programme_id__in=programme_ids).values_list("programme_id", flat=True)))


def _accepted(organisation_ids: Iterable[int], at: datetime) -> set[int]:
    return {each.programme_id for place in places.places_of(organisation_ids, at=at) for each in place.acceptances}


# --- claims on paper ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperFileView:
    """A list of serials that was taken over. Unit: whole cents."""

    id: int
    programme_id: int
    programme_name: str
    line_count: int
    funded_count: int
    funded_cents: int
    claimed_count: int
    claims_until: date
    taken_at: datetime


def paper_files(*, actor: Actor) -> list[PaperFileView]:
    """The lists of the programmes the actor operates or audits, the latest first."""
    rows = PaperFile.objects.filter(programme_id__in=actor.programme_ids).order_by("-taken_at", "-id")
    names = {each.id: each.name for each in funding.programmes([row.programme_id for row in rows])}
    return [
        PaperFileView(
            row.id,
            row.programme_id,
            names.get(row.programme_id, ""),
            row.line_count,
            row.funded_count,
            row.funded_cents,
            PaperClaimLine.objects.filter(voucher__file=row, stands=True).count(),
            row.claims_until,
            row.taken_at,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class PaperClaimView:
    """A claim on paper. Unit: whole cents. `voices`: who said yes so far, of the `people_needed`."""

    id: int
    programme_id: int
    organisation_id: int
    place_id: int
    line_count: int
    cents: int
    paper_kept: bool
    has_photograph: bool
    shows_photograph: bool
    state: PaperClaimState
    approval_id: int | None
    claimed_at: datetime
    claimed_by_id: int
    decided_at: datetime | None
    reason: str
    lines: tuple["PaperLine", ...] = field(default=())


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One voucher of a claim."""

    serial: str
    service: str
    used_on: date
    value_cents: int
    accepted_until: date
    listed_as: str
    redemption_number: str


def paper_claims(*, actor: Actor, state: PaperClaimState | None = None, limit: int = 500) -> list[PaperClaimView]:
    """The claims of the programmes the actor operates or audits: those that wait first, the oldest first."""
    rows = PaperClaim.objects.filter(programme_id__in=actor.programme_ids)
    if state is not None:
        rows = rows.filter(state=state)
    ordered = sorted(
        rows.defer("sealed_photograph").order_by("claimed_at", "id")[:limit], key=lambda row: row.state != PaperClaimState.WAITING
    )
    return [_claim(row) for row in ordered]


def own_paper_claims(*, organisation_id: int, limit: int = 200) -> list[PaperClaimView]:
    """What one organisation of places claimed, the latest first."""
    rows = PaperClaim.objects.filter(organisation_id=organisation_id).defer("sealed_photograph").order_by("-claimed_at", "-id")
    return [_claim(row) for row in rows[:limit]]


def paper_claim(*, actor: Actor, claim_id: int) -> PaperClaimView:
    """One claim, with its lines, for whoever operates or audits the programme. Raises: PaperClaimUnknown."""
    row = access.seen_claim(actor, claim_id)
    lines = PaperClaimLine.objects.filter(claim=row).select_related("voucher").order_by("id")
    return _claim(row, tuple(_line(each, each.voucher) for each in lines))


def _claim(row: PaperClaim, lines: tuple[PaperLine, ...] = ()) -> PaperClaimView:
    waits = row.state == PaperClaimState.WAITING
    return PaperClaimView(
        id=row.id,
        programme_id=row.programme_id,
        organisation_id=row.organisation_id,
        place_id=row.place_id,
        line_count=row.line_count,
        cents=row.cents,
        paper_kept=row.paper_kept,
        has_photograph=row.photograph_digest is not None,
        shows_photograph=waits and row.photograph_digest is not None,
        state=PaperClaimState(row.state),
        approval_id=row.approval_id,
        claimed_at=row.claimed_at,
        claimed_by_id=row.claimed_by_id,
        decided_at=row.decided_at,
        reason=row.reason,
        lines=lines,
    )


def _line(row: PaperClaimLine, voucher: PaperVoucher) -> PaperLine:
    return PaperLine(
        voucher.serial, row.service_code, row.used_on, voucher.value_cents, voucher.accepted_until, voucher.state, row.redemption_number
    )
