"""Signing out; and, for whoever came by ProConnect, the way to sign out there too."""

from typing import Any

from allauth.account.views import LogoutView
from django.http import HttpResponse
from django.shortcuts import redirect

from carnet.web import sessions
from carnet.web.identity import exchange


class LeaveView(LogoutView):
    """As allauth's. ProConnect still knows this browser: a page offers to leave it, since a form cannot be sent on to another site."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        id_token = exchange.way_out(self.request)
        sessions.forget(self.request)
        response: HttpResponse = super().post(*args, **kwargs)
        if not id_token:
            return response
        self.request.session[exchange.WAY_OUT] = exchange.leave(self.request, "proconnect", id_token=id_token, back=response["Location"])
        return redirect("accounts:proconnect-left")
