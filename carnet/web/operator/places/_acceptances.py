"""Screens of acceptance: many places at once, and the end of one."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.funding import queries as funding
from carnet.funding.access import operated_programme
from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.periods import legal_day
from carnet.places import queries
from carnet.places.operations import accept_programme, end_acceptance
from carnet.places.rules import LocalityUnknown
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.operator.places._forms import AcceptForm, EndForm, FoundForm

SHOWN_MAX = 200


class AcceptView(OperationView):
    """Let places accept a programme: choose it, narrow the places, tick them or take them all.

    The programme and the narrowing stay in the address; only the form that accepts is sent.
    """

    template_name = "operator/places/accept.html"
    form_class = AcceptForm
    refusal_fields = {
        "acceptance-without-service": "service_codes",
        "service-outside-programme": "service_codes",
        "acceptance-without-place": "place_ids",
        "acceptance-overlaps": "place_ids",
        "place-ended": "place_ids",
        "acceptance-dates-reversed": "last_day",
    }

    def setup(self, *arguments: Any, **options: Any) -> None:
        super().setup(*arguments, **options)
        self.found_form = FoundForm(self.request.GET)
        self.programmes: list[ProgrammeFacts] = []
        self.programme: ProgrammeFacts | None = None
        self.ids: tuple[int, ...] = ()

    def dispatch(self, *arguments: Any, **options: Any) -> HttpResponseBase:
        at = clock.now()
        actor = actor_of(self.request)
        self.programmes = [each for each in funding.programmes_of_operator(actor.organisation_id or 0) if each.is_open_at(at)]
        asked = self.request.GET.get("programme", "")
        if asked.isdecimal() and len(asked) < 19:
            operated_programme(actor, int(asked))
            self.programme = funding.programme(int(asked))
        elif len(self.programmes) == 1:
            self.programme = self.programmes[0]
        if self.programme is not None and self.found_form.is_valid():
            self.ids = self._found(self.programme, self.found_form.cleaned_data)
        return super().dispatch(*arguments, **options)

    def _found(self, programme: ProgrammeFacts, said: dict[str, Any]) -> tuple[int, ...]:
        """Places of the territory (or the département asked) that do not accept the programme yet."""
        at = clock.now()
        perimeter = (said["department"],) if said["department"] else programme.terms.perimeter
        communes = queries.territory(perimeter)
        if said["where"]:
            try:
                communes = frozenset({queries.locality(said["where"]).code})
            except LocalityUnknown as refusal:
                show_refusal(self.found_form, refusal, {"locality-unknown": "where"})
                return ()
        return queries.ids_in(communes, at=at, name=said["name"] or None, not_accepting=programme.id)

    def get_form_kwargs(self) -> dict[str, Any]:
        shown = queries.summaries(self.ids[:SHOWN_MAX], at=clock.now())
        return {
            **super().get_form_kwargs(),
            "service_codes": self.programme.terms.service_codes if self.programme else (),
            "places": [(place.place_id, f"{place.name}, {place.postcode} {place.commune}") for place in shown],
            "total": len(self.ids),
        }

    def get_initial(self) -> dict[str, Any]:
        return {
            "service_codes": self.programme.terms.service_codes if self.programme else (),
            "first_day": legal_day(self.programme.windows.hand_over_from) if self.programme else None,
        }

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            programme=self.programme,
            programmes=self.programmes,
            found_form=self.found_form,
            total=len(self.ids),
            shown_max=SHOWN_MAX,
            back_url=reverse("operator:places"),
            **context,
        )

    def post(self, *arguments: Any, **options: Any) -> HttpResponse:
        if self.programme is None:
            return redirect("operator:places-accept")
        return super().post(*arguments, **options)

    def perform(self, form: AcceptForm) -> HttpResponseBase:
        said = form.cleaned_data
        assert self.programme is not None
        accepted = accept_programme(
            place_ids=self.ids if said["every_place"] else said["place_ids"],
            programme_id=self.programme.id,
            service_codes=said["service_codes"],
            from_on=said["first_day"],
            until_on=said["last_day"] + timedelta(days=1) if said["last_day"] else None,
            actor=actor_of(self.request),
            request_id=said["request_id"],
            at=clock.now(),
        )
        done = ngettext(
            "%(count)s lieu accepte maintenant ce programme.", "%(count)s lieux acceptent maintenant ce programme.", len(accepted)
        )
        messages.success(self.request, done % {"count": formats.number(len(accepted))})
        return redirect(f"{reverse('operator:places')}?programme={self.programme.id}")


class EndAcceptanceView(OperationView):
    """End a place's acceptance of one programme."""

    template_name = "operator/confirm.html"
    form_class = EndForm

    def get_initial(self) -> dict[str, Any]:
        return {"last_day": legal_day(clock.now())}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        place = queries.place_card(self.kwargs["place_id"], at=clock.now()).summary
        programme = funding.programme(self.kwargs["programme_id"])
        return super().get_context_data(
            title=_("« %(place)s » n’accepte plus « %(programme)s »") % {"place": place.name, "programme": programme.name},
            lead=_("Après ce jour, le lieu refuse les chèques de ce programme. Ce qu’il a déjà accepté lui sera payé."),
            verb=_("Mettre fin"),
            kind="danger",
            cancel_url=reverse("operator:place", args=[place.place_id]),
            **context,
        )

    def perform(self, form: EndForm) -> HttpResponseBase:
        end_acceptance(
            place_id=self.kwargs["place_id"],
            programme_id=self.kwargs["programme_id"],
            ended_on=form.cleaned_data["last_day"] + timedelta(days=1),
            actor=actor_of(self.request),
            request_id=form.cleaned_data["request_id"],
            at=clock.now(),
        )
        messages.success(self.request, _("C’est noté : ce lieu n’acceptera plus ce programme."))
        return redirect("operator:place", self.kwargs["place_id"])
