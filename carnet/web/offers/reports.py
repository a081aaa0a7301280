"""Reports of errors in words, and the screens where whoever keeps a place answers them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.parties.rules import allowed
from carnet.places import operations, queries
from carnet.places.queries import ReportView
from carnet.places.rules import EditRefused, Fault, FaultCode, Outcome
from carnet.places.rules.errors import ANSWER_MAX, SUBJECT_BY_CODE, ReportAnswered, ReportState
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.forms import InlineRadioSelect, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences.places import sentence_of_fault
from carnet.web.offers.desks import PLACE, Desk
from carnet.web.place_fields import LABELS, field_of


def state_words(found: ReportView) -> tuple[str, str]:
    """Where a report stands, and the tone of it."""
    if found.state is ReportState.ACCEPTED:
        return _("Vous aviez raison : c’est corrigé. Merci."), "success"
    if found.state is ReportState.REFUSED:
        return _("Rien n’a été changé."), "neutral"
    if found.is_late:
        return _("Le lieu n’a pas encore répondu. L’opérateur le voit aussi."), "warning"
    return _("Le lieu n’a pas encore répondu."), "info"


_STATES = {ReportState.ACCEPTED: (gettext_lazy("corrigé"), "success"), ReportState.REFUSED: (gettext_lazy("rien à corriger"), "neutral")}


def listing(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """The errors reported: those that wait first."""
    actor, at = actor_of(request), clock.now()
    may_answer = allowed(actor.roles, "places.edit")
    rows = []
    for each in queries.reports(actor=actor, at=at):
        state, tone = _STATES.get(each.state, (_("à répondre"), "danger" if each.is_late else "warning"))
        about = _(SUBJECT_BY_CODE[each.about].label)
        rows.append(
            [
                Cell(each.place, url=desk.url("error", each.id)) if may_answer else each.place,
                about,
                each.said[:120],
                formats.day(each.reported_at),
                Cell(str(state), tone=tone),
            ]
        )
    columns = [Column(_("Lieu")), Column(_("Ce qui est faux")), Column(_("Message")), Column(_("Signalé le")), Column(_("État"))]
    table = Table(_("Erreurs signalées"), columns, rows, empty=_("Personne n’a signalé d’erreur."))
    back = desk.url("own-places") if desk.routes == "place" else desk.url("places")
    return render(request, "offers/reports.html", {"base": desk.base, "table": table, "back_url": back})


class AnswerForm(OperationForm):
    """Right or not; the field put right; and what is told to whoever reported."""

    accepted = forms.ChoiceField(
        label=gettext_lazy("Cette personne a-t-elle raison ?"),
        choices=[("yes", gettext_lazy("Oui, c’était faux")), ("no", gettext_lazy("Non, la page est juste"))],
        widget=InlineRadioSelect,
        error_messages={"required": gettext_lazy("Répondez oui ou non.")},
    )
    answer = forms.CharField(
        label=gettext_lazy("Votre réponse"),
        help_text=gettext_lazy("La personne la lira avec son numéro. Dites ce qui a été corrigé, ou pourquoi rien ne change."),
        max_length=ANSWER_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Écrivez quelques mots.")},
    )

    def __init__(self, *arguments: Any, found: ReportView, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.field_name = SUBJECT_BY_CODE[found.about].field
        if self.field_name:
            self.fields["correction"] = field_of(self.field_name, queries.editable_fields(found.place_id)[self.field_name])
            self.fields["correction"].required = False
            self.order_fields(["accepted", "correction", "answer"])

    def correction(self) -> str | None:
        """The field as it should be, written as in a file; None when this report corrects none here."""
        if not self.field_name or self.cleaned_data["accepted"] != "yes":
            return None
        value = self.cleaned_data["correction"]
        return "|".join(value) if isinstance(value, list) else value.strip()


class AnswerView(OperationView):
    """One report: what was said, and the answer."""

    template_name = "offers/report.html"
    form_class = AnswerForm
    desk: Desk = PLACE
    refusal_fields: ClassVar = {"nir-in-text": "answer", "iban-in-text": "answer", "place-report-answer-missing": "answer"}

    @cached_property
    def found(self) -> ReportView:
        """The report, if it is the actor's to answer."""
        return queries.report(self.kwargs["report_id"], actor=actor_of(self.request), at=clock.now())

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "found": self.found}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found, subject = self.found, SUBJECT_BY_CODE[self.found.about]
        step = {"services": "offer-services", "cost": "offer-prices", "access": "offer-access", "free-space": "offer-space"}.get(
            subject.step
        )
        return super().get_context_data(
            base=self.desk.base,
            found=found,
            rows=_rows(found),
            is_waiting=found.state is ReportState.WAITING,
            step_url=self.desk.url(step, found.place_id) if step else "",
            place_url=self.desk.url("offer", found.place_id),
            back_url=self.desk.url("errors"),
            contact=found.contact,
            is_phone=bool(found.contact) and "@" not in found.contact,
            **context,
        )

    def perform(self, form: AnswerForm) -> HttpResponseBase:
        given = form.cleaned_data
        try:
            changed = operations.answer_report(
                report_id=self.found.id,
                accepted=given["accepted"] == "yes",
                answer=given["answer"],
                correction=form.correction(),
                actor=actor_of(self.request),
                request_id=given["request_id"],
                at=clock.now(),
            )
        except EditRefused as refusal:
            facts = refusal.facts
            fault = Fault(1, FaultCode(facts["fault"]), Outcome.REFUSED, str(facts["field"]), str(facts["value"]), str(facts["detail"]))
            form.add_error("correction", forms.ValidationError(sentence_of_fault(fault), code=refusal.code))
            return self.form_invalid(form)
        except ReportAnswered:
            return redirect(self.desk.url("error", self.found.id))
        words = ", ".join(str(LABELS[name]) for name in changed)
        said = _("Réponse envoyée. Corrigé : %(fields)s.") % {"fields": words} if words else _("Réponse envoyée.")
        messages.success(self.request, said)
        return redirect(self.desk.url("errors"))


def _rows(found: ReportView) -> list[Row]:
    rows = [
        Row(_("Lieu"), found.place),
        Row(_("Ce qui est faux"), _(SUBJECT_BY_CODE[found.about].label)),
        Row(_("Message"), found.said),
        Row(_("Signalé le"), formats.moment(found.reported_at)),
        Row(_("Numéro"), found.number),
    ]
    if found.answered_at is not None:
        state, _tone = _STATES[found.state]
        rows += [Row(_("Décision"), str(state)), Row(_("Réponse"), found.answer), Row(_("Répondu le"), formats.moment(found.answered_at))]
    return rows
