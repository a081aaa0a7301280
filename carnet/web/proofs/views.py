"""The list of proofs, one order's, one proof with its answer, and the files and pictures to look at."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.gateways.printer import Edition, Paper, write_proof
from carnet.issuing.operations import proofs as operations
from carnet.issuing.queries import proofs as queries
from carnet.issuing.rules import ProofStage
from carnet.issuing.rules.proofs import LOGOS_PER_DESIGN_MAX
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Download, Row
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.proofs import words
from carnet.web.proofs.forms import AnswerForm
from carnet.web.proofs.pictures import png_of


def home(request: HttpRequest) -> HttpResponse:
    """Every proof of one's programmes."""
    actor = actor_of(request)
    table = words.proofs_table(queries.proofs(actor), caption=_("Toutes les épreuves"), with_programme=True)
    return render(request, "proofs/home.html", {"office": words.office_of(actor), "table": table})


def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """What one order's booklets look like so far, and the versions of its proof."""
    actor = actor_of(request)
    page = queries.design(actor, order_id)
    may_design = allowed(actor.roles, "issuing.design")
    word, tone = words.STAGES[page.stage]
    waiting = next((each for each in page.proofs if each.decision is None), None)
    draft = page.draft
    context = {
        "office": words.office_of(actor),
        "shown": page,
        "state": (str(word), tone),
        "latest": page.proofs[0] if page.proofs else None,
        "waiting": waiting,
        "returned": page.proofs[0] if page.stage is ProofStage.RETURNED else None,
        "may_design": may_design and page.may_change,
        "may_send": may_design and page.may_change and draft is not None,
        "may_withdraw": may_design and waiting is not None,
        "may_reopen": may_design and page.may_reopen,
        "may_add_logo": may_design and page.may_change and draft is not None and len(draft.logos) < LOGOS_PER_DESIGN_MAX,
        "logos": draft.logos if draft else (),
        "table": words.proofs_table(page.proofs, caption=_("Versions envoyées"), with_programme=False),
        "files": [Download(_("Ce qui serait imprimé aujourd’hui"), reverse("proofs:preview-file", args=[order_id]), "PDF")]
        if draft
        else [],
        "back_url": reverse("operator:order", args=[order_id]) if allowed(actor.roles, "issuing.design") else reverse("proofs:home"),
    }
    return render(request, "proofs/order.html", context)


class ProofView(OperationView):
    """One proof: everything it shows, what changed, and the answer of whoever was asked."""

    form_class = AnswerForm
    template_name = "proofs/proof.html"
    refusal_fields = {"reason-missing": "remarks"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        actor, proof_id = actor_of(self.request), self.kwargs["proof_id"]
        page = queries.proof(actor, proof_id)
        line = page.line
        waiting = parties.approvals_waiting_for(actor=actor) if allowed(actor.roles, operations.APPROVE) else []
        is_asked = any(each.action == operations.APPROVE and each.subject_id == proof_id for each in waiting)
        context = {
            "office": words.office_of(actor),
            "shown": page,
            "title": _("Épreuve de la commande n° %(order)s, version %(version)s") % {"order": line.order_id, "version": line.version},
            "state": words.state_cell(line),
            "is_mine": line.decision is None and line.sent_by_id == actor.person_id and line.asked_of_id == actor.organisation_id,
            "may_answer": is_asked,
            "files": [
                Download(
                    _("L’épreuve à regarder"),
                    reverse("proofs:proof-file", args=[proof_id]),
                    "PDF",
                    _("la couverture, un chèque et une page en grands caractères, marqués spécimen"),
                )
            ],
            "changes": words.changes_table(page.changes, line.version) if line.version > 1 else None,
            "rows": [*_sent_rows(page), *words.content_rows(page.content)],
            "logos": page.content["logos"],
        }
        return super().get_context_data(**(context | more))

    def perform(self, form: AnswerForm) -> HttpResponseBase:
        given, proof_id = form.cleaned_data, self.kwargs["proof_id"]
        told = {"proof_id": proof_id, "actor": actor_of(self.request), "request_id": given["request_id"], "at": clock.now()}
        if given["answer"] == "yes":
            operations.approve_proof(**told)
            messages.success(self.request, _("C’est bon à tirer : ce que vous avez vu est ce qui sera imprimé."))
        else:
            operations.return_proof(remarks=given["remarks"], **told)
            messages.success(self.request, _("L’épreuve est renvoyée avec vos remarques. Une autre version vous sera proposée."))
        return redirect("proofs:proof", proof_id)


def _sent_rows(page: queries.ProofPage) -> list[Row]:
    line = page.line
    rows = [
        Row(_("Programme"), line.programme_name),
        Row(_("Carnets"), formats.number(page.booklet_count)),
        Row(_("Envoyée"), _dated(formats.moment(line.sent_at), page.people.get(line.sent_by_id, ""))),
        Row(_("À qui"), line.asked_of),
    ]
    if line.decided_at is not None:
        rows.append(Row(_("Répondue"), _dated(formats.moment(line.decided_at), page.people.get(line.decided_by_id or 0, ""))))
    return rows


def _dated(moment: str, who: str) -> str:
    return _("le %(moment)s, %(who)s") % {"moment": moment, "who": who} if who else _("le %(moment)s") % {"moment": moment}


def proof_file(request: HttpRequest, proof_id: int) -> HttpResponse:
    """The proof as it was sent: a specimen nobody could spend."""
    edition, paper, version = queries.proof_to_look_at(actor_of(request), proof_id)
    return _pdf(edition, paper, f"epreuve-{proof_id}-v{version}.pdf")


def preview_file(request: HttpRequest, order_id: int) -> HttpResponse:
    """The design as it stands."""
    edition, paper = queries.preview(actor_of(request), order_id)
    return _pdf(edition, paper, f"apercu-{order_id}.pdf")


def logo_file(request: HttpRequest, logo_id: int) -> HttpResponse:
    """A kept logo, as it will be printed."""
    response = HttpResponse(png_of(queries.logo(actor_of(request), logo_id)), content_type="image/png")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _pdf(edition: Edition, paper: Paper, name: str) -> HttpResponse:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_proof(path, edition, paper=paper)
        response = HttpResponse(path.read_bytes(), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
