"""One's own sessions: which browsers, since when, seen when; ended one by one or all at once, after a proof."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from carnet.parties import operations
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.accounts.desk import page, performed
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of
from carnet.web.doors import signed_in
from carnet.web.sessions import OWN

OTHERS = "others"


class EndForm(OperationForm):
    """Which session: its sort and its number, or every other one."""

    which = forms.RegexField(regex=rf"^(?:{OTHERS}|(?:browser|turn)-[0-9]{{1,18}})$", widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the page. `request_id`: of the button that ends it."""

    session: parties.SessionLine
    name: str
    is_here: bool
    request_id: UUID

    @property
    def which(self) -> str:
        """What its button sends."""
        return f"{'turn' if self.session.by_pin else 'browser'}-{self.session.id}"


@never_cache
@signed_in
@reauthentication_required(allow_get=True)
def sessions(request: HttpRequest) -> HttpResponseBase:
    """Where one is signed in. What ends a session asks for a proof of the last fifteen minutes."""
    actor, here, at = actor_of(request), request.session.get(OWN), clock.now()
    if request.method == "POST":
        ended: list[int] = []

        def end(typed: dict[str, Any]) -> None:
            sort, _dash, number = typed.pop("which").partition("-")
            session_ids = [int(number)] if sort == "browser" else None
            turn_ids = [int(number)] if sort == "turn" else None
            ended.append(operations.end_sessions(but=here, session_ids=session_ids, turn_ids=turn_ids, **typed, actor=actor, at=at))

        if performed(EndForm(request.POST), end):
            messages.success(request, told(ended[0]))
            return redirect("accounts:sessions")
    lines = parties.own_sessions(person_id=actor.person_id or 0, at=at)
    shown = [Shown(line, _named(line), not line.by_pin and line.id == here, uuid4()) for line in lines]
    return page(
        request,
        "sessions",
        sessions=shown,
        others=any(not each.is_here for each in shown),
        request_id=uuid4(),
        has_tokens=allowed(actor.roles, "parties.manage-tokens"),
        status=422 if request.method == "POST" else 200,
    )


def told(count: int) -> str:
    """What was just ended, in words."""
    if not count:
        return _("Il n’y avait plus rien à terminer.")
    return ngettext("%(count)d session est terminée.", "%(count)d sessions sont terminées.", count) % {"count": count}


def end_others(request: HttpRequest) -> None:
    """What proves who one is has just changed: every other session ends, and one is told."""
    count = operations.end_sessions(but=request.session.get(OWN), actor=actor_of(request), request_id=uuid4(), at=clock.now())
    if count:
        messages.success(
            request,
            ngettext("Votre autre session est terminée.", "Vos %(count)d autres sessions sont terminées.", count) % {"count": count},
        )


def _named(line: parties.SessionLine) -> str:
    """A session in plain words."""
    if line.by_pin:
        return _("Tour par code PIN")
    if line.browser and line.system:
        return _("%(browser)s sur %(system)s") % {"browser": line.browser, "system": line.system}
    return line.browser or line.system or _("Navigateur inconnu")
