"""Who reads figures, a forecast or a monthly statement: whoever reads the agreement; a funder, its own part only.

Whoever may read an agreement reads the whole of it in counts and cents; a funder's own part, only that funder and those who run or audit it.
A territory is read by the organisations invited to it; each writes its own line alone.
"""

from datetime import datetime
from uuid import UUID

from carnet.funding import queries as funding
from carnet.funding.queries import AgreementFacts
from carnet.funding.rules import AgreementUnknown
from carnet.gateways.keys import key_ring
from carnet.kernel.actors import Actor
from carnet.observatory.models import (
    MonthlyLetter,
    NextStep,
    NoticedNeed,
    Objective,
    SelfCheckInvitation,
    SelfCheckSlip,
    Territory,
    TerritoryCommitment,
    TerritoryDecision,
)
from carnet.observatory.rules import LetterUnknown
from carnet.observatory.rules.objectives import ObjectiveUnknown
from carnet.observatory.rules.selfchecks import SlipNumber, SlipUnknown
from carnet.observatory.rules.territories import (
    CommitmentUnknown,
    NextStepUnknown,
    NoticeUnknown,
    NotLeader,
    TerritoryDecisionUnknown,
    TerritoryUnknown,
)
from carnet.parties.rules import Role, check_may
from carnet.settlement import access as settlement


def funder_of(actor: Actor) -> int | None:
    """The funder whose part alone the actor reads; None: it reads everything of its programmes."""
    if actor.kind == "system" or Role.FUNDER not in actor.roles or actor.roles & (set(Role) - {Role.FUNDER, Role.STATE_OFFICER}):
        return None
    return actor.organisation_id or 0


def seen_letter(actor: Actor, letter_id: int) -> MonthlyLetter:
    """A monthly statement, if it is the actor's own or of a programme it operates or audits. Raises: NotAllowed, LetterUnknown."""
    check_may(actor, "observatory.see")
    row = MonthlyLetter.objects.filter(id=letter_id).first()
    own = funder_of(actor)
    if row is None or (own is not None and row.funder_id != own):
        raise LetterUnknown(letter=letter_id)
    return row


def seen_agreement(actor: Actor, agreement_id: int, *, funder_id: int | None = None, at: datetime) -> AgreementFacts:
    """The agreement, if the actor may read its figures, and those of `funder_id` when one is asked. Raises: NotAllowed, AgreementUnknown."""
    check_may(actor, "observatory.see")
    found = funding.agreement(actor, agreement_id, at=at)
    check_reads_funder(actor, funder_id, agreement_id=agreement_id)
    return found


def check_reads_funder(actor: Actor, funder_id: int | None, *, agreement_id: int = 0) -> None:
    """Nobody's part, one's own, or anybody's for those who run or audit. Raises: AgreementUnknown, as if there were none."""
    if funder_id is not None and not settlement.may_read_funder(actor, funder_id):
        raise AgreementUnknown(agreement=agreement_id)


def reads_every_funder(actor: Actor) -> bool:
    """Whether the actor reads every funder's part: those who run or audit the programme."""
    return settlement.may_read_funder(actor, 0)


def seen_territory(actor: Actor, territory_id: int) -> Territory:
    """A territory the actor's organisation leads or was invited to; the database shows no other. Raises: NotAllowed, TerritoryUnknown."""
    check_may(actor, "observatory.see-territories")
    row = Territory.objects.filter(id=territory_id).first()
    if row is None or not (actor.organisation_ids & {row.organisation_id, *row.member_ids}):
        raise TerritoryUnknown(territory=territory_id)
    return row


def led_territory(actor: Actor, territory_id: int) -> Territory:
    """The same, locked, if the actor acts for the organisation that leads it. Raises: NotAllowed, TerritoryUnknown, NotLeader."""
    if actor.organisation_id != seen_territory(actor, territory_id).organisation_id:
        raise NotLeader(territory=territory_id)
    # The database lets nobody else lock it.
    return Territory.objects.select_for_update(of=("self",)).get(id=territory_id)


def own_commitment(actor: Actor, territory: Territory, commitment_id: int) -> TerritoryCommitment:
    """A commitment of the actor's own organisation that still holds, locked. Raises: CommitmentUnknown."""
    rows = TerritoryCommitment.objects.select_for_update(of=("self",)).filter(territory=territory, ended_at__isnull=True)
    row = rows.filter(id=commitment_id, organisation_id=actor.organisation_id or 0).first()
    if row is None:
        raise CommitmentUnknown(commitment=commitment_id)
    return row


def own_noticed(actor: Actor, territory: Territory, noticed_id: int) -> NoticedNeed:
    """A need the actor's own organisation noted, not settled, locked. Raises: NoticeUnknown."""
    rows = NoticedNeed.objects.select_for_update(of=("self",)).filter(territory=territory, settled_at__isnull=True)
    row = rows.filter(id=noticed_id, organisation_id=actor.organisation_id or 0).first()
    if row is None:
        raise NoticeUnknown(noticed=noticed_id)
    return row


def answered_step(actor: Actor, territory: Territory, step_id: int) -> NextStep:
    """A next step still to be done that the actor answers for, noted, or leads, locked. Raises: NextStepUnknown."""
    rows = NextStep.objects.select_for_update(of=("self",)).filter(territory=territory, done_on__isnull=True, dropped_on__isnull=True)
    row = rows.filter(id=step_id).first()
    if row is None or actor.organisation_id not in (row.organisation_id, row.responsible_id, territory.organisation_id):
        raise NextStepUnknown(step=step_id)
    return row


def amendable_decision(actor: Actor, territory: Territory, decision_id: int) -> TerritoryDecision:
    """A decision the actor noted, or leads, not withdrawn, locked. Raises: TerritoryDecisionUnknown."""
    rows = TerritoryDecision.objects.select_for_update(of=("self",)).filter(territory=territory, withdrawn_at__isnull=True)
    row = rows.filter(id=decision_id).first()
    if row is None or actor.organisation_id not in (row.organisation_id, territory.organisation_id):
        raise TerritoryDecisionUnknown(decision=decision_id)
    return row


def set_objective_of(actor: Actor, objective_id: int) -> Objective:
    """An objective the actor's own organisation set, not ended, locked. Raises: ObjectiveUnknown."""
    rows = Objective.objects.select_for_update(of=("self",)).filter(ended_at__isnull=True)
    row = rows.filter(id=objective_id, organisation_id=actor.organisation_id or 0).first()
    if row is None:
        raise ObjectiveUnknown(objective=objective_id)
    return row


def house_giving_slips(actor: Actor) -> int:
    """The organisation for which the actor gives slips of self-checks. Raises: NotAllowed, SlipUnknown."""
    check_may(actor, "observatory.self-check")
    if actor.organisation_id is None:
        raise SlipUnknown
    return actor.organisation_id


def own_slip(actor: Actor, number: str, *, lock: bool = False) -> SelfCheckSlip:
    """A slip that the actor's organisation gave and that still opens. Raises: NotAllowed, SlipUnknown, SlipMistyped."""
    house_id = house_giving_slips(actor)
    rows = SelfCheckSlip.objects.select_for_update(of=("self",)) if lock else SelfCheckSlip.objects
    found = rows.filter(number=str(SlipNumber.parse(number)), organisation_id=house_id, closed_on=None).first()
    if found is None:
        raise SlipUnknown
    return found


def invitation_purpose(request_id: UUID) -> str:
    """What the number or address left to be asked again is sealed for."""
    return f"self-check invitation {request_id}"


def unsealed_invitation(row: SelfCheckInvitation) -> str:
    """The number or address of an invitation that waits."""
    return key_ring().unseal(invitation_purpose(row.request_id), bytes(row.sealed or b"")).decode()
