"""The person's own pages: a number and a code, a few questions at a time, a result in kind words, and what next. The telephone first."""

from datetime import datetime
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from carnet.funding import queries as funding
from carnet.kernel.refusals import Refusal
from carnet.observatory.operations import selfchecks
from carnet.observatory.operations.selfchecks import OpenCheck
from carnet.observatory.queries import selfchecks as queries
from carnet.observatory.queries.selfchecks import CheckStory
from carnet.observatory.rules import SKILL_RULES, Said
from carnet.observatory.rules.selfchecks import IDLE, VISIT_MAX, AgeOfTables, CheckOver, InviteBy, Moment
from carnet.web import clock, lessons
from carnet.web.calling import call_of
from carnet.web.design.screens import show_refusal
from carnet.web.public.person import page as person_page
from carnet.web.selfchecks import session, words
from carnet.web.selfchecks.forms import LaterForm, PartForm, SlipForm, UseForm
from carnet.workshops.rules import TooManyTries

WRONG = ("self-check-wrong", "self-check-locked")
FIELDS = {"phone-number-invalid": "phone", "address-missing": "address", "consent-missing": "agreed"}


@never_cache
def start(request: HttpRequest) -> HttpResponseBase:
    """What it is, and the two things to copy; with a visit open, on with it."""
    at = clock.now()
    try:
        visit = session.visiting(request, at)
    except CheckOver:
        return _page(request, "door", {"form": SlipForm()}, at)
    return redirect("selfchecks:use" if visit.moment is not None else "selfchecks:result")


@never_cache
@sensitive_post_parameters("code", "number")
def enter(request: HttpRequest) -> HttpResponseBase:
    """Open a visit with a number and a code; an address typed or kept leads to the form."""
    if request.method != "POST":
        return redirect("selfchecks:start")
    at, form = clock.now(), SlipForm(request.POST)
    try:
        lessons.check_tries(request)
        if form.is_valid():
            opened = selfchecks.open_check(number=form.cleaned_data["number"], code=form.cleaned_data["code"], at=at)
            response = redirect("selfchecks:use" if opened.moment is not None else "selfchecks:result")
            session.COOKIE.keep(response, opened.token)
            return response
    except Refusal as refusal:
        if refusal.code in WRONG:
            lessons.note_wrong(request)
        form.is_valid()
        show_refusal(form, refusal, dict.fromkeys(WRONG, "code"))
    return _page(request, "door", {"form": form}, at, status=429 if form.has_error(NON_FIELD_ERRORS, TooManyTries.code) else 422)


@never_cache
def use(request: HttpRequest) -> HttpResponseBase:
    """Whether internet was used, and an age. *No* ends it: nothing else is asked."""
    at = clock.now()
    visit, story = _held(request, at)
    if visit is None or story is None:
        return redirect("selfchecks:start")
    if visit.moment is None:
        return redirect("selfchecks:result")
    form = UseForm(request.POST or None, initial={"used_internet": story.used_internet.value, "age": story.age.value})
    if story.used_internet is Said.UNKNOWN:
        form.initial["used_internet"] = ""
    if request.method == "POST" and form.is_valid():
        said = Said(form.cleaned_data["used_internet"] or Said.UNKNOWN)
        if form.cleaned_data["age"]:
            selfchecks.tick_age(token=visit.token, age=AgeOfTables(form.cleaned_data["age"]), at=at)
        is_over = said is Said.NO
        selfchecks.keep_answers(token=visit.token, used_internet=said, answers={}, is_over=is_over, at=at)
        return redirect("selfchecks:result") if is_over else redirect("selfchecks:part", step=1)
    moment = words.MOMENTS[visit.moment]
    return _page(request, "use", {"form": form, "moment": moment, "is_first": visit.moment is Moment.BEFORE}, at, visit=visit)


@never_cache
def part(request: HttpRequest, step: int) -> HttpResponseBase:
    """The questions of one part; any may be left out, and the part too."""
    at = clock.now()
    visit, story = _held(request, at)
    if visit is None or story is None:
        return redirect("selfchecks:start")
    rules = SKILL_RULES[story.edition]
    if visit.moment is None:
        return redirect("selfchecks:result")
    if not 1 <= step <= len(rules):
        return redirect("selfchecks:part", step=1)
    rule, is_last = rules[step - 1], step == len(rules)
    form = PartForm(request.POST or None, rule=rule, edition=story.edition, initial=dict(story.said))
    if request.method == "POST" and form.is_valid():
        try:
            selfchecks.keep_answers(token=visit.token, answers=form.answers, is_over=is_last, at=at)
            return redirect("selfchecks:result") if is_last else redirect("selfchecks:part", step=step + 1)
        except Refusal as refusal:
            show_refusal(form, refusal, {})
    context = {
        "form": form, "name": words.domain_name(rule.domain), "picture": words.PICTURES[rule.domain], "step": step, "steps": len(rules),
        "is_last": is_last, "before": step - 1, "fields": [form[item.key] for item in rule.items],
    }  # fmt: skip
    return _page(request, "part", context, at, visit=visit, status=422 if form.errors else 200)


@never_cache
def result(request: HttpRequest) -> HttpResponseBase:
    """What was said comes to, in kind words, and what next."""
    at = clock.now()
    visit, story = _held(request, at)
    if visit is None or story is None:
        return redirect("selfchecks:start")
    told = words.result_of(story)
    if told is None:
        return redirect("selfchecks:use")
    return _page(request, "result", _after(story, told, LaterForm()), at, visit=visit)


def _after(story: CheckStory, told: words.Result, form: LaterForm) -> dict[str, Any]:
    can_ask = Moment.LATER not in story.done_on and story.asked_again_on is None
    return {"told": told, "form": form if can_ask else None, "asked_again_on": story.asked_again_on, "closes_on": story.closes_on}


@never_cache
@require_POST
@sensitive_post_parameters("phone", "address")
def later(request: HttpRequest) -> HttpResponseBase:
    """Keep a number or an address to ask once more, or erase it."""
    at = clock.now()
    visit, story = _held(request, at)
    if visit is None or story is None:
        return redirect("selfchecks:start")
    if "erase" in request.POST:
        selfchecks.ask_no_more(token=visit.token, at=at)
        return redirect("selfchecks:result")
    form, told = LaterForm(request.POST), words.result_of(story)
    if told is None:
        return redirect("selfchecks:use")
    if form.is_valid():
        given = form.cleaned_data
        try:
            selfchecks.ask_again_later(
                token=visit.token, channel=InviteBy(given["channel"]), phone=given["phone"], address=given["address"],
                language=get_language() or "fr", has_agreed=given["agreed"], request_id=given["request_id"], at=at,
            )  # fmt: skip
            return redirect("selfchecks:result")
        except Refusal as refusal:
            show_refusal(form, refusal, FIELDS)
    return _page(request, "result", _after(story, told, form), at, visit=visit, status=422)


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponseBase:
    """End the visit: nothing of it stays in this browser."""
    return session.COOKIE.leave(request, selfchecks.leave_check, to="selfchecks:left", at=clock.now())


@never_cache
def left(request: HttpRequest) -> HttpResponse:
    """The computer may be left. A page nobody touched comes here by itself, and its visit ends."""
    at = clock.now()
    return session.COOKIE.left(request, selfchecks.leave_check, lambda alone: _page(request, "left", {"was_alone": alone}, at), at=at)


def _held(request: HttpRequest, at: datetime) -> tuple[OpenCheck | None, CheckStory | None]:
    """The visit of this browser and what its slip holds; nothing when it is over."""
    try:
        visit = session.visiting(request, at)
    except CheckOver:
        return None, None
    return visit, queries.story(visit.slip_id, at=at)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], at: datetime, *, visit: OpenCheck | None = None, status: int = 200
) -> HttpResponse:
    more: dict[str, Any] = {}
    if visit is not None:
        until = min(at + IDLE, visit.opened_at + VISIT_MAX)
        more = {"until_seconds": max(int((until - at).total_seconds()), 1), "call": call_of(funding.programme(visit.programme_id), at)}
    return person_page(request, template, context | more, at, status=status, folder="selfchecks")
