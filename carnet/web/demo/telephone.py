"""A telephone to play: what is typed here goes through the gateway's own door, signed as by the gateway, and the answer comes back as a message."""

import json
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.gateways import sms
from carnet.gateways.sms import DoubleGateway
from carnet.jobs.texts import send_texts
from carnet.kernel.identifiers import PhoneNumber
from carnet.redemption.rules import TEXT_LENGTH_MAX
from carnet.web import clock
from carnet.web.demo.views import on_this_machine, to_try
from carnet.web.design import formats
from carnet.web.telephones.incoming import receive

# A number nobody registers; both are kept for works of fiction (docs/sources/text-messages.md#numbers).
STRANGER = "+33639989999"
SHOWN = 6


class TextForm(forms.Form):
    """Who writes, and what."""

    sender = forms.ChoiceField(label=gettext_lazy("Depuis quel téléphone ?"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("Message"), max_length=TEXT_LENGTH_MAX, widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"})
    )

    def __init__(self, *args: Any, own: str, **options: Any) -> None:
        super().__init__(*args, **options)
        names = {own: _("Le téléphone du lieu, %(number)s"), STRANGER: _("Un téléphone inconnu, %(number)s")}
        choices = [
            (number, name % {"number": PhoneNumber.parse(number).printed().replace(" ", formats.NO_BREAK)})
            for number, name in names.items()
        ]
        self.fields["sender"].choices = choices  # type: ignore[attr-defined]


@on_this_machine
def telephone(request: HttpRequest) -> HttpResponse:
    """Type a message, see the answer."""
    tried = to_try()
    own, voucher = tried.get("telephone", STRANGER), tried["voucher"]
    blank = {"sender": own, "text": f"{voucher['serial']} {voucher['code']} mail"}
    form = TextForm(request.POST if request.method == "POST" else None, own=own, initial=blank)
    told: list[str] = []
    if form.is_bound and form.is_valid():
        told = _said(form.cleaned_data["sender"], form.cleaned_data["text"])
    context = {
        "form": form,
        "answers": told,
        "is_silent": form.is_bound and form.is_valid() and not told,
        "examples": [
            _("TEST %(serial)s %(code)s : voir sans prendre") % voucher,
            _("ANNULE %(serial)s erreur : annuler") % voucher,
            _("AIDE : comment écrire"),
        ],
    }
    return render(request, "demo/telephone.html", context, status=422 if form.errors else 200)


def _said(sender: str, text: str) -> list[str]:
    """The answers to one message, in the order they are sent."""
    now = clock.now()
    kept = DoubleGateway(settings.VAR_DIR / "sms")
    send_texts(at=now)  # what waited before is not an answer to this
    before = len(kept.to(sender))
    payload = {"messageId": "demonstration", "message": text, "phoneNumber": sender, "simNumber": 1, "receivedAt": now.isoformat()}
    body = json.dumps(
        {"deviceId": "demonstration", "event": "sms:received", "id": str(uuid4()), "payload": payload, "webhookId": "demonstration"}
    )
    receive(sms.signed(body.encode(), key=settings.SMS_SIGNING_KEY, timestamp=int(now.timestamp())))
    send_texts(at=now)
    return kept.to(sender)[before:][-SHOWN:]
