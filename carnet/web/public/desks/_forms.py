"""Forms of an application. They show fields and what is wrong with them; what is wrong is decided by the rules, nothing typed is refused."""

from django import forms
from django.utils.translation import gettext_lazy

from carnet.web.desks import FORMS
from carnet.web.points import PointFields
from carnet.web.public.applications import DraftForm
from carnet.web.public.applications import WhoForm as AnyWhoForm


class WhoForm(AnyWhoForm):
    """A number that can be checked, then what it is the number of."""

    forms_offered = FORMS


class LeadForm(DraftForm):
    """Who answers for the booklets."""

    lead_name = forms.CharField(
        label=gettext_lazy("Prénom et nom"),
        help_text=gettext_lazy("Cette personne reçoit les carnets, les compte et invite ses collègues."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    lead_email = forms.EmailField(
        label=gettext_lazy("Son adresse électronique"),
        help_text=gettext_lazy("Une invitation lui sera écrite si la demande est acceptée."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    lead_phone = forms.CharField(
        label=gettext_lazy("Son téléphone au travail"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "class": "short", "autocomplete": "tel"}),
    )


class PointDraft(DraftForm, PointFields):
    """A point of an application."""
