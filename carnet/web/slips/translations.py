"""A person reads the translated sentences of the paper beside their French, and says which are good: the mark goes, on this installation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution.operations.translations import validate_translations, withdraw_translation
from carnet.distribution.queries import translations as queries
from carnet.distribution.rules.translations import TRANSLATED, TranslationUnknown
from carnet.kernel.refusals import Refusal
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.design.sentences import sentence_for
from carnet.web.doors import door
from carnet.web.slips.languages import LANGUAGE_BY_CODE, Translation, translations, waiting
from carnet.web.slips.mandate_words import MANDATE_SENTENCES

_BETWEEN = ":"
MANDATES = "mandats"


@dataclass(frozen=True, slots=True)
class Pair:
    """One sentence beside its French. `value` names its version; `read` says since when it is good, empty while it waits."""

    key: str
    source: str
    text: str
    value: str
    read: str
    may_withdraw: bool


def languages(request: HttpRequest) -> HttpResponse:
    """Each language, and how many of its sentences wait for a person."""
    columns = [Column(_("Langue")), Column(_("Phrases relues"), number=True), Column(_("État"))]
    rows = []
    for code in TRANSLATED:
        count, left = len(translations(code)), len(waiting(code))
        text = ngettext("%(count)s phrase à relire", "%(count)s phrases à relire", left) % {"count": formats.number(left)}
        state = Cell(text, tone="warning") if left else Cell(_("Relue"), tone="success")
        name = Cell(LANGUAGE_BY_CODE[code].name, url=reverse("slips:translation", args=[code]))
        rows.append([name, _("%(read)s sur %(count)s") % {"read": count - left, "count": count}, state])
    return render(request, "slips/translations.html", {"table": Table(_("Fiches, dépliants et mandats"), columns, rows)})


def translation(request: HttpRequest, code: str) -> HttpResponse:
    """The sentences of one language. GET reads side by side; POST validates what was ticked, all that was shown, or withdraws one."""
    if code not in TRANSLATED:
        raise Http404
    if request.method == "POST":
        try:
            _act(request, code, clock.now())
        except Refusal as refusal:
            messages.error(request, sentence_for(refusal))
        return redirect(request.get_full_path() if _part(request) else request.path)
    read, part = queries.checked(code), _part(request)
    pairs = [_pair(each, read) for each in translations(code).values() if (each.key in MANDATE_SENTENCES) is (part == MANDATES)]
    here = reverse("slips:translation", args=[code])
    context = {
        "parts": [(_("Fiches et dépliants"), here, part != MANDATES), (_("Mandats"), f"{here}?part={MANDATES}", part == MANDATES)],
        "is_mandates": part == MANDATES,
        "language": LANGUAGE_BY_CODE[code],
        "to_read": [each for each in pairs if not each.read],
        "read": [each for each in pairs if each.read],
        "count": len(pairs),
    }
    return render(request, "slips/translation.html", context)


def _part(request: HttpRequest) -> str:
    """Which sentences are read: those of the slips, or those of a mandate and its papers. Two pages: one would weigh too much."""
    return MANDATES if request.GET.get("part") == MANDATES else ""


def _act(request: HttpRequest, code: str, at: datetime) -> None:
    facts: dict[str, Any] = {"language": code, "actor": actor_of(request), "request_id": uuid4(), "at": at}
    if "withdraw" in request.POST:
        ((key, digest),) = _named(code, [request.POST["withdraw"]]).items()
        if withdraw_translation(key=key, digest=digest, **facts):
            messages.success(request, _("Cette phrase attend de nouveau une relecture."))
        return
    chosen = request.POST.getlist("shown" if "all" in request.POST else "checked")
    if not chosen:
        messages.warning(request, _("Aucune phrase n’était cochée."))
        return
    count = validate_translations(checked=_named(code, chosen), **facts)
    text = ngettext("%(count)s phrase validée.", "%(count)s phrases validées.", count)
    messages.success(request, text % {"count": formats.number(count)})


def _named(code: str, values: list[str]) -> dict[str, str]:
    """What the page showed, if it is still what the files hold. Raises: TranslationUnknown."""
    known = translations(code)
    named = dict(value.partition(_BETWEEN)[::2] for value in values)
    if any(key not in known or known[key].digest != digest for key, digest in named.items()):
        raise TranslationUnknown(language=LANGUAGE_BY_CODE[code].name)
    return named


def _pair(each: Translation, read: dict[str, queries.Checked]) -> Pair:
    here = read.get(each.digest)
    said = _("Relue le %(day)s") % {"day": formats.day(here.checked_at)} if here else ""
    if each.validated_by:
        said = _("Relue : %(who)s") % {"who": each.validated_by}
    source, text = (" · ".join(words.split("|")) for words in (each.source, each.text))
    return Pair(each.key, source, text, f"{each.key}{_BETWEEN}{each.digest}", said, here is not None)


_validates = door("distribution.validate-translation")
urlpatterns = [
    path("operator/translations/", _validates(languages), name="translations"),
    path("operator/translations/<slug:code>/", _validates(translation), name="translation"),
]
