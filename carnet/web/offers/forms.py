"""What whoever keeps a place fills in to say its offer, a step at a time. Shape only: the rules decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.places import queries
from carnet.places.queries import Offer, TaughtService
from carnet.places.rules import LEVEL_LABELS, SERVICE_BY_CODE, SERVICE_KINDS, Level
from carnet.places.rules.declaring import (
    COMMUNES_MAX,
    HOURS_MAX,
    MACHINES_MAX,
    MINUTES_MAX,
    MINUTES_MIN,
    NOTE_MAX,
    RULES_MAX,
    SERVICE_NOTE_MAX,
    SPOT_MAX,
    ServiceSaid,
    SpaceSaid,
    StopSaid,
)
from carnet.places.rules.offers import ACCESS_NEEDS, LANGUAGES, MACHINES, MODE_LABELS, PRICE_CENTS_MAX, SEATS_MAX, VOUCHERS_MAX, Mode
from carnet.places.rules.standard import FEES
from carnet.web.design.forms import EurosField, InlineCheckboxSelectMultiple, InlineRadioSelect, OperationForm

STOPS_SPARE = 2
_YES_NO = [("yes", gettext_lazy("Oui")), ("no", gettext_lazy("Non")), ("", gettext_lazy("Je ne sais pas"))]
_HOURS_HINT = gettext_lazy("Par exemple : lundi au vendredi 14h-18h ; samedi 9h-12h.")


def _yes_no(said: str) -> bool | None:
    return {"yes": True, "no": False}.get(said)


def _as_said(value: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[value]


def _area(label: str, *, most: int, help_text: Any = "", rows: int = 2) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=most, help_text=help_text, widget=widget)


class ServicesForm(OperationForm):
    """Which services are taught, level by level, and how most of them are."""

    modes = forms.MultipleChoiceField(
        label=gettext_lazy("Comment on apprend ici, le plus souvent"),
        help_text=gettext_lazy("Vous pourrez le préciser service par service à l’étape suivante."),
        widget=InlineCheckboxSelectMultiple,
        choices=[],
        error_messages={"required": gettext_lazy("Dites au moins une façon d’apprendre.")},
    )

    def __init__(self, *arguments: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.taught = {each.service: each for each in offer.taught}
        for level in Level:
            kinds = [kind for kind in SERVICE_KINDS if kind.level is level]
            self.fields[level.value] = forms.MultipleChoiceField(
                label=_(LEVEL_LABELS[level]),
                required=False,
                choices=[(kind.code, _(kind.label)) for kind in kinds],
                initial=[kind.code for kind in kinds if kind.code in self.taught],
                widget=forms.CheckboxSelectMultiple,
            )
        modes = self.fields["modes"]
        modes.choices = [(mode.value, _(label)) for mode, label in MODE_LABELS.items()]  # type: ignore[attr-defined]
        known = {mode for each in offer.taught for mode in each.modes} or {
            mode.value for mode in Mode if f"mode:{mode.value}" in offer.traits
        }
        modes.initial = [mode.value for mode in Mode if mode.value in known]
        self.order_fields([*(level.value for level in Level), "modes"])

    def said(self) -> list[ServiceSaid]:
        """The services ticked: those already known keep what was said of them, the new ones are taught as the others."""
        chosen = [code for level in Level for code in self.cleaned_data[level.value]]
        modes = tuple(self.cleaned_data["modes"])
        return [service_said(self.taught[code]) if code in self.taught else ServiceSaid(code, modes) for code in chosen]


def service_said(each: TaughtService) -> ServiceSaid:
    """A service as it was said."""
    return ServiceSaid(each.service, each.modes, each.price_cents, each.voucher_count, each.beyond_cents, each.note)


class PricesForm(OperationForm):
    """What it costs: whether the place is free, and the price of each service, without and with vouchers."""

    fees = forms.MultipleChoiceField(
        label=gettext_lazy("Venir ici, c’est…"), required=False, choices=[(fee, fee) for fee in FEES], widget=InlineCheckboxSelectMultiple
    )
    all_free = forms.BooleanField(
        label=gettext_lazy("Tous les services ci-dessous sont gratuits (0 €)"), required=False,
        help_text=gettext_lazy("Cochez, et laissez les prix vides."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, offer: Offer, fees: Sequence[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.services = [each.service for each in offer.taught]
        self.fields["fees"].initial = list(fees)
        self.fields["cost_note"] = _area(
            _("Ce que la personne paie en plus, en quelques mots"), most=NOTE_MAX, help_text=_("Par exemple : l’adhésion, 5 € par an.")
        )
        self.fields["cost_note"].initial = offer.cost_note
        for each in offer.taught:
            self._add(each)

    def _add(self, each: TaughtService) -> None:
        name = each.service
        self.fields[f"{name}-modes"] = forms.MultipleChoiceField(
            label=_("Comment"), choices=[(mode.value, _(label)) for mode, label in MODE_LABELS.items()], initial=list(each.modes),
            widget=InlineCheckboxSelectMultiple, error_messages={"required": _("Dites au moins une façon d’apprendre.")},
        )  # fmt: skip
        self.fields[f"{name}-price"] = EurosField(
            label=_("Prix sans chèque, en euros (0 : gratuit)"), required=False, least_cents=0, most_cents=PRICE_CENTS_MAX,
            initial=each.price_cents,
        )  # fmt: skip
        self.fields[f"{name}-vouchers"] = forms.IntegerField(
            label=_("Nombre de chèques"), required=False, min_value=1, max_value=VOUCHERS_MAX, initial=each.voucher_count
        )
        self.fields[f"{name}-beyond"] = EurosField(
            label=_("En plus des chèques, en euros (0 : rien)"), required=False, least_cents=0, most_cents=PRICE_CENTS_MAX,
            initial=each.beyond_cents,
        )  # fmt: skip
        self.fields[f"{name}-note"] = forms.CharField(label=_("Précision"), required=False, max_length=SERVICE_NOTE_MAX, initial=each.note)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each service, under its name."""
        parts = ("modes", "price", "vouchers", "beyond", "note")
        return [(_(SERVICE_BY_CODE[code].label), [self[f"{code}-{part}"] for part in parts]) for code in self.services]

    def said(self) -> list[ServiceSaid]:
        """Each service with its prices."""
        given = self.cleaned_data
        free = 0 if given["all_free"] else None
        return [
            ServiceSaid(
                service=code,
                modes=tuple(given[f"{code}-modes"]),
                price_cents=given[f"{code}-price"] if given[f"{code}-price"] is not None else free,
                voucher_count=given[f"{code}-vouchers"],
                beyond_cents=given[f"{code}-beyond"],
                note=given[f"{code}-note"],
            )
            for code in self.services
        ]


class AccessForm(OperationForm):
    """Each need answered, not answered, or not known; and the languages spoken."""

    def __init__(self, *arguments: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for need in ACCESS_NEEDS:
            said = offer.access.get(need.code)
            self.fields[f"need-{need.code}"] = forms.ChoiceField(
                label=_(need.label), choices=_YES_NO, required=False, initial=_as_said(said), widget=InlineRadioSelect
            )
        self.fields["note"] = _area(_("Comment entrer, en quelques mots"), most=NOTE_MAX)
        self.fields["note"].initial = offer.access_note
        self.fields["languages_known"] = forms.ChoiceField(
            label=_("Parle-t-on une autre langue que le français ?"), choices=_YES_NO, required=False, widget=InlineRadioSelect,
            initial="" if "languages" not in offer.declared else "yes" if offer.languages else "no",
        )  # fmt: skip
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Lesquelles ?"), required=False, choices=[(code, _(label)) for code, label in LANGUAGES.items()],
            initial=list(offer.languages or ()), widget=InlineCheckboxSelectMultiple,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Yes, and none ticked, is told."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("languages_known") == "yes" and not given.get("languages"):
            self.add_error("languages", forms.ValidationError(_("Cochez au moins une langue."), code="required"))
        return given

    def said(self) -> dict[str, Any]:
        """What the operation takes."""
        given = self.cleaned_data
        needs = {need.code: _yes_no(given[f"need-{need.code}"]) for need in ACCESS_NEEDS}
        # A language ticked is an answer by itself.
        spoken = {"no": [], "yes": given["languages"]}.get(given["languages_known"], given["languages"] or None)
        return {"needs": {code: so for code, so in needs.items() if so is not None}, "note": given["note"], "languages": spoken}


class MovingForm(OperationForm):
    """Whether the place comes to people: its stops, and its visits at home."""

    def __init__(self, *arguments: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["mobile"] = forms.ChoiceField(
            label=_("Le lieu se déplace-t-il (bus, camion, permanences) ?"), choices=_YES_NO, required=False,
            initial="yes" if offer.is_mobile else _as_said(False if "is_mobile" in offer.declared else None), widget=InlineRadioSelect,
        )  # fmt: skip
        self.stop_count = len(offer.stops) + STOPS_SPARE
        for rank in range(self.stop_count):
            known = offer.stops[rank] if rank < len(offer.stops) else None
            for name, label, value, most, hint in (
                ("commune", _("Commune"), known and known.commune, 100, ""),
                ("spot", _("Endroit"), known and known.spot, SPOT_MAX, _("Par exemple : place de la mairie.")),
                ("hours", _("Jours et heures"), known and known.hours, HOURS_MAX, _("Par exemple : mardi 9h-12h.")),
            ):
                self.fields[f"stop-{rank}-{name}"] = forms.CharField(
                    label=label, required=False, max_length=most, initial=value or "", help_text=hint
                )
        self.fields["home"] = forms.ChoiceField(
            label=_("Allez-vous chez les gens ?"), choices=_YES_NO, required=False, widget=InlineRadioSelect,
            initial="yes" if offer.has_home_visits else _as_said(False if "has_home_visits" in offer.declared else None),
        )  # fmt: skip
        names = [found.name for code in offer.home_communes if (found := queries.commune(code))]
        self.fields["home_communes"] = _area(_("Dans quelles communes ?"), most=100 * COMMUNES_MAX, help_text=_("Une par ligne."), rows=3)
        self.fields["home_communes"].initial = "\n".join(names)
        self.fields["home_note"] = _area(_("À quelles conditions, en quelques mots"), most=NOTE_MAX)
        self.fields["home_note"].initial = offer.home_note

    def stop_groups(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each stop."""
        return [(rank + 1, [self[f"stop-{rank}-{name}"] for name in ("commune", "spot", "hours")]) for rank in range(self.stop_count)]

    def said(self) -> dict[str, Any]:
        """What the operation takes. A stop left empty is no stop."""
        given = self.cleaned_data
        stops = [
            StopSaid(*(given[f"stop-{rank}-{name}"].strip() for name in ("commune", "spot", "hours"))) for rank in range(self.stop_count)
        ]
        return {
            "is_mobile": _yes_no(given["mobile"]),
            "stops": [each for each in stops if each.commune or each.spot or each.hours],
            "has_home_visits": _yes_no(given["home"]),
            "home_communes": [line.strip() for line in given["home_communes"].splitlines() if line.strip()],
            "home_note": given["home_note"],
        }


class SpaceForm(OperationForm):
    """A free digital space: its machines, its hours, its seats, its rules."""

    offered = forms.ChoiceField(
        label=gettext_lazy("Peut-on se servir d’un ordinateur ici sans rien payer ?"),
        choices=_YES_NO[:2], widget=InlineRadioSelect, error_messages={"required": gettext_lazy("Répondez oui ou non.")},
    )  # fmt: skip

    def __init__(self, *arguments: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*arguments, **options)
        known = offer.free_space
        self.fields["offered"].initial = (
            "yes" if known or offer.has_likely_free_space else "no" if "has_free_space" in offer.declared else None
        )
        for kind, label in MACHINES.items():
            self.fields[f"machine-{kind}"] = forms.IntegerField(
                label=_(label), required=False, min_value=0, max_value=MACHINES_MAX, initial=known.machines.get(kind, 0) if known else None
            )
        self.fields["seats"] = forms.IntegerField(
            label=_("Nombre de places assises"), required=False, min_value=1, max_value=SEATS_MAX, initial=known.seats if known else None
        )
        for name, label, value in (
            ("has_wifi", _("Wi-Fi gratuit"), known and known.has_wifi),
            ("has_printer", _("Imprimante"), known and known.has_printer),
            ("has_scanner", _("Scanner"), known and known.has_scanner),
            ("has_help", _("Quelqu’un est là pour aider"), known and known.has_help),
            ("is_bookable", _("On peut réserver sa place"), known and known.is_bookable),
        ):
            self.fields[name] = forms.BooleanField(label=label, required=False, initial=bool(value))
        self.fields["opening_hours"] = forms.CharField(
            label=_("Horaires de l’espace"), required=False, max_length=HOURS_MAX, initial=known.opening_hours if known and known.has_own_hours else "",
            help_text=_("Laissez vide si ce sont ceux du lieu. %(example)s") % {"example": _HOURS_HINT},
        )  # fmt: skip
        self.fields["minutes_max"] = forms.IntegerField(
            label=_("Durée par personne quand d’autres attendent, en minutes"), required=False, min_value=MINUTES_MIN, max_value=MINUTES_MAX,
            initial=known.minutes_max if known else None,
        )  # fmt: skip
        self.fields["rules"] = _area(_("Règles d’usage, en quelques mots"), most=RULES_MAX, rows=3)
        self.fields["rules"].initial = known.rules if known else ""

    def clean(self) -> dict[str, Any]:
        """A space has seats."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("offered") == "yes" and not given.get("seats") and "seats" not in self.errors:
            self.add_error("seats", forms.ValidationError(_("Dites combien de personnes peuvent s’installer."), code="required"))
        return given

    def said(self) -> SpaceSaid | None:
        """The space, or None."""
        given = self.cleaned_data
        if given["offered"] != "yes":
            return None
        names = ("has_wifi", "has_printer", "has_scanner", "has_help", "is_bookable", "opening_hours", "minutes_max", "rules", "seats")
        return SpaceSaid(machines={kind: given[f"machine-{kind}"] or 0 for kind in MACHINES}, **{name: given[name] for name in names})
