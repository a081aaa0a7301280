"""Pages to look at: every agreement that ends, one of them as a timeline, one joint statement, and their papers."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.redemption import queries as redemption
from carnet.settlement.queries import expiry as queries
from carnet.settlement.queries import joint
from carnet.settlement.rules.expiry import ExpiryStep, StepState
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Download, Figure, Row, Table, Task
from carnet.web.design.screens import actor_of
from carnet.web.expiry.sides import FUNDER, OPERATOR, Side
from carnet.web.expiry.words import STATES, TITLES, WILL, did
from carnet.web.statements import Line, Section, credit_note_pdf, joint_pdf, joint_sections

_AFTER_END = (ExpiryStep.ACCEPTANCE_END, ExpiryStep.STATEMENT)


def expiries(request: HttpRequest, *, side: Side) -> HttpResponse:
    """Every agreement whose validity ends, and the step it is at."""
    actor, at = actor_of(request), clock.now()
    columns = [Column(_("Convention")), Column(_("Programme")), Column(_("Date imprimée")), Column(_("Étape")), Column(_("Où elle en est"))]
    rows = []
    for view in queries.expiries(actor, at=at):
        step = view.next_due
        state, tone = STATES[step.state] if step else STATES[StepState.DONE]
        rows.append(
            [
                Cell(view.agreement, url=side.url("expiry", view.id)),
                view.programme,
                formats.last_day(view.printed_until),
                str(TITLES[step.step]) if step else _("Terminée"),
                Cell(str(state), tone=tone),
            ]
        )
    table = Table(_("Conventions qui arrivent à leur fin"), columns, rows, empty=_("Aucune fin de validité n’a commencé."))
    return render(request, "expiry/expiries.html", {"base": side.base, "table": table})


def page(request: HttpRequest, expiry_id: int, *, side: Side) -> HttpResponse:
    """One agreement's end of validity: its steps, what was decided, what is signed."""
    actor, at = actor_of(request), clock.now()
    found = queries.expiry_page(actor, expiry_id, at=at)
    view = found.view
    context = {
        "base": side.base,
        "back": side.url("expiries"),
        "view": view,
        "steps": [_step(each, found, actor, side) for each in view.steps],
        "rows": _rows(found),
        "figures": _progress(found),
        "changes": _changes(found),
        "statements": _statements(found, side),
        "files": [
            Download(_("Avoir %(number)s") % {"number": each.number}, side.url("credit-note", each.id), "PDF", formats.euros(each.cents))
            for each in found.credit_notes
        ],
        "devices": _silent_devices(actor, found, side) if view.turn in _AFTER_END else 0,
        "may_redraw": side is OPERATOR and allowed(actor.roles, "settlement.play-expiry") and _may_redraw(found),
        "redraw_url": side.url("expiry-redraw", view.id) if side is OPERATOR else "",
    }
    return render(request, "expiry/expiry.html", context)


def statement(request: HttpRequest, statement_id: int, *, side: Side) -> HttpResponse:
    """One joint statement, line by line, with what may be done with it."""
    actor = actor_of(request)
    view = joint.joint_statement(actor, statement_id)
    expiry_id = queries.expiry_of(actor, view.agreement_id)
    own = view.funder_signed_at if side is FUNDER else view.operator_signed_at
    is_open = view.withdrawn_at is None and view.contested_at is None and own is None
    context = {
        "base": side.base,
        "back": side.url("expiry", expiry_id) if expiry_id else side.url("expiries"),
        "view": view,
        "sections": [section_table(each) for each in joint_sections(view)],
        "rows": _signatures(view),
        "may_sign": side.acts and is_open and allowed(actor.roles, "settlement.sign-statement"),
        "urls": {"sign": side.url("joint-sign", view.id), "contest": side.url("joint-contest", view.id)} if side.acts else {},
        "files": [
            Download(
                _("État contradictoire signé") if view.has_paper else _("État contradictoire, à relire"),
                side.url("joint-paper", view.id),
                "PDF",
            )
        ],
    }
    return render(request, "expiry/statement.html", context)


def paper(request: HttpRequest, statement_id: int, *, side: Side) -> HttpResponse:
    """The paper both sides signed, byte for byte; before that, the same figures to read again."""
    actor = actor_of(request)
    content = joint.signed_paper(actor, statement_id) or joint_pdf(joint.joint_statement(actor, statement_id))
    return _attached(content, f"etat-contradictoire-{statement_id}.pdf")


def credit_note(request: HttpRequest, note_id: int, *, side: Side) -> HttpResponse:
    """One credit note."""
    found = joint.credit_note(actor_of(request), note_id)
    if found is None:
        raise Http404
    return _attached(credit_note_pdf(found), f"avoir-{found.number}.pdf")


def tasks(actor: Actor, side: Side) -> Iterator[Task]:
    """What waits for this side today: a step to confirm, a statement to sign."""
    may = allowed(actor.roles, "settlement.confirm-expiry" if side is FUNDER else "settlement.play-expiry")
    signs = allowed(actor.roles, "settlement.sign-statement")
    if not (may or signs) or not allowed(actor.roles, "settlement.see-expiry"):
        return
    for view in queries.expiries(actor, at=clock.now()):
        turn = next((each for each in view.steps if each.step is view.turn), None)
        if turn is not None and may and (side is OPERATOR or turn.step in (ExpiryStep.STOP, ExpiryStep.CONFIRM)):
            state, tone = STATES[turn.state]
            yield Task(
                _("Fin de validité : %(step)s") % {"step": TITLES[turn.step]}, _("Voir l’étape"), side.url("expiry", view.id), turn.due_on,
                f"{view.programme}, {view.agreement}", tone, str(state),
            )  # fmt: skip
    if signs:
        for each in joint.to_sign(actor, as_funder=side is FUNDER):
            title = _("État contradictoire à signer : %(funder)s") % {"funder": each.figures.funder}
            yield Task(
                title, _("Lire et signer"), side.url("joint", each.id), each.made_at, f"{each.figures.programme}, {each.figures.agreement}"
            )


def section_table(section: Section) -> Table:
    """One section of a statement as a table."""
    counted = any(line.count is not None for line in section.lines)
    columns = [Column(_("Ligne")), *([Column(_("Chèques"), number=True)] if counted else []), Column(_("Montant"), number=True)]
    rows = [_cells(line, counted) for line in section.lines if not line.is_sum]
    total = next((_cells(line, counted) for line in section.lines if line.is_sum), [])
    return Table(section.title, columns, rows, total)


def _cells(line: Line, counted: bool) -> list[str]:
    count = "" if line.count is None else formats.number(line.count)
    return [line.label, *([count] if counted else []), formats.euros(line.cents)]


def _step(each: queries.StepView, found: queries.ExpiryPage, actor: Actor, side: Side) -> dict[str, Any]:
    view = found.view
    is_turn = each.step is view.turn
    asked_of_funders = each.step in (ExpiryStep.STOP, ExpiryStep.CONFIRM)
    action = "settlement.confirm-expiry" if side is FUNDER else "settlement.play-expiry"
    may = side.acts and is_turn and (side is OPERATOR or asked_of_funders) and allowed(actor.roles, action)
    url = side.url("expiry-step", view.id, each.step.value.lower()) if may else ""
    if each.step is ExpiryStep.CREDIT and found.to_return_cents:
        url = _closing_url(found, side) if _may_close(found, actor, side) else ""
    movable = side is OPERATOR and allowed(actor.roles, "settlement.move-expiry") and each.step is not ExpiryStep.PRINTED_END
    printed = next(other for other in view.steps if other.step is ExpiryStep.PRINTED_END)
    stop_moves = each.step is ExpiryStep.STOP and each.done_at is not None and printed.state is StepState.NEXT
    state, tone = STATES[each.state]
    return {
        "title": TITLES[each.step],
        "day": each.due_on,
        "state": str(state),
        "tone": tone,
        "does": did(each.step, each.figures) if each.done_at else str(WILL[each.step]),
        "who": _who(each),
        "reason": each.reason,
        "url": url,
        "is_late": each.state is StepState.LATE,
        "move_url": side.url("expiry-move", view.id, each.step.value.lower()) if movable and (each.done_at is None or stop_moves) else "",
        "waits_for_funder": is_turn and each.step is ExpiryStep.CONFIRM and side is OPERATOR,
    }


def _may_close(found: queries.ExpiryPage, actor: Actor, side: Side) -> bool:
    """Whether what goes back may be counted: every statement is signed by both, and the money is not back yet."""
    living = [each for each in found.statements if each.withdrawn_at is None]
    is_signed = bool(living) and all(each.is_signed for each in living)
    return side is OPERATOR and is_signed and found.view.next_due is not None and allowed(actor.roles, "settlement.prepare-closing")


def _closing_url(found: queries.ExpiryPage, side: Side) -> str:
    return side.url("closing", found.closing_id) if found.closing_id else side.url("agreement-closing", found.view.agreement_id)


def _who(each: queries.StepView) -> str:
    if each.done_at is None:
        return ""
    who = ", ".join(filter(None, (each.done_by, each.done_for)))
    facts = {"moment": formats.moment(each.done_at), "who": who}
    return _("Confirmé le %(moment)s par %(who)s.") % facts if who else _("Confirmé le %(moment)s.") % facts


def _rows(found: queries.ExpiryPage) -> list[Row]:
    view = found.view
    rows = [
        Row(_("Imprimé sur les chèques"), _("jusqu’au %(day)s") % {"day": formats.last_day(view.printed_until)}),
        Row(_("Acceptés dans les lieux"), _("jusqu’au %(day)s") % {"day": formats.last_day(view.accepted_until)}),
    ]
    if view.stop_at:
        rows.append(Row(_("Dernier jour de remise"), formats.last_day(view.stop_at)))
    rows.append(Row(_("Encore dû aux lieux"), formats.euros(found.owed_cents)))
    if found.place_debts_cents:
        rows.append(Row(_("Encore dû par des lieux"), formats.euros(found.place_debts_cents)))
    return rows


def _progress(found: queries.ExpiryPage) -> list[Figure]:
    progress = found.progress
    return [
        Figure(formats.number(progress.issued), _("Carnets émis")),
        Figure(formats.number(progress.handed_over), _("Remis")),
        Figure(formats.number(progress.not_handed_over), _("Pas remis")),
        Figure(formats.number(progress.started), _("Commencés"), _("au moins un chèque utilisé")),
    ]


def _changes(found: queries.ExpiryPage) -> Table | None:
    if not found.changes:
        return None
    columns = [Column(_("Étape")), Column(_("Du")), Column(_("Au")), Column(_("Raison")), Column(_("Décidé"))]
    rows = [
        [
            str(TITLES[each.step]),
            formats.day(each.from_on),
            formats.day(each.to_on),
            each.reason,
            f"{each.decided_by}, {formats.moment(each.at)}" if each.decided_by else formats.moment(each.at),
        ]
        for each in found.changes
    ]
    return Table(_("Dates changées"), columns, rows)


def _statements(found: queries.ExpiryPage, side: Side) -> Table | None:
    if not found.statements:
        return None
    columns = [Column(_("Financeur")), Column(_("Version"), number=True), Column(_("À rendre"), number=True), Column(_("Signatures"))]
    rows = [
        [
            Cell(each.figures.funder, url=side.url("joint", each.id)),
            formats.number(each.round),
            formats.euros(each.return_cents),
            Cell(*_signed_words(each)),
        ]
        for each in found.statements
    ]
    return Table(_("États contradictoires"), columns, rows)


def _signed_words(view: joint.JointView) -> tuple[str, str, str]:
    if view.withdrawn_at:
        return _("remplacé"), "", "neutral"
    if view.contested_at:
        return _("contesté"), "", "danger"
    if view.is_signed:
        return _("signé des deux côtés"), "", "success"
    if view.funder_signed_at:
        return _("signé par le financeur"), "", "warning"
    if view.operator_signed_at:
        return _("signé par l’opérateur"), "", "warning"
    return _("à signer"), "", "warning"


def _signatures(view: joint.JointView) -> list[Row]:
    def said(name: str, at: Any) -> str:
        if at is None:
            return _("pas encore signé")
        return f"{name}, {formats.moment(at)}" if name else formats.moment(at)

    return [
        Row(_("Arrêté le"), formats.moment(view.made_at)),
        Row(_("Pour le financeur"), said(view.funder_signed_by, view.funder_signed_at)),
        Row(_("Pour l’opérateur"), said(view.operator_signed_by, view.operator_signed_at)),
        Row(_("Empreinte des chiffres"), view.digest),
    ]


def _may_redraw(found: queries.ExpiryPage) -> bool:
    if found.credit_notes or found.closing_id is not None:
        return False  # what is credited, or on its way, was agreed
    living = [each for each in found.statements if each.withdrawn_at is None]
    contested = any(each.contested_at for each in living)
    return bool(living) and (contested or sum(each.return_cents for each in living) != found.to_return_cents)


def _silent_devices(actor: Actor, found: queries.ExpiryPage, side: Side) -> int:
    """Devices that accept without network and have sent nothing since the end of acceptance."""
    if side is not OPERATOR or not allowed(actor.roles, "redemption.see-devices"):
        return 0
    ended = found.view.accepted_until
    known = redemption.devices(actor, at=clock.now())
    return sum(each.revoked_at is None and (each.latest_seen_at is None or each.latest_seen_at < ended) for each in known)


def _attached(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
