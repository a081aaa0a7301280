"""What is left? A number and a secret together, in the body of a request only; nothing of them is kept by the page."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from carnet.funding import queries as funding
from carnet.issuing.rules import CODE_INPUT_MAX, VoucherToken
from carnet.kernel.refusals import Refusal
from carnet.parties.rules import allowed
from carnet.redemption import operations
from carnet.redemption.rules import BalanceClosed
from carnet.web import clock
from carnet.web.calling import call_of
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.public.person._page import page
from carnet.web.tries import address_of

FIELDS = {"serial-mistyped": "number", "code-mistyped": "secret"}


class LeftForm(forms.Form):
    """A number printed on the booklet, and the secret of one of its vouchers: typed, or read by a telephone's camera."""

    number = forms.CharField(
        label=gettext_lazy("1. Le numéro du carnet, ou d’un chèque"),
        help_text=gettext_lazy("Il commence par des lettres, comme NM-000012345-67."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le numéro.")},
    )
    secret = forms.CharField(
        label=gettext_lazy("2. Le code secret d’un chèque du carnet"),
        help_text=gettext_lazy("Il a 18 chiffres, par groupes de trois."),
        max_length=CODE_INPUT_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez les 18 chiffres.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.is_scanned:
            self.fields["secret"].widget = forms.HiddenInput()

    @property
    def is_scanned(self) -> bool:
        """Whether the secret is what a camera read: there is nothing in it to read again."""
        given = self.data.get("secret") if self.is_bound else self.initial.get("secret")
        return len(str(given or "")) >= VoucherToken.TEXT_SIZE


@never_cache
@sensitive_post_parameters("secret", "number")
def left(request: HttpRequest) -> HttpResponse:
    """How many vouchers are left, until when. GET asks; POST tells, and its answer is in no cache."""
    at = clock.now()
    form = LeftForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return page(request, "left", {"form": form}, at)
    status = 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            told = operations.what_is_left(number=given["number"], secret=given["secret"], address=address_of(request), at=at)
        except Refusal as refusal:
            show_refusal(form, refusal, FIELDS)
            status = 429 if isinstance(refusal, BalanceClosed) else 422
        else:
            call = call_of(funding.programme(told.programme_id), at)
            return page(request, "left_told", {"told": told, "call": call, "gone": told.left_count + told.spent_count}, at)
    return page(request, "left", {"form": form}, at, status=status)


@never_cache
def scanned(request: HttpRequest, token: str) -> HttpResponse:
    """The address inside a voucher's QR code. At a place's counter it opens the till; a passer-by's telephone opens the explanations.

    Nothing is looked up here: this page says the same of every code, true or false. It offers to ask what is left, with the number too.
    """
    actor = actor_of(request)
    if actor.kind == "person" and allowed(actor.roles, "redemption.check"):
        request.session["scanned"] = token[:300]
        return redirect("place:voucher")
    read = token if len(token) == VoucherToken.TEXT_SIZE else ""
    return page(request, "scanned", {"form": LeftForm(initial={"secret": read}), "is_read": bool(read)}, clock.now())
