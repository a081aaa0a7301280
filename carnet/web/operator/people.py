"""Organisations the operator brings in, and people invited from a file."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid5

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.refusals import Refusal
from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind, Role, allowed
from carnet.web import clock
from carnet.web.accounts.words import KIND_NAMES, ROLE_NAMES
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.design.forms import OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door

# In a file of people, an organisation not known yet is brought in for what its people do.
KIND_OF_ROLE = {
    Role.FUNDER: OrganisationKind.FUNDER,
    Role.PRESCRIBER_LEAD: OrganisationKind.PRESCRIBER,
    Role.PRESCRIBER: OrganisationKind.PRESCRIBER,
    Role.PLACE_MANAGER: OrganisationKind.PLACE_OPERATOR,
    Role.MEDIATOR: OrganisationKind.PLACE_OPERATOR,
    Role.AUDITOR: OrganisationKind.AUDITOR,
}
FILE_MOST_BYTES = 2_000_000


class OrganisationForm(OperationForm):
    """Who they are, by a number that can be checked."""

    name = forms.CharField(label=gettext_lazy("Nom"), max_length=200)
    siret = forms.CharField(
        label=gettext_lazy("SIRET"),
        help_text=gettext_lazy("14 chiffres. Une association peut donner son numéro RNA."),
        max_length=20,
        required=False,
    )
    rna = forms.CharField(label=gettext_lazy("Numéro RNA"), help_text=gettext_lazy("W suivi de 9 signes."), max_length=12, required=False)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Ce qu’elle fait"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(str(kind), words) for kind, words in KIND_NAMES.items()],
    )
    contact_email = forms.EmailField(label=gettext_lazy("Adresse électronique"), required=False)
    contact_phone = forms.CharField(label=gettext_lazy("Téléphone"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("Commune"), max_length=100, required=False)


class PeopleFileForm(OperationForm):
    """A file of people."""

    file = WeighedFileField(
        label=gettext_lazy("Fichier CSV"),
        help_text=gettext_lazy("Colonnes : email, nom, siret, role, et organisation pour celles qui ne sont pas encore inscrites."),
        most_bytes=FILE_MOST_BYTES,
        accept=".csv,text/csv",
    )


def organisations(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    found = parties.organisations_registered_by(actor=actor)
    columns = [Column(_("Organisation")), Column(_("Numéro")), Column(_("Ce qu’elle fait")), Column(_("Personnes"))]
    may_see_members = allowed(actor.roles, "parties.see-members")
    rows = [
        [
            Cell(each.name, url=reverse("operator:organisation", args=[each.id])),
            each.printed_number or "–",
            ", ".join(str(KIND_NAMES[OrganisationKind(kind)]) for kind in each.kinds),
            Cell(_("Voir"), url=reverse("accounts:members-of", args=[each.id])) if may_see_members else "–",
        ]
        for each in found
    ]
    context = {
        "table": Table(_("Organisations"), columns, rows),
        "may_register": allowed(actor.roles, "parties.register-organisation"),
        "may_import": allowed(actor.roles, "parties.import-people"),
    }
    return render(request, "operator/people/organisations.html", context)


def organisation(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """One organisation: what is known of it, and the way to its people and its bank account."""
    actor = actor_of(request)
    found = next((each for each in parties.organisations_registered_by(actor=actor) if each.id == organisation_id), None)
    if found is None:
        return render(request, "operator/people/gone.html", status=404)
    rows = [
        Row(_("SIRET ou RNA"), found.printed_number or _("aucun (organisation simulée)")),
        Row(_("Ce qu’elle fait"), ", ".join(str(KIND_NAMES[OrganisationKind(kind)]) for kind in found.kinds)),
        Row(_("Adresse"), " ".join(filter(None, (found.street, found.postcode, found.city)))),
        Row(_("Courriel"), found.contact_email),
        Row(_("Téléphone"), found.contact_phone),
    ]
    context = {
        "organisation": found,
        "rows": [row for row in rows if row.value],
        "may_see_members": allowed(actor.roles, "parties.see-members"),
        "may_see_account": allowed(actor.roles, "parties.see-bank-account"),
        "may_recover": OrganisationKind.HELPER in found.kinds and allowed(actor.roles, "parties.prepare-recovery"),
        "may_change_head": OrganisationKind.PLACE_OPERATOR in found.kinds and allowed(actor.roles, "parties.prepare-new-head"),
    }
    return render(request, "operator/people/organisation.html", context)


class NewOrganisationView(OperationView):
    form_class = OrganisationForm
    template_name = "operator/confirm.html"
    refusal_fields = {"siret-invalid": "siret", "rna-invalid": "rna", "organisation-unnumbered": "siret"}

    def get_initial(self) -> dict[str, Any]:
        return {"kinds": [kind for kind in self.request.GET.getlist("kind") if kind in set(OrganisationKind)]}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        standard = {
            "title": _("Inscrire une organisation"),
            "lead": "",
            "rows": [],
            "kind": "",
            "verb": _("Inscrire"),
            "cancel_url": reverse("operator:organisations"),
        }
        return super().get_context_data(**(standard | more))

    def perform(self, form: OrganisationForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.create_organisation(
            name=given["name"],
            kinds=given["kinds"],
            siret=given["siret"] or None,
            rna=given["rna"] or None,
            contact_email=given["contact_email"],
            contact_phone=given["contact_phone"],
            city=given["city"],
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("« %(name)s » est inscrite. Invitez maintenant ses personnes.") % {"name": given["name"]})
        return redirect("operator:organisations")


def import_people(request: HttpRequest) -> HttpResponse:
    """Bring in the organisations the file names, then invite each line's person; a wrong line stops nobody else."""
    actor = actor_of(request)
    form = PeopleFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content, request_id = form.cleaned_data["file"].read(), form.cleaned_data["request_id"]
        try:
            bring_in_organisations(content, actor=actor, request_id=request_id)
            report = operations.import_people(content=content, actor=actor, request_id=request_id, at=clock.now())
        except Refusal as refusal:
            show_refusal(form, refusal, {"people-file-unreadable": "file", "people-file-too-long": "file"})
        else:
            return render(request, "operator/people/report.html", {"report": report, "table": _refused_table(report)})
    roles = [f"{role.value} ({ROLE_NAMES[role]})" for role in KIND_OF_ROLE]
    return render(request, "operator/people/import.html", {"form": form, "roles": roles}, status=422 if form.is_bound else 200)


def _readable(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    """The lines until one that is none: the import of people says so."""
    with suppress(csv.Error):
        yield from rows


def bring_in_organisations(content: bytes, *, actor: Any, request_id: UUID) -> int:
    """Register the organisations a file of people names and nobody knows yet; return how many.

    Lines that cannot be read so are left alone: the import of people reports them.
    """
    text = content.decode("utf-8-sig", errors="replace")
    first = text.splitlines()[0] if text.strip() else ""
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count))
    made = 0
    seen: set[str] = set()
    for number, row in enumerate(_readable(rows), start=1):
        tidy = {str(name or "").strip().lower(): str(value or "").strip() for name, value in row.items()}
        siret, name = tidy.get("siret", "").replace(" ", ""), tidy.get("organisation", "")
        role = (tidy.get("role") or tidy.get("rôle") or "").upper()
        if not (siret and name) or siret in seen or role not in set(KIND_OF_ROLE):
            continue
        seen.add(siret)
        try:
            if parties.find_organisation(siret=siret) is None:
                kind = KIND_OF_ROLE[Role(role)].value
                operations.create_organisation(
                    name=name,
                    kinds=[kind],
                    siret=siret,
                    actor=actor,
                    request_id=uuid5(request_id, f"organisation {number}"),
                    at=clock.now(),
                )
                made += 1
        except Refusal:
            continue
    return made


def _refused_table(report: operations.PeopleReport) -> Table:
    columns = [Column(_("Ligne"), number=True), Column(_("Adresse électronique")), Column(_("Pourquoi"))]
    rows = [[str(line.number), line.email, sentence_for(line.refusal)] for line in report.refused if line.refusal is not None]
    return Table(_("Lignes refusées"), columns, rows, empty=_("Aucune ligne refusée."))


urlpatterns = [
    path("organisations/", door("parties.see-organisations")(organisations), name="organisations"),
    path("organisations/new/", door("parties.register-organisation")(NewOrganisationView.as_view()), name="organisation-new"),
    path("organisations/<int:organisation_id>/", door("parties.see-organisations")(organisation), name="organisation"),
    path("people/import/", door("parties.import-people")(import_people), name="people-import"),
]
