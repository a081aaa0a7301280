"""Every agreement's payments: what waits in each, what is paid next, how long places waited."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.settlement import queries
from carnet.settlement.rules import RunState
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.operator.payments._calendar import calendar_table, delay_figure
from carnet.web.operator.payments._words import RUN_STATES


def payments(request: HttpRequest) -> HttpResponse:
    """What waits in every agreement; then how long places waited."""
    actor, at = actor_of(request), clock.now()
    programmes = _programmes(actor)
    waiting = queries.waiting_payments(actor=actor, programme_ids=[each.id for each in programmes], at=at)
    to_claim = {each.programme_id for each in queries.periods_to_claim(programme_ids={each.programme_id for each in waiting}, at=at)}
    held = queries.held_counts(actor=actor, programme_ids=[each.id for each in programmes], at=at)
    columns = [
        Column(_("Convention")),
        Column(_("Programme")),
        Column(_("Prêt à payer"), number=True),
        Column(_("Mis de côté"), number=True),
        Column(_("Revenus"), number=True),
        Column(_("Où on en est")),
    ]
    rows = [
        [
            Cell(each.agreement, url=reverse("operator:agreement-payments", args=[each.agreement_id])),
            each.programme,
            formats.euros(each.ready_cents),
            formats.number(len(each.set_aside)),
            formats.number(len(each.returned)),
            _progress(each, to_claim),
        ]
        for each in waiting
    ]
    context = {
        "table": Table(_("Conventions"), columns, rows, empty=_("Aucune convention : signez-en une pour commencer.")),
        "delays": [delay_figure(each) for each in programmes],
        "calendar": calendar_table(
            queries.due_next(actor=actor, programme_ids=[each.id for each in programmes if each.ended_at is None], at=at)
        ),
        "programmes": [
            (each, held.get(each.id, 0))
            for each in programmes
            if each.ended_at is None and each.operator_id == actor.organisation_id  # an auditor reads the rest of this page
        ],
    }
    return render(request, "operator/payments/payments.html", context)


def _programmes(actor: Actor) -> list[funding.ProgrammeFacts]:
    return funding.programmes(actor.programme_ids)


def _progress(waiting: queries.WaitingPayments, to_claim: set[int]) -> Cell:
    for run in (*waiting.stopped_runs, waiting.open_run):
        if run is not None:
            words, tone = RUN_STATES[run.state]
            return Cell(str(words), tone=tone)
    if waiting.sent_runs:
        words, tone = RUN_STATES[RunState.SENT]
        return Cell(str(words), tone=tone)
    if waiting.ready_count:
        return Cell(_("à préparer"), tone="warning")
    if waiting.returned:
        return Cell(_("bloque un paiement"), tone="danger")
    if waiting.set_aside:
        return Cell(_("mis de côté"), tone="warning")
    if waiting.programme_id in to_claim:
        return Cell(_("Décompte à faire"), tone="warning")
    return Cell(_("rien en attente"), tone="success")
