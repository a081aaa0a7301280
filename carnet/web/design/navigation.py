"""Where a page leads: the entries of a menu, those that a PIN does not open left out, and the other pages of a list."""

from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse

from carnet.parties.rules import allowed, by_pin
from carnet.web.design.screens import actor_of


def entry(request: HttpRequest, route: str) -> dict[str, Any]:
    """The address of one entry, and whether it is the page being read or one above it; no address when it is left out."""
    try:
        url = reverse(route)
    except NoReverseMatch:
        url = ""
    if not url or not _opens(request, url):
        return {"url": "", "is_current": False, "is_ancestor": False}
    path = request.path
    return {"url": url, "is_current": path == url, "is_ancestor": path != url and url.count("/") > 2 and path.startswith(url)}


def pages(request: HttpRequest, page: Page, name: str = "page") -> dict[str, Any]:
    """The numbers of the other pages of a list, None for those left out, and what each address begins with: the filter is kept.

    `name`: of its number in the address, where a screen has several lists.
    """
    kept = request.GET.copy()
    kept.pop(name, None)
    shown = page.paginator.get_elided_page_range(page.number, on_each_side=1)
    numbers = [None if item == page.paginator.ELLIPSIS else item for item in shown]
    return {"numbers": numbers, "prefix": f"?{kept.urlencode()}&{name}=" if kept else f"?{name}="}


def _opens(request: HttpRequest, url: str) -> bool:
    """Whether a page is open to whoever's turn it is on a shared computer; to anybody else the page itself answers."""
    actor = actor_of(request)
    if not by_pin(actor):
        return True
    door = getattr(resolve(url).func, "door", None)
    action = getattr(door, "action", None)
    return allowed(actor.roles, action) if action else bool(getattr(door, "by_pin", False) or getattr(door, "is_public", False))
