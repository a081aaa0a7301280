"""What is typed of a case: what is asked, how much waits, what was said, what is decided."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.controls.queries.cases import CasePage
from carnet.controls.rules.cases import ANSWER_DAYS, ANSWER_DAYS_LEAST, ANSWER_DAYS_MOST, Decision
from carnet.controls.rules.signals import Outcome
from carnet.redemption import queries as redemption
from carnet.web.design import formats
from carnet.web.design.forms import DayField, EurosField, OperationForm

FOUND = [
    (Outcome.HONEST.value, gettext_lazy("Tout était en ordre")),
    (Outcome.SLOPPY.value, gettext_lazy("Des erreurs, sans intention")),
    (Outcome.CONFIRMED.value, gettext_lazy("Des services qui n’ont pas été rendus")),
]


SAID = {"nir-in-text": "words", "iban-in-text": "words", "card-in-text": "words", "code-in-text": "words", "case-words-missing": "words"}


class Words(forms.CharField):
    """A few sentences."""

    def __init__(self, label: Any, hint: Any = "") -> None:
        super().__init__(label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": 5}), max_length=2000)


class OpenForm(OperationForm):
    """What is asked, about which days, and what waits meanwhile."""

    place = forms.ChoiceField(label=gettext_lazy("Lieu"))
    signals = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Les signaux de ce lieu à joindre"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    since_on = DayField(label=gettext_lazy("Du"))
    last_on = DayField(label=gettext_lazy("Au (ce jour compris)"))
    reason = Words(gettext_lazy("Ce que vous avez vu (pour l’opérateur seulement)"))
    asked = Words(
        gettext_lazy("La question, comme le lieu la lira"),
        gettext_lazy("Sans accuser. Par exemple : « Comment s’est passé l’atelier du 10 mars ? Avez-vous la feuille de présence ? »"),
    )
    phone = forms.CharField(label=gettext_lazy("Le téléphone que le lieu peut appeler"), max_length=30)
    answer_days = forms.IntegerField(
        label=gettext_lazy("Jours pour répondre"),
        help_text=gettext_lazy("15 d’habitude, jamais moins de 8."),
        min_value=ANSWER_DAYS_LEAST,
        max_value=ANSWER_DAYS_MOST,
        initial=ANSWER_DAYS,
    )
    hold = forms.ChoiceField(
        label=gettext_lazy("Et les paiements, en attendant ?"),
        widget=forms.RadioSelect,
        initial="none",
        choices=[
            ("none", gettext_lazy("Rien n’est retenu")),
            ("all", gettext_lazy("Retenir les passages en question")),
            ("some", gettext_lazy("Retenir un montant")),
        ],
    )
    amount = EurosField(label=gettext_lazy("Ce montant"), required=False)

    def __init__(
        self,
        *arguments: Any,
        places: Iterable[tuple[str, str]] = (),
        signals: Iterable[tuple[int, str]] = (),
        may_hold: bool = False,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]
        self.fields["signals"].choices = list(signals)  # type: ignore[attr-defined]
        if not self.fields["signals"].choices:  # type: ignore[attr-defined]
            del self.fields["signals"]
        if not may_hold:
            del self.fields["hold"], self.fields["amount"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("hold") == "some" and not given.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Dites combien."))
        return given


class HoldForm(OperationForm):
    """How much waits."""

    amount = EurosField(label=gettext_lazy("Combien retenir, au plus ?"))


class ReleaseForm(OperationForm):
    """Why it is let go; the place reads it."""

    words = Words(gettext_lazy("Pourquoi ? Le lieu le lira."))


class NoteForm(OperationForm):
    """What was said in a call or at a meeting."""

    words = Words(gettext_lazy("Ce qui a été dit"), gettext_lazy("Le lieu le lira aussi. Sans nom ni numéro de personne."))


class DecideForm(OperationForm):
    """What becomes of the redemptions, why, and what was found."""

    decision = forms.ChoiceField(label=gettext_lazy("La décision"), widget=forms.RadioSelect)
    taken_back = forms.MultipleChoiceField(
        label=gettext_lazy("Les passages repris"),
        help_text=gettext_lazy("Seulement si une partie est reprise. Un service payé de plusieurs chèques est repris entier."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    found = forms.ChoiceField(
        label=gettext_lazy("Ce qui a été trouvé (pour l’opérateur seulement)"), widget=forms.RadioSelect, choices=FOUND
    )
    words = Words(gettext_lazy("Vos raisons, pour le lieu"), gettext_lazy("Répondez à ce que le lieu a dit. Sans nom de personne."))

    def __init__(self, *arguments: Any, page: CasePage, is_appeal: bool = False, **named: Any) -> None:
        super().__init__(*arguments, **named)
        labels = {
            Decision.RELEASE: gettext_lazy("Rien n’est repris : tout est payé"),
            Decision.PARTLY: gettext_lazy("Une partie est reprise, le reste est payé"),
            Decision.RECOVER: gettext_lazy("La décision reste") if is_appeal else gettext_lazy("Tout est repris"),
        }
        shown = [each for each in page.redemptions if not is_appeal or each.taken_back]
        choices = [(each.value, labels[each]) for each in Decision if each is not Decision.PARTLY or len(shown) > 1]
        self.fields["decision"].choices = choices  # type: ignore[attr-defined]
        self.fields["taken_back"].choices = [  # type: ignore[attr-defined]
            (str(each.id), f"{redemption.serial_of(each.key[0], each.key[1])}, {formats.moment(each.redeemed_at)}") for each in shown
        ]
        if len(shown) < 2:
            del self.fields["taken_back"]

    def said(self) -> dict[str, Any]:
        """What the operation is given."""
        given = self.cleaned_data
        decision = Decision(given["decision"])
        chosen = [int(each) for each in given.get("taken_back", [])] if decision is Decision.PARTLY else []
        return {"decision": decision, "taken_back": chosen, "found": Outcome(given["found"]), "words": given["words"]}
