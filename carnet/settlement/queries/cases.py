"""What waits in a programme because of open cases, counted from what no claim holds yet; the ledger still owes all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.db.models import Q

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
class KeptForCase:
    """What one case keeps waiting. `lines`: redemptions no claim holds. `claim_cents`: of accounts that wait whole. Units: whole cents."""

    case_id: int
    organisation_id: int
    place_id: int
    until: datetime
    answer_until: datetime
    lines: tuple[Line, ...]
    claim_ids: tuple[int, ...] = ()
    claim_count: int = 0
    claim_cents: int = 0

    def of(self, lines: tuple[Line, ...]) -> "KeptForCase":
        """The same, of these redemptions only."""
        return replace(self, lines=lines)

    @property
    def kept_cents(self) -> int:
        """What no claim holds."""
        return sum(line.cents for line in self.lines)

    @property
    def cents(self) -> int:
        """All that waits."""
        return self.kept_cents + self.claim_cents

    @property
    def voucher_count(self) -> int:
        """All that waits, in vouchers."""
        return len(self.lines) + self.claim_count


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

    In question and not claimed: it waits. Claimed with nothing else, and not at the bank: the account waits. Claimed with others, or paid: as
    much waits of what the place redeemed besides. Undone since: nothing waits for it.
    """
    taken: set[Key] = set()
    found: list[KeptForCase] = []
    for case in holding:
        undone = redemption.undone_among([_plain(line.key) for line in case.chosen])
        standing = {line.key: line for line in case.chosen if _plain(line.key) not in undone}
        whole = _whole(case, standing)
        waiting = [line for lines in whole.values() for line in lines]
        claimed_cents = sum(line.cents for line in waiting)
        # What was undone since is owed no more: the hold is that much less.
        cents = min(case.cents, case.cents - sum(line.cents for line in case.chosen if _plain(line.key) in undone))
        free = [line for line in _unclaimed(case, at) if line.key not in taken]
        kept = keep_back(
            cents=max(0, cents - claimed_cents),
            chosen=[line for line in free if line.key in standing],
            others=[line for line in free if line.key not in standing],
        )
        taken.update(line.key for line in kept)
        found.append(
            KeptForCase(
                case.case_id,
                case.organisation_id,
                case.place_id,
                case.until,
                case.answer_until,
                kept,
                tuple(whole),
                len(waiting),
                claimed_cents,
            )
        )
    return found


def claims_waiting(*, programme_id: int, at: datetime) -> frozenset[int]:
    """The accounts that wait whole, because all they hold is in question."""
    holding = controls.held(programme_id=programme_id, at=at)
    return frozenset(claim_id for case in holding for claim_id in _whole(case, {line.key: line for line in case.chosen}))


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


def _whole(case: HeldByCase, standing: Mapping[Key, Line]) -> dict[int, list[Line]]:
    """The accounts not at the bank whose every line is in question, as far as the hold goes, the oldest first."""
    if not standing:
        return {}
    wanted = Q()
    for series_id in {key.series_id for key in standing}:
        wanted |= Q(series_id=series_id, voucher_id__in=[key.voucher_id for key in standing if key.series_id == series_id])
    rows = ClaimLine.objects.filter(wanted, organisation_id=case.organisation_id, claim__state__in=[each.value for each in _NOT_SENT])
    found: dict[int, list[Line]] = {}
    for series_id, voucher_id, generation, claim_id in rows.values_list("series_id", "voucher_id", "generation", "claim_id"):
        line = standing.get(Key(series_id, voucher_id, generation))
        if line is not None:
            found.setdefault(claim_id, []).append(line)
    sent = Transfer.objects.filter(claim_id__in=found, run__file_digest__isnull=False, state__in=[each.value for each in LIVING_TRANSFERS])
    gone = set(sent.order_by().values_list("claim_id", flat=True))
    whole: dict[int, list[Line]] = {}
    left = case.cents
    for claim in Claim.objects.filter(id__in=set(found) - gone).order_by("id"):
        if claim.cents == sum(line.cents for line in found[claim.id]) and claim.cents <= left:
            whole[claim.id] = found[claim.id]
            left -= claim.cents
    return whole


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
