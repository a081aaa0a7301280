"""Every bad value gets its own code and a word on what became of it; nothing disappears."""

import json
from datetime import date
from pathlib import Path

import pytest

from carnet.places.rules import check_file, read
from carnet.places.rules.faults import FaultCode, Outcome
from carnet.places.rules.standard import COLUMNS, FIELDS, LA_POSTE_STEPS
from tests.places.conftest import GOOD, csv_bytes

TODAY = date(2026, 11, 21)


def checked(communes, *lines: dict[str, str], header=None):
    content = csv_bytes(*lines, header=header) if header else csv_bytes(*lines)
    return check_file(read(content), gazetteer=communes, today=TODAY)


def faults(result) -> list[tuple[str, str, str]]:
    return [(fault.field, fault.code.value, fault.outcome.value) for fault in result.faults]


def only(communes, **changed: str):
    """One line, changed: its faults, its columns (None when refused) and its extras."""
    result = checked(communes, {**GOOD, **changed})
    row = result.rows[0] if result.rows else None
    return faults(result), row.columns if row else None, row.extras if row else None


def test_a_correct_line_has_no_fault_and_every_column(communes):
    told, columns, extras = only(communes)
    assert told == []
    assert extras == {}
    assert tuple(columns) == COLUMNS
    assert columns["services"] == ["Maîtrise des outils numériques du quotidien", "Accès internet et matériel informatique"]
    assert (columns["latitude"], columns["longitude"], columns["updated_on"]) == (47.2173, -1.5534, date(2024, 4, 2))


@pytest.mark.parametrize("name", ["id", "nom", "commune", "code_postal", "adresse", "date_maj"])
@pytest.mark.parametrize("blank", ["", "   ", "\t"])
def test_a_line_without_an_indispensable_field_is_refused(communes, name, blank):
    told, columns, _extras = only(communes, **{name: blank})
    assert told == [(name, "required-missing", "refused")]
    assert columns is None


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"code_postal": "4410X"}, ("code_postal", "postcode-malformed", "refused")),
        ({"code_postal": "441000"}, ("code_postal", "postcode-malformed", "refused")),
        ({"date_maj": "nope"}, ("date_maj", "day-malformed", "refused")),
        ({"date_maj": "2024-02-30"}, ("date_maj", "day-malformed", "refused")),
        ({"date_maj": "31/04/2024"}, ("date_maj", "day-malformed", "refused")),
        ({"id": "x" * 201}, ("id", "text-too-long", "refused")),
    ],
)
def test_a_line_that_cannot_make_a_place_is_refused(communes, changed, fault):
    told, columns, _extras = only(communes, **changed)
    assert told == [fault]
    assert columns is None


@pytest.mark.parametrize(
    ("changed", "code", "column", "kept"),
    [
        ({"pivot": "12345678901234"}, "siret-wrong", "pivot", "12345678901234"),
        ({"pivot": "W12"}, "pivot-malformed", "pivot", ""),
        ({"pivot": "434-93312300029X"}, "pivot-malformed", "pivot", ""),
        ({"pivot": "00000000000000"}, "pivot-placeholder", "pivot", ""),
        ({"pivot": ""}, "pivot-placeholder", "pivot", ""),
        ({"code_insee": "99999"}, "commune-code-malformed", "commune_code", "44109"),
        ({"code_insee": "44999"}, "commune-unknown", "commune_code", "44109"),
        ({"latitude": "quarante-sept"}, "number-malformed", "latitude", None),
        ({"latitude": "120"}, "coordinates-outside", "latitude", None),
        ({"latitude": "0", "longitude": "0"}, "coordinates-outside", "latitude", None),
        ({"latitude": ""}, "coordinates-half", "longitude", None),
        ({"longitude": ""}, "coordinates-half", "latitude", None),
        ({"latitude": "inf"}, "number-malformed", "latitude", None),
        ({"latitude": "48.8566", "longitude": "2.3522"}, "far-from-commune", "latitude", None),
        ({"telephone": "12"}, "phone-malformed", "phone", ""),
        ({"telephone": "pas de téléphone"}, "phone-malformed", "phone", ""),
        ({"telephone": "+49301234567"}, "phone-malformed", "phone", ""),
        ({"courriels": "bad"}, "email-malformed", "emails", []),
        ({"courriels": "a@b.fr|a..b@c.fr"}, "email-malformed", "emails", ["a@b.fr"]),
        ({"site_web": "pas un site"}, "url-malformed", "websites", []),
        ({"site_web": "javascript:alert(1)"}, "url-malformed", "websites", []),
        ({"site_web": "https://user:secret@ville.fr/"}, "url-malformed", "websites", []),
        ({"prise_rdv": "ftp://ville.fr"}, "url-malformed", "booking_urls", []),
        ({"horaires": "lundi, sur rendez-vous"}, "hours-unreadable", "opening_hours", ""),
        ({"horaires": "Tu 12:30"}, "hours-unreadable", "opening_hours", ""),
        ({"horaires": "Mo 08:30-12:00-13:30"}, "hours-unreadable", "opening_hours", ""),
        ({"services": "Vendre des bananes|Aide aux démarches administratives"}, "value-unknown", "services",
         ["Aide aux démarches administratives"]),
        ({"frais_a_charge": "Accepte le Pass numérique"}, "value-unknown", "fees", []),
        ({"typologie": "NIMPORTE|ASSO"}, "value-unknown", "typologies", ["ASSO"]),
        ({"itinerance": "parfois"}, "value-unknown", "roaming", []),
        ({"itinerance": "fixe"}, "value-rewritten", "roaming", ["Fixe"]),
        ({"horaires": "lundi 9h-12h"}, "hours-rewritten", "opening_hours", "Mo 09:00-12:00"),
        ({"modalites_acces": "Venir"}, "value-unknown", "access_modes", []),
    ],
)  # fmt: skip
def test_a_bad_value_is_told_and_never_lost(communes, changed, code, column, kept):
    result = checked(communes, {**GOOD, **changed})
    (row,) = result.rows
    (fault,) = [each for each in result.faults if each.code == code]
    assert row.columns[column] == kept
    if fault.outcome is Outcome.SET_ASIDE:
        assert all(part in str(row.extras) for part in fault.value.split(", "))
    else:
        assert fault.outcome in (Outcome.KEPT, Outcome.MENDED)


@pytest.mark.parametrize(
    ("changed", "code", "column", "mended"),
    [
        ({"telephone": "02 40 41 90 00"}, "phone-rewritten", "phone", "+33240419000"),
        ({"telephone": "0033 2 40 41 90 00"}, "phone-rewritten", "phone", "+33240419000"),
        ({"telephone": "0590 41 74 97"}, "phone-rewritten", "phone", "+590590417497"),
        ({"telephone": "0262.59.19.11"}, "phone-rewritten", "phone", "+262262591911"),
        ({"site_web": "www.ville.fr"}, "url-completed", "websites", ["https://www.ville.fr"]),
        ({"latitude": "47,2173"}, "decimal-comma", "latitude", 47.2173),
        ({"latitude": "-1.5534", "longitude": "47.2173"}, "coordinates-swapped", "latitude", 47.2173),
        ({"code_postal": "1400", "commune": "Châtillon-sur-Chalaronne", "code_insee": "01093", "latitude": "", "longitude": ""},
         "postcode-short", "postcode", "01400"),
        ({"code_postal": "44 100"}, "postcode-short", "postcode", "44100"),
        ({"date_maj": "02/04/2024"}, "day-rewritten", "updated_on", date(2024, 4, 2)),
        ({"date_maj": "2024-04-02T08:00:00Z"}, "day-rewritten", "updated_on", date(2024, 4, 2)),
        ({"services": "Aide aux démarches administratives;Utilisation sécurisée du numérique"}, "separator-wrong", "services",
         ["Aide aux démarches administratives", "Utilisation sécurisée du numérique"]),
        ({"nom": "Espace\x07 numérique"}, "characters-unprintable", "name", "Espace numérique"),
        ({"code_insee": "13211", "commune": "Marseille", "code_postal": "13011", "latitude": "43.289", "longitude": "5.496"},
         "district-of-commune", "commune_code", "13055"),
        ({"presentation_resume": "mot " * 100}, "text-too-long", "detail", ("mot " * 100).strip()),
    ],
)  # fmt: skip
def test_a_value_that_can_be_mended_is_mended_and_told(communes, changed, code, column, mended):
    told, columns, _extras = only(communes, **changed)
    assert [(found, outcome) for _name, found, outcome in told] == [(code, "mended")]
    assert columns[column] == mended
    assert len(columns["summary"]) <= 280


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"date_maj": "2027-01-01"}, "day-to-come"),
        ({"code_insee": "44009", "latitude": "", "longitude": ""}, "commune-contradicted"),
        ({"code_insee": "", "commune": "Nowhere", "code_postal": "99998"}, "commune-unknown"),
        ({"code_insee": "", "commune": "Mauvez-Sur-Loire", "code_postal": "44470"}, "commune-deduced"),
    ],
)
def test_a_doubtful_value_is_kept_and_told(communes, changed, code):
    told, columns, _extras = only(communes, **changed)
    assert [(found, outcome) for _name, found, outcome in told] == [(code, "kept")]
    assert columns is not None


@pytest.mark.parametrize("pivot", ["43493312300029", "35600000000048", "35600000049837", "W442001234", "123456789"])
def test_numbers_of_organisations_that_exist_are_not_reported(communes, pivot):
    told, columns, _extras = only(communes, pivot=pivot)
    assert told == []
    assert columns["pivot"] == pivot


def test_both_spellings_of_la_postes_label_are_read_and_the_schemas_is_kept(communes):
    for spelling in ("Étapes numériques (La Poste)", "Étapes numériques(La Poste)"):
        told, columns, _extras = only(communes, formations_labels=spelling)
        assert told == []
        assert columns["trainings"] == [LA_POSTE_STEPS]


def test_a_commune_is_found_by_name_and_postal_code(communes):
    for name, postcode, code in [
        ("NANTES", "44100", "44109"),
        ("St Herblain", "44800", "44162"),
        ("SAINT-HERBLAIN CEDEX", "44802", "44162"),
        ("MARSEILLE 11", "13011", "13055"),
        ("Sarlat", "24200", "24520"),
    ]:
        result = checked(communes, {**GOOD, "commune": name, "code_postal": postcode, "code_insee": "", "latitude": "", "longitude": ""})
        assert result.rows[0].columns["commune_code"] == code
        assert faults(result) == []
        assert result.communes_found == 1


def test_an_identifier_met_twice_is_refused_and_a_place_met_twice_is_told(communes):
    result = checked(communes, GOOD, {**GOOD, "nom": "Autre"}, {**GOOD, "id": "a-2", "nom": GOOD["nom"].upper()})
    assert [(fault.line, fault.code.value, fault.outcome.value, fault.detail) for fault in result.faults] == [
        (3, "id-twice", "refused", "2"),
        (4, "place-twice", "kept", "2"),
    ]
    assert (result.read_count, len(result.rows), result.refused_count) == (3, 2, 1)


def test_the_older_edition_is_converted_and_what_it_said_is_kept(communes):
    older = {
        "id": "1", "pivot": "43493312300029", "nom": "Lieu", "commune": "Nantes", "code_postal": "44000", "adresse": "1 rue",
        "date_maj": "2022-06-02", "courriel": "a@b.fr", "cle_ban": "44109_1", "labels_autres": "SudLabs;Autre",
        "services": "Prendre en main un ordinateur;Accéder à du matériel;Danser",
        "publics_accueillis": "Seniors (+ 65 ans);Adultes;Surdité",
        "conditions_acces": "Accepte le Pass numérique : Il est possible d'utiliser un Pass numérique pour accéder au lieu;"
                            "Adhésion : L'accès au lieu et/ou à ses services nécessite d'y adhérer",
        "labels_nationaux": "CNFS;APTIC;Fabriques de Territoire;Point relais CAF",
        "modalites_accompagnement": "Seul : j'ai accès à du matériel et une connexion;"
                                    "A ma place : une personne habilitée fait les démarches à ma place",
        "accessibilite": "https://acceslibre.beta.gouv.fr/x",
    }  # fmt: skip
    result = check_file(read(json.dumps([older]).encode()), gazetteer=communes, today=TODAY)
    (row,) = result.rows
    assert row.columns["services"] == ["Maîtrise des outils numériques du quotidien", "Accès internet et matériel informatique"]
    assert row.columns["audiences"] == []  # adults too: everybody is welcome
    assert row.columns["specific_care"] == ["Surdité"]
    assert row.columns["fees"] == ["Gratuit sous condition", "Payant"]
    assert row.columns["other_labels"] == ["Pass numérique", "APTIC", "SudLabs", "Autre"]
    assert row.columns["national_programmes"] == ["Conseillers numériques", "Point d'accès numérique CAF"]
    assert row.columns["trainings"] == ["Fabriques de Territoire"]
    assert row.columns["support_modes"] == ["En autonomie"]
    assert row.columns["emails"] == ["a@b.fr"]
    assert row.columns["accessibility_urls"] == ["https://acceslibre.beta.gouv.fr/x"]
    assert row.extras["cle_ban"] == "44109_1"
    assert row.extras["services"] == older["services"]
    assert [(fault.field, fault.code.value, fault.value) for fault in result.faults] == [
        ("cle_ban", "column-without-equivalent", ""),
        ("services", "value-unknown", "Danser"),
        ("publics_accueillis", "value-without-equivalent", "Adultes"),
        ("modalites_accompagnement", "value-without-equivalent", "A ma place : une personne habilitée fait les démarches à ma place"),
    ]


@pytest.mark.parametrize(
    ("said", "audiences"),
    [("Seniors (+ 65 ans)", ["Seniors"]), ("Seniors (+ 65 ans);Jeunes (16-26 ans);Adultes", []), ("Uniquement femmes;Surdité", ["Femmes"])],
)
def test_an_older_public_is_specific_only_when_adults_are_not_named(communes, said, audiences):
    header = (*GOOD, "publics_accueillis", "conditions_acces")
    result = checked(communes, GOOD | {"publics_accueillis": said, "services": "", "frais_a_charge": ""}, header=header)
    assert result.rows[0].columns["audiences"] == audiences


def test_half_characters_of_json_do_no_harm(communes):
    content = json.dumps([{**GOOD, "nom": "Lieu \ud800\x00", "wifi": ["a", "b\x00"]}]).encode()
    (row,) = check_file(read(content), gazetteer=communes, today=TODAY).rows
    assert row.columns["name"] == "Lieu"
    assert row.extras["wifi"] == "a|b"


def test_every_code_of_fault_is_met_by_these_tests():
    source = "".join(
        Path(__file__).with_name(name).read_text(encoding="utf-8")
        for name in (
            "test_checking.py",
            "test_reading.py",
            "test_imports.py",
            "test_tables.py",
            "test_mapping.py",
            "test_edits.py",
            "test_repeats.py",
        )
    )
    assert [code.value for code in FaultCode if f'"{code.value}"' not in source] == []


def test_every_column_of_the_standard_is_judged():
    assert len({field.column for field in FIELDS}) == 32


def test_a_column_of_the_other_edition_is_not_lost_in_a_file_of_today_s(communes):
    header = (*GOOD, "courriel", "labels_nationaux", "courriels", "modalites_acces")
    result = checked(
        communes, {**GOOD, "courriel": "a@exemple.fr", "labels_nationaux": "CNFS", "modalites_acces": "Téléphoner"}, header=header
    )
    (row,) = result.rows
    assert result.version.value == "1.0.2"
    assert row.columns["emails"] == ["a@exemple.fr"]
    assert row.columns["national_programmes"] == ["Conseillers numériques"]
    assert row.extras == {"labels_nationaux": "CNFS"}


def test_the_same_place_twice_is_told_by_its_name_near_or_by_its_number(communes):
    near = {**GOOD, "id": "a-2", "nom": "L'espace numérique BELLEVUE", "adresse": "angle de la rue", "latitude": "47.2178", "pivot": ""}
    far = {**near, "id": "a-3", "latitude": "47.25", "nom": "Espace numérique de Bellevue Nord", "pivot": ""}
    numbered = {**GOOD, "id": "a-4", "nom": "Antenne du Nord", "adresse": "9 rue du Nord", "latitude": "47.26"}
    told = [
        (fault.line, fault.code.value, fault.outcome.value, fault.detail) for fault in checked(communes, GOOD, near, far, numbered).faults
    ]
    assert [each for each in told if each[1] != "pivot-placeholder"] == [(3, "place-near", "kept", "2"), (5, "pivot-twice", "kept", "2")]
