"""What payments ask of somebody today: count, prepare, control, resume, send, read the answer, mend."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.settlement import queries as settlement
from carnet.settlement.queries.channels import channel_of_run
from carnet.settlement.rules import RunState
from carnet.settlement.rules.channels import PaymentChannel
from carnet.web.design import formats
from carnet.web.design.components import Task
from carnet.web.operator.payments._words import RUN_STATES


def tasks(actor: Actor, programme_ids: Sequence[int], agreements: Sequence[funding.AgreementFacts], at: datetime) -> Iterator[Task]:
    """The tasks of payments for what the actor may do: of all these programmes, and the counting of open agreements."""
    if allowed(actor.roles, "settlement.check-claims"):
        yield from _periods(agreements, at)
    if allowed(actor.roles, "settlement.see"):
        for waiting in settlement.waiting_payments(actor=actor, programme_ids=programme_ids, at=at):
            yield from _of_agreement(actor, waiting)


def _periods(agreements: Sequence[funding.AgreementFacts], at: datetime) -> Iterator[Task]:
    of_programme = {each.programme_id: each.id for each in agreements}
    for period in settlement.periods_to_claim(programme_ids=of_programme, at=at):
        last_day = formats.last_day(period.until)
        yield Task(
            _("Chèques acceptés jusqu’au %(day)s : à compter pour payer les lieux") % {"day": last_day},
            _("Établir les décomptes"),
            reverse("operator:claims-new", args=[of_programme[period.programme_id]]),
            period.until,
            period.programme,
        )


def _of_agreement(actor: Actor, waiting: settlement.WaitingPayments) -> Iterator[Task]:
    detail = f"{waiting.programme}, {waiting.agreement}"
    may_prepare = allowed(actor.roles, "settlement.prepare-payment")
    if waiting.ready_count and waiting.open_run is None and may_prepare:
        title = _("%(amount)s à payer aux lieux") % {"amount": formats.euros(waiting.ready_cents)}
        yield Task(title, _("Préparer le paiement"), reverse("operator:payment-new", args=[waiting.agreement_id]), None, detail)
    if allowed(actor.roles, "settlement.check-claims"):
        yield from _stuck(waiting, reverse("operator:agreement-payments", args=[waiting.agreement_id]), detail)
    for run in (*waiting.stopped_runs, *([waiting.open_run] if waiting.open_run else []), *waiting.sent_runs):
        yield from _next_step(actor, run, detail)


def _stuck(waiting: settlement.WaitingPayments, page: str, detail: str) -> Iterator[Task]:
    for returned in waiting.returned:
        title = _("Virement revenu : %(payee)s, %(amount)s") % {"payee": returned.payee, "amount": formats.euros(returned.cents)}
        yield Task(title, _("Réparer"), page, returned.returned_on, detail, "danger", _("bloque un paiement"))
    for line in waiting.set_aside:
        title = _("%(payee)s attend %(amount)s") % {"payee": line.payee, "amount": formats.euros(line.cents)}
        yield Task(title, _("Voir pourquoi"), page, line.since, detail, "warning", _("mis de côté"))


def _next_step(actor: Actor, run: settlement.RunLine, detail: str) -> Iterator[Task]:
    """The one thing a run waits for; an approval is a task of its own."""
    page = reverse("operator:payment", args=[run.id])
    words, tone = RUN_STATES[run.state]
    name = _("Ordre de paiement nº %(number)s") % {"number": run.id}
    title = f"{name}, {formats.euros(run.cents)}"
    said = (detail, tone if tone == "danger" else "warning", str(words))
    if run.state is RunState.STOPPED and allowed(actor.roles, "settlement.resume-payment"):
        yield Task(title, _("Voir"), page, run.stopped_at, *said)
    elif run.state is RunState.PREPARED and run.controlled_at is None and allowed(actor.roles, "settlement.prepare-payment"):
        yield Task(title, _("Contrôler"), page, run.prepared_at, detail)
    elif run.state is RunState.APPROVED and allowed(actor.roles, "settlement.export-payment"):
        yield Task(title, _("Envoyer"), page, run.approved_at, *said)
    elif run.state is RunState.SENT and allowed(actor.roles, "settlement.read-bank-file"):
        if channel_of_run(run.id, run.agreement_id) is PaymentChannel.ORDERS:
            url = reverse("operator:order-list-new", args=[run.agreement_id])
            yield Task(title, _("Lire la réponse du comptable"), url, run.sent_at, *said)
            return
        title = _("Réponse de la banque attendue pour %(amount)s") % {"amount": formats.euros(run.cents)}
        yield Task(title, _("Lire le fichier"), reverse("operator:bank-file-new", args=[run.agreement_id]), run.sent_at, detail)
