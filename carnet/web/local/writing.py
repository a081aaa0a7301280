"""What is written in a territory: one form, one operation; a button for what ends."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.kernel.refusals import Refusal
from carnet.observatory.operations import territories as operations
from carnet.observatory.queries import territories as queries
from carnet.observatory.queries.territories import Commitment, TerritoryView
from carnet.observatory.rules.territories import CommitmentUnknown, Need, Public, TerritoryDecisionUnknown, TerritoryUnknown
from carnet.web import clock
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.local import forms, words


class _TerritoryView(OperationView):
    """A form about one territory, under its name, that goes back to its page."""

    template_name = "local/form.html"
    title: Any = ""
    lead: Any = ""
    verb: Any = ""
    anchor = ""
    is_of_members = False

    def view_of(self) -> TerritoryView:
        """The territory, read once."""
        if not hasattr(self, "_found"):
            self._found = queries.territory(actor=actor_of(self.request), territory_id=self.kwargs["territory_id"], at=clock.now())
        if self.is_of_members and self._found.line_of(actor_of(self.request).organisation_id) is None:
            raise TerritoryUnknown(territory=self._found.id)
        return self._found

    def back(self) -> str:
        """Where one comes from, and goes back to."""
        found = reverse("local:territory", args=[self.kwargs["territory_id"]])
        return f"{found}#{self.anchor}" if self.anchor else found

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        told = {
            "office": words.office_of(actor_of(self.request)),
            "title": self.title_of(),
            "lead": self.lead,
            "verb": self.verb,
            "cancel_url": self.back(),
            "back_text": self.view_of().name if "territory_id" in self.kwargs else _("Territoires"),
        }
        return super().get_context_data(**(told | more))

    def title_of(self) -> str:
        """The title of the page."""
        return str(self.title)

    def facts(self, form: Any) -> dict[str, Any]:
        """Who, where, when and under which number this is done."""
        found = {"actor": actor_of(self.request), "request_id": form.cleaned_data["request_id"], "at": clock.now()}
        return found | {"territory_id": self.kwargs["territory_id"]} if "territory_id" in self.kwargs else found

    def done(self, sentence: str) -> HttpResponseBase:
        """Say it, and go back."""
        messages.success(self.request, sentence)
        return redirect(self.back())


class _WithTerritory(_TerritoryView):
    """A form that needs the territory to know its choices."""

    is_of_members = True

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"view": self.view_of()}


class NewTerritoryView(_TerritoryView):
    """Open a territory."""

    form_class = forms.TerritoryForm
    refusal_fields = {
        "territory-name-taken": "name",
        "territory-name-missing": "name",
        "territory-empty": "areas",
        "territory-too-large": "areas",
    }

    def back(self) -> str:
        return reverse("local:territories")

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        del form.fields["is_public"]
        return form

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        told = {
            "title": _("Ouvrir un territoire"),
            "lead": _("Votre organisation l’anime : elle invite les autres, chacune écrit sa ligne."),
            "verb": _("Ouvrir le territoire"),
        }
        return super().get_context_data(**(told | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        made = operations.make_territory(name=given["name"], commune_codes=given["areas"], **self.facts(form))
        messages.success(self.request, _("Le territoire est ouvert. Invitez ceux qui y agissent."))
        return redirect("local:actors", made)


class ChangeTerritoryView(_TerritoryView):
    """Change a territory one leads."""

    form_class = forms.TerritoryForm
    refusal_fields = NewTerritoryView.refusal_fields

    def get_initial(self) -> dict[str, Any]:
        view = self.view_of()
        lines = "\n".join(f"{code} {name}" for code, name in view.communes.items())
        return super().get_initial() | {"name": view.name, "areas": lines, "is_public": view.is_public}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**({"title": _("Changer le territoire"), "verb": _("Enregistrer")} | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        operations.change_territory(name=given["name"], commune_codes=given["areas"], is_public=given["is_public"], **self.facts(form))
        return self.done(_("Le territoire est changé."))


class ActorsView(_TerritoryView):
    """Who has its place, and giving one to another."""

    template_name = "local/actors.html"
    form_class = forms.ActorForm
    refusal_fields = {
        "local-actor-needs-address": "email", "local-actor-already-in": "number", "siret-invalid": "number", "rna-invalid": "number",
        "organisation-name-missing": "name", "email-invalid": "email",
    }  # fmt: skip

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        view = self.view_of()
        told = {
            "title": _("Les organisations du territoire"),
            "lead": _("Une organisation déjà connue de Carnet entre avec ses comptes. Une autre est invitée."),
            "verb": _("Donner sa place"),
            "lines": view.lines,
            "territory_id": view.id,
        }
        return super().get_context_data(**(told | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        operations.invite_actor(number=given["number"], name=given["name"], email=given["email"], **self.facts(form))
        messages.success(self.request, _("L’organisation a sa place. Elle en est prévenue."))
        return redirect("local:actors", self.kwargs["territory_id"])


class LineView(_TerritoryView):
    """One's own line."""

    form_class = forms.LineForm
    refusal_fields = {"phone-number-invalid": "contact_phone", "email-invalid": "contact_email"}
    is_of_members = True
    anchor = "actors"

    def get_initial(self) -> dict[str, Any]:
        line = self.view_of().line_of(actor_of(self.request).organisation_id)
        names = ("words", "contact_service", "contact_email", "contact_phone", "is_public")
        return super().get_initial() | {name: getattr(line, name) for name in names}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        told = {"title": _("Votre ligne"), "lead": _("Vous seuls l’écrivez. Les autres organisations la lisent."), "verb": _("Enregistrer")}
        return super().get_context_data(**(told | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        names = ("words", "contact_service", "contact_email", "contact_phone", "is_public")
        operations.say_line(**{name: given[name] for name in names}, **self.facts(form))
        return self.done(_("Votre ligne est écrite."))


class CommitmentView(_WithTerritory):
    """One commitment more, or in the place of an earlier one."""

    form_class = forms.CommitmentForm
    anchor = "actors"
    refusal_fields = {"commune-outside-territory": "communes"}

    def replaced(self) -> Commitment | None:
        """The commitment that changes, or None for a new one."""
        number, line = self.kwargs.get("commitment_id"), self.view_of().line_of(actor_of(self.request).organisation_id)
        if number is None:
            return None
        found = next((each for each in (line.commitments if line else ()) if each.id == number), None)
        if found is None:
            raise CommitmentUnknown(commitment=number)
        return found

    def get_initial(self) -> dict[str, Any]:
        before = self.replaced()
        if before is None:
            return super().get_initial() | {"need": self.request.GET.get("need", "")}
        return super().get_initial() | {
            "need": before.need.value, "words": before.words, "hours": before.hours, "publics": [each.value for each in before.publics],
            "communes": list(before.commune_codes), "until_on": before.until_on,
        }  # fmt: skip

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        is_new = "commitment_id" not in self.kwargs
        told = {
            "title": _("Un engagement de plus") if is_new else _("Changer un engagement"),
            "lead": "" if is_new else _("L’ancien reste dans l’historique."),
            "verb": _("S’engager") if is_new else _("Enregistrer"),
        }
        return super().get_context_data(**(told | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given, before = form.cleaned_data, self.replaced()
        operations.commit_to(
            need=Need(given["need"]), words=given["words"], hours=given["hours"], publics=[Public(each) for each in given["publics"]],
            commune_codes=given["communes"], until_on=given["until_on"], replaces=before.id if before else None, **self.facts(form),
        )  # fmt: skip
        return self.done(_("L’engagement est noté."))


class NoticeView(_WithTerritory):
    """A need one sees."""

    form_class = forms.NoticeForm
    anchor = "needs"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**({"title": _("Un besoin sans réponse"), "verb": _("Noter ce besoin")} | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        operations.notice_need(need=Need(given["need"]), words=given["words"], commune_codes=given["communes"], **self.facts(form))
        return self.done(_("Le besoin est noté."))


class DecisionView(_TerritoryView):
    """Something decided."""

    form_class = forms.DecisionForm
    refusal_fields = {"decision-ahead": "decided_on"}
    is_of_members = True

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"decided_on": self.view_of().as_of}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        told = {"title": _("Une décision"), "lead": _("Dites ensuite qui fait quoi, et avant quel jour."), "verb": _("Noter la décision")}
        return super().get_context_data(**(told | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        made = operations.note_decision(decided_on=given["decided_on"], words=given["words"], **self.facts(form))
        messages.success(self.request, _("La décision est notée. Qui fait quoi, et avant quel jour ?"))
        return redirect("local:step", self.kwargs["territory_id"], made)


class StepView(_WithTerritory):
    """What comes after a decision."""

    form_class = forms.StepForm
    anchor = "decisions"
    refusal_fields = {"next-step-before": "due_on", "local-actor-unknown": "responsible"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        decided = next((each.words for each in self.view_of().decisions if each.id == self.kwargs["decision_id"]), None)
        if decided is None:
            raise TerritoryDecisionUnknown(decision=self.kwargs["decision_id"])
        told = {"title": _("Une suite"), "lead": _("Décidé : %(words)s") % {"words": decided}, "verb": _("Noter la suite")}
        return super().get_context_data(**(told | more))

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        operations.plan_step(
            decision_id=self.kwargs["decision_id"], responsible_id=int(given["responsible"]), words=given["words"], due_on=given["due_on"],
            **self.facts(form),
        )  # fmt: skip
        return self.done(_("La suite est notée."))


def _button(act: Callable[..., None], sentence: Callable[[], str], anchor: str) -> Callable[..., HttpResponse]:
    """A button that ends something: done once, since what has ended is no longer found."""

    @require_POST
    def press(request: HttpRequest, territory_id: int, **named: int) -> HttpResponse:
        try:
            act(territory_id=territory_id, actor=actor_of(request), request_id=uuid4(), at=clock.now(), **named)
        except TerritoryUnknown:
            raise
        except Refusal as refusal:
            messages.error(request, sentence_for(refusal))
        else:
            messages.success(request, sentence())
        if anchor == "local:actors":
            return redirect(anchor, territory_id)
        return redirect(f"{reverse('local:territory', args=[territory_id])}#{anchor}")

    return press


end_commitment = _button(operations.end_commitment, lambda: _("L’engagement est terminé. Il reste dans l’historique."), "actors")
settle_need = _button(operations.settle_need, lambda: _("Le besoin est réglé. Il reste dans l’historique."), "needs")
withdraw_decision = _button(operations.withdraw_decision, lambda: _("La décision est retirée. Elle reste dans l’historique."), "decisions")
remove_actor = _button(operations.remove_actor, lambda: _("L’organisation n’a plus sa place dans le territoire."), "local:actors")


def _closing(is_done: bool) -> Callable[..., None]:
    def close(**given: Any) -> None:
        operations.close_step(is_done=is_done, **given)

    return close


step_done = _button(_closing(True), lambda: _("C’est fait, et c’est noté."), "decisions")
step_dropped = _button(_closing(False), lambda: _("C’est abandonné, et c’est noté."), "decisions")
