"""The sites of a file, chosen in the directory or added, and what is taught at each."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from carnet.kernel.refusals import Refusal
from carnet.places import operations, queries
from carnet.places.rules.joining import Problem, Step
from carnet.web.applications import problem_words
from carnet.web.design.screens import show_refusal
from carnet.web.joining import site_rows, teaching_rows
from carnet.web.public.applications import filled
from carnet.web.public.joining._forms import FindForm, SiteForm, TeachingForm
from carnet.web.public.joining._pages import KIND, STEP_PAGES


def sites(request: HttpRequest) -> HttpResponseBase:
    """The list of sites: those the number is known for, those looked for by commune, those added."""
    if (stopped := STEP_PAGES.locked(request)) is not None:
        return stopped
    if request.method == "POST":
        return _act(request)
    view = KIND.file(request)
    held = {site.get("place_id") for site in view.answers["sites"]}
    known = queries.known_structure(view.answers["who"].get("number", ""))
    form = FindForm(request.GET if "where" in request.GET else None)
    found: list[Any] | None = None
    if form.is_bound and form.is_valid():
        try:
            commune = queries.locality(form.cleaned_data["where"])
        except Refusal as refusal:
            show_refusal(form, refusal, {"locality-unknown": "where"})
        else:
            found = [each for each in queries.places_named(form.cleaned_data["name"], commune_code=commune.code) if each["id"] not in held]
    context: dict[str, Any] = {
        "sites": [_line(request, site) for site in view.answers["sites"]],
        "known": [each for each in known.places if each["id"] not in held] if known else [],
        "found": found,
        "find_form": form,
    }
    return STEP_PAGES.page(request, Step.SITES, **context)


def _line(request: HttpRequest, site: dict[str, Any]) -> dict[str, Any]:
    left = KIND.problems(request, Step.SITES, site["key"])
    return {
        "key": site["key"],
        "name": site.get("name") or _("Lieu sans nom"),
        "rows": site_rows(site),
        "problems": [_told(each) for each in left],
    }


def _told(problem: Problem) -> str:
    """A problem with the name of its field, away from the form."""
    field = SiteForm.base_fields.get(problem.field)
    return f"{field.label} : {problem_words(problem)}" if field is not None else problem_words(problem)


def _act(request: HttpRequest) -> HttpResponseBase:
    """Add a place of the directory, an empty site, or go on."""
    chosen = request.POST.get("place", "")
    if chosen.isdecimal() and len(chosen) < 19:
        key = KIND.call(operations.add_site, request, place_id=int(chosen))
        messages.success(request, _("Le lieu est ajouté : vérifiez ce qui en est dit."))
        return redirect("public:joining-site", int(key))
    if "new" in request.POST:
        return redirect("public:joining-site", int(KIND.call(operations.add_site, request)))
    if "later" in request.POST or not KIND.problems(request, Step.SITES):
        return KIND.after(request, Step.SITES)
    for each in KIND.problems(request, Step.SITES)[:1]:
        messages.error(request, problem_words(each) if not each.item else _("Un lieu est à compléter."))
    return redirect("public:joining-sites")


def site(request: HttpRequest, key: int) -> HttpResponseBase:
    """One site, checked as the directory would."""
    if (stopped := STEP_PAGES.locked(request)) is not None:
        return stopped
    kept = _site(request, key)
    if kept is None:
        return redirect("public:joining-sites")
    form: Any
    if request.method == "POST":
        KIND.call(operations.write_site, request, key=str(key), given=SiteForm(request.POST).typed())
        KIND.pages.reloaded(request)
        left = KIND.problems(request, Step.SITES, str(key))
        if not left or "later" in request.POST:
            return redirect("public:joining-file" if "later" in request.POST else "public:joining-sites")
        form = SiteForm(request.POST)
        form.show(left)
    elif any(kept.get(name) for name in ("name", "address", "postcode")):
        form = filled(SiteForm, kept)
        form.show(KIND.problems(request, Step.SITES, str(key)))
    else:
        form = SiteForm(
            initial={
                "postcode": KIND.file(request).answers["who"].get("postcode", ""),
                "commune": KIND.file(request).answers["who"].get("city", ""),
            }
        )
    context = {"form": form, "key": key, "is_known": bool(kept.get("place_id")), "name": kept.get("name", "")}
    return STEP_PAGES.page(request, Step.SITES, status=422 if request.method == "POST" else 200, **context, is_one=True)


def remove(request: HttpRequest, key: int) -> HttpResponseBase:
    """Take a site out of the file."""
    KIND.call(operations.remove_site, request, key=str(key))
    messages.success(request, _("Le lieu est retiré du dossier."))
    return redirect("public:joining-sites")


def teaching(request: HttpRequest) -> HttpResponseBase:
    """Each site, and what is taught there."""
    if (stopped := STEP_PAGES.locked(request)) is not None:
        return stopped
    if request.method == "POST":
        if "later" in request.POST or not KIND.problems(request, Step.TEACHING):
            return KIND.after(request, Step.TEACHING)
        messages.error(request, _("Dites ce que l’on apprend dans chaque lieu."))
        return redirect("public:joining-teaching")
    answers = KIND.file(request).answers
    lines = [
        {
            "key": site["key"],
            "name": site.get("name") or _("Lieu sans nom"),
            "rows": teaching_rows(answers["teaching"].get(site["key"], {})),
            "is_complete": not KIND.problems(request, Step.TEACHING, site["key"]),
            "url": reverse("public:joining-taught", args=[int(site["key"])]),
        }
        for site in answers["sites"]
    ]
    return STEP_PAGES.page(request, Step.TEACHING, sites=lines)


def taught(request: HttpRequest, key: int) -> HttpResponseBase:
    """What is taught at one site."""
    if (stopped := STEP_PAGES.locked(request)) is not None:
        return stopped
    kept = _site(request, key)
    if kept is None:
        return redirect("public:joining-teaching")
    codes = KIND.file(request).programme.terms.service_codes
    answers = KIND.file(request).answers["teaching"]
    form: TeachingForm
    if request.method == "POST":
        form = TeachingForm(request.POST, services=codes)
        KIND.call(operations.write_teaching, request, key=str(key), given=form.said())
        KIND.pages.reloaded(request)
        left = KIND.problems(request, Step.TEACHING, str(key))
        if not left or "later" in request.POST:
            return redirect("public:joining-file" if "later" in request.POST else "public:joining-teaching")
        form = TeachingForm(request.POST, services=codes)
        form.show(left)
    else:
        # The first site's answers are offered for the next ones: most are taught the same.
        first: dict[str, Any] = next(iter(answers.values()), {})
        form = TeachingForm(initial=answers.get(str(key), first), services=codes)
    context: dict[str, Any] = {"form": form, "key": key, "name": kept.get("name") or _("Lieu sans nom"), "is_one": True}
    return STEP_PAGES.page(request, Step.TEACHING, status=422 if request.method == "POST" else 200, **context)


def _site(request: HttpRequest, key: int) -> dict[str, Any] | None:
    return next((each for each in KIND.file(request).answers["sites"] if each["key"] == str(key)), None)
