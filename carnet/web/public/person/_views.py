"""The plain pages of a person: I have a booklet, where do I get one, I lost it, help me. Each reads, and shows."""

from django.http import HttpRequest, HttpResponse

from carnet.web import clock
from carnet.web.calling import everybody_to_call, open_programmes
from carnet.web.public.person import _points
from carnet.web.public.person._page import page

TYPED_MAX = 60


def booklet(request: HttpRequest) -> HttpResponse:
    """How a booklet is used, in four steps."""
    at = clock.now()
    open_now = open_programmes(at)
    terms = open_now[0].terms if open_now else None
    size, value = (terms.booklet_size, terms.voucher_value_cents) if terms else (5, 1000)
    return page(request, "booklet", {"value_cents": value, "booklet_size": size}, at)


def obtain(request: HttpRequest) -> HttpResponse:
    """Where do I get one? The desks around a town, whether they are open, whether they have any left."""
    at = clock.now()
    handing = [each for each in open_programmes(at) if at < each.windows.hand_over_until]
    typed = _typed(request)
    context = {"programmes": handing, "typed": typed, "found": _points.found(typed, at) if handing else None}
    return page(request, "obtain", context, at)


def lost(request: HttpRequest) -> HttpResponse:
    """I lost it: call, or go to the desk that gave it."""
    at = clock.now()
    typed = _typed(request)
    return page(request, "lost", {"typed": typed, "found": _points.found(typed, at) if typed else None}, at)


def help_me(request: HttpRequest) -> HttpResponse:
    """Help me: every number there is, and the questions people ask."""
    at = clock.now()
    return page(request, "help", {"calls": everybody_to_call(at)}, at)


def _typed(request: HttpRequest) -> str:
    """A town or a postal code; ``postcode`` is what earlier links called it."""
    return (request.GET.get("where") or request.GET.get("postcode") or "").strip()[:TYPED_MAX]
