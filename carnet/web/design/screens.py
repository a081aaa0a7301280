"""What a screen with a form has in common: read, call one operation, go on; a refusal comes back on the same form, nothing lost."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.generic import FormView

from carnet.funding.access import operated_programme
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.web.design.sentences import sentence_for


def actor_of(request: HttpRequest) -> Actor:
    """Who is at this screen: made once per request by the accounts' middleware; a visitor is anonymous."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else Actor.anonymous()


def show_refusal(form: forms.BaseForm, refusal: Refusal, fields: Mapping[str, str] | None = None) -> None:
    """Put the sentence of `refusal` on the form: on the field named for its code, else at the top."""
    name = (fields or {}).get(refusal.code)
    form.add_error(name if name in form.fields else None, forms.ValidationError(sentence_for(refusal), code=refusal.code))


class OperationView(FormView):  # type: ignore[type-arg]  # FormView takes no parameter when the program runs
    """One form, one operation.

    A subclass writes `perform(form)`, which calls the operation and answers (usually a redirect). A refusal, and a form filled wrongly,
    show the same page again with what was typed, the sentence first, and status 422.
    """

    refusal_fields: ClassVar[Mapping[str, str]] = {}
    # The name, in the address, of a programme that only whoever operates it changes: another's form does not open either.
    operated: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        if self.operated:
            operated_programme(actor_of(request), named[self.operated])
        answer: HttpResponseBase = super().dispatch(request, *arguments, **named)
        return answer

    def perform(self, form: Any) -> HttpResponseBase:
        raise NotImplementedError(f"{type(self).__name__} must say what it performs")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return self.perform(form)  # type: ignore[return-value]
        except Refusal as refusal:
            show_refusal(form, refusal, self.refusal_fields)
            return self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
