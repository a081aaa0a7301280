"""What a desk is, what it lacks, what may be signed and when; what a file of desks says line by line. No database."""

import dataclasses
from datetime import date, timedelta

import pytest

from carnet.distribution.rules.joining import (
    REGULARISE_DAYS,
    TRAINING,
    AgreementKind,
    AgreementMissing,
    AgreementNotNow,
    DecisionKind,
    DeskColumnsMissing,
    DeskLeaving,
    DeskNotRenewed,
    DeskState,
    DeskSuspended,
    LineOutcome,
    RegisseurActMissing,
    SignerTitleMissing,
    Standing,
    SuspendedFor,
    Todo,
    TodoState,
    check_hands_over,
    check_may_sign,
    check_signature,
    decisions_of_desk,
    desk_state,
    problems,
    read_desks,
    term,
    todos,
)
from carnet.places import queries as places
from carnet.places.rules.tables import read_table

TODAY = date(2026, 11, 23)
ASKED = date(2026, 9, 1)
WHOLE = Standing(
    joined_on=date(2026, 10, 1),
    asked_on=ASKED,
    agreed_until=date(2027, 9, 1),
    has_lead=True,
    point_count=1,
    trained=frozenset(item.code for item in TRAINING),
)


def standing(**more: object) -> Standing:
    return dataclasses.replace(WHOLE, **more)  # type: ignore[arg-type]


def test_a_desk_with_everything_is_open_and_has_nothing_to_do() -> None:
    assert desk_state(WHOLE, TODAY) is DeskState.OPEN
    assert set(todos(WHOLE, TODAY).values()) == {TodoState.DONE}
    check_hands_over(WHOLE, programme="Nantes", today=TODAY)


def test_what_is_missing_comes_in_order_and_only_the_agreement_stops_a_hand_over() -> None:
    bare = standing(agreed_until=None, has_lead=False, lead_invited=True, point_count=0, trained=())
    assert list(todos(bare, TODAY).items()) == [
        (Todo.AGREEMENT, TodoState.TO_DO),
        (Todo.LEAD, TodoState.WAITING),
        (Todo.POINTS, TodoState.TO_DO),
        (Todo.TRAINING, TodoState.TO_DO),
    ]
    assert desk_state(bare, TODAY) is DeskState.UNSIGNED
    with pytest.raises(AgreementMissing):
        check_hands_over(bare, programme="Nantes", today=TODAY)
    signed = standing(has_lead=False, point_count=0, trained=())
    assert desk_state(signed, TODAY) is DeskState.INCOMPLETE
    check_hands_over(signed, programme="Nantes", today=TODAY)


def test_a_programme_that_published_nothing_asks_for_no_agreement() -> None:
    free = standing(asked_on=None, agreed_until=None)
    assert Todo.AGREEMENT not in todos(free, TODAY)
    assert desk_state(free, TODAY) is DeskState.OPEN


@pytest.mark.parametrize(("day", "state"), [(REGULARISE_DAYS, DeskState.TO_REGULARISE), (REGULARISE_DAYS + 1, DeskState.UNSIGNED)])
def test_a_desk_of_before_has_ninety_days_to_sign(day: int, state: DeskState) -> None:
    earlier = standing(joined_on=ASKED - timedelta(days=1), agreed_until=None)
    assert desk_state(earlier, ASKED + timedelta(days=day)) is state


@pytest.mark.parametrize(
    ("more", "refusal", "state"),
    [
        ({"suspended_for": SuspendedFor.DECISION}, DeskSuspended, DeskState.SUSPENDED),
        ({"suspended_for": SuspendedFor.NOT_RENEWED}, DeskNotRenewed, DeskState.SUSPENDED),
        ({"leaving": True, "suspended_for": SuspendedFor.DECISION}, DeskLeaving, DeskState.LEAVING),
    ],
)
def test_a_desk_that_is_suspended_or_leaves_hands_nothing_over(more: dict[str, object], refusal: type[Exception], state: DeskState) -> None:
    with pytest.raises(refusal):
        check_hands_over(standing(**more), programme="Nantes", today=TODAY)
    assert desk_state(standing(**more), TODAY) is state


def test_another_agreement_is_signed_when_the_one_in_force_ends_soon_and_follows_it() -> None:
    with pytest.raises(AgreementNotNow):
        check_may_sign(WHOLE, TODAY)
    soon = standing(agreed_until=TODAY + timedelta(days=60))
    check_may_sign(soon, TODAY)
    assert todos(soon, TODAY)[Todo.AGREEMENT] is TodoState.SOON
    for waiting in (standing(agreed_until=None, signed_waits=True), dataclasses.replace(soon, follows=True)):
        with pytest.raises(AgreementNotNow):
            check_may_sign(waiting, TODAY)
    assert term(months=12, today=TODAY, agreed_until=date(2026, 12, 1)) == (date(2026, 12, 1), date(2027, 12, 1))
    assert term(months=12, today=TODAY, agreed_until=None) == (TODAY, date(2027, 11, 23))


def test_a_regie_names_the_act_of_its_regisseur_and_a_mandate_does_not() -> None:
    facts = {"title": " Maire ", "act": " Arrêté 2026-12 ", "act_on": date(2026, 5, 3), "today": TODAY}
    assert check_signature(kind=AgreementKind.REGIE, **facts) == ("Maire", "Arrêté 2026-12", date(2026, 5, 3))  # type: ignore[arg-type]
    assert check_signature(kind=AgreementKind.MANDATE, **facts) == ("Maire", "", None)  # type: ignore[arg-type]
    for wrong in ({"act": ""}, {"act_on": None}, {"act_on": TODAY + timedelta(days=1)}):
        with pytest.raises(RegisseurActMissing):
            check_signature(kind=AgreementKind.REGIE, **facts | wrong)  # type: ignore[arg-type]
    with pytest.raises(SignerTitleMissing):
        check_signature(kind=AgreementKind.MANDATE, **facts | {"title": " "})  # type: ignore[arg-type]


def test_what_may_be_decided_of_a_desk_follows_what_it_is() -> None:
    assert decisions_of_desk(is_suspended=False, is_leaving=False) == {DecisionKind.SUSPEND, DecisionKind.END}
    assert decisions_of_desk(is_suspended=True, is_leaving=False) == {DecisionKind.REINSTATE, DecisionKind.END}
    assert decisions_of_desk(is_suspended=True, is_leaving=True) == frozenset()


HEADER = "SIRET ou RNA;Nom;Forme;Rue;Code postal;Commune;Responsable;Courriel;Nom du point;Rue du point;Horaires;Langues;Couleur\n"
FILE = HEADER + (
    "W449990101;Les Voisins;Association;1 rue du Pré;44000;Nantes;Ana Roy;ana@example.org;Bottière;2 rue du Port;lundi 9h-12h;arabe, en;rouge\n"
    "W449990101;Les Voisins;Association;1 rue du Pré;44000;Nantes;Ana Roy;ana@example.org;Malakoff;;mardi 14h-17h;;\n"
    "W449990102;Déjà là;Association;1 rue du Pré;44000;Nantes;Bo Li;bo@example.org;;;;;\n"
    "W449990103;Sans courriel;Association;1 rue du Pré;44000;Nantes;Cy Le;pas une adresse;;;;;\n"
    "W449990104;Horaires;Association;1 rue du Pré;44000;Nantes;Di Ma;di@example.org;Un;;lundi 9h-12h;;\n"
    "W449990104;Horaires;Association;1 rue du Pré;44000;Nantes;Di Ma;di@example.org;Deux;;quand je peux;;\n"
)


def test_each_line_of_a_file_of_desks_is_told_what_becomes_of_it() -> None:
    read = read_desks(read_table(FILE.encode()), places.gazetteer(), known_numbers={"W449990102"})
    assert [(line.line, line.outcome.value, line.code, line.field) for line in read.lines] == [
        (2, "NEW", "", ""),
        (3, "NEW", "", ""),
        (4, "SAME", "", ""),
        (5, "REFUSED", "email-invalid", "lead_email"),
        (6, "REFUSED", "desk-line-of-refused", ""),
        (7, "REFUSED", "place-offer-refused", "hours"),
    ]
    assert read.count(LineOutcome.NEW) == 2
    assert read.ignored == ("Couleur",)
    (voisins,) = read.desks
    assert [(point["name"], point["street"]) for point in voisins["points"]] == [
        ("Bottière", "2 rue du Port"),
        ("Malakoff", "1 rue du Pré"),
    ]
    assert voisins["points"][0]["languages"] == ["ar", "en"]
    assert problems(voisins, places.gazetteer()) == ()


def test_a_file_without_its_columns_says_which() -> None:
    with pytest.raises(DeskColumnsMissing) as refused:
        read_desks(read_table(b"nom;commune\nA;Nantes\n"), places.gazetteer(), known_numbers=())
    assert refused.value.facts["columns"] == "numero, forme, rue, code postal, responsable, courriel"
