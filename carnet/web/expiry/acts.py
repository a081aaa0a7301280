"""What a person does about an end of validity: confirm a step, move a day, sign, contest, draw up again. Each says first what it will do."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.periods import legal_day
from carnet.settlement.operations import expiry as operations
from carnet.settlement.queries import expiry as queries
from carnet.settlement.queries import joint
from carnet.settlement.rules.expiry import ExpiryStep, default_stop_day
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.forms import DayField, OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.expiry.sides import FUNDER, OPERATOR, Side
from carnet.web.expiry.words import TITLES, VERBS, WILL
from carnet.web.statements import joint_pdf

REASON = gettext_lazy("Pourquoi ?")


class BareForm(OperationForm):
    """Nothing to say but yes."""


class StopForm(OperationForm):
    """The first day without hand-over."""

    stops_on = DayField(
        label=gettext_lazy("Premier jour sans remise"), help_text=gettext_lazy("Demain au plus tôt : les guichets sont prévenus avant.")
    )


class AnswerForm(OperationForm):
    """Where the funder's answer is, when the operator writes it down."""

    reason = forms.CharField(
        label=gettext_lazy("Où est la réponse du financeur ?"),
        help_text=gettext_lazy("Par exemple : courriel du 22 décembre, délibération nº 12."),
        max_length=300,
    )


class MoveForm(OperationForm):
    """Another day, and why."""

    to_on = DayField(label=gettext_lazy("Nouveau jour"))
    reason = forms.CharField(label=REASON, help_text=gettext_lazy("La raison est écrite à tous ceux que cela touche."), max_length=300)


class SignForm(OperationForm):
    """Exactly what was read."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    read = forms.BooleanField(label=gettext_lazy("J’ai lu ces comptes et je signe pour mon organisation"))


class ContestForm(OperationForm):
    """What is wrong."""

    reason = forms.CharField(label=gettext_lazy("Qu’est-ce qui ne va pas ?"), max_length=300)


class Act(OperationView):
    """One act seen from one side."""

    template_name = "expiry/confirm.html"
    side: Side = OPERATOR
    form_class: type[OperationForm] = BareForm

    def words(self) -> dict[str, Any]:
        raise NotImplementedError

    def back_url(self) -> str:
        return self.side.url("expiry", self.kwargs["expiry_id"])

    def act(self, form: Any) -> str:
        raise NotImplementedError

    def by(self, form: Any) -> dict[str, Any]:
        """Who does it, under which number, when."""
        return {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {"base": self.side.base, "kind": "", "lead": "", "rows": [], "cancel_url": self.back_url()}
        return super().get_context_data(**(standard | self.words() | more))

    def perform(self, form: Any) -> HttpResponseBase:
        messages.success(self.request, self.act(form))
        return HttpResponseRedirect(self.back_url())


class ExpiryAct(Act):
    """One act on one end of validity."""

    def page(self) -> queries.ExpiryPage:
        return queries.expiry_page(actor_of(self.request), self.kwargs["expiry_id"], at=clock.now())

    @property
    def step(self) -> ExpiryStep:
        try:
            return ExpiryStep(self.kwargs["step"].upper())
        except ValueError:
            raise Http404 from None


class ConfirmView(ExpiryAct):
    """Confirm the step of the day."""

    def get_form_class(self) -> type[OperationForm]:
        if self.step is ExpiryStep.STOP:
            return StopForm
        return AnswerForm if self.step is ExpiryStep.CONFIRM and self.side is OPERATOR else BareForm

    def get_initial(self) -> dict[str, Any]:
        if self.step is not ExpiryStep.STOP:
            return {}
        return {"stops_on": default_stop_day(today=legal_day(clock.now()), printed_until=self.page().view.printed_until)}

    def words(self) -> dict[str, Any]:
        found, step = self.page(), self.step
        view, progress = found.view, found.progress
        rows = [
            Row(_("Convention"), f"{view.programme}, {view.agreement}"),
            Row(_("Imprimé sur les chèques"), _("jusqu’au %(day)s") % {"day": formats.last_day(view.printed_until)}),
            Row(_("Acceptés dans les lieux"), _("jusqu’au %(day)s") % {"day": formats.last_day(view.accepted_until)}),
            Row(
                _("Carnets"),
                _("%(handed)s remis, dont %(started)s commencés ; %(left)s pas remis")
                % {
                    "handed": formats.number(progress.handed_over), "started": formats.number(progress.started),
                    "left": formats.number(progress.not_handed_over),
                },
            ),
        ]  # fmt: skip
        if step in (ExpiryStep.ACCEPTANCE_END, ExpiryStep.STATEMENT):
            rows.append(Row(_("Encore dû aux lieux"), formats.euros(found.owed_cents)))
        kind = "danger" if step is ExpiryStep.ACCEPTANCE_END else ""
        if step is ExpiryStep.CONFIRM and self.side is FUNDER:
            lead = _("Plus aucun carnet n’est remis. Ce qui le serait resterait à votre charge.")
            return {"title": _("Confirmer la fin de validité ?"), "lead": lead, "rows": rows, "verb": str(VERBS[step])}
        return {"title": f"{TITLES[step]} ?", "lead": str(WILL[step]), "rows": rows, "verb": str(VERBS[step]), "kind": kind}

    def act(self, form: Any) -> str:
        said = {name: form.cleaned_data[name] for name in ("stops_on", "reason") if name in form.cleaned_data}
        operations.confirm_step(expiry_id=self.kwargs["expiry_id"], step=self.step, **said, **self.by(form))
        return _("C’est fait : %(step)s.") % {"step": TITLES[self.step]}


class MoveView(ExpiryAct):
    """Move a day by a decision."""

    form_class = MoveForm

    def words(self) -> dict[str, Any]:
        view = self.page().view
        own = next(each for each in view.steps if each.step is self.step)
        now = view.stop_at if self.step is ExpiryStep.STOP and own.done_at and view.stop_at else None
        leads = {
            ExpiryStep.ACCEPTANCE_END: _("Les chèques seront acceptés plus longtemps dans tout le programme. Jamais moins longtemps."),
            ExpiryStep.STOP: _("Les guichets seront prévenus du nouveau jour."),
        }
        return {
            "title": _("Changer une date : %(step)s") % {"step": TITLES[self.step]},
            "lead": leads.get(self.step, _("Guichets, lieux et financeurs seront prévenus.")),
            "rows": [Row(_("Jour prévu"), formats.day(now or own.due_on))],
            "verb": _("Changer la date"),
        }

    def act(self, form: Any) -> str:
        typed = form.cleaned_data
        operations.move_step(
            expiry_id=self.kwargs["expiry_id"], step=self.step, to_on=typed["to_on"], reason=typed["reason"], **self.by(form)
        )
        return _("La date est changée, et chacun est prévenu.")


class RedrawView(ExpiryAct):
    """Draw up again what is contested or left behind."""

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Refaire les états contestés ou dépassés ?"),
            "lead": _("Les chiffres sont pris au registre, maintenant. Les versions d’avant sont gardées."),
            "verb": _("Refaire"),
        }

    def act(self, form: Any) -> str:
        count = operations.redraw_statements(expiry_id=self.kwargs["expiry_id"], **self.by(form))
        return _("États refaits : %(count)s. Ils attendent les deux signatures.") % {"count": formats.number(count)}


class StatementAct(Act):
    """One act on one joint statement."""

    def statement(self) -> joint.JointView:
        return joint.joint_statement(actor_of(self.request), self.kwargs["statement_id"])

    def back_url(self) -> str:
        return self.side.url("joint", self.kwargs["statement_id"])

    def rows(self) -> list[Row]:
        view = self.statement()
        return [
            Row(_("Convention"), f"{view.figures.programme}, {view.figures.agreement}"),
            Row(_("Financeur"), view.figures.funder),
            Row(_("Arrêté le"), formats.moment(view.made_at)),
            Row(_("À rendre"), formats.euros(view.return_cents)),
        ]


class SignView(StatementAct):
    """Sign for one's side."""

    form_class = SignForm

    def get_initial(self) -> dict[str, Any]:
        return {"digest": self.statement().digest}

    def words(self) -> dict[str, Any]:
        lead = _("Avec les deux signatures, l’état est gardé tel quel et la somme peut être rendue.")
        return {"title": _("Signer cet état contradictoire"), "lead": lead, "rows": self.rows(), "verb": _("Signer")}

    def act(self, form: SignForm) -> str:
        view = operations.sign_statement(
            statement_id=self.kwargs["statement_id"], digest=form.cleaned_data["digest"], write=joint_pdf, **self.by(form)
        )
        return _("Signé des deux côtés.") if view.is_signed else _("Signé. L’autre côté doit signer aussi.")


class ContestView(StatementAct):
    """Say what is wrong."""

    form_class = ContestForm

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Contester cet état"),
            "lead": _("Personne ne signe tant qu’il n’est pas refait. L’autre côté reçoit votre raison."),
            "rows": self.rows(),
            "verb": _("Contester"),
            "kind": "danger",
        }

    def act(self, form: ContestForm) -> str:
        operations.contest_statement(statement_id=self.kwargs["statement_id"], reason=form.cleaned_data["reason"], **self.by(form))
        return _("Votre contestation est envoyée. L’état sera refait.")
