"""A landlord's residences: brought in from a file with each fault named, changed, ended; and the offers made with it."""

import hashlib
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.connectivity import operations, queries
from carnet.connectivity.queries import ResidenceView
from carnet.connectivity.rules import (
    REQUIRED,
    EstateColumn,
    EstateFaultCode,
    EstateFaulty,
    Part,
    read_estate,
)
from carnet.funding import queries as funding
from carnet.parties import queries as parties
from carnet.places import queries as places
from carnet.places.rules.tables import content_of, read_table
from carnet.web import clock
from carnet.web.connections import offices, words
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table
from carnet.web.design.forms import OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.spreadsheets import Sheet, as_file

FILE_MOST_BYTES = 5 * 10**6
COLUMNS = {
    EstateColumn.RESIDENCE: (gettext_lazy("votre référence de la résidence"), "TILLEULS"),
    EstateColumn.NAME: (gettext_lazy("le nom de la résidence"), "Les Tilleuls"),
    EstateColumn.ADDRESS: (gettext_lazy("l’adresse"), "2 rue des Tilleuls"),
    EstateColumn.POSTCODE: (gettext_lazy("le code postal"), "44300"),
    EstateColumn.CITY: (gettext_lazy("la commune"), "Nantes"),
    EstateColumn.COMMUNE: (gettext_lazy("le code INSEE de la commune, cinq signes"), "44109"),
    EstateColumn.DWELLINGS: (gettext_lazy("combien de logements en tout"), "40"),
    EstateColumn.FIBRE: (gettext_lazy("oui ou non ; vide si vous ne savez pas"), "oui"),
    EstateColumn.HOME: (gettext_lazy("votre référence du logement"), "T-001"),
    EstateColumn.DOOR: (gettext_lazy("ce que dit la porte : bâtiment, étage, numéro"), "Bât. A, 1er, porte 12"),
}
FAULTS = {
    EstateFaultCode.COLUMN_MISSING: gettext_lazy("cette colonne manque"),
    EstateFaultCode.COLUMN_OF_PEOPLE: gettext_lazy("cette colonne parle de personnes : enlevez-la du fichier"),
    EstateFaultCode.EMPTY: gettext_lazy("la case est vide"),
    EstateFaultCode.TOO_LONG: gettext_lazy("le texte est trop long"),
    EstateFaultCode.COMMUNE: gettext_lazy("ce n’est pas un code INSEE de commune (44109 par exemple)"),
    EstateFaultCode.POSTCODE: gettext_lazy("ce n’est pas un code postal"),
    EstateFaultCode.NUMBER: gettext_lazy("ce n’est pas un nombre de logements"),
    EstateFaultCode.YES_OR_NO: gettext_lazy("écrivez oui ou non"),
    EstateFaultCode.TWICE: gettext_lazy("le même logement est déjà à la ligne %(line)s"),
    EstateFaultCode.OTHER_RESIDENCE: gettext_lazy("la ligne %(line)s dit autre chose de cette résidence"),
    EstateFaultCode.BROKEN: gettext_lazy("la ligne ne se lit pas : un guillemet ou une case de trop"),
}


class FileForm(OperationForm):
    """A file, for one programme."""

    programme = forms.TypedChoiceField(label=gettext_lazy("Programme"), coerce=int)
    file = WeighedFileField(
        label=gettext_lazy("Votre fichier"), help_text=gettext_lazy("CSV ou Excel, une ligne par logement, 20 000 lignes au plus."),
        most_bytes=FILE_MOST_BYTES, accept=".csv,.xlsx,.txt",
    )  # fmt: skip


class ResidenceForm(OperationForm):
    """What may be changed of a residence."""

    name = forms.CharField(label=gettext_lazy("Nom"), max_length=120)
    address = forms.CharField(label=gettext_lazy("Adresse"), max_length=200)
    dwelling_count = forms.IntegerField(label=gettext_lazy("Logements en tout"), min_value=1, max_value=99_999)
    fibre = forms.ChoiceField(
        label=gettext_lazy("Fibre"), required=False, widget=forms.RadioSelect,
        choices=[("", gettext_lazy("Je ne sais pas")), ("yes", gettext_lazy("Oui")), ("no", gettext_lazy("Non"))],
    )  # fmt: skip
    place = forms.TypedChoiceField(
        label=gettext_lazy("Où des leçons se donnent"), coerce=int, required=False, empty_value=None,
        help_text=gettext_lazy("Une salle commune de la résidence, si elle est dans l’annuaire. Ses leçons sont dites à qui demande."),
    )  # fmt: skip


def residences(request: HttpRequest) -> HttpResponse:
    """Every residence, with what is connected there."""
    actor = actor_of(request)
    found = queries.residences(actor=actor)
    context = {
        "figures": _figures(found),
        "table": residences_table(found),
        "files": _files_table(queries.files(actor=actor)),
        "is_partner": bool(queries.programmes_as(actor=actor, part=Part.LANDLORD)),
    }
    return render(request, "landlord/residences.html", context)


def _figures(found: tuple[ResidenceView, ...]) -> list[Figure]:
    standing = [each for each in found if not each.has_ended]
    return [
        Figure(formats.number(len(standing)), _("résidences")), Figure(formats.number(sum(each.homes for each in standing)), _("logements")),
        Figure(formats.number(sum(each.connected for each in standing)), _("branchés")),
        Figure(formats.number(sum(each.waiting for each in standing)), _("en attente")),
    ]  # fmt: skip


def residences_table(found: tuple[ResidenceView, ...]) -> Table:
    """Residences, one a line."""
    columns = [
        Column(_("Résidence")), Column(_("Adresse")), Column(_("Logements ici"), number=True), Column(_("Branchés"), number=True),
        Column(_("En attente"), number=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.name, url=reverse("landlord:residence", args=[each.id])),
            _("n’est plus proposée") if each.has_ended else f"{each.address}, {each.postcode} {each.city}".rstrip(", "),
            formats.number(each.homes), formats.number(each.connected), formats.number(each.waiting),
        ]
        for each in found
    ]  # fmt: skip
    return Table(_("Résidences"), columns, rows, empty=_("Aucune résidence. Apportez votre fichier."))


def _files_table(found: tuple[queries.FileView, ...]) -> Table | None:
    columns = [Column(_("Apporté le")), Column(_("Logements"), number=True), Column(_("Dont nouveaux"), number=True)]
    rows = [[formats.moment(each.brought_at), formats.number(each.homes), formats.number(each.new_homes)] for each in found]
    return Table(_("Fichiers apportés"), columns, rows) if rows else None


class BringIn(OperationView):
    """A file, taken whole or given back with its faults."""

    template_name = "landlord/bring_in.html"
    form_class = FileForm

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_form(self, form_class: Any = None) -> FileForm:
        form: FileForm = super().get_form(form_class)
        ids = queries.programmes_as(actor=actor_of(self.request), part=Part.LANDLORD)
        programmes = [(each.id, each.name) for each in funding.programmes(ids)]
        form.fields["programme"].choices = programmes  # type: ignore[attr-defined]
        if len(programmes) == 1:
            form.fields["programme"].widget, form.fields["programme"].initial = forms.HiddenInput(), programmes[0][0]
        return form

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        columns = [Column(_("Colonne")), Column(_("Ce qu’on y écrit")), Column(_("Exemple")), Column(_("Obligatoire"))]
        rows = [[each.value, str(said), example, _("oui") if each in REQUIRED else _("non")] for each, (said, example) in COLUMNS.items()]
        return super().get_context_data(**more) | {"columns": Table(_("Les colonnes du fichier"), columns, rows)}

    def perform(self, form: FileForm) -> HttpResponseBase:
        given = form.cleaned_data
        content = content_of(given["file"], size_max_bytes=FILE_MOST_BYTES)
        table = read_table(content)
        try:
            estate = read_estate(table.columns, ((line.line, line.cells) for line in table.lines))
        except EstateFaulty as faulty:
            context = self.get_context_data(form=form, faults=_faults_table(faulty), count=faulty.facts["count"])
            return self.render_to_response(context, status=422)
        made = operations.bring_in_homes(
            programme_id=given["programme"], estate=estate, digest=hashlib.sha256(content).digest(), actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        said = _("Le fichier est gardé. Résidences : %(residences)s. Logements : %(homes)s, dont nouveaux : %(new)s.")
        messages.success(self.request, said % {"residences": made.residences, "homes": made.homes, "new": made.new_homes})
        return redirect("landlord:residences")


def _faults_table(faulty: EstateFaulty) -> Table:
    columns = [Column(_("Ligne")), Column(_("Colonne")), Column(_("Ce qui ne va pas"))]
    rows = [[str(each.line), each.column or "–", str(FAULTS[each.code]) % {"line": each.other_line}] for each in faulty.facts["faults"]]
    return Table(_("Ce qu’il faut corriger"), columns, rows)


def model_file(request: HttpRequest) -> HttpResponseBase:
    """An example of the file, with one home."""
    sheet = Sheet(_("Logements"), [each.value for each in COLUMNS], lambda: [[example for _said, example in COLUMNS.values()]])
    return as_file("csv", "logements-modele", sheet, actor_of(request))


def residence(request: HttpRequest, residence_id: int) -> HttpResponse:
    """One residence and its homes."""
    actor = actor_of(request)
    found, homes = queries.residence(actor=actor, residence_id=residence_id), queries.homes(actor=actor, residence_id=residence_id)
    columns = [Column(_("Logement")), Column(_("Porte")), Column(_("Connexion")), Column(_("Fin"))]
    rows = []
    for each in homes:
        state: Any = "–"
        if each.state is not None and each.connection_id is not None:
            label, tone, _drawing = words.STATES[each.state]
            state = Cell(str(label), url=reverse("landlord:connection", args=[each.connection_id]), tone=tone)
        gone = "" if each.state else Cell(_("N’est plus loué"), url=reverse("landlord:home-end", args=[each.id]))
        rows.append([each.reference, each.door, state, gone])
    names = places.names_of({found.place_id}) if found.place_id else {}
    context = {
        "residence": found,
        "rows": [
            Row(_("Votre référence"), found.reference), Row(_("Adresse"), f"{found.address}, {found.postcode} {found.city}".strip(", ")),
            Row(_("Logements en tout"), formats.number(found.dwelling_count)),
            Row(_("Fibre"), {True: _("oui"), False: _("non"), None: _("non dit")}[found.has_fibre]),
            Row(_("Leçons dans la résidence"), names.get(found.place_id or 0, _("aucune salle indiquée"))),
        ],
        "table": Table(_("Logements"), columns, rows, empty=_("Aucun logement.")),
    }  # fmt: skip
    return render(request, "landlord/residence.html", context)


class _OfResidence(OperationView):
    template_name = "connections/office_gesture.html"

    def found(self) -> ResidenceView:
        """The residence it is about."""
        return queries.residence(actor=actor_of(self.request), residence_id=self.kwargs["residence_id"])

    def told(self, **more: Any) -> dict[str, Any]:
        """What the page says around the form."""
        back = reverse("landlord:residence", args=[self.kwargs["residence_id"]])
        return {"base": "landlord/office.html", "cancel_url": back, "kind": "", "lead": ""} | more


class Change(_OfResidence):
    """Change what is said of a residence."""

    form_class = ResidenceForm
    refusal_fields = {"connection-residence-incomplete": "dwelling_count"}

    def get_initial(self) -> dict[str, Any]:
        found = self.found()
        return {
            "request_id": uuid4(), "name": found.name, "address": found.address, "dwelling_count": found.dwelling_count,
            "fibre": {True: "yes", False: "no", None: ""}[found.has_fibre], "place": found.place_id,
        }  # fmt: skip

    def get_form(self, form_class: Any = None) -> ResidenceForm:
        form: ResidenceForm = super().get_form(form_class)
        near = rooms_near(self.found())
        form.fields["place"].choices = [("", _("Nulle part")), *near.items()]  # type: ignore[attr-defined]
        return form

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more) | self.told(title=_("Changer la résidence"), verb=_("Enregistrer"))

    def perform(self, form: ResidenceForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.change_residence(
            residence_id=self.kwargs["residence_id"], name=given["name"], address=given["address"],
            dwelling_count=given["dwelling_count"], has_fibre={"yes": True, "no": False}.get(given["fibre"]), place_id=given["place"],
            actor=actor_of(self.request), request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("C’est enregistré."))
        return redirect("landlord:residence", self.kwargs["residence_id"])


class End(_OfResidence):
    """A residence is sold or pulled down."""

    form_class = OperationForm

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        lead = _("Plus personne n’y demandera de connexion. Le fichier suivant peut la reprendre.")
        return super().get_context_data(**more) | self.told(
            title=_("Ne plus proposer cette résidence ?"), lead=lead, verb=_("Ne plus la proposer"),
            rows=[Row(_("Résidence"), self.found().name)],
        )  # fmt: skip

    def perform(self, form: OperationForm) -> HttpResponseBase:
        given = form.cleaned_data
        operations.end_residence(
            residence_id=self.kwargs["residence_id"], actor=actor_of(self.request), request_id=given["request_id"], at=clock.now()
        )
        messages.success(self.request, _("La résidence n’est plus proposée."))
        return redirect("landlord:residences")


class EndHome(OperationView):
    """A home is no longer let."""

    template_name = "connections/office_gesture.html"
    form_class = OperationForm

    def get_initial(self) -> dict[str, Any]:
        return {"request_id": uuid4()}

    def found(self) -> queries.LetHome:
        """The home it is about."""
        return queries.home(actor=actor_of(self.request), home_id=self.kwargs["home_id"])

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = self.found()
        door_said = f"{found.reference} ({found.door})" if found.door else found.reference
        return super().get_context_data(**more) | {
            "rows": [Row(_("Résidence"), found.residence), Row(_("Logement"), door_said)],
            "base": "landlord/office.html", "title": _("Ce logement n’est plus loué ?"), "verb": _("Le retirer"), "kind": "",
            "lead": _("Plus personne n’y demandera de connexion. Le fichier suivant peut le reprendre."),
            "cancel_url": reverse("landlord:residence", args=[found.residence_id]),
        }  # fmt: skip

    def perform(self, form: OperationForm) -> HttpResponseBase:
        given, found = form.cleaned_data, self.found()
        operations.end_home(home_id=self.kwargs["home_id"], actor=actor_of(self.request), request_id=given["request_id"], at=clock.now())
        messages.success(self.request, _("Le logement est retiré."))
        return redirect("landlord:residence", found.residence_id)


def rooms_near(found: ResidenceView) -> dict[int, str]:
    """Places of the residence's commune where lessons may be given, by name."""
    return dict(sorted(places.names_of(places.ids_in([found.commune], at=clock.now())).items(), key=lambda each: each[1]))


def offers(request: HttpRequest) -> HttpResponse:
    """The offers made with this landlord."""
    actor = actor_of(request)
    found = queries.offers(actor=actor)
    names = parties.organisations({each.terms.landlord_id for each in found} | {each.terms.provider_id for each in found})
    told = [(each.terms.name, offices.offer_rows(each, names), each.live, each.connected) for each in found]
    return render(
        request, "connections/office_offers.html", {"base": "landlord/office.html", "offers": told, "back": reverse("landlord:home")}
    )


_manage, _see = door("connectivity.manage-residences"), door("connectivity.see-own")

urlpatterns = [
    path("residences/", _manage(residences), name="residences"),
    path("residences/file/", _manage(BringIn.as_view()), name="bring-in"),
    path("residences/model.csv", _manage(model_file), name="model"),
    path("residences/<int:residence_id>/", _manage(residence), name="residence"),
    path("residences/<int:residence_id>/change/", _manage(Change.as_view()), name="residence-change"),
    path("residences/<int:residence_id>/end/", _manage(End.as_view()), name="residence-end"),
    path("homes/<int:home_id>/end/", _manage(EndHome.as_view()), name="home-end"),
    path("offers/", _see(offers), name="offers"),
]
