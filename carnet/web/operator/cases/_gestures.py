"""What is done of a case once it is open: hold, let go, note, decide, answer an appeal, carry out."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.controls.operations import cases as operations
from carnet.controls.queries import cases as queries
from carnet.controls.queries.cases import CasePage
from carnet.web import cases as words
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.operator.cases._forms import SAID, DecideForm, HoldForm, NoteForm, ReleaseForm


class _CaseView(OperationView):
    template_name = "operator/confirm.html"
    refusal_fields = SAID

    @cached_property
    def page(self) -> CasePage:
        return queries.case_page(actor_of(self.request), self.kwargs["case_id"], at=clock.now())

    def words(self) -> dict[str, Any]:
        raise NotImplementedError

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {"kind": "", "lead": "", "rows": [], "cancel_url": reverse("operator:case", args=[self.kwargs["case_id"]])}
        return super().get_context_data(**(standard | self.words() | more))

    def facts(self, form: OperationForm) -> dict[str, Any]:
        return {
            "case_id": self.kwargs["case_id"],
            "actor": actor_of(self.request),
            "request_id": form.cleaned_data["request_id"],
            "at": clock.now(),
        }

    def done(self, sentence: str) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return HttpResponseRedirect(reverse("operator:case", args=[self.kwargs["case_id"]]))


class HoldView(_CaseView):
    """Keep a part of the place's payments waiting."""

    form_class = HoldForm
    refusal_fields = {"case-hold-too-much": "amount"}

    def get_initial(self) -> dict[str, Any]:
        return {"amount": self.page.line.cents}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Retenir des paiements de ce lieu ?"),
            "lead": _("Le reste est payé comme d’habitude. Les chèques en circulation ne changent pas. Le lieu est prévenu."),
            "rows": [
                Row(_("En question"), words.counted(self.page.line.voucher_count, self.page.line.cents)),
                Row(_("Fin au plus tard"), words.last_day(self.page.line.decide_until)),
            ],
            "verb": _("Retenir"),
            "kind": "danger",
        }

    def perform(self, form: HoldForm) -> HttpResponseBase:
        operations.hold_payments(cents=form.cleaned_data["amount"], **self.facts(form))
        return self.done(_("Retenu. Le lieu est prévenu."))


class ReleaseView(_CaseView):
    """Let what waits be paid."""

    form_class = ReleaseForm

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Libérer les paiements ?"),
            "lead": _("Ce qui attendait part avec le prochain paiement. Le dossier continue."),
            "verb": _("Libérer"),
        }

    def perform(self, form: ReleaseForm) -> HttpResponseBase:
        operations.release_payments(reason=form.cleaned_data["words"], **self.facts(form))
        return self.done(_("Libéré. Le lieu est prévenu."))


class NoteView(_CaseView):
    """Write down a call or a meeting."""

    form_class = NoteForm

    def words(self) -> dict[str, Any]:
        return {"title": _("Ce que le lieu a dit"), "verb": _("Noter")}

    def perform(self, form: NoteForm) -> HttpResponseBase:
        operations.note_hearing(words=form.cleaned_data["words"], **self.facts(form))
        return self.done(_("C’est noté. Le lieu peut le lire."))


class DecideView(_CaseView):
    """Somebody else than who opened the case decides."""

    form_class = DecideForm
    refusal_fields = SAID | {"case-choice-wrong": "taken_back", "case-still-to-be-heard": "decision"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"page": self.page}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Décider"),
            "lead": _("Ce qui n’est pas repris est payé tout de suite. Le lieu a 30 jours pour un recours ; rien n’est repris avant."),
            "rows": [
                Row(_("Question posée"), self.page.asked),
                Row(_("En question"), words.counted(self.page.line.voucher_count, self.page.line.cents)),
                *[Row(words.step_words(each)[0], each.words) for each in self.page.steps if each.kind.value in ("ANSWERED", "NOTED")],
            ],
            "is_mine": self.page.line.opened_by_id == actor_of(self.request).person_id,
            "verb": _("Décider"),
        }

    def perform(self, form: DecideForm) -> HttpResponseBase:
        operations.decide_case(**form.said(), **self.facts(form))
        return self.done(_("C’est décidé. Le lieu est prévenu, avec vos raisons."))


class AppealView(_CaseView):
    """A third person answers the appeal."""

    form_class = DecideForm
    refusal_fields = SAID | {"case-choice-wrong": "taken_back", "case-appeal-worse": "taken_back"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"page": self.page, "is_appeal": True}

    def words(self) -> dict[str, Any]:
        people = (self.page.line.opened_by_id, self.page.line.decided_by_id)
        return {
            "title": _("Répondre au recours"),
            "lead": _("Un recours ne reprend jamais plus que la décision."),
            "rows": [Row(*pair) for pair in self._said()],
            "is_mine": actor_of(self.request).person_id in people,
            "verb": _("Répondre"),
        }

    def _said(self) -> list[tuple[str, str]]:
        shown = ("ANSWERED", "NOTED", "DECIDED", "APPEALED")
        return [(words.step_words(each)[0], each.words) for each in self.page.steps if each.kind.value in shown]

    def perform(self, form: DecideForm) -> HttpResponseBase:
        operations.decide_appeal(**form.said(), **self.facts(form))
        return self.done(_("C’est décidé. Le lieu est prévenu, avec vos raisons."))


class CarryOutView(_CaseView):
    """What stands is carried out."""

    form_class = OperationForm

    def words(self) -> dict[str, Any]:
        taken = [each for each in self.page.redemptions if each.taken_back]
        return {
            "title": _("Exécuter la décision ?"),
            "lead": _(
                "Ce qui n’est pas encore décompté est annulé, et le chèque peut resservir. Le reste est retenu sur les prochains paiements."
            ),
            "rows": [Row(_("Repris"), words.counted(len(taken), sum(each.cents for each in taken)))],
            "is_mine": self.page.line.opened_by_id == actor_of(self.request).person_id,
            "verb": _("Exécuter"),
            "kind": "danger",
        }

    def perform(self, form: OperationForm) -> HttpResponseBase:
        cents = operations.carry_out(**self.facts(form))
        return self.done(_("C’est fait : %(amount)s repris. Le dossier est fini.") % {"amount": formats.euros(cents)})
