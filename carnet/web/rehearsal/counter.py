"""A counter rehearses: four pretend codes, and what the page says of each. The screens are the real ones."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from carnet.kernel.identifiers import PRETEND_PREFIX, CodeMistyped, VoucherSerial
from carnet.kernel.identifiers import SecretCode as RealCode
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.redemption.queries import RedemptionLine
from carnet.redemption.rules import VoucherAlreadyRedeemed, VoucherLapsed, VoucherUnknown
from carnet.web import clock, packages
from carnet.web.design import formats
from carnet.web.design.components import Row, Ticket
from carnet.web.doors import door
from carnet.web.place import counter
from carnet.web.place.forms import AcceptForm, CodeForm
from carnet.web.place.till import reads_codes
from carnet.web.rehearsal import pretend
from carnet.web.rehearsal.views import Exercise, tick, ticked

# Their last two digits fail the check of real codes, so that no real voucher can ever have one of them.
GOOD, USED, LAPSED = "100000000000000001", "200000000000000002", "300000000000000003"
SERVICES = (pretend.SERVICE, "computer", "files")


def printed(code: str) -> str:
    """Six groups of three, as on paper."""
    return " ".join(code[start : start + 3] for start in range(0, 18, 3))


def home(request: HttpRequest) -> HttpResponse:
    """Four exercises, in five minutes."""
    till = reverse("place:voucher")
    exercises = ticked(
        request,
        [
            Exercise("accept", _("Accepter un chèque"), _("Tapez ce code. Choisissez le service. Acceptez."), printed(GOOD), till),
            Exercise("used", _("Un chèque déjà utilisé"), _("Tapez ce code. La page dit quand il a servi."), printed(USED), till),
            Exercise("lapsed", _("Un chèque périmé"), _("Tapez ce code. Il ne peut plus servir."), printed(LAPSED), till),
            Exercise("mistyped", _("Une erreur de frappe"), _("Tapez 18 chiffres au hasard. La page demande de relire."), "", till),
        ],
    )
    return render(request, "rehearsal/counter.html", {"exercises": exercises, "all_done": all(each.is_done for each in exercises)})


def voucher(request: HttpRequest) -> HttpResponse:
    """Test a pretend code. When it is good, the page asks for the service."""
    at = clock.now()
    if request.method != "POST":
        return render(request, "place/voucher.html", _till(at))
    form = CodeForm(request.POST, request.FILES, places=[pretend.place(at)])
    if not form.is_valid():
        return render(request, "place/voucher.html", _till(at) | {"form": form}, status=422)
    code = "".join(sign for sign in form.codes[0] if sign.isdigit())
    if code != GOOD:
        return _refused(request, code, at)
    return _ask_service(request, at)


def accept(request: HttpRequest) -> HttpResponse:
    """Spend the pretend voucher: nothing is written."""
    at = clock.now()
    if request.method != "POST":
        return redirect("place:voucher")
    form = AcceptForm(request.POST, service_codes=SERVICES, today=legal_day(at))
    if not form.is_valid():
        return _ask_service(request, at, form)
    tick(request, "accept", service=form.cleaned_data["service"])
    return redirect(reverse("place:redemption", args=["X"]) + "?new")


def redemption(request: HttpRequest, number: str) -> HttpResponse:
    """What was pretended to be accepted."""
    at = clock.now()
    line = RedemptionLine(
        "X", _serial(1), 0, 0, pretend.SERVICE, legal_day(at), pretend.VALUE_CENTS, at, False
    )  # fmt: skip
    context = _till(at) | {
        "line": line,
        "is_new": "new" in request.GET,
        "value": formats.euros(pretend.VALUE_CENTS, short=True),
        "ticket": _ticket("REDEEMED", 1, at),
        "payable_on": legal_day(at) + timedelta(days=30),
        "may_undo": False,
        "disputes": [],
        "rows": [
            Row(_("Service"), counter.service_word(line.service)),
            Row(_("Lieu"), pretend.place(at).name),
            Row(_("Numéro du passage"), _("aucun : c’est une répétition")),
        ],
    }
    return render(request, "place/redemption.html", context)


def _refused(request: HttpRequest, code: str, at: datetime) -> HttpResponse:
    known: dict[str, tuple[str, Refusal, Ticket | None]] = {
        USED: ("used", VoucherAlreadyRedeemed(redeemed_at=at - timedelta(days=1), place_id=None), _ticket("REDEEMED", 2, at)),
        LAPSED: ("lapsed", VoucherLapsed(accepted_until=at - timedelta(days=20)), _ticket("LAPSED", 3, at)),
    }
    if code in known:
        key, refusal, ticket = known[code]
    else:
        key, refusal, ticket = "mistyped", _as_real(code), None
    tick(request, key)
    shown = replace(counter.refused(refusal, typed=code), ticket=ticket)
    return render(request, "place/voucher.html", _till(at, code="" if ticket else code) | {"refused": shown}, status=422)


def _as_real(code: str) -> Refusal:
    """What the real counter would say of a code nobody printed: mistyped by its check digits, else unknown. No look-up."""
    try:
        RealCode.parse(code)
    except CodeMistyped as refusal:
        return refusal
    return VoucherUnknown()


def _ask_service(request: HttpRequest, at: datetime, form: AcceptForm | None = None) -> HttpResponse:
    blank = AcceptForm(
        initial={"code": GOOD, "place_id": 0, "request_id": uuid4()}, service_codes=SERVICES, today=legal_day(at), latest=pretend.SERVICE
    )
    context = {"ticket": _ticket("HANDED_OVER", 1, at), "place_id": 0, "form": form or blank, "place_name": pretend.place(at).name}
    return render(request, "place/accept.html", context, status=422 if form else 200)


def _till(at: datetime, code: str = "") -> dict[str, Any]:
    form = CodeForm(places=[pretend.place(at)], initial={"code": code} if code else None)
    return {"form": form, "has_places": True, "refused": None, "reader": packages.reader()}


def _ticket(state: str, number: int, at: datetime) -> Ticket:
    return Ticket(_serial(number), pretend.VALUE_CENTS, state, pretend.programme(at).name, pretend.series(at).accepted_until)


def _serial(number: int) -> str:
    return VoucherSerial(PRETEND_PREFIX, number).printed()


may = door("home.place")
urlpatterns = [
    path("", may(home), name="home"),
    path("voucher/", may(reads_codes(voucher)), name="voucher"),
    path("voucher/accept/", may(reads_codes(accept)), name="accept"),
    path("redemptions/<str:number>/", may(reads_codes(redemption)), name="redemption"),
]
