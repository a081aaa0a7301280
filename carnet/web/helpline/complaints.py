"""The operator's complaints: the list with what is late first, one complaint and what may be done with it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.funding import queries as funding
from carnet.helpline import operations, queries
from carnet.helpline.queries import ComplaintView, Told
from carnet.helpline.rules import DELAYS, REPEATED_MIN, ComplaintKind, Decision, Filer, hearing_days
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Figure, Row, Task
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.doors import door
from carnet.web.helpline import words
from carnet.web.helpline.forms import FILING_FIELDS, TEXT_FIELDS, AskForm, CloseForm, ComplaintForm, DelaysForm, SayForm


def base_of(actor: Actor) -> str:
    """Around the page: the operator's office for its staff, the line's own for whoever only answers the telephone."""
    return "operator/office.html" if allowed(actor.roles, "home.operator") else "helpline/office.html"


def complaints(request: HttpRequest) -> HttpResponse:
    """Those that wait, the soonest due first; then those closed."""
    actor, at = actor_of(request), clock.now()
    waiting = queries.complaints(actor=actor, at=at, is_open=True)
    closed = queries.complaints(actor=actor, at=at, is_open=False, most=50)
    context = {
        "base": base_of(actor),
        "figures": [
            Figure(formats.number(len(waiting)), _("à répondre")),
            Figure(formats.number(sum(each.is_late for each in waiting)), _("en retard")),
            Figure(formats.number(sum(each.waits_for_place for each in waiting)), _("attendent un lieu")),
        ],
        "waiting": words.table(_("À répondre"), waiting, address, empty=_("Aucune réclamation n’attend.")),
        "closed": words.table(_("Closes"), closed, address, empty=_("Aucune réclamation close.")),
        "may_file": allowed(actor.roles, "helpline.ask"),
        "delays": _delays(actor),
    }
    return render(request, "helpline/complaints.html", context)


def _delays(actor: Actor) -> list[Row]:
    """The programmes whose promise the actor may change."""
    if not allowed(actor.roles, "helpline.set-delays"):
        return []
    found = funding.programmes_of_operator(actor.organisation_id or 0)
    return [Row(each.name, "", reverse("helpline:delays", args=[each.id]), _("Changer les délais")) for each in found]


def complaint(request: HttpRequest, complaint_id: int) -> HttpResponse:
    """One complaint: what was said by each, how far it is, what to do."""
    actor, at = actor_of(request), clock.now()
    told = queries.kept(complaint_id, actor=actor, at=at)
    found = told.complaint
    on_place = queries.complaints_on([found.place_id], actor=actor, at=at) if found.place_id is not None else {}
    count = on_place.get(found.place_id or 0, 0)
    may_decide = found.is_open and allowed(actor.roles, "helpline.decide-complaint")
    context = {
        "base": base_of(actor),
        "found": found,
        "state": words.state(found),
        "rows": _rows(told, actor),
        "said": words.said(told.lines),
        "repeated": words.repeated(count) if count >= REPEATED_MIN else "",
        "silent": words.silent(found, legal_day(at)),
        "may_decide": may_decide,
        "may_ask": may_decide and found.place_organisation_id is not None and not found.waits_for_place,
    }
    return render(request, "helpline/complaint.html", context)


def _rows(told: Told, actor: Actor) -> list[Row]:
    found, sees_places = told.complaint, allowed(actor.roles, "places.see")
    rows = words.summary(found, place_url=reverse("operator:place", args=[found.place_id]) if found.place_id and sees_places else "")
    if told.contact:
        rows.append(Row(_("Répondre à"), told.contact))
    if found.closed_by_id is not None:
        names = parties.names_of([found.closed_by_id])
        rows.append(Row(_("Décidé par"), names.get(found.closed_by_id, "–")))
    return rows


def address(found: ComplaintView) -> str:
    """The page of a complaint, for its keeper."""
    return reverse("helpline:complaint", args=[found.id])


class _OnComplaint(OperationView):
    """One act on one complaint of the actor's operator."""

    template_name = "helpline/act.html"
    refusal_fields = TEXT_FIELDS | {"complaint-hearing-day-invalid": "until_on"}
    title, lead, verb, done = "", "", "", ""

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        self.told = queries.kept(self.kwargs["complaint_id"], actor=actor_of(self.request), at=clock.now())
        return super().dispatch(*arguments, **options)

    def words_of_page(self) -> dict[str, str]:
        """Title, lead and verb."""
        raise NotImplementedError

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = self.told.complaint
        return super().get_context_data(
            base=base_of(actor_of(self.request)), found=found, said=words.said(self.told.lines), contact=self.told.contact,
            cancel_url=address(found), **self.words_of_page(), **context,
        )  # fmt: skip

    def back(self, done: str) -> HttpResponse:
        """To the complaint, saying what was done."""
        messages.success(self.request, done)
        return redirect("helpline:complaint", self.told.complaint.id)


class Ask(_OnComplaint):
    """Ask the place for its side."""

    form_class = AskForm

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"until_on": hearing_days(clock.now())[1]}

    def words_of_page(self) -> dict[str, str]:
        return {
            "title": _("Demander au lieu sa version"),
            "lead": _("Rien n’est décidé avant. Le lieu reçoit une lettre et répond sur sa page."),
            "verb": _("Demander"),
        }

    def perform(self, form: AskForm) -> HttpResponse:
        given = form.cleaned_data
        operations.ask_place(
            complaint_id=self.told.complaint.id, question=given["said"], until_on=given["until_on"], actor=actor_of(self.request),
            request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        return self.back(_("La question est envoyée au lieu."))


class News(_OnComplaint):
    """Tell whoever complains how far it is."""

    form_class = SayForm

    def words_of_page(self) -> dict[str, str]:
        return {
            "title": _("Donner des nouvelles"),
            "lead": _("La personne les lira avec son numéro. Le délai continue de courir."),
            "verb": _("Envoyer"),
        }

    def perform(self, form: SayForm) -> HttpResponse:
        given = form.cleaned_data
        operations.tell_news(
            complaint_id=self.told.complaint.id, said=given["said"], actor=actor_of(self.request), request_id=given["request_id"],
            at=clock.now(),
        )  # fmt: skip
        return self.back(_("C’est dit. La personne le lira avec son numéro."))


class Close(_OnComplaint):
    """Answer and decide."""

    form_class = CloseForm

    def words_of_page(self) -> dict[str, str]:
        return {
            "title": _("Répondre et clore"),
            "lead": _("Votre nom reste au journal avec la décision. La réponse se lit avec le numéro."),
            "verb": _("Clore la réclamation"),
        }

    def perform(self, form: CloseForm) -> HttpResponse:
        given = form.cleaned_data
        operations.close_complaint(
            complaint_id=self.told.complaint.id, decision=Decision(given["decision"]), answer=given["said"],
            actor=actor_of(self.request), request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        return self.back(_("La réclamation est close. La réponse se lit avec le numéro."))


class FileByPhone(OperationView):
    """Note a complaint for somebody who telephones; the place or the booklet may come from the story that was just told."""

    template_name = "helpline/file.html"
    form_class = ComplaintForm
    refusal_fields = FILING_FIELDS

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kinds": tuple(ComplaintKind)}

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"serial": self.request.GET.get("serial", "")[:40], "kind": self.request.GET.get("kind")}

    def _place_id(self) -> int | None:
        asked = self.request.GET.get("place", "")
        return int(asked) if asked.isdecimal() and len(asked) < 18 else None

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        place_id = self._place_id()
        place = places.names_of([place_id]).get(place_id, "") if place_id is not None else ""
        return super().get_context_data(
            base=base_of(actor_of(self.request)), place=place, cancel_url=reverse("helpline:complaints"), **context
        )

    def perform(self, form: ComplaintForm) -> HttpResponse:
        given = form.cleaned_data
        done = operations.file_complaint(
            kind=ComplaintKind(given["kind"]), said=given["said"], filed_by=Filer.LINE, place_id=self._place_id(),
            serial=given["serial"], contact=given["contact"], actor=actor_of(self.request), request_id=given["request_id"],
            at=clock.now(),
        )  # fmt: skip
        return render(
            self.request,
            "helpline/filed.html",
            {"base": base_of(actor_of(self.request)), "done": done, "url": reverse("helpline:complaint", args=[done.id])},
        )


class Delays(OperationView):
    """How soon a programme promises to answer."""

    template_name = "helpline/act.html"
    form_class = DelaysForm
    operated = "programme_id"

    def get_initial(self) -> dict[str, Any]:
        own = queries.own_delays(self.kwargs["programme_id"])
        return super().get_initial() | {kind.value: own.get(kind.value, delay.days) for kind, delay in DELAYS.items()}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        programme = funding.programme(self.kwargs["programme_id"])
        return super().get_context_data(
            base=base_of(actor_of(self.request)),
            title=_("Délais de réponse de %(programme)s") % {"programme": programme.name},
            lead=_("Ils valent pour les réclamations déposées à partir de maintenant. Les textes fixent le plus long."),
            verb=_("Enregistrer"),
            cancel_url=reverse("helpline:complaints"),
            **context,
        )

    def perform(self, form: DelaysForm) -> HttpResponse:
        given = form.cleaned_data
        operations.set_delays(
            programme_id=self.kwargs["programme_id"], days={kind.value: given[kind.value] for kind in DELAYS},
            actor=actor_of(self.request), request_id=given["request_id"], at=clock.now(),
        )  # fmt: skip
        messages.success(self.request, _("Les délais sont enregistrés."))
        return redirect("helpline:complaints")


def of_place(actor: Actor, place_id: int, at: datetime) -> dict[str, Any]:
    """What the file of a place says of the complaints on it: each of them, and first, when they come again."""
    if not allowed(actor.roles, "helpline.see-complaints"):
        return {}
    found = queries.complaints(actor=actor, at=at, place_id=place_id, most=20)
    count = queries.complaints_on([place_id], actor=actor, at=at).get(place_id, 0)
    return {
        "complaints": words.table(_("Réclamations"), found, address, empty="") if found else None,
        "repeated": words.repeated(count) if count >= REPEATED_MIN else "",
    }


def tasks(actor: Actor) -> list[Task]:
    """Complaints that wait for their answer: what is late first, in red."""
    if not allowed(actor.roles, "helpline.decide-complaint"):
        return []
    waiting = queries.complaints(actor=actor, at=clock.now(), is_open=True)
    late = [each for each in waiting if each.is_late]
    url, found = reverse("helpline:complaints"), []
    if late:
        title = ngettext("%(count)s réclamation en retard", "%(count)s réclamations en retard", len(late))
        here = address(late[0]) if len(late) == 1 else url
        found.append(
            Task(title % {"count": len(late)}, _("Répondre"), here, min(each.filed_at for each in late), "", "danger", _("en retard"))
        )
    others = len(waiting) - len(late)
    if others:
        title = ngettext("%(count)s réclamation à répondre", "%(count)s réclamations à répondre", others)
        until = min(each.due_on for each in waiting if not each.is_late)
        found.append(Task(title % {"count": others}, _("Lire"), url, None, _("avant le %(day)s") % {"day": formats.day(until)}))
    return found


_see, _decide = door("helpline.see-complaints"), door("helpline.decide-complaint")
urlpatterns = [
    path("complaints/", _see(complaints), name="complaints"),
    path("complaints/new/", door("helpline.ask", post="helpline.file-complaint")(FileByPhone.as_view()), name="complaint-new"),
    path("complaints/delays/<int:programme_id>/", door("helpline.set-delays")(Delays.as_view()), name="delays"),
    path("complaints/<int:complaint_id>/", _see(complaint), name="complaint"),
    path("complaints/<int:complaint_id>/ask-place/", _decide(Ask.as_view()), name="complaint-ask"),
    path("complaints/<int:complaint_id>/news/", _decide(News.as_view()), name="complaint-news"),
    path("complaints/<int:complaint_id>/close/", _decide(Close.as_view()), name="complaint-close"),
]
