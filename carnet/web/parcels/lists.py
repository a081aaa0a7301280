"""Long lists of boxes and booklets, some at a time: a nation's are thousands, and a telephone shows each line as a card."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

LINES_PER_PAGE = 10


def page_of(request: HttpRequest, found: Sequence[Any], name: str = "page") -> Page:
    """The lines of a list that were asked for. `name`: of their number in the address, one for each list of a screen."""
    return Paginator(found, LINES_PER_PAGE).get_page(request.GET.get(name))
