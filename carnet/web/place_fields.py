"""What is said of a place, field by field: who said it and when, and the screen that corrects it. For whoever keeps it, and for the operator."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.parties import queries as parties
from carnet.places import queries
from carnet.places.operations import edit_place
from carnet.places.rules import EditRefused, Fault, FaultCode, Outcome
from carnet.places.rules.merging import EDITABLE
from carnet.places.rules.standard import FIELD_BY_NAME, Kind
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Table
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.design.sentences.places import sentence_of_fault

LABELS = {
    "id": gettext_lazy("Identifiant"),
    "pivot": gettext_lazy("SIRET ou RNA"),
    "nom": gettext_lazy("Nom du lieu"),
    "commune": gettext_lazy("Commune"),
    "code_postal": gettext_lazy("Code postal"),
    "code_insee": gettext_lazy("Code INSEE de la commune"),
    "adresse": gettext_lazy("Adresse"),
    "complement_adresse": gettext_lazy("Complément d’adresse"),
    "latitude": gettext_lazy("Latitude"),
    "longitude": gettext_lazy("Longitude"),
    "typologie": gettext_lazy("Type de lieu"),
    "telephone": gettext_lazy("Téléphone"),
    "courriels": gettext_lazy("Courriels"),
    "site_web": gettext_lazy("Sites web"),
    "horaires": gettext_lazy("Horaires"),
    "presentation_resume": gettext_lazy("Présentation courte"),
    "presentation_detail": gettext_lazy("Présentation"),
    "source": gettext_lazy("Source"),
    "itinerance": gettext_lazy("Fixe ou itinérant"),
    "structure_parente": gettext_lazy("Structure parente"),
    "date_maj": gettext_lazy("Date de mise à jour"),
    "services": gettext_lazy("Services"),
    "publics_specifiquement_adresses": gettext_lazy("Publics visés"),
    "prise_en_charge_specifique": gettext_lazy("Accueil de besoins particuliers"),
    "frais_a_charge": gettext_lazy("Tarif"),
    "dispositif_programmes_nationaux": gettext_lazy("Programmes nationaux"),
    "formations_labels": gettext_lazy("Formations et labels du standard"),
    "autres_formations_labels": gettext_lazy("Autres labels"),
    "modalites_acces": gettext_lazy("Comment venir"),
    "modalites_accompagnement": gettext_lazy("Comment on est aidé"),
    "fiche_acces_libre": gettext_lazy("Fiche d’accessibilité"),
    "prise_rdv": gettext_lazy("Prise de rendez-vous"),
}
_HINTS = {
    "telephone": gettext_lazy("Par exemple 02 40 41 90 00."),
    "horaires": gettext_lazy("Par exemple : lundi au vendredi 9h-12h et 14h-18h ; samedi 9h-12h."),
    "presentation_resume": gettext_lazy("280 caractères au plus."),
}


class EditForm(OperationForm):
    """What may be corrected of a place. Lists are ticked, or written one by line."""

    def __init__(self, *arguments: Any, fields_said: dict[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in EDITABLE:
            self.fields[name] = field_of(name, fields_said[name])

    def said(self) -> dict[str, str]:
        """Field -> its text, as a file would say it."""
        cleaned = {name: self.cleaned_data[name] for name in EDITABLE}
        return {name: "|".join(value) if isinstance(value, list) else value.strip() for name, value in cleaned.items()}


def field_of(name: str, said: str) -> forms.Field:
    """The input of one editable national field, with what is said now."""
    known = FIELD_BY_NAME[name]
    about: dict[str, Any] = {"label": LABELS[name], "required": name in ("nom", "adresse"), "help_text": _HINTS.get(name, "")}
    if known.kind is Kind.CHOICES:
        choices = [(choice, choice) for choice in known.choices]
        return forms.MultipleChoiceField(choices=choices, initial=said.split("|"), widget=forms.CheckboxSelectMultiple, **about)
    if known.is_list:
        about["help_text"] = _("Un par ligne.")
        return forms.CharField(initial=said.replace("|", "\n"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000, **about)
    if name.startswith("presentation"):
        rows = 2 if name == "presentation_resume" else 5
        return forms.CharField(initial=said, widget=forms.Textarea(attrs={"rows": rows}), max_length=20_000, **about)
    return forms.CharField(initial=said, max_length=1000, **about)


class EditPlaceView(OperationView):
    """Correct what is said of one place. `back` is the route of the page it is reached from; `template_name` its office."""

    form_class = EditForm
    back = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "fields_said": queries.editable_fields(self.kwargs["place_id"])}

    def back_url(self) -> str:
        """Where the page comes from."""
        return reverse(self.back, args=[self.kwargs["place_id"]])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        place = queries.place_card(self.kwargs["place_id"], at=clock.now()).summary
        return super().get_context_data(place=place, back_url=self.back_url(), origins=origins_table(place.place_id), **context)

    def perform(self, form: EditForm) -> HttpResponseBase:
        try:
            changed = edit_place(
                place_id=self.kwargs["place_id"],
                said=form.said(),
                actor=actor_of(self.request),
                request_id=form.cleaned_data["request_id"],
                at=clock.now(),
            )
        except EditRefused as refusal:
            facts = refusal.facts
            fault = Fault(1, FaultCode(facts["fault"]), Outcome.REFUSED, str(facts["field"]), str(facts["value"]), str(facts["detail"]))
            form.add_error(str(facts["field"]), forms.ValidationError(sentence_of_fault(fault), code=refusal.code))
            return self.form_invalid(form)
        words = ", ".join(str(LABELS[name]) for name in changed)
        messages.success(self.request, _("Enregistré : %(fields)s.") % {"fields": words} if changed else _("Rien n’a changé."))
        return redirect(self.back_url())


def origins_table(place_id: int) -> Table:
    """Each field: its value, who gave it and which day, and what the file says instead of a correction."""
    told = queries.field_origins(place_id)
    names = parties.organisations({each.organisation_id for each in told if each.organisation_id})
    rows = [
        [
            str(LABELS[each.field]),
            each.value.replace("|", ", ")[:200] or "–",
            each.source
            or _("corrigé par %(name)s") % {"name": names[each.organisation_id].name if each.organisation_id in names else _("Carnet")},
            formats.day(each.said_on),
            _("le fichier dit : %(value)s") % {"value": each.file_says.replace("|", ", ")[:200] or "–"}
            if each.file_says is not None
            else "",
        ]
        for each in told
    ]
    columns = [Column(_("Donnée")), Column(_("Valeur")), Column(_("Qui le dit")), Column(_("Dit le")), Column(_("Désaccord"))]
    return Table(_("D’où vient chaque donnée"), columns, rows)
