"""The box where a code is typed, at sign-in and for a recent proof: an application's, a recovery code's, or a card's."""

from typing import Any

import structlog
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.utils import timezone

from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.web.design.sentences import sentence_for

log = structlog.get_logger(__name__)
CARD = "card"  # beside allauth's own kinds of authenticators, in what a session remembers


class _OrCard:
    """allauth looks at its own authenticators first; then the code may be that of a card. One try is counted once, whatever it was."""

    user: Any
    is_by_card = False

    def clean_code(self) -> str:
        try:
            return super().clean_code()  # type: ignore[misc,no-any-return]
        except forms.ValidationError as error:
            if error.code != "incorrect_code" or not parties.has_card(self.user.pk):
                log.warning("sign-in failed", method="code", person=int(self.user.pk), code=error.code)
                raise
        code = str(self.cleaned_data["code"])  # type: ignore[attr-defined]
        # A card is a clock outside: its codes are held against the real time, as those of an application are.
        refusal = operations.accept_card_code(person_id=self.user.pk, code=code, at=timezone.now())
        if refusal is not None:
            log.warning("sign-in failed", method=CARD, person=int(self.user.pk), code=refusal.code)
            raise forms.ValidationError(sentence_for(refusal), code=refusal.code)
        self.is_by_card = True
        ratelimit.clear(context.request, action="login_failed", key=f"mfa-auth-user-{self.user.pk}")
        return code


class SignInCodeForm(_OrCard, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    def save(self) -> None:
        if not self.is_by_card:
            super().save()
        else:
            record_authentication(context.request, self.user, "mfa", type=CARD)


class ProofCodeForm(_OrCard, ReauthenticateForm):  # type: ignore[misc]
    """A recent proof."""

    def save(self) -> None:
        if not self.is_by_card:
            super().save()
        else:
            record_authentication(context.request, self.user, "mfa", type=CARD, reauthenticated=True)
