"""Claims on paper proof: what a place claims, the photograph, two yes or a no."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.continuity.operations import papers
from carnet.continuity.queries import takeovers as queries
from carnet.continuity.queries.takeovers import PaperClaimView
from carnet.continuity.rules.papers import DECIDERS, PaperClaimState
from carnet.funding import queries as funding
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Row, Table
from carnet.web.design.forms import InlineRadioSelect, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.place.counter import service_word
from carnet.web.taken import CLAIM_STATES

APPROVE = "continuity.approve-paper-claims"


class DecideForm(OperationForm):
    """Yes, or no and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Votre réponse"),
        widget=InlineRadioSelect(),
        choices=[("accepted", gettext_lazy("La preuve est bonne : payer")), ("refused", gettext_lazy("Refuser"))],
        error_messages={"required": gettext_lazy("Choisissez une réponse.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi, pour le lieu"),
        help_text=gettext_lazy("Obligatoire pour un refus. Sans nom ni numéro de personne."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=500,
    )


def paper_claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One claim: what is claimed, on which proof, who said yes."""
    actor = actor_of(request)
    found = queries.paper_claim(actor=actor, claim_id=claim_id)
    voices = [each.person_id for each in parties.voices_of(found.approval_id)] if found.approval_id else []
    may_decide = (
        found.state is PaperClaimState.WAITING
        and allowed(actor.roles, APPROVE)
        and actor.person_id not in (*voices, found.claimed_by_id)
    )  # fmt: skip
    columns = [
        Column(_("Numéro")), Column(_("Service")), Column(_("Rendu le")), Column(_("Valeur"), number=True), Column(_("D’après la liste")),
    ]  # fmt: skip
    listed = {"handed_over": _("en circulation"), "owed": _("dû à ce lieu")}
    table = Table(
        _("Chèques demandés"),
        columns,
        [
            [
                each.serial,
                service_word(each.service),
                formats.day(each.used_on),
                formats.euros(each.value_cents),
                listed.get(each.listed_as, "–"),
            ]
            for each in found.lines
        ],
        total=[_("Total"), "", "", formats.euros(found.cents), ""],
    )
    context = {"claim": found, "rows": _claim_rows(found, len(voices)), "table": table, "may_decide": may_decide}
    return render(request, "operator/takeovers/claim.html", context)


def _claim_rows(found: PaperClaimView, yes_count: int) -> list[Row]:
    proof = [_("une photo (effacée après la réponse)")] if found.has_photograph else []
    proof += [_("le lieu garde les chèques")] if found.paper_kept else []
    rows = [
        Row(_("Programme"), funding.programme(found.programme_id).name),
        Row(_("Lieu"), places.names_of([found.place_id]).get(found.place_id, "")),
        Row(_("Demandé le"), formats.moment(found.claimed_at)),
        Row(_("Preuve"), " ; ".join(proof)),
        Row(_("Réponse"), str(CLAIM_STATES[found.state][0])),
    ]
    if found.state is PaperClaimState.WAITING:
        rows.append(Row(_("Oui déjà donnés"), _("%(count)s sur %(needed)s") % {"count": yes_count, "needed": DECIDERS}))
    if found.decided_at is not None:
        rows.append(Row(_("Répondu le"), formats.moment(found.decided_at)))
    if found.reason:
        rows.append(Row(_("Raison"), found.reason))
    return rows


def photograph(request: HttpRequest, claim_id: int) -> HttpResponse:
    """The photograph of a claim that waits. Nothing on the way may keep it."""
    jpeg = papers.look_at_photograph(claim_id=claim_id, actor=actor_of(request), request_id=uuid4(), at=clock.now())
    answer = HttpResponse(jpeg, content_type="image/jpeg")
    answer["Cache-Control"] = "no-store, private"
    return answer


class Decide(OperationView):
    """One of two yes, or a no."""

    template_name = "operator/confirm.html"
    form_class = DecideForm
    refusal_fields = {"reason-missing": "reason", "nir-in-text": "reason", "iban-in-text": "reason"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = queries.paper_claim(actor=actor_of(self.request), claim_id=self.kwargs["claim_id"])
        return super().get_context_data(**kwargs) | {
            "title": _("Répondre à la demande n° %(number)s") % {"number": found.id},
            "lead": _("Deux personnes disent oui ; un seul non suffit. Au deuxième oui, les chèques sont payés comme les autres."),
            "rows": _claim_rows(found, 0)[:4],
            "verb": _("Répondre"),
            "kind": "",
            "cancel_url": reverse("operator:paper-claim", args=[found.id]),
        }

    def perform(self, form: DecideForm) -> HttpResponse:
        given = form.cleaned_data
        state = papers.decide_paper_claim(
            claim_id=self.kwargs["claim_id"],
            refused_because=given["reason"] if given["decision"] == "refused" else None,
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        said = {
            PaperClaimState.WAITING: _("Votre oui est noté. Une deuxième personne doit répondre."),
            PaperClaimState.ACCEPTED: _("Accepté : ces chèques seront payés au prochain paiement du lieu."),
            PaperClaimState.REFUSED: _("Refusé : le lieu lira votre raison, et peut demander à nouveau."),
        }
        messages.success(self.request, said[state])
        return redirect("operator:paper-claim", claim_id=self.kwargs["claim_id"])
