"""The three steps of an application. Whatever is typed is kept; the page says what is left to mend."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from carnet.distribution import operations
from carnet.distribution.rules.joining import Problem, Step
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.desks import STEPS, is_begun, typed_rows
from carnet.web.joining import problem_words
from carnet.web.public.desks._forms import LeadForm, PointDraft, WhoForm
from carnet.web.public.desks._link import file_of, link_of, reloaded, with_file
from carnet.web.public.joining._forms import DraftForm, filled

NEXT = {Step.WHO: "public:desk-points", Step.POINTS: "public:desk-people", Step.PEOPLE: "public:desk-summary"}
PLAIN: dict[Step, type[DraftForm]] = {Step.WHO: WhoForm, Step.PEOPLE: LeadForm}


def problems_of(request: HttpRequest, step: Step, key: str = "") -> list[Problem]:
    """What is left to mend in one step (at one point) of this page's application."""
    return [each for each in file_of(request).problems if each.step is step and (not key or each.item == key)]


def page(request: HttpRequest, step: Step, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
    """The page of one step."""
    standard = {
        "file": file_of(request),
        "title": STEPS[step],
        "rank": list(Step).index(step) + 1,
        "count": len(Step),
    }
    return render(request, f"public/desks/{template or step.value}.html", standard | context, status=status)


def locked(request: HttpRequest) -> HttpResponseBase | None:
    """An application that was sent is only read: back to where it says so."""
    if file_of(request).is_writable:
        return None
    messages.info(request, _("Cette demande est envoyée : elle se relit, elle ne se modifie plus."))
    return redirect("public:desk-file")


def _go_on(request: HttpRequest, step: Step) -> HttpResponseBase:
    return redirect("public:desk-file" if "later" in request.POST else NEXT[step])


def _plain(request: HttpRequest, step: Step, **context: Any) -> HttpResponseBase:
    if (stopped := locked(request)) is not None:
        return stopped
    form_class = PLAIN[step]
    if request.method == "POST":
        operations.write_desk_step(secret=link_of(request), step=step, given=form_class(request.POST).typed(), at=clock.now())
        reloaded(request)
        left = problems_of(request, step)
        if not left or "later" in request.POST:
            return _go_on(request, step)
        form = form_class(request.POST)
        form.show(left)
        return page(request, step, form=form, status=422, **context)
    kept = file_of(request).answers[step.value]
    if not is_begun(step, file_of(request)):
        return page(request, step, form=form_class(initial=kept), **context)
    form = filled(form_class, kept)
    form.show(problems_of(request, step))
    return page(request, step, form=form, **context)


@with_file
def who(request: HttpRequest) -> HttpResponseBase:
    """A number first: what the directory knows of it fills the rest."""
    if request.method != "POST" or "fill" not in request.POST:
        return _plain(request, Step.WHO)
    if (stopped := locked(request)) is not None:
        return stopped
    given = WhoForm(request.POST).typed()
    known = places.known_structure(request.POST.get("number", ""))
    if known is not None:
        found = {"name": known.name, "street": known.street, "postcode": known.postcode, "city": known.city}
        given |= {name: value for name, value in found.items() if not given.get(name)}
    operations.write_desk_step(secret=link_of(request), step=Step.WHO, given=given, at=clock.now())
    reloaded(request)
    form = filled(WhoForm, file_of(request).answers["who"])
    form.show([each for each in problems_of(request, Step.WHO) if each.field == "number"])
    words = _("Voici ce qui est connu de ce numéro. Corrigez si besoin.") if known else ""
    text = words or _("Rien n’est encore connu de ce numéro : remplissez le reste.")
    return page(request, Step.WHO, form=form, told="" if form.errors else text)


@with_file
def people(request: HttpRequest) -> HttpResponseBase:
    """Who answers for the booklets."""
    return _plain(request, Step.PEOPLE)


@with_file
def points(request: HttpRequest) -> HttpResponseBase:
    """The points already written, and the way to add one."""
    if (stopped := locked(request)) is not None:
        return stopped
    if request.method == "POST":
        if file_of(request).answers["points"] or "later" in request.POST:
            return _go_on(request, Step.POINTS)
        return redirect("public:desk-point-new")
    shown = [
        {
            "key": int(point["key"]),
            "name": point.get("name") or _("Point sans nom"),
            "rows": typed_rows(point),
            "problems": [problem_words(each) for each in problems_of(request, Step.POINTS, str(point["key"]))],
        }
        for point in file_of(request).answers["points"]
    ]
    return page(request, Step.POINTS, points=shown)


@with_file
def new_point(request: HttpRequest) -> HttpResponseBase:
    """Another point. The first is proposed at the organisation's own address."""
    if (stopped := locked(request)) is not None:
        return stopped
    if request.method == "POST":
        given = PointDraft(request.POST).typed_point()
        key = operations.write_desk_point(secret=link_of(request), given=given, at=clock.now())
        return _written(request, key)
    answers = file_of(request).answers
    who = {} if answers["points"] else answers["who"]
    initial = {"name": who.get("name"), "street": who.get("street"), "postcode": who.get("postcode"), "commune": who.get("city")}
    return page(request, Step.POINTS, "point", form=PointDraft(initial=initial))


@with_file
def point(request: HttpRequest, key: int) -> HttpResponseBase:
    """One point, corrected."""
    if (stopped := locked(request)) is not None:
        return stopped
    kept = next((each for each in file_of(request).answers["points"] if each["key"] == str(key)), None)
    if kept is None:
        raise Http404
    if request.method == "POST":
        given = PointDraft(request.POST).typed_point()
        operations.write_desk_point(secret=link_of(request), key=str(key), given=given, at=clock.now())
        return _written(request, str(key))
    form = _filled(kept)
    form.show(problems_of(request, Step.POINTS, str(key)))
    return page(request, Step.POINTS, "point", form=form)


def _written(request: HttpRequest, key: str) -> HttpResponseBase:
    reloaded(request)
    left = problems_of(request, Step.POINTS, key)
    if not left or "later" in request.POST:
        return redirect("public:desk-points")
    form = PointDraft(request.POST)
    form.show(left)
    # Sent again, it corrects the point that was just kept rather than adding one.
    return page(request, Step.POINTS, "point", form=form, key=int(key), status=422)


def _filled(kept: dict[str, Any]) -> DraftForm:
    """A point that is kept, as if it had just been typed: a box that is not ticked is not there."""
    return filled(PointDraft, {name: value for name, value in kept.items() if value is not False})


@require_POST
@with_file
def remove_point(request: HttpRequest, key: int) -> HttpResponseBase:
    """Take a point out of the application."""
    operations.remove_desk_point(secret=link_of(request), key=str(key), at=clock.now())
    messages.success(request, _("Le point est retiré."))
    return redirect("public:desk-points")
