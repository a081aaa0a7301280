"""Forms about designs and proofs. They validate shape; the rules of issuing decide, and the printer measures."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from carnet.issuing.rules.proofs import (
    LOGO_NAME_MAX,
    NOTICE_MAX,
    PERIMETER_MAX,
    PHONE_HOURS_MAX,
    PHONE_MAX,
    REMARKS_MAX,
    TITLE_MAX,
    Draft,
    DraftLogo,
    PaperChoice,
)
from carnet.web.design.forms import OperationForm, WeighedFileField
from carnet.web.proofs.words import PAPERS

SERVICES_NAMED_MAX = 6
LOGO_BYTES_MAX = 8 * 1024 * 1024
_SERVICE_FIELDS = tuple(f"service_{rank}" for rank in range(1, SERVICES_NAMED_MAX + 1))


class DesignForm(OperationForm):
    """Everything a person chooses of an edition, in the order of its cover."""

    title = forms.CharField(label=_("Titre de la couverture"), max_length=TITLE_MAX)
    notice = forms.CharField(
        label=_("Ce qu’est ce carnet, en mots simples"), widget=forms.Textarea(attrs={"rows": 3}), max_length=NOTICE_MAX, required=False
    )
    perimeter = forms.CharField(
        label=_("Où les chèques sont acceptés"),
        help_text=_("Par exemple : dans les lieux partenaires de Nantes et Rezé."),
        max_length=PERIMETER_MAX,
        required=False,
    )
    phone = forms.CharField(label=_("Téléphone pour les questions"), max_length=PHONE_MAX, required=False)
    phone_hours = forms.CharField(label=_("Quand quelqu’un répond"), max_length=PHONE_HOURS_MAX, required=False)
    funders = forms.CharField(
        label=_("Financeurs, comme ils seront imprimés"),
        help_text=_("Un par ligne, dans l’ordre. Vous pouvez écrire le nom d’usage : Nantes Métropole."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1500,
    )
    accent = forms.CharField(
        label=_("Couleur des aplats"),
        help_text=_("Un dièse et six signes, par exemple #14506b. Des lettres blanches doivent s’y lire."),
        max_length=7,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )
    paper = forms.ChoiceField(label=_("Papier"), widget=forms.RadioSelect, choices=list(PAPERS.items()))
    with_marks = forms.BooleanField(label=_("Imprimer les repères de coupe et de pli"), required=False)
    asked_of = forms.TypedChoiceField(label=_("Qui dira que c’est bon à tirer"), coerce=int)

    def __init__(
        self,
        *args: Any,
        services: Sequence[tuple[str, str]],
        asked: Sequence[tuple[int, str]],
        logos: tuple[DraftLogo, ...] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.services, self.logos = dict(services), logos
        for rank, name in enumerate(_SERVICE_FIELDS, start=1):
            self.fields[name] = forms.ChoiceField(
                label=_("Service %(rank)s") % {"rank": rank}, choices=[("", _("aucun")), *services], required=False
            )
        self.fields["asked_of"].choices = asked  # type: ignore[attr-defined]

    @property
    def sections(self) -> list[tuple[Any, list[Any]]]:
        """Its fields, by what they speak of."""
        told = (
            (_("Ce qui est écrit"), ("title", "notice", "perimeter")),
            (_("Les services nommés sur la couverture, dans l’ordre"), _SERVICE_FIELDS),
            (_("Qui appeler"), ("phone", "phone_hours")),
            (_("Qui paie"), ("funders",)),
            (_("L’impression"), ("accent", "paper", "with_marks")),
        )
        return [(title, [self[name] for name in names]) for title, names in told]

    @staticmethod
    def initial_of(draft: Draft) -> dict[str, Any]:
        """What the form shows of a draft."""
        named = {name: code for name, (code, _words) in zip(_SERVICE_FIELDS, draft.services, strict=False)}
        return named | {
            "title": draft.title,
            "notice": draft.notice,
            "perimeter": draft.perimeter,
            "phone": draft.phone,
            "phone_hours": draft.phone_hours,
            "funders": "\n".join(draft.funders),
            "accent": draft.accent,
            "paper": draft.paper.value,
            "with_marks": draft.with_marks,
        }

    def draft(self) -> Draft:
        """What was typed."""
        given = self.cleaned_data
        codes = dict.fromkeys(given[name] for name in _SERVICE_FIELDS if given[name])
        return Draft(
            title=given["title"],
            notice=given["notice"],
            perimeter=given["perimeter"],
            services=tuple((code, self.services[code]) for code in codes),
            phone=given["phone"],
            phone_hours=given["phone_hours"],
            accent=given["accent"],
            funders=tuple(given["funders"].splitlines()),
            logos=self.logos,
            paper=PaperChoice(given["paper"]),
            with_marks=given["with_marks"],
        )


class SendForm(OperationForm):
    """Who is asked."""

    asked_of = forms.TypedChoiceField(
        label=_("Qui dira que c’est bon à tirer"),
        help_text=_("Jamais la personne qui envoie : une autre, avec sa double vérification."),
        coerce=int,
    )

    def __init__(self, *args: Any, asked: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["asked_of"].choices = asked  # type: ignore[attr-defined]


class LogoForm(OperationForm):
    """A picture and whose it is."""

    name = forms.CharField(
        label=_("De qui est ce logo"),
        help_text=_("Lu à voix haute dans la version accessible : Ville de Nantes."),
        max_length=LOGO_NAME_MAX,
    )
    picture = WeighedFileField(
        label=_("L’image"),
        help_text=_("PNG, JPEG ou WebP, d’au moins 390 pixels de large, sur fond blanc ou transparent."),
        most_bytes=LOGO_BYTES_MAX,
        accept="image/png,image/jpeg,image/webp",
    )


class ReopenForm(OperationForm):
    """Why what was approved is opened again."""

    reason = forms.CharField(label=_("Pourquoi ?"), help_text=_("Écrit à qui avait donné le bon à tirer."), max_length=REMARKS_MAX)


class AnswerForm(OperationForm):
    """Good to print, or what to change."""

    answer = forms.ChoiceField(
        label=_("Votre réponse"),
        widget=forms.RadioSelect,
        choices=[("yes", _("C’est bon à tirer")), ("no", _("À corriger"))],
    )
    remarks = forms.CharField(
        label=_("Ce qu’il faut corriger"), widget=forms.Textarea(attrs={"rows": 3}), max_length=REMARKS_MAX, required=False
    )
