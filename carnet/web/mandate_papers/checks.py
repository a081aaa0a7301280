"""Anybody who is shown a mandate checks it: valid, stopped or over, for which procedures, until when. No name, no structure, no reason.

A code nobody drew is looked up as any other, with as many statements, and only such codes slow down whoever tries them.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from carnet.mandates.queries.checking import check
from carnet.mandates.rules import FAMILIES, MandateState
from carnet.mandates.rules.checking import CheckAnswer
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.workshops.rules import TooManyTries

STATES = {
    MandateState.LIVE: (gettext_lazy("Ce mandat est valable."), "success"),
    MandateState.ENDED: (gettext_lazy("Ce mandat a été arrêté. Il n’est plus valable."), "danger"),
    MandateState.EXPIRED: (gettext_lazy("Ce mandat est fini. Il n’est plus valable."), "warning"),
}


class CodeForm(forms.Form):
    """The code printed under the QR."""

    code = forms.CharField(
        label=gettext_lazy("Le code du mandat"),
        help_text=gettext_lazy("Il est sous le carré noir, à la fin de l’adresse. Il a 16 lettres et chiffres."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Recopiez le code écrit sur le mandat.")},
    )


@never_cache
def checked(request: HttpRequest, code: str = "") -> HttpResponse:
    """What is said of the mandate that carries a code: the one of the address a telephone scanned, or the one that was typed."""
    at = clock.now()
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not code and not form.is_bound:
        return _page(request, {"form": form})
    if form.is_bound and not form.is_valid():
        return _page(request, {"form": form}, status=422)
    try:
        lessons.check_tries(request)
    except TooManyTries as refusal:
        return _page(request, {"form": CodeForm(), "slowed": refusal.facts["minutes"]}, status=429)
    answer = check(form.cleaned_data["code"] if form.is_bound else code, at=at)
    lessons.note_try(request, is_wrong=answer is None)
    return _page(request, _told(answer) | {"form": CodeForm()}, status=200 if answer else 404)


def _told(answer: CheckAnswer | None) -> dict[str, Any]:
    if answer is None:
        return {"state": _("Aucun mandat n’a ce code."), "tone": "danger", "rows": []}
    state, tone = STATES[answer.state]
    rows = [Row(_("Démarches"), ", ".join(_(FAMILIES[each].label) for each in answer.families))]
    if answer.until is not None:
        rows.append(Row(_("Dernier jour"), formats.day(answer.until)))
    return {"state": state, "tone": tone, "rows": rows}


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    answer = render(request, "mandate_papers/check.html", context, status=status)
    # The code is in the address a telephone scanned: no page that is opened from here learns it, and no index keeps it.
    # Not "no-referrer": a browser would then post these forms with `Origin: null`, which is refused as a forgery.
    answer["Referrer-Policy"] = "strict-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
