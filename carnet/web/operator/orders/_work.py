"""Background work as a person sees it: how far it is, that it goes on, and its files."""

from uuid import uuid4

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.issuing import operations, queries
from carnet.issuing.rules import JobKind, JobState
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_of_code

KINDS = {JobKind.DRAW: gettext_lazy("Tirage des codes"), JobKind.PRINT: gettext_lazy("Fichiers à imprimer")}
STATES = {
    JobState.WAITING: (gettext_lazy("en attente"), "neutral"),
    JobState.RUNNING: (gettext_lazy("en cours"), "info"),
    JobState.DONE: (gettext_lazy("fini"), "success"),
    JobState.FAILED: (gettext_lazy("arrêté"), "danger"),
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
    return render(
        request, "operator/orders/work.html", {"table": Table(_("Travaux en cours"), columns, rows, empty=_("Rien n’est en cours."))}
    )


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
