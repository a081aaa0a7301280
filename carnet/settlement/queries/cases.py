"""What waits in a programme because of open cases, counted from what no claim holds yet; the ledger still owes all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from carnet.controls.queries import cases as controls
from carnet.controls.queries.cases import HeldByCase
from carnet.controls.rules.cases import Key, Line, keep_back
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may
from carnet.redemption import queries as redemption
from carnet.settlement.models import Claim, ClaimLine, HeldForCase, Transfer
from carnet.settlement.queries._runs import organisation_names
from carnet.settlement.rules import LIVING_TRANSFERS, ClaimState

# An account drawn up: it can still wait, unless the file that pays it was taken out.
_NOT_SENT = (ClaimState.READY, ClaimState.SET_ASIDE, ClaimState.IN_PAYMENT)


@dataclass(frozen=True, slots=True)
class PartOfClaim:
    """What a case keeps waiting of one account that was drawn up. `is_whole`: all of the account waits, for this case or several."""

    claim_id: int
    lines: tuple[Line, ...]
    is_whole: bool = False

    @property
    def cents(self) -> int:
        """What waits of it, in whole cents."""
        return sum(line.cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class KeptForCase:
    """What one case keeps waiting. `lines`: redemptions no claim holds. `parts`: of accounts drawn up and not at the bank. Units: whole cents."""

    case_id: int
    organisation_id: int
    place_id: int
    until: datetime
    answer_until: datetime
    lines: tuple[Line, ...]
    parts: tuple[PartOfClaim, ...] = ()

    def of(self, lines: tuple[Line, ...]) -> "KeptForCase":
        """The same, of these redemptions only."""
        return replace(self, lines=lines)

    @property
    def kept_cents(self) -> int:
        """What no claim holds."""
        return sum(line.cents for line in self.lines)

    @property
    def claim_cents(self) -> int:
        """What accounts drawn up hold."""
        return sum(part.cents for part in self.parts)

    @property
    def cents(self) -> int:
        """All that waits."""
        return self.kept_cents + self.claim_cents

    @property
    def voucher_count(self) -> int:
        """All that waits, in vouchers."""
        return len(self.lines) + sum(len(part.lines) for part in self.parts)


@dataclass(frozen=True, slots=True)
class CaseWaiting:
    """What one case keeps waiting, as the treasurer reads it. Unit: whole cents."""

    case_id: int
    organisation_id: int
    payee: str
    place_id: int
    voucher_count: int
    cents: int
    until: datetime


def kept_for_cases(*, programme_id: int, at: datetime, holding: Sequence[HeldByCase]) -> list[KeptForCase]:
    """What these holds keep waiting at `at`; nothing waits for two cases. No actor: seeing the programme's rows.

    Of what the place redeemed and the bank was not given: first what is in question, then the oldest of the rest, claimed or not, as far as
    the hold goes. Undone since: nothing waits for it.
    """
    taken: set[Key] = set()
    found: list[KeptForCase] = []
    sizes: dict[int, int] = {}
    for case in holding:
        undone = redemption.undone_among([_plain(line.key) for line in case.chosen])
        standing = {line.key for line in case.chosen if _plain(line.key) not in undone}
        # What was undone since is owed no more: the hold is that much less.
        cents = case.cents - sum(line.cents for line in case.chosen if _plain(line.key) in undone)
        claim_of, counted = _claimed(case)
        sizes |= counted
        free = [line for line in (*_unclaimed(case, at), *claim_of) if line.key not in taken]
        kept = keep_back(
            cents=max(0, cents),
            chosen=[line for line in free if line.key in standing],
            others=[line for line in free if line.key not in standing],
        )
        taken.update(line.key for line in kept)
        parts: dict[int, list[Line]] = {}
        for line in kept:
            if line in claim_of:
                parts.setdefault(claim_of[line], []).append(line)
        found.append(
            KeptForCase(
                case.case_id,
                case.organisation_id,
                case.place_id,
                case.until,
                case.answer_until,
                tuple(line for line in kept if line not in claim_of),
                tuple(PartOfClaim(claim_id, tuple(parts[claim_id])) for claim_id in sorted(parts)),
            )
        )
    return _with_whole(found, sizes)


def parts_waiting(*, programme_id: int, at: datetime) -> dict[int, list[PartOfClaim]]:
    """Of each account that cases keep waiting, whole or in part, what they keep of it."""
    holding = controls.held(programme_id=programme_id, at=at)
    found: dict[int, list[PartOfClaim]] = {}
    if holding:
        for kept in kept_for_cases(programme_id=programme_id, at=at, holding=holding):
            for part in kept.parts:
                found.setdefault(part.claim_id, []).append(part)
    return found


def waiting_for_cases(*, actor: Actor, programme_id: int, at: datetime) -> list[CaseWaiting]:
    """What waits in a programme, case by case, the oldest first. Raises: NotAllowed."""
    check_may(actor, "settlement.see")
    kept = kept_for_cases(programme_id=programme_id, at=at, holding=controls.held(programme_id=programme_id, at=at))
    names = organisation_names(each.organisation_id for each in kept)
    return [
        CaseWaiting(
            each.case_id,
            each.organisation_id,
            names.get(each.organisation_id, ""),
            each.place_id,
            each.voucher_count,
            each.cents,
            each.until,
        )
        for each in kept
        if each.cents
    ]


def waiting_of_place(*, organisation_id: int, at: datetime) -> list[tuple[int, KeptForCase]]:
    """What waits of one organisation's payments, with the programme it is of; its own rows only, whoever asks has checked it is its own."""
    found: list[tuple[int, KeptForCase]] = []
    for programme_id in controls.held_programmes(organisation_id=organisation_id, at=at):
        # Shares and series are read through the programme; the holds asked about are this organisation's alone.
        with acting_as(programme_ids=[programme_id], organisation_ids=[organisation_id]):
            holding = controls.held(programme_id=programme_id, at=at, organisation_id=organisation_id)
            found += [(programme_id, each) for each in kept_for_cases(programme_id=programme_id, at=at, holding=holding) if each.cents]
    return found


def was_ever_held(*, organisation_id: int) -> bool:
    """Whether a cut-off ever left something of this organisation out: its claims then do not follow its days."""
    return HeldForCase.objects.filter(organisation_id=organisation_id).exists()


def _with_whole(found: list[KeptForCase], sizes: Mapping[int, int]) -> list[KeptForCase]:
    """The same, with the accounts of which every line waits, for one case or for several, said to wait whole."""
    counts: dict[int, int] = {}
    for kept in found:
        for part in kept.parts:
            counts[part.claim_id] = counts.get(part.claim_id, 0) + len(part.lines)
    return [
        replace(kept, parts=tuple(replace(part, is_whole=counts[part.claim_id] == sizes[part.claim_id]) for part in kept.parts))
        for kept in found
    ]


def _claimed(case: HeldByCase) -> tuple[dict[Line, int], dict[int, int]]:
    """The place's lines in accounts that the bank was not given yet, with their account; and how many lines each of these accounts has."""
    claims = Claim.objects.filter(
        programme_id=case.programme_id, organisation_id=case.organisation_id, state__in=[each.value for each in _NOT_SENT]
    )
    sizes = dict(claims.order_by().values_list("id", "voucher_count"))
    sent = Transfer.objects.filter(claim_id__in=sizes, run__file_digest__isnull=False, state__in=[each.value for each in LIVING_TRANSFERS])
    gone = set(sent.order_by().values_list("claim_id", flat=True))
    rows = ClaimLine.objects.filter(claim_id__in=set(sizes) - gone, place_id=case.place_id).order_by("id")
    columns = ("series_id", "voucher_id", "generation", "cents", "redeemed_at", "claim_id")
    found = {Line(Key(row[0], row[1], row[2]), row[3], row[4]): row[5] for row in rows.values_list(*columns)}
    return found, sizes


def _unclaimed(case: HeldByCase, at: datetime) -> list[Line]:
    """What the place redeemed, that it can no longer undo and no claim holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.series_id, r.voucher_id, r.generation, r.value_cents, r.redeemed_at FROM redemption_claimable(%s, %s) r"
            " WHERE r.place_id = %s AND r.organisation_id = %s AND NOT EXISTS (SELECT 1 FROM settlement_claimline l"
            " WHERE l.series_id = r.series_id AND l.voucher_id = r.voucher_id AND l.generation = r.generation)",
            [case.programme_id, at, case.place_id, case.organisation_id],
        )
        return [Line(Key(row[0], row[1], row[2]), row[3], row[4]) for row in cursor.fetchall()]


def _plain(key: Key) -> tuple[int, int, int]:
    return (key.series_id, key.voucher_id, key.generation)
