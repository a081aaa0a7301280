"""The form of a design: filled from the latest approved one or from the programme, so that a proof is a page read and a button."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.funding.rules import ProgrammeTerms
from carnet.issuing.operations import proofs as operations
from carnet.issuing.queries import proofs as queries
from carnet.issuing.rules.proofs import (
    ACCENT,
    AccentTooPale,
    AccentUnreadable,
    Draft,
    TextOverflows,
    TextTooLong,
    TextUnprintable,
    check_accent,
)
from carnet.kernel.periods import legal_day
from carnet.kernel.refusals import Refusal
from carnet.places import queries as places
from carnet.places.rules import SERVICE_BY_CODE
from carnet.web import clock
from carnet.web.design.screens import OperationView, actor_of, show_refusal
from carnet.web.design.sentences import sentence_for
from carnet.web.hours import spoken_hours
from carnet.web.proofs import words
from carnet.web.proofs.forms import DesignForm

TOWNS_NAMED_MAX = 3
# Any five fit on a cover: a proof stays a page read and a button.
SERVICES_BEGUN = 5
_FIELD_OF = {"services": "service_1"}


class DesignView(OperationView):
    """What the booklets of an order look like; saved, or saved and sent at once."""

    form_class = DesignForm
    template_name = "proofs/design.html"
    refusal_fields = {
        "print-title-missing": "title", "print-funders-missing": "funders", "accent-unreadable": "accent", "accent-too-pale": "accent",
        "service-not-of-programme": "service_1", "proof-of-nobody": "asked_of",
    }  # fmt: skip

    def setup(self, *args: Any, **kwargs: Any) -> None:
        super().setup(*args, **kwargs)
        self._page: queries.DesignPage | None = None
        self._begun: tuple[Draft, int | None] | None = None

    @property
    def page(self) -> queries.DesignPage:
        if self._page is None:
            self._page = queries.design(actor_of(self.request), self.kwargs["order_id"])
        return self._page

    @property
    def begun(self) -> tuple[Draft, int | None]:
        """What the form begins with, and the order it was taken from, if any."""
        if self._begun is None:
            self._begun = self._begin()
        return self._begun

    def _begin(self) -> tuple[Draft, int | None]:
        if self.page.draft is not None:
            return self.page.draft, None
        own = draft_of_programme(funding.programme(self.page.programme_id).terms, self.page.funder_names)
        if self.request.GET.get("from") != "programme":
            found = queries.latest_approved_draft(actor_of(self.request), self.page.order_id)
            if found is not None:
                return taken_up(found, own), found.order_id
        return own, None

    def get_form_kwargs(self) -> dict[str, Any]:
        codes = funding.programme(self.page.programme_id).terms.service_codes
        asked = [(each.organisation_id, each.name) for each in self.page.asked]
        services = service_choices(codes)
        return super().get_form_kwargs() | {"services": services, "asked": asked, "logos": self.begun[0].logos}

    def get_initial(self) -> dict[str, Any]:
        return DesignForm.initial_of(self.begun[0]) | {"asked_of": self.page.asked[0].organisation_id}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        taken_from = self.begun[1]
        context = {
            "office": words.office_of(actor_of(self.request)),
            "shown": self.page,
            "taken_from": taken_from,
            "logos": self.begun[0].logos,
            "returned": self.page.proofs[0] if self.page.proofs and self.page.proofs[0].remarks else None,
        }
        return super().get_context_data(**(context | more))

    def perform(self, form: DesignForm) -> HttpResponseBase:
        order_id, given, at = self.kwargs["order_id"], form.cleaned_data, clock.now()
        told = {"order_id": order_id, "actor": actor_of(self.request), "request_id": given["request_id"], "at": at}
        operations.save_design(draft=form.draft(), **told)
        if self.request.POST.get("act") != "send":
            messages.success(self.request, _("C’est enregistré. Regardez ce qui serait imprimé, puis envoyez l’épreuve."))
            return redirect("proofs:order", order_id)
        proof_id = operations.send_proof(asked_of_id=given["asked_of"], **told)
        messages.success(self.request, _("L’épreuve est envoyée. Une autre personne dira si elle est bonne à tirer."))
        return redirect("proofs:proof", proof_id)

    def form_valid(self, form: Any) -> Any:
        try:
            return self.perform(form)
        except (TextOverflows, TextTooLong) as refusal:
            show_overflows(form, refusal)
        except TextUnprintable as refusal:
            for field, signs in refusal.facts["fields"].items():
                show_text(form, TextUnprintable(field=str(words.FIELDS.get(field, field)), signs=" ".join(signs)), field)
        except Refusal as refusal:
            show_refusal(form, refusal, self.refusal_fields)
        return self.form_invalid(form)


def show_overflows(form: forms.Form, refusal: Refusal) -> None:
    """Each text that does not fit says so at its own field, with how much is too long."""
    fields = refusal.facts.get("fields") or {refusal.facts["field"]: refusal.facts.get("too_many", 0)}
    for field, too_many in fields.items():
        room = refusal.facts.get("rooms", {}).get(field, {})
        facts = {**refusal.facts, **room, "too_many": too_many, "field": str(words.FIELDS.get(field, field))}
        # What is cut by letters says how many; a list says which of its lines; services are chosen, not shortened.
        kind = type(refusal) if too_many or isinstance(refusal, TextTooLong) else _OneOfMany
        kind = _TooManyServices if field == "services" else kind
        show_text(form, kind(**facts), field)


def show_text(form: forms.Form, refusal: Refusal, field: str) -> None:
    """One sentence at the field of one text."""
    name = _FIELD_OF.get(field, field)
    form.add_error(name if name in form.fields else None, forms.ValidationError(sentence_for(refusal), code=refusal.code))


class _OneOfMany(TextOverflows):
    """The same about a list of names: no number of letters is to be taken off one of them."""

    code = "print-names-overflow"


class _TooManyServices(TextOverflows):
    """The same about the services: all of them are printed, so that fewer are named."""

    code = "print-services-overflow"


def service_choices(codes: Sequence[str]) -> list[tuple[str, str]]:
    """The programme's services with the words of the paper, which is in French."""
    return [(code, SERVICE_BY_CODE[code].label) for code in codes if code in SERVICE_BY_CODE]


def draft_of_programme(terms: ProgrammeTerms, funders: tuple[str, ...]) -> Draft:
    """What the programme's own words give. The paper is in French, whatever the reader's language."""
    with translation.override("fr"):
        return Draft(
            title=terms.print_title or terms.name,
            notice=terms.print_notice,
            perimeter=_towns(terms.perimeter),
            services=tuple(service_choices(terms.service_codes)[:SERVICES_BEGUN]),
            phone=terms.phone,
            phone_hours=spoken_hours(terms.phone_hours, day=legal_day(clock.now())).rstrip(". "),
            accent=_readable(terms.brand_colour),
            funders=funders,
        )


def taken_up(found: queries.EarlierDraft, own: Draft) -> Draft:
    """An earlier design begun again for another order: its looks; its words if the programme is the same, its payers if they are the same."""
    draft = found.draft
    if not found.is_same_programme:
        draft = replace(own, funders=draft.funders, logos=draft.logos, paper=draft.paper, with_marks=draft.with_marks)
    return draft if found.has_same_funders else replace(draft, funders=own.funders, logos=())


def _towns(perimeter: Sequence[str]) -> str:
    """Where, when a few towns name it; a longer territory is worded by a person."""
    gazetteer = places.gazetteer()
    towns = [gazetteer.by_code(code) for code in perimeter]
    if not towns or len(towns) > TOWNS_NAMED_MAX or not all(towns):
        return ""
    names = [town.name for town in towns if town is not None]
    return f"Dans les lieux partenaires de {' et '.join((', '.join(names[:-1]), names[-1])) if len(names) > 1 else names[0]}"


def _readable(colour: str) -> str:
    try:
        return check_accent(colour or ACCENT)
    except (AccentTooPale, AccentUnreadable):
        return ACCENT
