"""A desk rehearses: a pretend booklet found, the questions asked, a lesson booked, a slip printed. The screens are the real ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from carnet.distribution.queries import HandOverView
from carnet.distribution.rules import Advice, HandOverItem, Help, Ticks
from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.refusals import Refusal
from carnet.ledger.queries import SeriesView, VoucherView
from carnet.ledger.rules import BookletUnknown
from carnet.web import clock, lessons
from carnet.web.at_desk import PlacePrinted
from carnet.web.design import formats
from carnet.web.design.screens import show_refusal
from carnet.web.doors import door
from carnet.web.prescriber import desk as real_desk
from carnet.web.prescriber import given as real_given
from carnet.web.prescriber import handing, near
from carnet.web.prescriber.forms import SerialForm
from carnet.web.rehearsal import pretend
from carnet.web.rehearsal.views import Exercise, noted, tick, ticked
from carnet.web.slips import views as slips
from carnet.web.slips.about import About
from carnet.web.slips.content import Given, Outing, Paper


def home(request: HttpRequest) -> HttpResponse:
    """Four exercises, in five minutes."""
    find = reverse("prescriber:find-booklet")
    exercises = ticked(
        request,
        [
            Exercise("book", _("Remettre et réserver une leçon"), _("Ouvrez ce carnet. Posez les trois questions. Puis « Remettre et réserver »."),
                     pretend.booklet_serial(pretend.WHOLE), find),
            Exercise("slip", _("Imprimer la fiche"), _("Après la remise : « Imprimer la fiche ». Elle est en grand, avec des dessins."), "", ""),
            Exercise("whole", _("La personne ne veut rien dire"), _("Ouvrez ce carnet entamé. Remettez tout, tout de suite : deux gestes."),
                     pretend.booklet_serial(pretend.OPENED), find),
            Exercise("gone", _("Un carnet déjà remis"), _("Tapez ce numéro. Lisez ce que la page en dit."), pretend.booklet_serial(pretend.GONE), find),
        ],
    )  # fmt: skip
    return render(request, "rehearsal/desk.html", {"exercises": exercises, "all_done": all(each.is_done for each in exercises)})


def find_booklet(request: HttpRequest) -> HttpResponse:
    """From a pretend number to its booklet; a real one is told apart."""
    form, status = SerialForm(request.GET if "serial" in request.GET else None), 200
    if form.is_bound:
        if form.is_valid():
            try:
                return redirect("prescriber:hand-over", booklet_id=pretend.booklet_of(form.cleaned_data["serial"]))
            except BookletUnknown:
                form.add_error("serial", _("Ce n’est pas un carnet de la répétition. Ceux-là commencent par XX."))
            except Refusal as refusal:
                show_refusal(form, refusal, {refusal.code: "serial"})
        status = 422
    cupboard = real_desk.Stock(2, pretend.booklets(clock.now()))
    return render(request, "prescriber/find.html", {"form": form, "cupboard": cupboard}, status=status)


class HandOver(handing.HandOver):
    """The desk's own screen, over a pretend booklet."""

    def found(self, booklet_id: int) -> tuple[Sequence[VoucherView], SeriesView]:
        if booklet_id == pretend.GONE:
            tick(self.request, "gone")
        return pretend.vouchers(booklet_id, self.at), pretend.series(self.at)

    def carry(self) -> None:
        """No programme's name or colour: this is a rehearsal."""

    def earlier(self) -> list[HandOverView]:
        """Nothing was really handed over."""
        return []

    @cached_property
    def programme(self) -> ProgrammeFacts:
        return pretend.programme(self.at)

    def around(self, typed: str, advice: Advice, wants: Sequence[str] = ()) -> dict[str, Any]:
        return {
            "town": pretend.TOWN,
            "lessons": lessons.lessons(pretend.sessions(self.at)),
            "helpers": _helpers(self.at) if near.needs_helper(advice.helps) else [],
        }

    def give(self, item: HandOverItem, session: str, phone: str) -> HttpResponse:
        booked = int(session) if session in ("1", "2") else 0
        answers = {"helps": list(self._advice(item.answers).helps), "session": booked}
        ids = list(item.voucher_ids) or [each.id for each in self.here]
        key = "book" if booked else "whole" if "whole" in self.request.POST else "given"
        tick(self.request, key, booklet=self.vouchers[0].booklet_id, vouchers=ids, **answers)
        return redirect(reverse("prescriber:given", args=[0]) + "?new")


def given(request: HttpRequest, hand_over_id: int) -> HttpResponse:
    """What was pretended to be given, what to say to the person, the lesson."""
    at, said = clock.now(), noted(request)
    if "booklet" not in said:
        return redirect("prescriber:home")
    line, helps = _line(said, at), [Help(each) for each in said["helps"]]
    context = {
        "line": line,
        "is_new": "new" in request.GET,
        "programme": pretend.programme(at),
        "serial": pretend.booklet_serial(line.first_booklet_id),
        "value_cents": pretend.VALUE_CENTS,
        "places": [PlacePrinted(place.name, f"{place.address}, 44000 Nantes", place.phone, "") for place in (pretend.place(at),)],
        "town": pretend.TOWN,
        "typed": "",
        "rows": real_given.noted(line, None),
        "booked": _booked(said, at),
        "lessons": [] if said["session"] else lessons.lessons(pretend.sessions(at)),
        "helpers": _helpers(at) if near.needs_helper(helps) else [],
        "acts_for": Help.MANDATE in helps,
        "needs_computer": Help.COMPUTER in helps,
        "needs_connection": Help.CONNECTION in helps,
    }
    return render(request, "prescriber/given.html", context)


def book(request: HttpRequest, hand_over_id: int) -> HttpResponse:
    """A pretend seat at a pretend lesson."""
    if request.method == "POST" and request.POST.get("session") in ("1", "2"):
        tick(request, "book", session=int(request.POST["session"]))
    return redirect(reverse("prescriber:given", args=[0]) + "?new")


class PretendAbout(About):
    """A slip that says on its first line that it is not one."""

    __slots__ = ()

    def paper(self, language: str) -> Paper:
        made = super().paper(language)
        return replace(made, title=_("RÉPÉTITION : %(title)s") % {"title": made.title})


def _about(request: HttpRequest, _number: int, at: datetime) -> About:
    said = noted(request)
    if "booklet" not in said:
        raise BookletUnknown
    tick(request, "slip")
    line = _line(said, at)
    what = Given(
        programme=pretend.programme(at), serial=pretend.booklet_serial(line.first_booklet_id), voucher_count=line.voucher_count,
        value_cents=pretend.VALUE_CENTS, printed_until=line.printed_until,
    )  # fmt: skip
    outings = [
        Outing(
            view.day, view.begins, view.finishes, view.title, pretend.card(at), pretend.booking(view.id, at).number,
            voucher_count=view.voucher_count, taught_by=view.taught_by,
        )
        for view in pretend.sessions(at) if view.id == said["session"]
    ]  # fmt: skip
    return PretendAbout(outings[0] if outings else None, what, near_url=reverse("public:places"))


def _line(said: dict[str, Any], at: datetime) -> HandOverView:
    return pretend.hand_over(booklet=said["booklet"], voucher_ids=tuple(said["vouchers"]), ticks=Ticks(), at=at)


def _booked(said: dict[str, Any], at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "booking": pretend.booking(view.id, at),
            "waits": False,
            "session": view,
            "when": lessons.when_words(view),
            "phone_read": pretend.PHONE,
        }
        for view in pretend.sessions(at)
        if view.id == said["session"]
    ]


def _helpers(at: datetime) -> list[near.Helper]:
    place = pretend.place(at)
    return [near.Helper(place.name, f"{place.address}, 44000 Nantes", place.phone, formats.distance(place.distance_km), "")]


SLIP = slips.Kind("slip", "", _about)
may = door("home.prescriber")
urlpatterns = [
    path("", may(home), name="home"),
    path("hand-over/", may(find_booklet), name="find-booklet"),
    path("hand-over/<int:booklet_id>/", may(HandOver.as_view()), name="hand-over"),
    path("hand-overs/<int:hand_over_id>/", may(given), name="given"),
    path("hand-overs/<int:hand_over_id>/lessons/", may(book), name="given-book"),
]
slip_patterns = [
    path("prescriber/slips/<int:number>/", may(slips.shown), {"kind": SLIP}, name="slip"),
    path("prescriber/slips/<int:number>/fiche.pdf", may(slips.pdf), {"kind": SLIP}, name="slip-pdf"),
]
