"""How forms are drawn, and the few fields every desk needs: money in cents, a day, a request done once, a file of known size."""

import re
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import structlog
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from carnet.gateways import scanner
from carnet.kernel.refusals import Refusal
from carnet.web.design import contrast, formats
from carnet.web.design.sentences import sentence_for

log = structlog.get_logger(__name__)


class CarnetRenderer(TemplatesSetting):
    """Fields with label, hint and error, joined by aria-describedby; errors gathered first. ``{{ form }}`` is enough."""

    form_template_name = "design/form.html"
    field_template_name = "design/field.html"


class OperationForm(forms.Form):
    """A form whose sending is one operation: sent twice, it is done once."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean_request_id(self) -> UUID:
        given: UUID = self.cleaned_data["request_id"]
        return given


class _Inline:
    """Choices side by side. Said to the list that holds them, not to each of its inputs."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)  # type: ignore[misc]
        context["widget"]["inline"] = True
        return context


class InlineRadioSelect(_Inline, forms.RadioSelect):
    """One choice among a few, side by side."""


class InlineCheckboxSelectMultiple(_Inline, forms.CheckboxSelectMultiple):
    """Some choices among a few, side by side."""


class ColourField(forms.CharField):
    """A colour of a programme. One that reads badly is refused; `nearest`, which reads well, is offered by a button that takes it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 7, "template_name": "design/colour_field.html", **options})
        self.nearest = ""

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        if not typed:
            return ""
        try:
            return contrast.check_theme(brand=typed, link=typed).brand
        except Refusal as refusal:
            self.nearest = refusal.facts.get("nearest", "")
            raise forms.ValidationError(sentence_for(refusal), code=refusal.code) from None


class EurosInput(forms.TextInput):
    """A field with its unit beside it."""

    template_name = "django/forms/widgets/euros.html"


class EurosField(forms.CharField):
    """An amount typed by a person (``12,50``, ``1 250 €``, ``12.5``; in English also ``€1,250.50``) as whole cents."""

    default_error_messages = {
        "unreadable": _("Écrivez un montant en euros, par exemple 1 250,50."),
        "too_small": _("Le montant doit être d’au moins %(least)s."),
        "too_large": _("Le montant ne peut pas dépasser %(most)s."),
    }
    widget = EurosInput
    _SHAPE = re.compile(r"(-?)€?([0-9]{1,12})(?:[.,]([0-9]{1,2}))?€?")
    _THOUSANDS = re.compile(r",(?=[0-9]{3}(?![0-9]))")

    def __init__(self, *, least_cents: int = 1, most_cents: int = 10**14, **options: Any) -> None:
        self.least_cents = least_cents
        self.most_cents = most_cents
        super().__init__(**options)
        self.widget.attrs.update({"inputmode": "decimal", "class": "short", "autocomplete": "off"})

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        if isinstance(value, int):  # a field that is shown and cannot be typed in gives its cents back as they are
            return value
        typed = re.sub(r"\s", "", super().clean(value) or "")
        if not typed:
            return None
        if formats.decimal_mark() == ".":
            typed = self._THOUSANDS.sub("", typed)
        shape = self._SHAPE.fullmatch(typed)
        if shape is None:
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        sign, whole, part = shape.groups()
        cents = (int(whole) * 100 + int((part or "0").ljust(2, "0"))) * (-1 if sign else 1)
        self._check_bounds(cents)
        return cents

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            whole, rest = divmod(value, 100)
            return f"{whole}{formats.decimal_mark()}{rest:02d}"
        return value

    def _check_bounds(self, cents: int) -> None:
        if cents < self.least_cents:
            raise forms.ValidationError(
                self.error_messages["too_small"], code="too_small", params={"least": formats.euros(self.least_cents)}
            )
        if cents > self.most_cents:
            raise forms.ValidationError(self.error_messages["too_large"], code="too_large", params={"most": formats.euros(self.most_cents)})


class DayField(forms.DateField):
    """A calendar day, with the browser's own calendar; typed by hand, ``31/12/2026`` is understood too."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        options.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"])
        options.setdefault("error_messages", {"invalid": _("Écrivez un jour, par exemple 31/12/2026.")})
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class WeighedFileField(forms.FileField):
    """A file of at most `most_bytes`, with the kinds it may have."""

    default_error_messages = {
        "too_heavy": _("Ce fichier pèse %(size)s Mo. Le plus lourd accepté est de %(most)s Mo."),
        "empty": _("Ce fichier est vide."),
    }

    def __init__(self, *, most_bytes: int, accept: str = "", **options: Any) -> None:
        self.most_bytes = most_bytes
        super().__init__(**options)
        if accept:
            self.widget.attrs["accept"] = accept

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        file: UploadedFile | None = super().clean(data, initial)
        if file is not None and file.size is not None and file.size > self.most_bytes:
            size, most = (-(-weight // 10**6) for weight in (file.size, self.most_bytes))
            raise forms.ValidationError(self.error_messages["too_heavy"], code="too_heavy", params={"size": size, "most": most})
        if file is not None:
            _scanned(file)
        return file


def _scanned(file: UploadedFile) -> None:
    """Ask the scanner, where there is one, before anything reads the file. Told in the log without the file's name, which is its sender's."""
    try:
        scanner.scan(file.chunks())
    except scanner.ScannerRefused as refusal:
        log.warning("file refused", code=refusal.code, size=file.size)
        raise forms.ValidationError(sentence_for(refusal), code=refusal.code) from None
    file.seek(0)
