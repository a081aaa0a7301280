"""A visit as a browser holds it: a secret in a cookie of its own, gone with the browser. It is no sign-in and meets none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect


class Leaving(Protocol):
    """What ends a visit, whether it still stands or not."""

    def __call__(self, *, token: str, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class VisitCookie:
    """The cookie of one kind of visit. `same_site` is Lax where a way back from elsewhere must bring it along."""

    name: str
    same_site: Literal["Lax", "Strict"]

    def full_name(self) -> str:
        """With `__Host-` where there is https: no other site of the same domain can set it, no path can narrow it."""
        return f"__Host-{self.name}" if settings.SESSION_COOKIE_SECURE else self.name

    def token_of(self, request: HttpRequest) -> str:
        """What this browser holds, or nothing."""
        return request.COOKIES.get(self.full_name(), "")[:100]

    def keep(self, response: HttpResponseBase, token: str) -> None:
        """Let this browser hold the visit until it is closed."""
        response.set_cookie(  # type: ignore[attr-defined]
            self.full_name(), token, path="/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite=self.same_site
        )

    def forget(self, response: HttpResponseBase) -> None:
        """This browser holds nothing any more, nor what it showed."""
        response.delete_cookie(self.full_name(), path="/", samesite=self.same_site)  # type: ignore[attr-defined]
        response["Clear-Site-Data"] = '"cache"'

    def leave(self, request: HttpRequest, end: Leaving, *, to: str, at: datetime) -> HttpResponseBase:
        """End the visit: nothing of it stays in this browser. `to`: the route of the page that says so."""
        end(token=self.token_of(request), at=at)
        response = redirect(to)
        self.forget(response)
        return response

    def left(self, request: HttpRequest, end: Leaving, page: Callable[[bool], HttpResponse], *, at: datetime) -> HttpResponse:
        """The computer may be left. A page nobody touched comes here by itself (`page` is told so), and its visit ends."""
        was_alone = "seule" in request.GET
        if was_alone:
            end(token=self.token_of(request), at=at)
        response = page(was_alone)
        self.forget(response)
        return response
