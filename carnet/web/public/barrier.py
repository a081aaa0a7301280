"""Something of this site cannot be used by somebody: said without account or name, answered within a week.

The same complaint as any other (carnet.helpline), with the delay the statement of accessibility promises.
"""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from carnet.helpline import operations
from carnet.helpline.rules import CONTACT_MAX, ComplaintKind, Filer, TooManyComplaints
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.web import clock
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import show_refusal
from carnet.web.helpline.forms import FILING_FIELDS, words_field
from carnet.web.public.complaints import count, lately
from carnet.web.public.person import page as person_page

PAGE_MAX = 200


class BarrierForm(OperationForm):
    """What blocks, where, and how to be answered. The words of the first field stand before the others' when it is read."""

    said = words_field(
        gettext_lazy("Qu’est-ce qui vous bloque ?"), gettext_lazy("Par exemple : le texte est trop petit, un bouton ne marche pas.")
    )
    where = forms.CharField(
        label=gettext_lazy("Sur quelle page ?"),
        help_text=gettext_lazy("Son titre ou son adresse, si vous l’avez."),
        max_length=PAGE_MAX,
        required=False,
    )
    contact = forms.CharField(
        label=gettext_lazy("Un téléphone ou un courriel pour la réponse"),
        help_text=gettext_lazy("Seulement si vous voulez. Il sert une fois, puis il est effacé."),
        max_length=CONTACT_MAX,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )

    def whole(self) -> str:
        """What was said and where, as one text to be read."""
        said, where = self.cleaned_data["said"], self.cleaned_data["where"]
        return f"{said}\n({where})" if where else str(said)


@never_cache
@sensitive_post_parameters("said", "contact")
def report(request: HttpRequest) -> HttpResponse:
    """Say what blocks. GET shows the form; POST gives a number and six digits, shown once, and the day of the answer."""
    at = clock.now()
    first: dict[str, Any] = {"request_id": uuid4(), "where": request.GET.get("page", "")[:PAGE_MAX]}
    form = BarrierForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_bound and form.is_valid():
        try:
            done = operations.file_complaint(
                kind=ComplaintKind.ACCESSIBILITY, said=form.whole(), filed_by=Filer.PERSON, contact=form.cleaned_data["contact"],
                language=(get_language() or "fr")[:2], from_here=lately(request), actor=Actor.anonymous(),
                request_id=form.cleaned_data["request_id"], at=at,
            )  # fmt: skip
        except Refusal as refusal:
            show_refusal(form, refusal, FILING_FIELDS)
        else:
            count(request)
            return person_page(request, "complaint_filed", {"done": done, "has_contact": bool(form.cleaned_data["contact"])}, at)
    status = 200 if not form.is_bound else 429 if form.has_error(NON_FIELD_ERRORS, TooManyComplaints.code) else 422
    return person_page(request, "barrier", {"form": form}, at, status=status)
