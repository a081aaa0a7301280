"""Background work as a person sees it: how far it is, that it goes on, and its files."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.gateways import queue
from carnet.issuing import operations, queries
from carnet.issuing.rules import JobKind, JobState
from carnet.jobs import again
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_of_code
from carnet.web.operator import verifications
from carnet.web.operator.orders._forms import ConfirmForm

KINDS = {JobKind.DRAW: gettext_lazy("Tirage des codes"), JobKind.PRINT: gettext_lazy("Fichiers à imprimer")}
STATES = {
    JobState.WAITING: (gettext_lazy("en attente"), "neutral"),
    JobState.RUNNING: (gettext_lazy("en cours"), "info"),
    JobState.DONE: (gettext_lazy("fini"), "success"),
    JobState.FAILED: (gettext_lazy("arrêté"), "danger"),
}

QUEUES = {
    "issuing": gettext_lazy("Éditions"),
    "notices": gettext_lazy("Lettres et messages"),
    "places": gettext_lazy("Fichiers de lieux"),
    "planning": gettext_lazy("Plans"),
    "timers": gettext_lazy("Minuteries"),
    "verification": gettext_lazy("Vérifications"),
}
TASKS = {
    "issuing.run-job": gettext_lazy("Codes à tirer ou fichiers à imprimer"),
    "planning.run-version": gettext_lazy("Plan à calculer"),
    "places.run-file": gettext_lazy("Fichier de lieux"),
    "settlement.prepare-due-of": gettext_lazy("Paiements à préparer"),
    "journal.verify": gettext_lazy("Vérification de la nuit"),
}


def work(request: HttpRequest) -> HttpResponse:
    """What waits or runs."""
    columns = [Column(_("Travail")), Column(_("Commande")), Column(_("Avancement")), Column(_("Demandé le")), Column(_("État"))]
    rows = [
        [
            Cell(str(KINDS[each.kind]), url=reverse("operator:job", args=[each.id])),
            Cell(_("n° %(number)s") % {"number": each.order_id}, url=reverse("operator:order", args=[each.order_id])),
            formats.percent(each.done, each.total),
            formats.moment(each.requested_at),
            _state(each),
        ]
        for each in queries.live_jobs(actor_of(request).programme_ids)
    ]
    context = {
        "table": Table(_("Travaux en cours"), columns, rows, empty=_("Rien n’est en cours.")),
        "failed": _failed(actor_of(request)),
        "queues": _queues(),
        "verifications": verifications.table_of_latest(),
        "is_asleep": not queue.workers_alive(),
    }
    return render(request, "operator/orders/work.html", context)


def _failed(actor: Actor) -> Table:
    """What failed after every try, of one's own programmes; nothing of it is lost."""
    columns = [Column(_("Travail")), Column(_("Demandé le")), Column(_("Essais"), number=True), Column(_("À faire"))]
    may_retry = allowed(actor.roles, "jobs.retry")
    rows = [
        [
            task_words(each.task),
            formats.moment(each.since) if each.since else "–",
            formats.number(each.attempts),
            Cell(_("Réessayer"), url=reverse("operator:work-again", args=[each.id])) if may_retry else Cell(_("–")),
        ]
        for each in queue.queued_jobs(statuses=["failed"], programme_ids=actor.programme_ids)
    ]
    return Table(_("Travaux arrêtés"), columns, rows, empty=_("Aucun travail n’est arrêté."))


def _queues() -> Table:
    """The queues of the installation, in numbers only."""
    columns = [
        Column(_("File d’attente")), Column(_("En attente"), number=True), Column(_("En cours"), number=True), Column(_("Arrêtés"), number=True),
        Column(_("Le plus ancien attend depuis"), number=True),
    ]  # fmt: skip
    rows = [
        [
            str(QUEUES.get(each.name, each.name)),
            formats.number(each.waiting_count),
            formats.number(each.running_count),
            formats.number(each.failed_count),
            _("%(seconds)s s") % {"seconds": formats.number(round(each.oldest_seconds))},
        ]
        for each in queue.queues()
    ]
    return Table(_("Files de l’installation"), columns, rows, empty=_("Toutes les files sont vides."))


def task_words(task: str) -> str:
    """What a task does, in words; its own name when it has none."""
    return str(TASKS.get(task, task))


class AgainView(OperationView):
    """Failed work, tried again."""

    form_class = ConfirmForm
    template_name = "operator/confirm.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Réessayer ce travail ?"),
            "lead": _("Il reprend où il s’était arrêté ; rien n’est fait deux fois."),
            "rows": [],
            "kind": "",
            "verb": _("Réessayer"),
            "cancel_url": reverse("operator:work"),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        actor = actor_of(self.request)
        done = again.retry_work(
            job_id=self.kwargs["queued_id"],
            programme_ids=actor.programme_ids,
            actor=actor,
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        if done:
            messages.success(self.request, _("Le travail attend de nouveau son tour."))
        else:
            messages.info(self.request, _("Ce travail n’est plus arrêté."))
        return redirect("operator:work")


def job(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """How far one piece of work is. Each POST advances it by one chunk: it goes on even where no worker runs."""
    found = queries.job(actor_of(request), job_id)
    if request.method == "POST" and found.is_live:
        operations.run_job(job_id=job_id, programme_id=found.programme_id, at=clock.now(), chunks_max=1)
        return redirect("operator:job", job_id)
    if found.state is JobState.DONE:
        return redirect("operator:order", found.order_id)
    context = {
        "job": found,
        "title": str(KINDS[found.kind]),
        "state": _state(found),
        "percent": formats.percent(found.done, found.total),
        "unit": _("chèques") if found.kind is JobKind.DRAW else _("carnets"),
        "failure": sentence_of_code(found.error, {}) if found.state is JobState.FAILED else "",
        "order_url": reverse("operator:order", args=[found.order_id]),
    }
    return render(request, "operator/orders/job.html", context)


def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """Take one print file away; the journal remembers who did."""
    sent = operations.fetch_print_file(file_id=file_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    answer = FileResponse(sent.path.open("rb"), as_attachment=True, filename=sent.name, content_type=sent.content_type)
    answer["Cache-Control"] = "no-store"
    return answer


def _state(found: queries.JobView) -> Cell:
    word, tone = STATES[found.state]
    return Cell(str(word), tone=tone)
