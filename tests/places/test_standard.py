"""Our page of the standard says exactly what the official schema says."""

import json
import re

import pytest

from carnet.places.queries import DATA
from carnet.places.rules import services, standard
from carnet.places.rules.standard import FIELDS, V0_CONVERTED, V0_RENAMED, V0_VALUES, Kind


def official(name: str) -> list[dict]:
    return json.loads((DATA / f"schema-{name}.table-schema.json").read_text(encoding="utf-8"))["fields"]


def choices_in(pattern: str) -> set[str]:
    """The values of a pattern written ``(?:(?:^|\\|)(one|two))+$``."""
    inside = re.fullmatch(r"\(\?:\(\?:\^\|\\?[|;]\)\((.*)\)\)\+\$", pattern).group(1)
    return {re.sub(r"\\(.)", r"\1", value) for value in re.split(r"(?<!\\)\|", inside)}


def test_the_fields_are_the_official_ones_in_their_order():
    assert [field.name for field in FIELDS] == [field["name"] for field in official("v1.0.2")]
    assert len(FIELDS) == 32


def test_what_is_required_is_what_the_official_schema_requires():
    required = {field["name"] for field in official("v1.0.2") if field.get("constraints", {}).get("required")}
    assert {field.name for field in FIELDS if field.required} == required


@pytest.mark.parametrize("field", [field for field in FIELDS if field.choices and field.name != "typologie"], ids=lambda field: field.name)
def test_each_list_of_values_is_the_official_one(field):
    (pattern,) = [each["constraints"]["pattern"] for each in official("v1.0.2") if each["name"] == field.name]
    assert set(field.choices) == choices_in(pattern)


def test_every_place_type_is_there_once():
    assert len(standard.TYPOLOGIES) == len(set(standard.TYPOLOGIES)) == 92


@pytest.mark.parametrize("field", V0_CONVERTED)
def test_every_value_of_the_older_edition_is_converted(field):
    (pattern,) = [each["constraints"]["pattern"] for each in official("v0.1.1") if each["name"] == field]
    said = {value.split(" : ")[0] for value in choices_in(pattern)}
    assert set(V0_VALUES[field]) == said


def test_conversions_land_on_values_of_the_newer_edition():
    lists = {field.name: field.choices for field in FIELDS if field.kind is Kind.CHOICES}
    for converted in V0_VALUES.values():
        for equivalents in converted.values():
            for name, value in equivalents:
                assert value in lists.get(name, [value])
    assert set(V0_RENAMED.values()) <= {field.name for field in FIELDS}


def test_every_service_a_voucher_pays_for_belongs_to_a_national_one():
    assert {kind.national_service for kind in services.SERVICE_KINDS} == set(standard.SERVICES)
    assert len(services.SERVICE_BY_CODE) == len(services.SERVICE_KINDS) >= 20
    assert {kind.level for kind in services.SERVICE_KINDS} == set(services.Level)
    for code in ("mailbox", "printer", "cv", "online-procedures", "smartphone"):
        assert services.service_kind(code).code == code
