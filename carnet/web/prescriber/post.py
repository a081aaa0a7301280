"""Booklets asked by post, at the desk that sends them: the letter to print, the booklet to read, the address erased once it is posted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from carnet.distribution import operations, queries
from carnet.distribution.queries import PostalView
from carnet.distribution.rules.postal import PostalRefusedFor, PostalState
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.ledger import queries as ledger
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.calling import call_of
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.doors import door
from carnet.web.prescriber import desk
from carnet.web.prescriber.words import AGE_BANDS, AREAS, REASONS
from carnet.web.public.person import PostForm

STATES = {
    PostalState.WAITING: (gettext_lazy("À préparer"), "warning"),
    PostalState.READY: (gettext_lazy("À poster"), "info"),
    PostalState.SENT: (gettext_lazy("Posté"), "success"),
    PostalState.REFUSED: (gettext_lazy("Refusé"), "neutral"),
    PostalState.WITHDRAWN: (gettext_lazy("Repris par la personne"), "neutral"),
    PostalState.EXPIRED: (gettext_lazy("Oublié, faute d’envoi"), "danger"),
}
REFUSED_FOR = {
    PostalRefusedFor.NO_STOCK: gettext_lazy("Plus de carnet, et personne n’en a"),
    PostalRefusedFor.NOT_CONCERNED: gettext_lazy("La personne n’est pas concernée"),
    PostalRefusedFor.WRONG_ADDRESS: gettext_lazy("L’adresse n’existe pas"),
    PostalRefusedFor.TWICE: gettext_lazy("Déjà demandé pour cette adresse"),
}
ON_SERIAL = ("serial-mistyped", "booklet-unknown", "voucher-serial-unknown", "other-programme", "not-holder", "already-handed-over")


class NotedForm(PostForm):
    """The same lines, asked by somebody at a desk of somebody else; its browser keeps nothing of them for the next."""

    SAID_OF_SOMEBODY = {
        "name": gettext_lazy("Le nom, comme sur la boîte aux lettres"),
        "age_band": gettext_lazy("Quel âge a la personne ?"),
        "area": gettext_lazy("Où habite-t-elle ?"),
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, label in self.SAID_OF_SOMEBODY.items():
            self.fields[name].label = label
        for name in ("name", "street", "street_extra", "postcode", "commune"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        told: dict[str, Mapping[Any, Any]] = {"reason": REASONS, "age_band": AGE_BANDS, "area": AREAS}
        for name, words in told.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(each.value, word) for each, word in words.items()]


class EnvelopeForm(OperationForm):
    """The booklet that goes in the envelope."""

    serial = forms.CharField(
        label=gettext_lazy("Numéro du carnet mis dans l’enveloppe"),
        help_text=gettext_lazy("Sur la couverture. Tapez-le, ou lisez le code-barres : il est remis."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class RefuseForm(OperationForm):
    """Why nothing will be sent."""

    refused_for = forms.ChoiceField(
        label=gettext_lazy("Pourquoi ?"), choices=[(each.value, words) for each, words in REFUSED_FOR.items()], widget=forms.RadioSelect
    )


class PassForm(OperationForm):
    """Which other desk sends it."""

    organisation = forms.TypedChoiceField(label=gettext_lazy("Quel guichet l’enverra ?"), coerce=int)

    def __init__(self, *args: Any, others: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = others  # type: ignore[attr-defined]


def tasks(actor: Actor) -> list[Task]:
    """The requests that wait at the desk, in one line."""
    if actor.organisation_id is None or not allowed(actor.roles, "distribution.hand-over"):
        return []
    count, since = queries.postal_waiting(organisation_id=actor.organisation_id)
    if not count:
        return []
    title = ngettext("%(count)s carnet demandé par la poste", "%(count)s carnets demandés par la poste", count) % {"count": count}
    return [Task(title, _("Préparer l’envoi"), reverse("prescriber:post"), since=since)]


def requests(request: HttpRequest) -> HttpResponse:
    """What waits at this desk, then what became of the last ones. No address is shown here."""
    organisation_id = desk.organisation_of(actor_of(request))
    found = queries.postal_requests(organisation_id=organisation_id)
    desk.programmes(request, organisation_id, clock.now())
    waiting, ended = ([each for each in found if each.is_open is is_open] for is_open in (True, False))
    context = {
        "waiting": _table(_("À envoyer"), waiting, _("Personne n’attend de carnet par la poste.")),
        "ended": _table(_("Terminés"), ended, _("Aucun.")),
    }
    return render(request, "prescriber/post/requests.html", context)


def _table(caption: str, found: list[PostalView], empty: str) -> Table:
    rows = []
    for each in found:
        words, tone = STATES[each.state]
        number = Cell(each.number, url=reverse("prescriber:post-one", args=[each.id]) if each.is_open else "")
        rows.append([number, formats.day(each.asked_at), Cell(str(words), tone=tone), _twice(each) or formats.day(each.forgotten_at)])
    columns = [Column(_("Demande")), Column(_("Reçue le")), Column(_("Où en est-elle")), Column(_("Adresse effacée au plus tard"))]
    return Table(caption, columns, rows, empty=empty)


def _twice(each: PostalView) -> str:
    return _("Même adresse qu’une autre demande") if each.same_box_count else ""


@never_cache
def one(request: HttpRequest, postal_id: int) -> HttpResponse:
    """One request, step by step: print, read the booklet, say it is posted; or say why not."""
    actor, at = actor_of(request), clock.now()
    found = queries.postal_request(postal_id)
    forms_of = _forms(request, found, at)
    status = 200
    if request.method == "POST":
        try:
            if (said := _act(request, found, forms_of, actor, at)) is not None:
                messages.success(request, said)
                still_here = "give" in request.POST
                return redirect("prescriber:post-one", postal_id) if still_here else redirect("prescriber:post")
        except Refusal as refusal:
            show_refusal(forms_of["shown"], refusal, dict.fromkeys(ON_SERIAL, "serial"))
        status = 422
    desk.programmes(request, desk.organisation_of(actor), at)
    words, tone = STATES[found.state]
    context = forms_of | {"asked": found, "rows": _rows(found), "state": words, "tone": tone, "twice": _twice(found)}
    return render(request, "prescriber/post/one.html", context, status=status)


def _forms(request: HttpRequest, found: PostalView, at: datetime) -> dict[str, Any]:
    data = request.POST if request.method == "POST" else None
    others = _others(found, at)
    initial = {"request_id": uuid4()}
    made: dict[str, Any] = {
        "give": EnvelopeForm(data if data and "give" in data else None, initial=initial),
        "refuse": RefuseForm(data if data and "refuse" in data else None, initial=initial, auto_id="refuse_%s"),
        "pass_on": PassForm(data if data and "pass_on" in data else None, initial=initial, others=others, auto_id="pass_%s")
        if others
        else None,
        "posted": OperationForm(data if data and "posted" in data else None, initial=initial, auto_id="posted_%s"),
    }
    shown = next((made[name] for name in ("give", "refuse", "pass_on", "posted") if data and name in data and made[name]), made["give"])
    return made | {"shown": shown}


def _act(request: HttpRequest, found: PostalView, made: dict[str, Any], actor: Actor, at: datetime) -> str | None:
    """Do what the button says; what the desk is told, or None when the form is wrong."""
    form = made["shown"]
    if not form.is_bound or not form.is_valid():
        return None
    asked: dict[str, Any] = {"postal_id": found.id, "actor": actor, "request_id": form.cleaned_data["request_id"], "at": at}
    if "posted" in request.POST:
        operations.mark_posted(**asked)
        return _("C’est noté. L’adresse est effacée.")
    if "refuse" in request.POST:
        operations.refuse_postal(refused_for=PostalRefusedFor(form.cleaned_data["refused_for"]), **asked)
        return _("C’est noté. L’adresse est effacée.")
    if "pass_on" in request.POST:
        operations.pass_postal_on(organisation_id=form.cleaned_data["organisation"], **asked)
        return _("La demande est passée à l’autre guichet.")
    operations.hand_over_for_post(booklet_id=ledger.booklet(form.cleaned_data["serial"]).id, **asked)
    return _("Le carnet est remis. Il reste à poster l’enveloppe.")


def _others(found: PostalView, at: datetime) -> list[tuple[int, str]]:
    if found.state is not PostalState.WAITING:
        return []
    senders = queries.postal_senders(programme_id=found.programme_id, near=None, at=at)
    names = parties.organisations({each.organisation_id for each in senders if each.organisation_id != found.organisation_id})
    return sorted(((each.id, each.name) for each in names.values()), key=lambda each: each[1].casefold())


def _rows(found: PostalView) -> list[Row]:
    ticks = found.ticks
    return [
        Row(_("Demande"), found.number),
        Row(_("Programme"), funding.programme(found.programme_id).name),
        Row(_("Reçue le"), formats.day(found.asked_at)),
        Row(_("Pour quoi faire ?"), REASONS[ticks.reason]),
        Row(_("Âge"), AGE_BANDS[ticks.age_band]),
        Row(_("Où habite la personne ?"), AREAS[ticks.area]),
        Row(_("Adresse effacée au plus tard"), formats.day(found.forgotten_at)),
    ]


@never_cache
def letter(request: HttpRequest, postal_id: int) -> HttpResponse:
    """The letter, its address where a window envelope shows it. Each look is journalled; nothing of it stays in the browser's cache."""
    actor, at = actor_of(request), clock.now()
    found = queries.postal_request(postal_id)
    address = operations.see_postal_address(postal_id=postal_id, actor=actor, request_id=uuid4(), at=at)
    programme = funding.programme(found.programme_id)
    sender = parties.organisations({found.organisation_id})[found.organisation_id]
    desk.programmes(request, found.organisation_id, at)
    context = {
        "asked": found,
        "lines": address.lines,
        "programme": programme,
        "sender": sender,
        "serial": desk.booklet_serial(queries.hand_over(found.hand_over_id)) if found.hand_over_id else "",
        "call": call_of(programme, at),
        "at": at,
    }
    return render(request, "prescriber/post/letter.html", context)


def by_telephone(request: HttpRequest) -> HttpResponse:
    """Note a request that somebody makes by telephone, or at the desk for somebody else: it stays at this desk."""
    actor, at = actor_of(request), clock.now()
    organisation_id = desk.organisation_of(actor)
    form = NotedForm(request.POST if request.method == "POST" else None, initial={"request_id": uuid4()})
    status = 200
    if form.is_bound and form.is_valid():
        try:
            asked = operations.ask_by_post(
                said=form.said, ticks=form.ticks, organisation_id=organisation_id, actor=actor, request_id=form.cleaned_data["request_id"], at=at
            )  # fmt: skip
            messages.success(
                request,
                _("Demande notée. Donnez ce numéro à la personne : %(number)s") % {"number": queries.postal_by_number(asked.number).number},
            )
            return redirect("prescriber:post")
        except Refusal as refusal:
            show_refusal(form, refusal, {"postal-town-unknown": "commune", "postal-outside": "commune"})
    if form.is_bound:
        status = 422
    desk.programmes(request, organisation_id, at)
    return render(request, "prescriber/post/by_telephone.html", {"form": form}, status=status)


_hand = door("distribution.hand-over")
urlpatterns = [
    path("post/", _hand(requests), name="post"),
    path("post/note/", door("distribution.note-postal")(by_telephone), name="post-note"),
    path("post/<int:postal_id>/", _hand(one), name="post-one"),
    path("post/<int:postal_id>/letter/", _hand(letter), name="post-letter"),
]
