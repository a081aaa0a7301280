"""Screens of a programme: the list, the page, creating it in steps, changing and ending it, its audits."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView

from carnet.funding import access, operations, queries
from carnet.funding.rules import TemplateUnknown, template_terms
from carnet.kernel.periods import end_of_day, start_of_day
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, allowed
from carnet.places.rules import SERVICE_KINDS
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.figures import count_figures, hand_over_words, money_table, perimeter_words, programme_rows
from carnet.web.operator.programmes._forms import ConfirmForm, EngageForm, TemplateForm, TermsForm

FROZEN = ("voucher_value", "booklet_size", "ends", "printed_last", "months", "grace_days")


def steps() -> list[str]:
    """The steps of a new programme."""
    return [_("Modèle"), _("Règles"), _("Convention")]


def programmes(request: HttpRequest) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    found = queries.programmes_of_operator(actor.organisation_id or 0)
    columns = [Column(_("Programme")), Column(_("Remise")), Column(_("Territoire")), Column(_("État"))]
    rows = [
        [
            Cell(each.name, url=reverse("operator:programme", args=[each.id])),
            hand_over_words(each.windows),
            perimeter_words(each.terms.perimeter),
            Cell(_("en cours"), tone="success") if each.is_open_at(at) else Cell(_("terminé"), tone="neutral"),
        ]
        for each in found
    ]
    context = {
        "table": Table(_("Vos programmes"), columns, rows),
        "is_empty": not found,
        "may_create": allowed(actor.roles, "funding.manage-programme"),
    }
    return render(request, "operator/programmes/programmes.html", context)


def programme(request: HttpRequest, programme_id: int) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    access.operated_programme(actor, programme_id)
    facts = queries.programme(programme_id)
    agreements = queries.agreements(actor, [programme_id], at=at)
    engagements = queries.engagements(programme_id)
    names = {
        each.id: each.name
        for each in parties.organisations(
            {funder for agreement in agreements for funder in agreement.funder_ids} | {each.organisation_id for each in engagements}
        ).values()
    }
    money = ledger.money(programme_id=programme_id)
    names |= {each.id: each.name for each in parties.organisations(set(money.by_funder) - set(names)).values()}
    context = {
        "programme": facts,
        "is_open": facts.is_open_at(at),
        "rows": programme_rows(facts),
        "figures": count_figures(ledger.counts(programme_id=programme_id)),
        "money": money_table(_("Où est l’argent"), money, names),
        "agreements": _agreements_table(agreements, names),
        "audits": _audits_table(engagements, names, at),
        "may_manage": allowed(actor.roles, "funding.manage-programme") and facts.ended_at is None,
        "may_sign": allowed(actor.roles, "funding.sign-agreement") and facts.ended_at is None,
    }
    return render(request, "operator/programmes/programme.html", context)


def _agreements_table(agreements: list[queries.AgreementFacts], names: dict[int, str]) -> Table:
    columns = [Column(_("Convention")), Column(_("Financeurs")), Column(_("Signée le")), Column(_("Commandé"), number=True)]
    rows = [
        [
            Cell(each.name, url=reverse("operator:agreement", args=[each.id])),
            ", ".join(names.get(funder_id, "?") for funder_id in each.funder_ids),
            formats.day(each.signed_on),
            formats.euros(queries.committed_cents(each.id), short=True),
        ]
        for each in agreements
    ]
    return Table(_("Conventions"), columns, rows, empty=_("Aucune convention : sans financeur, aucun carnet ne peut être activé."))


def _audits_table(engagements: list[queries.Engagement], names: dict[int, str], at: Any) -> Table:
    columns = [Column(_("Organisme")), Column(_("Du")), Column(_("Au")), Column(_("Terminer"))]
    rows = []
    for each in engagements:
        is_over = each.ended_at is not None or each.ends_at <= at
        end: Cell = (
            Cell(_("terminé"), tone="neutral")
            if is_over
            else Cell(_("Terminer"), url=reverse("operator:audit-end", args=[each.programme_id, each.id]))
        )
        rows.append(
            [names.get(each.organisation_id, "?"), formats.day(each.starts_at), formats.last_day(each.ended_at or each.ends_at), end]
        )
    return Table(_("Contrôles"), columns, rows, empty=_("Aucun organisme de contrôle ne lit ce programme."))


# --- Creating, in steps ------------------------------------------------------------------------------------------------


def choose_template(request: HttpRequest) -> HttpResponseBase:
    """First step: the template, the name and the first day travel in the address to the second."""
    form = TemplateForm(request.GET or None)
    if form.is_bound and form.is_valid():
        return HttpResponseRedirect(f"{reverse('operator:programme-terms')}?{request.GET.urlencode()}")
    context = {"form": form, "steps": steps()}
    return render(request, "operator/programmes/choose_template.html", context, status=422 if form.is_bound else 200)


class CreateView(OperationView):
    """Second step: every rule, already filled in by the template."""

    form_class = TermsForm
    template_name = "operator/programmes/terms.html"

    def get_initial(self) -> dict[str, Any]:
        chosen = TemplateForm(self.request.GET)
        if not chosen.is_valid():
            return {}
        given = chosen.cleaned_data
        codes = [kind.code for kind in SERVICE_KINDS]
        try:
            terms = template_terms(given["template"], first_day=given["first_day"], service_codes=codes, name=given["name"])
        except TemplateUnknown:
            return {}
        return TermsForm.initial_of(terms)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        more |= {
            "title": _("Les règles du programme"),
            "steps": steps(),
            "back_url": reverse("operator:programme-new"),
            "verb": _("Créer le programme"),
        }
        return super().get_context_data(**more)

    def perform(self, form: TermsForm) -> HttpResponseBase:
        actor = actor_of(self.request)
        programme_id = operations.create_programme(
            terms=form.terms(),
            operator_id=actor.organisation_id or 0,
            actor=actor,
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le programme est créé. Il lui faut maintenant une convention avec ses financeurs."))
        return redirect("operator:agreement-new", programme_id)


class ChangeView(OperationView):
    """The same form, on a programme that exists."""

    form_class = TermsForm
    template_name = "operator/programmes/terms.html"

    def get_initial(self) -> dict[str, Any]:
        access.operated_programme(actor_of(self.request), self.kwargs["programme_id"])
        return TermsForm.initial_of(queries.programme(self.kwargs["programme_id"]).terms)

    def get_form(self, form_class: Any = None) -> TermsForm:
        form: TermsForm = FormView.get_form(self, form_class)
        if ledger.series_list(programme_id=self.kwargs["programme_id"]):
            for name in FROZEN:
                form.fields[name].disabled = True
                form.fields[name].help_text = _("Imprimé sur des chèques qui existent : ne change plus.")
        return form

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        more |= {
            "title": _("Modifier le programme"),
            "back_url": reverse("operator:programme", args=[self.kwargs["programme_id"]]),
            "verb": _("Enregistrer"),
        }
        return super().get_context_data(**more)

    def perform(self, form: TermsForm) -> HttpResponseBase:
        operations.change_programme(
            programme_id=self.kwargs["programme_id"],
            terms=form.terms(),
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est enregistré."))
        return redirect("operator:programme", self.kwargs["programme_id"])


class ProgrammeActView(OperationView):
    """One act on one programme, confirmed on its own page."""

    form_class: type = ConfirmForm
    template_name = "operator/confirm.html"
    title = lead = verb = kind = ""

    def words(self) -> dict[str, Any]:
        raise NotImplementedError

    def back_url(self) -> str:
        return reverse("operator:programme", args=[self.kwargs["programme_id"]])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        access.operated_programme(actor_of(self.request), self.kwargs["programme_id"])
        return super().get_context_data(cancel_url=self.back_url(), **{"kind": "", "lead": "", "rows": [], **self.words(), **more})


class EndView(ProgrammeActView):
    def words(self) -> dict[str, Any]:
        facts = queries.programme(self.kwargs["programme_id"])
        return {
            "title": _("Terminer le programme ?"),
            "lead": _("Rien n’y sera plus ni changé ni commandé. Les chèques déjà remis suivent leur cours."),
            "rows": [Row(_("Programme"), facts.name)],
            "verb": _("Terminer le programme"),
            "kind": "danger",
        }

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        operations.end_programme(
            programme_id=self.kwargs["programme_id"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le programme est terminé."))
        return HttpResponseRedirect(self.back_url())


class EngageView(ProgrammeActView):
    form_class = EngageForm

    def get_form_kwargs(self) -> dict[str, Any]:
        found = parties.organisations_registered_by(actor=actor_of(self.request), kind=OrganisationKind.AUDITOR)
        return super().get_form_kwargs() | {"organisations": [(each.id, each.name) for each in found]}

    def words(self) -> dict[str, Any]:
        return {
            "title": _("Ouvrir le programme à un contrôle"),
            "lead": _("L’organisme lira tous les comptes, les mouvements et le journal du programme, et aucun nom de personne."),
            "verb": _("Ouvrir le contrôle"),
        }

    def perform(self, form: EngageForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.engage_auditor(
            programme_id=self.kwargs["programme_id"],
            organisation_id=given["organisation"],
            starts_at=start_of_day(given["first_day"]),
            ends_at=end_of_day(given["last_day"]),
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le contrôle est ouvert."))
        return HttpResponseRedirect(self.back_url())


class EndAuditView(ProgrammeActView):
    def words(self) -> dict[str, Any]:
        return {
            "title": _("Terminer ce contrôle ?"),
            "lead": _("L’organisme ne lira plus rien du programme."),
            "verb": _("Terminer le contrôle"),
        }

    def perform(self, form: ConfirmForm) -> HttpResponseBase:
        operations.end_engagement(
            engagement_id=self.kwargs["engagement_id"],
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("Le contrôle est terminé."))
        return HttpResponseRedirect(self.back_url())
