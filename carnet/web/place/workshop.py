"""A whole workshop: each voucher scanned once, then one service, one day, one confirmation.

The codes already scanned stay with the page, sealed: neither the session nor the journal holds one, the page's source shows none, and a list
opens only for the counter that made it, for half a day (docs/decisions/0018).
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.gateways.keys import KeysUnreadable, key_ring
from carnet.kernel.actors import Actor
from carnet.kernel.periods import end_of_day, legal_day, start_of_day
from carnet.kernel.refusals import Refusal
from carnet.redemption import operations as redemption
from carnet.redemption.operations import Answer
from carnet.redemption.queries import Redeemed, VoucherSeen
from carnet.redemption.rules import HeldBack
from carnet.settlement import queries as settlement
from carnet.web import clock, lessons
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table
from carnet.web.design.screens import actor_of
from carnet.web.place import counter, till
from carnet.web.place.forms import LINES_MOST, WorkshopCodeForm, WorkshopForm
from carnet.workshops import queries as sessions
from carnet.workshops.rules import WorkshopSessionUnknown

REDEEMABLE = "redeemable"
# A list left open over lunch is still there; tomorrow it is not.
LIST_HOURS = timedelta(hours=12)
ANSWERS_SHOWN = 5
# Vouchers of a lesson are sometimes typed the day after.
SESSION_DAYS = 7


@dataclass(frozen=True, slots=True)
class Scanned:
    """One voucher of the list, as it was when scanned. `outcome` is 'redeemable' or a refusal's code, told by `heading` and `why`."""

    code: str = field(repr=False)
    serial: str
    programme_id: int
    value_cents: int
    outcome: str = REDEEMABLE
    heading: str = ""
    why: str = ""
    tone: str = "success"

    @property
    def is_good(self) -> bool:
        return self.outcome == REDEEMABLE


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered to the last voucher scanned."""

    text: str
    tone: str

    @property
    def kind(self) -> str:
        """The sound that goes with it."""
        return "known" if self.tone == "success" else "bad"


# --- the list, between two requests -------------------------------------------------------------------------------------------------------


def _purpose(actor: Actor) -> str:
    return f"workshop of {actor.organisation_id} by {actor.person_id}"


def sealed(lines: Sequence[Scanned], *, actor: Actor, at: datetime) -> str:
    """The list as the page keeps it."""
    if not lines:
        return ""
    content = json.dumps({"until": (at + LIST_HOURS).isoformat(), "lines": [asdict(line) for line in lines]}, separators=(",", ":"))
    return urlsafe_b64encode(key_ring().seal(_purpose(actor), content.encode())).decode()


def opened(text: str, *, actor: Actor, at: datetime) -> list[Scanned] | None:
    """The list a page kept, or None when it is not this counter's, was touched, or is too old."""
    if not text:
        return []
    try:
        content = json.loads(key_ring().unseal(_purpose(actor), urlsafe_b64decode(text.encode("ascii"))))
    except (KeysUnreadable, ValueError):
        return None
    if at >= datetime.fromisoformat(content["until"]):
        return None
    return [Scanned(**line) for line in content["lines"]]


# --- the page -----------------------------------------------------------------------------------------------------------------------------


def workshop(request: HttpRequest) -> HttpResponse:
    """Scan the vouchers of a workshop one after another, take some off, then accept them all."""
    actor, at = actor_of(request), clock.now()
    if request.method != "POST":
        _open_at_session(request, at)
        return _page(request, [])
    lines = opened(request.POST.get("lines", ""), actor=actor, at=at)
    if lines is None:
        text = _("La liste n’a pas pu être relue. Scannez de nouveau les chèques : aucun n’a été pris.")
        return _page(request, [], said=[Said(text, "danger")], status=422)
    if "confirm" in request.POST:
        return _confirm(request, lines)
    if "remove" in request.POST:
        return _page(request, [line for line in lines if line.serial != request.POST["remove"]])
    return _add(request, lines)


def _open_at_session(request: HttpRequest, at: datetime) -> None:
    """Coming from a lesson's page: its place and its service are chosen already."""
    text = request.GET.get("session", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return
    own = {place.place_id for place in counter.own_places(request, counter.organisation_of(actor_of(request)), at)}
    try:
        view = sessions.session(int(text), at=at)
    except WorkshopSessionUnknown:
        return
    if view.place_id in own:
        request.session["place_id"], request.session["service"], request.session["lesson"] = view.place_id, view.service, view.id


def _add(request: HttpRequest, lines: list[Scanned]) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    own = counter.own_places(request, counter.organisation_of(actor), at)
    form = WorkshopCodeForm(request.POST, request.FILES, places=own, current=till.place_kept(request, own))
    if not form.is_valid():
        return _page(request, lines, code_form=form, status=422)
    place_id = form.cleaned_data["place_id"]
    request.session["place_id"] = place_id
    said: list[Said] = []
    for code in form.codes:
        if len(lines) >= LINES_MOST:
            said.append(Said(_("La liste est pleine : acceptez ces %(most)s chèques d’abord.") % {"most": LINES_MOST}, "warning"))
            break
        seen = redemption.check_quietly(code=code, actor=actor, place_id=place_id, channel=till.CHANNEL, at=at)
        lines, answer = _with(lines, code, seen, own)
        said.append(answer)
    is_good = all(answer.tone == "success" for answer in said)
    return _page(request, lines, said=said[-ANSWERS_SHOWN:], status=200 if is_good else 422)


def _with(lines: list[Scanned], code: str, seen: VoucherSeen | Refusal, own: Sequence[counter.PlaceSummary]) -> tuple[list[Scanned], Said]:
    """The list with one voucher more, and what to say of it. What cannot be a voucher is said and not kept."""
    if isinstance(seen, Refusal):
        shown = counter.refused(seen, place_names=own)
        return lines, Said(f"{shown.heading}. {shown.sentence}", shown.tone)
    for rank, line in enumerate(lines, start=1):
        if line.serial == seen.voucher_serial:
            text = _("Le chèque %(serial)s est déjà dans la liste, à la ligne %(rank)s.")
            return lines, Said(text % {"serial": line.serial, "rank": rank}, "warning")
    line = Scanned(code, seen.voucher_serial, seen.programme_id, seen.value_cents)
    if seen.outcome != REDEEMABLE:
        line = _refused(line, counter.refusal_seen(seen), own)
        return [*lines, line], Said(f"{line.serial}. {line.heading}. {line.why}", line.tone)
    value = formats.euros(line.value_cents, short=True)
    return [*lines, line], Said(_("Chèque %(serial)s : bon, %(value)s.") % {"serial": line.serial, "value": value}, "success")


def _refused(line: Scanned, refusal: Refusal, own: Sequence[counter.PlaceSummary]) -> Scanned:
    shown = counter.refused(refusal, place_names=own)
    return replace(line, outcome=refusal.code, heading=shown.heading, why=shown.sentence, tone=shown.tone)


def _services(lines: Sequence[Scanned], place_id: int | None) -> list[str]:
    """What can be chosen for all: the services every programme of the list pays here, else those that any of them pays."""
    found = [till.services(place_id, programme_id) for programme_id in sorted({line.programme_id for line in lines})] if place_id else []
    every = [code for code in found[0] if all(code in each for each in found)] if found else []
    return every or [code for each in found for code in each]


def _page(
    request: HttpRequest,
    lines: Sequence[Scanned],
    *,
    said: Sequence[Said] = (),
    code_form: WorkshopCodeForm | None = None,
    form: WorkshopForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    good = [line for line in lines if line.is_good]
    shown = till.context(request)
    own = counter.own_places(request, counter.organisation_of(actor), at)
    place_id = till.place_kept(request, own) or (own[0].place_id if own else None)
    context = shown | {
        "form": code_form or WorkshopCodeForm(places=own, current=place_id),
        "accept_form": form or (_accept_form(request, good, place_id) if good else None),
        "lines": lines,
        "good_count": len(good),
        "bad_count": len(lines) - len(good),
        "cents": sum(line.value_cents for line in good),
        "kept": sealed(lines, actor=actor, at=at),
        "said": said,
    }
    return render(request, "place/workshop.html", context, status=status)


def _accept_form(request: HttpRequest, good: Sequence[Scanned], place_id: int | None, *, bound: bool = False) -> WorkshopForm:
    at = clock.now()
    options: dict[str, Any] = {"service_codes": _services(good, place_id), "today": legal_day(at), "sessions": _sessions(place_id, at)}
    if bound:
        return WorkshopForm(request.POST, **options)
    kept = str(request.session.get("lesson", ""))
    opened_at = {"session": kept} if kept in {str(each) for each, _words in options["sessions"]} else {}
    # What was already chosen stays chosen while vouchers are added; a list confirmed once is another request.
    chosen = {name: request.POST[name] for name in ("service", "attended_on", "together", "session") if request.POST.get(name)}
    latest = till.latest_service(request, counter.organisation_of(actor_of(request)), place_id or 0)
    request_id = uuid4() if "confirm" in request.POST else request.POST.get("request_id") or uuid4()
    return WorkshopForm(initial={"request_id": request_id} | opened_at | chosen, latest=latest, **options)


def _sessions(place_id: int | None, at: datetime) -> list[tuple[int, str]]:
    """The lessons of this place that vouchers may pay: today's first, then those of the last days."""
    if place_id is None:
        return []
    today = legal_day(at)
    found = sessions.sessions_of(
        place_ids=[place_id], from_at=start_of_day(today - timedelta(days=SESSION_DAYS)), until_at=end_of_day(today), at=at
    )
    return [
        (view.id, f"{view.title}, {lessons.when_words(view)}")
        for view in reversed(found)
        if view.cancelled_at is None and view.voucher_count
    ]


# --- the confirmation ---------------------------------------------------------------------------------------------------------------------


def _confirm(request: HttpRequest, lines: list[Scanned]) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    own = counter.own_places(request, counter.organisation_of(actor), at)
    good = [line for line in lines if line.is_good]
    code_form = WorkshopCodeForm(request.POST, places=own)
    place_id = _chosen_place(code_form)
    if not good or place_id is None:
        return _page(request, lines, said=[Said(_("Aucun chèque de la liste ne peut être accepté."), "warning")], status=422)
    request.session["place_id"] = place_id
    form = _accept_form(request, good, place_id, bound=True)
    if not form.is_valid():
        return _page(request, lines, form=form, status=422)
    given = form.cleaned_data
    request.session["service"] = given["service"]
    items = [
        redemption.Item(
            code=line.code,
            service=given["service"],
            place_id=place_id,
            attended_on=given["attended_on"],
            workshop_session=given.get("session") or None,
            key=f"workshop:{given['request_id']}:{line.serial}",
        )
        for line in good
    ]
    asked = redemption.as_services([redemption.Asked(item, actor, till.CHANNEL) for item in items], at=at)
    answers = redemption.redeem_at_sessions(asked=asked, together=given["together"] == "all", at=at)
    if not any(isinstance(answer, Redeemed) for answer in answers):
        return _none_taken(request, lines, dict(zip((line.serial for line in good), answers, strict=True)), own)
    return _done(request, good, answers, own, lesson=given.get("session") or "")


def _chosen_place(form: WorkshopCodeForm) -> int | None:
    """The place of the list's own field, whatever else that form lacks."""
    form.is_valid()
    chosen: int | None = form.cleaned_data.get("place_id")
    return chosen


def _none_taken(
    request: HttpRequest, lines: Sequence[Scanned], answers: dict[str, Answer], own: Sequence[counter.PlaceSummary]
) -> HttpResponse:
    """The list again, each line with what was just learnt of it, so that the bad ones can be taken off."""
    known: list[Scanned] = []
    for line in lines:
        answer = answers.get(line.serial)
        known.append(_refused(line, answer, own) if isinstance(answer, Refusal) and not isinstance(answer, HeldBack) else line)
    text = _("Aucun chèque n’a été pris : retirez ceux qui ne sont pas bons, puis acceptez les autres.")
    return _page(request, known, said=[Said(text, "danger")], status=422)


def _done(
    request: HttpRequest, good: Sequence[Scanned], answers: Sequence[Answer], own: Sequence[counter.PlaceSummary], *, lesson: str
) -> HttpResponse:
    """What became of each voucher, one line each."""
    taken = [answer for answer in answers if isinstance(answer, Redeemed)]
    missed = len(answers) - len(taken)
    cents = sum(answer.value_cents for answer in taken)
    title = ngettext("%(count)s chèque accepté", "%(count)s chèques acceptés", len(taken)) % {"count": len(taken)}
    days = {settlement.day_of_payment(programme_id=each.programme_id, redeemed_at=each.redeemed_at) for each in taken}
    when = _("%(amount)s. Vous serez payé le %(day)s.") % {"amount": formats.euros(cents, short=True), "day": formats.day(max(days))}
    if missed:
        more = ngettext("%(count)s chèque n’a pas été pris.", "%(count)s chèques n’ont pas été pris.", missed) % {"count": missed}
        when = f"{when} {more}"
    columns = [Column(_("Chèque"), code=True), Column(_("Valeur"), number=True), Column(_("Réponse"))]
    rows = [_row(line, answer, own) for line, answer in zip(good, answers, strict=True)]
    total = [_("Total"), formats.euros(cents), ""]
    if missed:
        columns, total = [*columns, Column(_("Pourquoi"))], [*total, ""]
    table = Table(_("Chèque par chèque"), columns, [row[: len(columns)] for row in rows], total)
    context = {"title": title, "tone": "warning" if missed else "success", "when": when, "table": table, "lesson": lesson}
    return render(request, "place/workshop_done.html", context)


def _row(line: Scanned, answer: Answer, own: Sequence[counter.PlaceSummary]) -> list[Any]:
    if isinstance(answer, Redeemed):
        serial = Cell(line.serial, url=reverse("place:redemption", args=[answer.number]))
        return [serial, formats.euros(answer.value_cents), Cell(_("Accepté"), tone="success"), ""]
    shown = counter.refused(answer, place_names=own)
    return [line.serial, formats.euros(0), Cell(shown.heading, tone=shown.tone), shown.sentence]
