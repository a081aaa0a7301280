"""The way in: the programmes that take applications, one opened by an e-mail address, a link asked for again, a link opened, left."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from carnet.kernel.refusals import Refusal
from carnet.web import clock
from carnet.web.design.screens import show_refusal
from carnet.web.public.applications._kind import Kind
from carnet.web.public.links import EmailForm, may_write, urls_shown


@dataclass(frozen=True, slots=True)
class StartPages:
    """The way in of one kind. `closed`: the refusals of a programme that takes none; `about`: how its operations name a programme."""

    kind: Kind
    network: Callable[..., Any]
    closed: tuple[type[Refusal], ...]
    context: Callable[[Any, datetime], Mapping[str, Any]]
    about: Callable[[Any], Mapping[str, Any]]

    def by_letter(self, request: HttpRequest, slug: str, send: Callable[..., Iterable[str]], template: str) -> HttpResponseBase:
        """A page with one field, the e-mail a link is written to. `send` gives the keys of the links."""
        try:
            found = self.network(slug, at=clock.now())
        except self.closed:
            return self.kind.render(request, "closed", {}, status=404)
        form = EmailForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and may_write(request, form):
            given = {**form.cleaned_data, "language": (get_language() or "fr")[:2], "at": clock.now()}
            try:
                keys = send(**self.about(found), **given)
            except Refusal as refusal:
                show_refusal(form, refusal, {"email-invalid": "email"})
            else:
                context = {"email": given["email"], "urls": urls_shown(request, self.kind.route("open"), list(keys))}
                return render(request, "public/applications/written.html", context)
        context = {"network": found, "form": form, **self.context(found, clock.now())}
        return self.kind.render(request, template, context, status=422 if form.is_bound else 200)

    def open_link(self, request: HttpRequest, key: str) -> HttpResponse:
        """The letter's link: kept in this browser, then out of the address."""
        try:
            self.kind.pages.find(key, clock.now())
        except self.kind.pages.unknown:
            return self.kind.pages.gone(request)
        return self.kind.pages.link.keep(redirect(self.kind.route("file")), key)  # type: ignore[arg-type]

    def leave(self, request: HttpRequest) -> HttpResponse:
        """Leave the application on this computer; it stays as it is."""
        answer: HttpResponse = redirect(self.kind.pages.start)  # type: ignore[assignment]
        return self.kind.pages.link.forget(answer) if request.method == "POST" else answer
