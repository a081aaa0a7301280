"""Signing in and the second factor: allauth's views, behind our doors and in our look."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import structlog
from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from allauth.mfa.base import views as second_factor
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.urls import path, reverse
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme

from carnet.gateways.identity import proconnect_is_offered
from carnet.parties import access, queries
from carnet.parties import operations as parties
from carnet.parties.rules import PartiesRefused
from carnet.web import clock
from carnet.web.accounts.forms import ForgottenForm, NewPasswordForm
from carnet.web.accounts.leaving import LeaveView
from carnet.web.accounts.sessions import end_others
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import from_this_machine, go_to, public, signed_in

log = structlog.get_logger(__name__)
_GOES_NOWHERE = re.compile(rb"<form\b(?![^>]*\saction=)")
RECOVERED = "recovered"  # in the session: the recovery whose code was typed


def safe_next(request: HttpRequest) -> str:
    """Where the person was going, if it is on this site; else their home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("accounts:home")


def note_proof(request: HttpRequest, person: AbstractBaseUser, kind: str) -> None:
    """Count what was just done as a recent proof by second factor."""
    record_authentication(request, person, "mfa", type=kind, reauthenticated=True)


def enter_as(request: HttpRequest, person_id: int) -> None:
    """Sign a demonstration's person in by one click, second factor counted as proved. The demo's door checks that it may.

    Raises: PermissionDenied outside a demonstration.
    """
    if not settings.DEMO:
        raise PermissionDenied
    with access.signing_in(person_id):
        person = get_user_model().objects.get(pk=person_id)
        access.recognise(person_id)
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        note_proof(request, person, Authenticator.Type.TOTP)


class SecondStepView(second_factor.AuthenticateView):
    """The second step of signing in. A passkey is offered to whoever has one."""

    def form_invalid(self, form: Any) -> HttpResponse:
        if "code" not in form.fields:  # codes are told by their own form
            log.warning("sign-in failed", method="passkey", person=int(self.stage.login.user.pk))
        response: HttpResponse = super().form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if not Authenticator.objects.filter(user_id=self.stage.login.user.pk, type=Authenticator.Type.WEBAUTHN).exists():
            context["webauthn_form"] = None
        return context


def freshen(request: HttpRequest) -> None:
    """The proof just given counts for the form that waited for it, in this same request; the session takes another name."""
    request.session.cycle_key()
    log.info("proved again", person=request.user.pk, method="mfa")
    request.actor = replace(actor_of(request), proved_at=clock.now())  # type: ignore[attr-defined]


def keep_factor(request: HttpRequest) -> None:
    """A second factor was just used or set up: a recovery that waited for this person is over."""
    request.session.pop(RECOVERED, None)
    parties.note_second_factor(person_id=int(request.user.pk or 0), request_id=uuid4(), at=clock.now())


def must_recover(request: HttpRequest) -> bool:
    """Whether a recovery waits for this person, and the code of its letter was not typed in this session."""
    if not request.user.is_authenticated:
        return False
    waiting = queries.recovery_waiting_for(int(request.user.pk))
    return waiting is not None and request.session.get(RECOVERED) != waiting


def at_its_address(answer: HttpResponse, path: str) -> HttpResponse:
    """The page of a form that waited for the proof, and is refused or wrong: what is mended there goes to the form's own address, `path`.

    It is shown at the address of the proof, which would ask for a code instead.
    """
    if isinstance(answer, SimpleTemplateResponse):
        answer.render()
    if not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
        answer.content = _GOES_NOWHERE.sub(lambda _: f'<form action="{escape(path)}"'.encode(), answer.content)
    return answer


def demo_code(request: HttpRequest) -> str:
    """The six digits an invented person would read now: nobody holds their telephone. In a demonstration and on its machine alone."""
    if not (settings.DEMO and from_this_machine(request)):
        return ""
    application = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).first()
    if application is None:
        return ""
    accepted = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(decrypt(application.data["secret"]), accepted[len(accepted) // 2]))


class ProveView(second_factor.ReauthenticateView):
    """Six digits or a recovery code, then on with what was being done."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "demo_code": demo_code(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        freshen(self.request)
        keep_factor(self.request)
        waited = safe_next(self.request)  # read first: this request becomes the one that waited
        return at_its_address(super().form_valid(form), waited)


class ProveByPasskeyView(passkeys.ReauthenticateWebAuthnView):
    """The same with a passkey."""

    def form_invalid(self, form: Any) -> HttpResponse:
        log.warning("sign-in failed", method="passkey", person=self.request.user.pk)
        response: HttpResponse = super().form_invalid(form)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        freshen(self.request)
        keep_factor(self.request)
        waited = safe_next(self.request)  # read first: this request becomes the one that waited
        return at_its_address(super().form_valid(form), waited)


class ProveByPasswordView(account.ReauthenticateView):
    """The same with the password."""

    def form_valid(self, form: Any) -> HttpResponse:
        self.request.session.cycle_key()
        log.info("proved again", person=self.request.user.pk, method="password")
        waited = safe_next(self.request)
        return at_its_address(super().form_valid(form), waited)


class _EndsOthers:
    """What is changed here proves who one is: once it is, every other session ends (ASVS 7.4.3)."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        end_others(self.request)
        return response


class ChangePasswordView(_EndsOthers, account.PasswordChangeView):
    """Django ends the others by itself; so does their list."""


class RemoveApplicationView(_EndsOthers, totp.DeactivateTOTPView):
    """Six digits are asked no more."""


class NewRecoveryCodesView(_EndsOthers, recovery.GenerateRecoveryCodesView):
    """Codes before these open nothing."""


class RemovePasskeyView(_EndsOthers, passkeys.RemoveWebAuthnView):
    """A passkey opens nothing any more."""


class _AfterRecovery:
    """Whoever lost a second factor types the code of the letter before another is set up: a stolen password is not enough."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if must_recover(request):
            return go_to(request, "accounts:recover")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]

    def enrolled(self, kind: str) -> None:
        """What was just set up is a proof, and ends the recovery."""
        note_proof(self.request, self.request.user, kind)  # type: ignore[arg-type]
        keep_factor(self.request)
        end_others(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "next": safe_next(self.request)}  # type: ignore[misc]

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}?{urlencode({'next': safe_next(self.request)})}"  # type: ignore[misc]


class AddPasskeyView(_AfterRecovery, passkeys.AddWebAuthnView):
    """A passkey, the recovery codes the first time, then onwards."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        self.enrolled(Authenticator.Type.WEBAUTHN)
        return response


class EnrolApplicationView(_AfterRecovery, totp.ActivateTOTPView):
    """The six digits typed to enrol are a proof: nobody is asked for them twice in a row. Then the recovery codes, then onwards."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        self.enrolled(Authenticator.Type.TOTP)
        return response


class RecoveryCodesView(recovery.ViewRecoveryCodesView):
    """The codes, and the way on."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "next": safe_next(self.request)}


def forgotten_password(request: HttpRequest) -> HttpResponseBase:
    """Ask for a link by e-mail. The answer is the same whether the address is known or not."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        refused = ratelimit.consume_or_429(request, action="reset_password", key=email)
        if refused is not None:
            return refused
        parties.request_password_reset(email=email, request_id=form.cleaned_data["request_id"], at=clock.now())
        return render(request, "accounts/forgotten_sent.html", {"email": email})
    return render(request, "accounts/forgotten.html", {"form": form}, status=422 if form.is_bound else 200)


def new_password(request: HttpRequest, uid: int, token: str) -> HttpResponseBase:
    """Choose a new password with the link received; then sign in as usual, second factor included."""
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            parties.reset_password(
                person_id=uid,
                token=token,
                password=form.cleaned_data["password"],
                request_id=form.cleaned_data["request_id"],
                at=clock.now(),
            )
        except PartiesRefused as refusal:
            show_refusal(form, refusal)
        else:
            return HttpResponseRedirect(f"{reverse('account_login')}?changed=1")
    return render(request, "accounts/new_password.html", {"form": form}, status=422 if form.is_bound else 200)


urlpatterns = [
    path("sign-in/", public(account.LoginView.as_view(extra_context={"offers_proconnect": proconnect_is_offered})), name="account_login"),
    path("sign-in/second-factor/", public(SecondStepView.as_view()), name="mfa_authenticate"),
    path("sign-in/inactive/", public(account.AccountInactiveView.as_view()), name="account_inactive"),
    path("sign-out/", public(LeaveView.as_view()), name="account_logout"),
    path("password/forgotten/", public(forgotten_password), name="account_reset_password"),
    path("password/new/<int:uid>/<str:token>/", public(new_password), name="new-password"),
    path("account/password/", signed_in(ChangePasswordView.as_view()), name="account_change_password"),
    path("account/prove/password/", signed_in(ProveByPasswordView.as_view()), name="account_reauthenticate"),
    path("account/prove/", signed_in(ProveView.as_view()), name="mfa_reauthenticate"),
    path("account/prove/passkey/", signed_in(ProveByPasskeyView.as_view()), name="mfa_reauthenticate_webauthn"),
    path("account/second-factor/", signed_in(second_factor.IndexView.as_view()), name="mfa_index"),
    path("account/second-factor/application/", signed_in(EnrolApplicationView.as_view()), name="mfa_activate_totp"),
    path("account/second-factor/application/remove/", signed_in(RemoveApplicationView.as_view()), name="mfa_deactivate_totp"),
    path("account/second-factor/codes/", signed_in(RecoveryCodesView.as_view()), name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new/", signed_in(NewRecoveryCodesView.as_view()), name="mfa_generate_recovery_codes"),
    path("account/second-factor/codes/file/", signed_in(recovery.DownloadRecoveryCodesView.as_view()), name="mfa_download_recovery_codes"),
    path("account/second-factor/passkeys/", signed_in(passkeys.ListWebAuthnView.as_view()), name="mfa_list_webauthn"),
    path("account/second-factor/passkeys/add/", signed_in(AddPasskeyView.as_view()), name="mfa_add_webauthn"),
    path("account/second-factor/passkeys/<int:pk>/", signed_in(passkeys.EditWebAuthnView.as_view()), name="mfa_edit_webauthn"),
    path("account/second-factor/passkeys/<int:pk>/remove/", signed_in(RemovePasskeyView.as_view()), name="mfa_remove_webauthn"),
]
