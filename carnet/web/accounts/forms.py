"""The shape of what people type here; the rules decide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from carnet.gateways.webhooks import URL_LENGTH_MAX
from carnet.notices.rules import TOLD_BY
from carnet.parties.rules import BY_HABILITATION, GRANTS, ROLES_OF_KIND, TOKEN_DAYS_MOST, OrganisationKind, Role, Scope
from carnet.web.accounts.words import EVENT_NAMES, ROLE_NAMES, SCOPE_NAMES
from carnet.web.design.forms import OperationForm


def role_choices(kinds: Iterable[str], held: Iterable[str]) -> list[tuple[str, Any]]:
    """The roles that organisations of these kinds have and that whoever holds `held` may give."""
    grants = frozenset[Role]().union(*(GRANTS.get(Role(role), frozenset()) for role in held))
    roles = frozenset[Role]().union(*(ROLES_OF_KIND[OrganisationKind(kind)] for kind in kinds))
    return [(role.value, ROLE_NAMES[role]) for role in Role if role in (roles & grants) - BY_HABILITATION]


class AccountForm(OperationForm):
    display_name = forms.CharField(label=_("Nom affiché"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("Téléphone professionnel"),
        help_text=_("Pour vous rappeler avant de changer un compte bancaire."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    language = forms.ChoiceField(label=_("Langue des messages"), choices=[("fr", "Français"), ("en", "English")])


class InviteForm(OperationForm):
    email = forms.EmailField(label=_("Adresse électronique"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    display_name = forms.CharField(label=_("Nom"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Rôle"))

    def __init__(self, *args: Any, roles: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class RoleForm(OperationForm):
    role = forms.ChoiceField(label=_("Nouveau rôle"))

    def __init__(self, *args: Any, roles: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class ReasonForm(OperationForm):
    reason = forms.CharField(label=_("Motif"), max_length=200)


class BareForm(OperationForm):
    """Nothing to type: a button, done once."""


class TokenForm(OperationForm):
    label = forms.CharField(label=_("À quoi servira ce jeton"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("Ce qu’il permet"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(scope.value, SCOPE_NAMES[scope]) for scope in Scope],
    )
    place_id = forms.TypedChoiceField(label=_("Lieu"), coerce=int, empty_value=None, required=False)
    days = forms.IntegerField(label=_("Durée en jours"), initial=365, min_value=1, max_value=TOKEN_DAYS_MOST)

    def __init__(self, *args: Any, places: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place_id"].choices = [("", _("Tous les lieux de l’organisation")), *places]  # type: ignore[attr-defined]


class WebhookForm(OperationForm):
    label = forms.CharField(label=_("À quoi servira cette adresse"), max_length=80)
    url = forms.CharField(
        label=_("Adresse"),
        help_text=_("https://, un nom de domaine public, le port 443 ou 8443."),
        max_length=URL_LENGTH_MAX,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "https://"}),
    )
    events = forms.MultipleChoiceField(
        label=_("Ce qui lui est annoncé"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(event.value, EVENT_NAMES[event]) for event in TOLD_BY.values()],
    )


class BankAccountForm(OperationForm):
    holder_name = forms.CharField(label=_("Titulaire du compte"), max_length=70)
    iban = forms.CharField(label=_("IBAN"), max_length=42, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
    bic = forms.CharField(
        label=_("BIC"), help_text=_("Vide : il est déduit de l’IBAN quand la banque est connue."), max_length=14, required=False
    )


class NewPasswordForm(OperationForm):
    """A password chosen twice, checked by the site's validators."""

    password = forms.CharField(
        label=_("Mot de passe"),
        help_text=_("Au moins 12 caractères. Une phrase de quelques mots convient très bien."),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Le même mot de passe"), strip=False, max_length=256, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", forms.ValidationError(_("Les deux mots de passe sont différents."), code="different"))
        if cleaned.get("password"):
            try:
                validate_password(cleaned["password"])
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class JoinForm(NewPasswordForm):
    """A new person's name and password, in the order they are asked."""

    display_name = forms.CharField(label=_("Votre nom"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("display_name", "password", "again")


class ForgottenForm(OperationForm):
    email = forms.EmailField(
        label=_("Votre adresse électronique"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
