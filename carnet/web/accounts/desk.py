"""What the pages of one's account and organisation share: their navigation, and one call behind a form."""

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from carnet.kernel.refusals import Refusal
from carnet.parties.rules import SecondFactorNeeded, allowed
from carnet.web.design.screens import actor_of, show_refusal

NAVIGATION = (
    ("accounts:members", "parties.see-members"),
    ("accounts:cards", "parties.see-own-cards"),
    ("accounts:stations", "parties.see-stations"),
    ("accounts:bank-account", "parties.see-bank-account"),
    ("accounts:tokens", "parties.manage-tokens"),
    ("accounts:webhooks", "parties.manage-webhooks"),
    ("accounts:approvals", "parties.see-approvals"),
)


# On which field a refusal is shown, when the form has it; else at the top.
FIELDS = {
    "webhook-address-refused": "url", "webhook-events-invalid": "events", "iban-invalid": "iban", "account-unchanged": "iban",
    "bic-invalid": "bic", "holder-missing": "holder_name", "email-invalid": "email", "already-member": "email",
    "role-not-for-organisation": "role", "role-not-yours-to-give": "role", "person-name-missing": "display_name",
    "phone-number-invalid": "phone", "scopes-invalid": "scopes", "token-days-invalid": "days", "reason-missing": "reason",
    "pin-too-simple": "pin", "pin-wrong": "pin", "pin-locked": "pin", "first-code-wrong": "code", "station-code-wrong": "code",
    "card-serial-invalid": "serial", "card-unknown": "serial", "card-not-here": "serial", "card-holder-unknown": "person_id",
    "card-held-already": "person_id", "card-code-wrong": "code", "card-resting": "code", "recovery-code-wrong": "code",
    "station-name-invalid": "name", "station-limits-invalid": "person_daily",
}  # fmt: skip


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of this desk, with the entries of the navigation that the table opens to this person."""
    names = {
        "accounts:members": _("Membres"),
        "accounts:cards": _("Cartes à codes"),
        "accounts:stations": _("Postes partagés"),
        "accounts:bank-account": _("Compte bancaire"),
        "accounts:tokens": _("Jetons d’API"),
        "accounts:webhooks": _("Webhooks"),
        "accounts:approvals": _("À approuver"),
    }
    held = actor_of(request).roles
    entries = [(route, names[route]) for route, action in NAVIGATION if allowed(held, action)]
    return render(request, f"accounts/{template}.html", {"entries": entries, **context}, status=status)


def performed(form: BaseForm, perform: Callable[[dict[str, Any]], Any]) -> bool:
    """Call one operation with what was typed; a refusal comes back on the form. True when it was done."""
    if not form.is_valid():
        return False
    try:
        perform(form.cleaned_data)
    except SecondFactorNeeded:
        raise
    except Refusal as refusal:
        show_refusal(form, refusal, FIELDS)
        return False
    return True
