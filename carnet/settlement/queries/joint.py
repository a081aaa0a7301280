"""What both sides sign at the end of a season, and what is credited then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carnet.funding import queries as funding
from carnet.gateways.database import acting_as
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import Role
from carnet.settlement import access
from carnet.settlement.models import CreditNote, JointStatement
from carnet.settlement.queries._statements import FunderStatement


@dataclass(frozen=True, slots=True)
class JointView:
    """One funder's joint statement. Unit: whole cents. `digest` is what both sign, in hexadecimal."""

    id: int
    agreement_id: int
    operator_id: int
    funder_id: int
    round: int
    figures: FunderStatement
    return_cents: int
    digest: str
    made_at: datetime
    operator_signed_by: str
    operator_signed_at: datetime | None
    funder_signed_by: str
    funder_signed_at: datetime | None
    contested_at: datetime | None
    contested_reason: str
    withdrawn_at: datetime | None
    has_paper: bool

    @property
    def is_signed(self) -> bool:
        """Whether both sides have signed."""
        return self.operator_signed_at is not None and self.funder_signed_at is not None


@dataclass(frozen=True, slots=True)
class CreditNoteView:
    """One credit note, as it was issued. Unit: whole cents."""

    id: int
    number: str
    agreement_id: int
    funder_id: int
    funder: str
    circulation_cents: int
    unissued_cents: int
    issued_at: datetime
    content: Mapping[str, Any]

    @property
    def cents(self) -> int:
        """What is credited."""
        return self.circulation_cents + self.unissued_cents


def joint_statement(actor: Actor, statement_id: int) -> JointView:
    """One joint statement. Raises: NotAllowed, StatementUnknown."""
    return joint_view(access.joint_statement(actor, statement_id), actor)


def signed_paper(actor: Actor, statement_id: int) -> bytes | None:
    """The PDF both sides signed, byte for byte; None while it is not signed, and for an auditor: it names two people.

    Raises: NotAllowed, StatementUnknown.
    """
    paper = access.joint_statement(actor, statement_id).paper
    return bytes(paper) if paper is not None and Role.AUDITOR not in actor.roles else None


def joint_view(row: JointStatement, actor: Actor | None = None) -> JointView:
    """A joint statement as it is read: each side reads who signed for the other. An auditor reads no name."""
    operator_id = funding.programme(row.programme_id).operator_id
    with acting_as(organisation_ids=[operator_id, row.funder_id]):
        names = names_read(actor, (row.operator_signed_by_id, row.funder_signed_by_id))
    figures = FunderStatement.from_json(row.content)
    return JointView(
        id=row.id,
        agreement_id=row.agreement_id,
        operator_id=operator_id,
        funder_id=row.funder_id,
        round=row.round,
        figures=figures,
        return_cents=row.return_cents,
        digest=bytes(row.digest).hex(),
        made_at=row.made_at,
        operator_signed_by=names.get(row.operator_signed_by_id or 0, ""),
        operator_signed_at=row.operator_signed_at,
        funder_signed_by=names.get(row.funder_signed_by_id or 0, ""),
        funder_signed_at=row.funder_signed_at,
        contested_at=row.contested_at,
        contested_reason=row.contested_reason,
        withdrawn_at=row.withdrawn_at,
        has_paper=row.paper_digest is not None,
    )


def credit_notes(actor: Actor, agreement_id: int) -> list[CreditNoteView]:
    """The credit notes of an agreement, in order of number; a funder reads its own. Raises: NotAllowed, AgreementUnknown."""
    return [_credit_note(row) for row in access.seen_credit_notes(actor, agreement_id)]


def _credit_note(row: CreditNote) -> CreditNoteView:
    content = row.content
    return CreditNoteView(
        row.id, content["number"], row.agreement_id, row.funder_id, content["funder"]["name"], row.circulation_cents, row.unissued_cents,
        row.issued_at, content,
    )  # fmt: skip


def names_read(actor: Actor | None, person_ids: Iterable[int | None]) -> dict[int, str]:
    """Names of whoever decided: an auditor reads nothing personal, and who acted for which organisation is said otherwise."""
    if actor is not None and Role.AUDITOR in actor.roles:
        return {}
    return parties.names_of({each for each in person_ids if each})


def credit_note(actor: Actor, note_id: int) -> CreditNoteView | None:
    """One credit note, if the actor may read it; None otherwise, as for one that does not exist. Raises: NotAllowed."""
    row = access.seen_credit_note(actor, note_id)
    return _credit_note(row) if row is not None else None


def to_sign(actor: Actor, *, as_funder: bool) -> list[JointView]:
    """The statements one side has not signed yet, and nobody contests, the oldest first. Raises: NotAllowed."""
    rows = access.living_statements(actor).filter(contested_at=None).defer("paper")
    waiting = rows.filter(funder_signed_at=None) if as_funder else rows.filter(operator_signed_at=None)
    return [joint_view(row, actor) for row in waiting]


def statements_of(actor: Actor, agreement_id: int) -> list[JointView]:
    """The statements in force of an agreement that the actor may read, the oldest first. Raises: NotAllowed."""
    return [joint_view(row, actor) for row in access.living_statements(actor).filter(agreement_id=agreement_id).defer("paper")]
