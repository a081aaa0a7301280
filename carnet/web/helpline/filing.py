"""Complaints as a desk or a place sees them: what it filed, for a person or for itself; and, for a place, what it is asked."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from carnet.helpline import operations, queries
from carnet.helpline.queries import ComplaintView
from carnet.helpline.rules import FILED_BY, ComplaintKind, Filer
from carnet.kernel.actors import Actor
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Row, Task
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.helpline import words
from carnet.web.helpline.forms import FILING_FIELDS, TEXT_FIELDS, ComplaintForm, SayForm
from carnet.web.stock.moves import DESK, Side

PLACE = Side("place/counter.html", "place")

# The number of a paper of ours, a debit note: ND, the year, the rank.
_PAPER = re.compile(r"[A-Z]{1,4}-\d{4}-\d{1,9}")


def routes(side: Side) -> list[URLPattern]:
    """The addresses of one side, each behind its door."""
    seen_from, filed = {"side": side}, door("helpline.see-filed")
    found = [
        path("complaints/", filed(complaints), seen_from, name="complaints"),
        path(
            "complaints/new/",
            door("helpline.see-filed", post="helpline.file-complaint")(FileHere.as_view()),
            seen_from,
            name="complaint-new",
        ),
        path("complaints/filed/<int:complaint_id>/", filed(filed_one), seen_from, name="complaint-filed"),
    ]
    if side is PLACE:
        found.append(path("complaints/asked/<int:complaint_id>/", door("helpline.be-heard")(OurSide.as_view()), name="complaint-asked"))
    return found


def complaints(request: HttpRequest, *, side: Side) -> HttpResponse:
    """What is asked of the house, then what it filed."""
    actor, at = actor_of(request), clock.now()
    organisation_id = actor.organisation_id or 0
    filed = queries.filed_of(organisation_id=organisation_id, at=at)
    asked = queries.asked_of(organisation_id=organisation_id, at=at) if side is PLACE else ()
    context = {
        "base": side.base,
        "asked": words.table(_("Votre version est demandée"), asked, _asked_address, empty=_("Rien ne vous est demandé.")),
        "filed": words.table(
            _("Vos réclamations"), filed, lambda each: side.url("complaint-filed", each.id), empty=_("Aucune réclamation.")
        ),
        "is_place": side is PLACE,
        "new_url": side.url("complaint-new"),
    }
    return render(request, "helpline/own.html", context)


def filed_one(request: HttpRequest, complaint_id: int, *, side: Side) -> HttpResponse:
    """One complaint the house filed, as the person would read it, with the number and digits to tell them."""
    actor, at = actor_of(request), clock.now()
    told = queries.filed(complaint_id, actor=actor, at=at)
    found = told.complaint
    rows = [
        Row(_("Numéro"), found.number),
        Row(_("Les six chiffres"), queries.secret_of_filed(complaint_id, actor=actor)),
        Row(_("Quoi"), str(words.KINDS[found.kind])),
        Row(_("Déposée le"), formats.day(found.filed_at)),
    ]
    state, tone = words.told_state(found)
    context = {"base": side.base, "found": found, "rows": rows, "state": state, "tone": tone, "said": words.said(told.lines)}
    return render(request, "helpline/filed_one.html", context | {"back": side.url("complaints")})


def _asked_address(each: ComplaintView) -> str:
    return reverse("place:complaint-asked", args=[each.id])


class FileHere(OperationView):
    """File one: a desk for the person in front of it, a place for itself."""

    template_name = "helpline/file.html"
    form_class = ComplaintForm
    refusal_fields = FILING_FIELDS

    def setup(self, *arguments: Any, **options: Any) -> None:
        super().setup(*arguments, **options)
        self.side: Side = self.kwargs["side"]
        self.filer = Filer.DESK if self.side is DESK else Filer.PLACE

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kinds": FILED_BY[self.filer], "asks_contact": self.side is DESK}

    def get_initial(self) -> dict[str, Any]:
        """The kind, and the paper contested, when the page that leads here says which."""
        about = self.request.GET.get("about", "")
        said = _("Je ne suis pas d’accord avec %(paper)s : ") % {"paper": about} if _PAPER.fullmatch(about) else ""
        return super().get_initial() | {"kind": self.request.GET.get("motif"), "said": said}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            base=self.side.base, is_place=self.side is not DESK, cancel_url=self.side.url("complaints"), **context
        )

    def perform(self, form: ComplaintForm) -> HttpResponse:
        given = form.cleaned_data
        done = operations.file_complaint(
            kind=ComplaintKind(given["kind"]),
            said=given["said"],
            filed_by=self.filer,
            serial=given.get("serial", ""),
            contact=given.get("contact", ""),
            actor=actor_of(self.request),
            request_id=given["request_id"],
            at=clock.now(),
        )
        context = {
            "base": self.side.base,
            "done": done,
            "url": self.side.url("complaint-filed", done.id),
            "is_place": self.side is not DESK,
        }
        return render(self.request, "helpline/filed.html", context)


class OurSide(OperationView):
    """What the place is asked, and its answer, once."""

    template_name = "helpline/asked.html"
    form_class = SayForm
    refusal_fields = TEXT_FIELDS

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        self.told = queries.asked(self.kwargs["complaint_id"], actor=actor_of(self.request), at=clock.now())
        return super().dispatch(*arguments, **options)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = self.told.complaint
        rows = [
            Row(_("Lieu"), found.place),
            Row(_("Quoi"), str(words.KINDS[found.kind])),
            Row(_("Répondez avant le"), formats.day(found.asked_until_on) if found.asked_until_on else ""),
        ]
        return super().get_context_data(
            base=PLACE.base, found=found, rows=rows, said=words.said(self.told.lines), may_say=found.waits_for_place,
            back=reverse("place:complaints"), **context,
        )  # fmt: skip

    def perform(self, form: SayForm) -> HttpResponse:
        given = form.cleaned_data
        operations.tell_our_side(
            complaint_id=self.told.complaint.id, said=given["said"], actor=actor_of(self.request), request_id=given["request_id"],
            at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("C’est dit à l’opérateur. Sa décision s’affichera ici."))
        return redirect("place:complaint-asked", self.told.complaint.id)


def tasks(actor: Actor) -> list[Task]:
    """What a place is asked and has not answered."""
    if not allowed(actor.roles, "helpline.be-heard"):
        return []
    waiting = queries.asked_of(organisation_id=actor.organisation_id or 0, at=clock.now(), waiting_only=True)
    return [
        Task(
            _("Une réclamation : dites votre version"),
            _("Répondre"),
            _asked_address(each),
            None,
            _("avant le %(day)s") % {"day": formats.day(each.asked_until_on)} if each.asked_until_on else "",
            "warning",
            each.place,
        )
        for each in waiting
    ]
