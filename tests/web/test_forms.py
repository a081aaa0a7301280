"""Fields as people fill them: amounts with commas and spaces, days in two shapes, files too heavy, one click twice."""

import re
from uuid import UUID

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from carnet.web.design.forms import DayField, EurosField, OperationForm, WeighedFileField
from tests.house.rooms import ROOT


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("12,50", 1250), ("12.5", 1250), ("1 250", 125000), ("1\u202f250,05 €", 125005), ("0,01", 1), (" 30000000 ", 3000000000)],
)
def test_amounts_become_whole_cents(typed: str, cents: int) -> None:
    assert EurosField().clean(typed) == cents


@pytest.mark.parametrize("typed", ["douze", "12,505", "1,250.00", "12€50", "--3", "1e3", "٣"])
def test_amounts_that_are_not_are_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        EurosField().clean(typed)
    assert refused.value.code == "unreadable"


@pytest.mark.parametrize(
    ("typed", "code"), [("0", "too_small"), ("-5", "too_small"), ("9999999999999", "unreadable"), ("101", "too_large")]
)
def test_amounts_out_of_bounds_say_so(typed: str, code: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        EurosField(most_cents=10000).clean(typed)
    assert refused.value.code == code


def test_an_amount_comes_back_as_it_is_read() -> None:
    field = EurosField()
    assert field.clean(field.prepare_value(123456)) == 123456


def test_an_amount_shows_its_unit() -> None:
    class Amount(forms.Form):
        amount = EurosField(label="Montant")

    assert "</span></span>" in str(Amount()["amount"]) and "€" in str(Amount()["amount"])


@pytest.mark.parametrize(
    ("typed", "cents"), [("1,250.50", 125050), ("€50,000", 5000000), ("12.5", 1250), ("12,50", 1250), ("1,250,000", 125000000)]
)
def test_amounts_are_read_as_english_writes_them(typed: str, cents: int) -> None:
    with translation.override("en"):
        assert EurosField().clean(typed) == cents
        assert EurosField().prepare_value(123456) == "1234.56"


@pytest.mark.parametrize("typed", ["1,25,000", "1,2500", "1.250,00", "€"])
def test_amounts_that_english_does_not_write_are_refused(typed: str) -> None:
    with translation.override("en"), pytest.raises(forms.ValidationError):
        EurosField().clean(typed)


def test_days_are_read_in_both_shapes() -> None:
    field = DayField()
    assert field.clean("2026-12-31") == field.clean("31/12/2026")
    with pytest.raises(forms.ValidationError):
        field.clean("12/31/2026")


def test_a_file_too_heavy_is_refused_with_its_weight() -> None:
    field = WeighedFileField(most_bytes=10)
    assert field.clean(SimpleUploadedFile("a.csv", b"0123456789")) is not None
    with translation.override("fr"), pytest.raises(forms.ValidationError, match="1 Mo"):
        field.clean(SimpleUploadedFile("a.csv", b"0123456789x"))


class Act(OperationForm):
    name = forms.CharField(label="Nom", help_text="Tel quel")
    choice = forms.ChoiceField(label="Choix", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])


def test_a_form_carries_one_request_and_keeps_it() -> None:
    first = Act()
    request_id = str(first["request_id"].value())
    again = Act({"request_id": request_id, "name": "x", "choice": "a"})
    assert again.is_valid()
    assert again.cleaned_data["request_id"] == UUID(request_id)
    assert str(Act()["request_id"].value()) != request_id


def test_errors_lead_to_their_field_and_are_read_with_it() -> None:
    with translation.override("fr"):
        page = str(Act({"request_id": "", "name": "", "choice": "z"}))
    assert page.index("error-summary") < page.index("<label")
    assert 'href="#id_name"' in page
    assert 'href="#id_choice_0"' in page
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'aria-invalid="true"' in page


def test_no_page_gathers_the_errors_of_a_form_twice() -> None:
    """``{{ form }}`` begins with them already."""
    twice = []
    for template in ROOT.glob("carnet/web/**/templates/**/*.html"):
        text = template.read_text(encoding="utf-8")
        shown = re.findall(r"\{% error_summary (\w+) %\}", text)
        twice += [f"{template.relative_to(ROOT)}: {form}" for form in shown if f"{{{{ {form} }}}}" in text]
    assert not twice, "\n".join(twice)
