"""What other pages hold of this one: announcements on a home page, a desk's first figure, the question after a hand-over."""

from typing import Any

from django import template
from django.template import Context
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution import queries as distribution
from carnet.notices import queries as notices
from carnet.parties.rules import allowed
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.design.components import Figure
from carnet.web.design.screens import actor_of
from carnet.web.reminders import news
from carnet.web.reminders.forms import RemindForm

register = template.Library()
SHOWN = 5


@register.inclusion_tag("reminders/news.html", takes_context=True)
def announcements(context: Context) -> dict[str, Any]:
    """What is still to read, and the seasons one is invited to."""
    request = context["request"]
    return {
        "request": request,
        "news": news.announcements(request),
        "invited": news.invited(request),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("reminders/first_figure.html", takes_context=True)
def first_figure(context: Context) -> dict[str, Any]:
    """Of the first lessons a desk booked, how many people came, beside the median; whom to book again."""
    actor, at = actor_of(context["request"]), clock.now()
    organisation_id = actor.organisation_id or 0
    told = distribution.first_figure(organisation_id=organisation_id, at=at)
    missed = distribution.to_book_again(organisation_id=organisation_id, at=at)
    return {
        "figures": _figures(told),
        "has_booked": bool(told.own.booked),
        "missed": [
            {"each": each, "state": lessons.became(each.booking, each.session, at), "when": formats.day(each.session.day)}
            for each in missed[:SHOWN]
        ],
        "more": len(missed) - SHOWN,
        "may_remind": allowed(actor.roles, "distribution.remind"),
    }


def _figures(told: distribution.FirstFigure) -> list[Figure]:
    own = told.own
    known = told.noted
    median = ""
    if told.median is not None:
        percent = formats.percent(told.median.numerator, told.median.denominator)
        median = _("La moitié des guichets font mieux que %(percent)s.") % {"percent": percent}
    noted = ngettext("%(count)s personne dont on le sait, en 90 jours", "%(count)s personnes dont on le sait, en 90 jours", known)
    waiting = max(0, own.booked - known - own.given_back - own.cancelled)
    return [
        Figure(formats.percent(own.came, known) if known else "–", _("sont venus à leur première leçon"), median),
        Figure(formats.number(own.came), _("venus"), noted % {"count": formats.number(known)}),
        Figure(formats.number(own.absent), _("pas venus")),
        Figure(formats.number(own.cancelled), _("annulées par le lieu")),
        Figure(formats.number(waiting), _("pas encore notées par le lieu")),
    ]


@register.inclusion_tag("reminders/question.html", takes_context=True)
def remind_question(context: Context, hand_over_id: int) -> dict[str, Any]:
    """*Would the person like to be reminded?*, after a hand-over or on its slip."""
    actor = actor_of(context["request"])
    return {
        "may_remind": allowed(actor.roles, "distribution.remind"),
        "form": RemindForm(),
        "contact": distribution.contact_of(hand_over_id),
        "hand_over_id": hand_over_id,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def wants_digest(context: Context) -> bool:
    """Whether the reader receives the week's letter."""
    return notices.wants_digest(actor_of(context["request"]).person_id or 0)
