"""The search inside a town's own site: a page made to stand in a frame, and the page that writes the line to copy.

It is the only page that may be framed, by any site in HTTPS. It sets no cookie, reads none that matters, sends no form that changes
anything, loads nothing from elsewhere: docs/decisions/0025-places-are-found-in-milliseconds.md.
"""

from typing import Any
from urllib.parse import urlencode

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from carnet.funding import queries as funding
from carnet.funding.rules import ProgrammeUnknown
from carnet.places import queries
from carnet.places.rules.wishes import WISHES
from carnet.web import clock
from carnet.web.design import contrast
from carnet.web.design.forms import ColourField, InlineCheckboxSelectMultiple
from carnet.web.lessons import service_choices
from carnet.web.public.found import found
from carnet.web.public.places import shown
from carnet.web.public.search import first_number, look, page_number, page_of, said_in
from carnet.web.public.search_form import SearchForm

SHOWN = 10
HEIGHT = 720
# What a town fixes in the address; a visitor changes the rest.
FIXED = ("territory", "programme", "service", "wish", "language", "need", "vouchers", "lang", "brand")
# The site itself, to show a preview; a machine of one's own, to try.
FRAMED_BY = [SELF, "https:", "http://127.0.0.1:*", "http://localhost:*"]


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": FRAMED_BY})
def widget(request: HttpRequest) -> HttpResponse:
    """The search and ten places a page, in the language and the colour that the address says."""
    language = request.GET.get("lang", "")
    if language not in dict(settings.LANGUAGES):
        return _widget(request)
    with translation.override(language):
        return _widget(request)


def _widget(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    said = said_in(request)
    form = SearchForm(said, auto_id="w_%s")
    asked, page = look(form, at, page=page_number(said), per_page=SHOWN)
    context = {
        "form": form,
        "asked": asked,
        "found": found(page.places, asked, at, first=first_number(page, SHOWN)) if page else [],
        "total": page.total if page else 0,
        "is_refused": page is None,
        "page_of": page_of(page, SHOWN),
        "fixed": [(name, value) for name in FIXED for value in said.getlist(name) if value],
        "theme_url": _theme(said),
    }
    return render(request, "public/widget.html", context, status=200 if page else 422)


def _theme(said: QueryDict) -> str:
    """The colour in the address, else the programme's; none when it would not be read well."""
    brand = said.get("brand", "").lower().removeprefix("#")
    if brand:
        try:
            contrast.check_theme(brand=f"#{brand}", link=f"#{brand}")
        except (contrast.ColourUnreadable, contrast.ContrastTooLow):
            return ""
        return reverse("public:theme-colour", args=[brand])
    slug = str(said.get("programme", ""))
    try:
        colour = funding.programme_by_slug(slug).terms.brand_colour if slug else ""
    except ProgrammeUnknown:
        return ""
    return f"{reverse('public:theme', args=[slug])}?{colour[1:]}" if colour else ""


@require_safe
def colour(request: HttpRequest, colour: str) -> HttpResponse:
    """A colour as a style sheet of tokens, where it reads well enough."""
    try:
        sheet = contrast.stylesheet(contrast.check_theme(brand=f"#{colour}", link=f"#{colour}"))
    except (contrast.ColourUnreadable, contrast.ContrastTooLow):
        raise Http404 from None
    return HttpResponse(sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=31536000"})


# --- the page that writes the line --------------------------------------------------------------------------------------------


def _programmes() -> list[tuple[str, str]]:
    at = clock.now()
    return [("", _("Tous")), *((each.slug, each.name) for each in funding.programmes() if each.is_open_at(at))]


def _languages() -> list[tuple[str, str]]:
    return [("", _("Celle du visiteur")), ("fr", "Français"), ("en", "English")]


class BuilderForm(forms.Form):
    """What a town chooses for its own site."""

    territory = forms.CharField(
        label=gettext_lazy("Votre territoire"),
        help_text=gettext_lazy(
            "Des communes (nom ou code INSEE), une intercommunalité ou un département par leur code : séparés par des virgules. Vide : toute la France."
        ),
        required=False,
        max_length=2000,
    )
    programme = forms.ChoiceField(label=gettext_lazy("Les lieux qui acceptent"), required=False, choices=_programmes)
    service = forms.ChoiceField(label=gettext_lazy("Pour apprendre"), required=False, choices=service_choices)
    wish = forms.MultipleChoiceField(
        label=gettext_lazy("Seulement les lieux qui offrent"),
        required=False,
        choices=lambda: [(wish.code, _(wish.label)) for wish in WISHES],
        widget=InlineCheckboxSelectMultiple,
    )
    lang = forms.ChoiceField(label=gettext_lazy("Langue"), required=False, choices=_languages)
    brand = ColourField(
        label=gettext_lazy("Votre couleur"),
        help_text=gettext_lazy("Comme #14565a. Elle est refusée si elle se lit mal sur du blanc. Vide : celle du programme."),
        required=False,
    )

    def clean_territory(self) -> str:
        """Names and codes as codes, in the order written."""
        codes = []
        for part in filter(None, (each.strip() for each in self.cleaned_data["territory"].split(","))):
            code = part.upper() if queries.territory([part.upper()]) else ""
            named = queries.localities(part, most=1)
            if not code and not named:
                raise forms.ValidationError(_("« %(part)s » n’est pas connu. Écrivez le nom d’une commune, ou un code.") % {"part": part})
            codes.append(code or named[0].code)
        return ",".join(codes)


@require_safe
@csp_update({"frame-src": [SELF]})
def builder(request: HttpRequest) -> HttpResponse:
    """Choose, see, copy. Nothing is kept: the line says everything."""
    form = BuilderForm(request.GET)
    address = ""
    if form.is_valid():
        address = _address(form.cleaned_data)
    context: dict[str, Any] = {"form": form, "address": address, "height": HEIGHT}
    if address:
        site = settings.BASE_URL
        context |= {"snippet": _snippet(f"{site}{address}"), "parameters": _parameters()}
    return shown(request, "public/embed.html", context, status=200 if address else 422)


def _address(said: dict[str, Any]) -> str:
    """The address of the frame."""
    told = {name: value for name, value in said.items() if value}
    if said["brand"]:
        told["brand"] = said["brand"][1:]
    query = urlencode(told, doseq=True)
    return reverse("public:places-widget") + (f"?{query}" if query else "")


def _snippet(url: str) -> str:
    title = _("Trouver un lieu pour apprendre le numérique")
    # Written out, to be shown as text: the page escapes it once more.
    return f'<iframe src="{escape(url)}" title="{escape(title)}" style="width: 100%; border: 0" height="{HEIGHT}" loading="lazy"></iframe>'


def _parameters() -> list[tuple[str, str]]:
    """Every parameter of the address, for whoever writes it by hand."""
    return [
        ("territory", _("Codes INSEE de communes, codes d’intercommunalités, de départements, séparés par des virgules.")),
        ("where", _("La commune ou le code postal montrés d’abord.")),
        ("radius", _("2, 5, 10, 20 ou 50 km ; ou walk-10, walk-20, walk-30, walk-45, car-10, car-20, car-30, car-45 minutes.")),
        ("programme", _("Le nom court d’un programme : les lieux qui acceptent ses chèques.")),
        ("vouchers", _("on : les lieux qui acceptent des chèques, de n’importe quel programme.")),
        ("service", _("Un code du catalogue des services.")),
        ("wish", ", ".join(wish.code for wish in WISHES)),
        ("language", _("Le code d’une langue (ar, tr, uk…), ou other.")),
        ("opening", _("now ou saturday.")),
        ("lesson", _("week, month ou saturday : une leçon avec une place libre.")),
        ("lang", _("fr ou en : la langue de la page.")),
        ("brand", _("Une couleur, six chiffres hexadécimaux.")),
    ]
