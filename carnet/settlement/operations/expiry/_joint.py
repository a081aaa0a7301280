"""The joint statement: one funder's figures at the end, frozen, signed by both sides on screen; contested with a reason, drawn up again."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from carnet.kernel.actors import Actor
from carnet.parties.rules import Role, check_allowed_now, digest_of, person_of
from carnet.settlement import access
from carnet.settlement.models import Expiry, JointStatement
from carnet.settlement.operations._returns import money_to_return
from carnet.settlement.operations.expiry._telling import note, tell
from carnet.settlement.queries import FunderStatement, statement_figures
from carnet.settlement.queries.joint import JointView, joint_view
from carnet.settlement.rules.expiry import (
    NothingChanged,
    StatementChanged,
    StatementContested,
    StatementSigned,
    check_step_reason,
)

SIGN = "settlement.sign-statement"
PLAY = "settlement.play-expiry"

# What is said of the moment, not of the accounts.
_MOMENT = frozenset({"as_of"})


def draw_up_joint(row: Expiry, *, at: datetime) -> dict[str, Any]:
    """Freeze the figures of each funder that has none to sign yet, and ask it to sign; what the step leaves."""
    due = {each.funder_id: each.cents for each in money_to_return(row.agreement_id)}
    known = set(JointStatement.objects.filter(agreement_id=row.agreement_id, withdrawn_at=None).values_list("funder_id", flat=True))
    figures = statement_figures(agreement_id=row.agreement_id, at=at)
    for each in figures:
        if each.funder_id not in known:
            _drawn(row, each, due.get(each.funder_id, 0), at)
    return {"statements": len(figures), "return_cents": sum(due.values()), "owed_cents": sum(each.owed_cents for each in figures)}


@transaction.atomic
def redraw_statements(*, expiry_id: int, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Draw up again what is contested, or what the ledger has left behind; return how many. Earlier rounds are kept.

    Raises: NotAllowed, SecondFactorNeeded, ExpiryUnknown, NothingChanged.
    """
    check_allowed_now(actor, PLAY, at)
    row = access.expiry_operated(actor, expiry_id)
    due = {each.funder_id: each.cents for each in money_to_return(row.agreement_id)}
    figures = {each.funder_id: each for each in statement_figures(agreement_id=row.agreement_id, at=at)}
    drawn = 0
    for old in JointStatement.objects.filter(agreement_id=row.agreement_id, withdrawn_at=None).order_by("funder_id"):
        fresh, cents = figures[old.funder_id], due.get(old.funder_id, 0)
        if old.contested_at is None and bytes(old.digest) == _digest(fresh, cents):
            continue
        old.withdrawn_at = at
        old.save(update_fields=["withdrawn_at"])
        _drawn(row, fresh, cents, at)
        drawn += 1
    if not drawn:
        raise NothingChanged
    note(actor, "settlement.joint-statements-redrawn", row, {"statements": drawn}, request_id, at)
    return drawn


@transaction.atomic
def sign_statement(
    *, statement_id: int, digest: str, write: Callable[[JointView], bytes], actor: Actor, request_id: UUID, at: datetime
) -> JointView:
    """Sign for one's side exactly what was read (`digest`, in hexadecimal). With the second signature, `write` makes the paper that is kept.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, StatementUnknown, StatementChanged, StatementContested.
    Repeat: a side that has signed signs nothing more.
    """
    check_allowed_now(actor, SIGN, at)
    person_id = person_of(actor, SIGN)
    row = access.joint_statement(actor, statement_id, lock=True)
    side = _side(actor)
    if getattr(row, f"{side}_signed_at") is not None:
        return joint_view(row)
    if row.withdrawn_at is not None or bytes(row.digest).hex() != digest:
        raise StatementChanged
    if row.contested_at is not None:
        raise StatementContested(contested_at=row.contested_at)
    setattr(row, f"{side}_signed_by_id", person_id)
    setattr(row, f"{side}_signed_at", at)
    changed = [f"{side}_signed_by_id", f"{side}_signed_at"]
    if row.operator_signed_at is not None and row.funder_signed_at is not None:
        row.paper = write(joint_view(row))
        row.paper_digest = hashlib.sha256(row.paper).digest()
        changed += ["paper", "paper_digest"]
    row.save(update_fields=changed)
    of = Expiry.objects.get(agreement_id=row.agreement_id)
    facts = {"statement": row.id, "funder": row.funder_id, "side": side, "digest": digest}
    note(actor, "settlement.joint-statement-signed", of, facts, uuid5(request_id, "signed"), at)
    return joint_view(row)


@transaction.atomic
def contest_statement(*, statement_id: int, reason: str, actor: Actor, request_id: UUID, at: datetime) -> None:
    """Say what is wrong instead of signing: nobody signs until it is drawn up again. Said again, it changes nothing.

    Raises: NotAllowed, SecondFactorNeeded, PersonNeeded, StatementUnknown, StepReasonMissing, StatementSigned.
    """
    check_allowed_now(actor, SIGN, at)
    person_id = person_of(actor, SIGN)
    row = access.joint_statement(actor, statement_id, lock=True)
    said = check_step_reason(reason)
    side = _side(actor)
    signed_at = getattr(row, f"{side}_signed_at")
    if signed_at is not None:
        raise StatementSigned(signed_at=signed_at)
    if row.contested_at is not None or row.withdrawn_at is not None:
        return
    row.contested_by_id, row.contested_at, row.contested_reason = person_id, at, said
    row.save(update_fields=["contested_by_id", "contested_at", "contested_reason"])
    of = Expiry.objects.get(agreement_id=row.agreement_id)
    view = joint_view(row)
    other = {view.operator_id if side == "funder" else row.funder_id}
    tell("settlement.joint-statement-contested", other, of, {"funder": view.figures.funder, "reason": said}, at)
    facts = {"statement": row.id, "funder": row.funder_id, "side": side, "reason": said}
    note(actor, "settlement.joint-statement-contested", of, facts, request_id, at)


def _side(actor: Actor) -> str:
    return "funder" if Role.FUNDER in actor.roles else "operator"


def _drawn(row: Expiry, figures: FunderStatement, cents: int, at: datetime) -> None:
    earlier = JointStatement.objects.filter(agreement_id=row.agreement_id, funder_id=figures.funder_id).count()
    JointStatement.objects.create(
        programme_id=row.programme_id, agreement_id=row.agreement_id, funder_id=figures.funder_id, round=earlier + 1,
        content=figures.as_json(), return_cents=cents, digest=_digest(figures, cents), made_at=at,
    )  # fmt: skip
    tell("settlement.joint-statement", {figures.funder_id}, row, {"agreement": figures.agreement, "cents": cents}, at)


def _digest(figures: FunderStatement, cents: int) -> bytes:
    parts = (f"{name}={value}" for name, value in sorted(figures.as_json().items()) if name not in _MOMENT)
    return digest_of(*parts, f"return_cents={cents}")
