"""What a person is told of their connection, and how: one text of one message, or a letter, or nothing."""

import pytest
from django.utils import translation

from carnet.connectivity.rules import ConnectionState, EndReason
from carnet.connectivity.rules.telling import BY_LETTER, About, ToldBy, about_of, told_by
from carnet.jobs.texts import text_of
from carnet.kernel.text_messages import TEXT_UNITS_MAX, units
from carnet.notices.operations import TextToSend

S = ConnectionState


@pytest.mark.parametrize(
    ("before", "state", "reason", "about"),
    [
        (S.APPLIED, S.ACCEPTED, "", About.ACCEPTED),
        (S.APPLIED, S.REFUSED, "NOT_TENANT", About.REFUSED),
        (S.ACCEPTED, S.TO_ACTIVATE, "", About.APPOINTMENT),
        (S.TO_ACTIVATE, S.TO_ACTIVATE, "", About.APPOINTMENT),
        (S.TO_ACTIVATE, S.COULD_NOT, "NOBODY_HOME", About.COULD_NOT),
        (S.TO_ACTIVATE, S.ACTIVE, "", About.ACTIVE),
        (S.SUSPENDED, S.ACTIVE, "", None),
        (S.ACTIVE, S.SUSPENDED, "ASKED", None),
        (S.APPLIED, S.WITHDRAWN, "ASKED", None),
        (S.ACTIVE, S.ENDED, EndReason.TERM.value, About.ENDED),
        (S.ACTIVE, S.ENDED, EndReason.ASKED.value, None),
        (S.ACTIVE, S.ENDED, EndReason.DEATH.value, None),
        (None, S.APPLIED, "", None),
    ],
)
def test_a_step_tells_what_the_person_does_not_know_already(
    before: ConnectionState | None, state: ConnectionState, reason: str, about: About | None
) -> None:
    assert about_of(before=before, state=state, reason=reason) is about


def test_a_letter_is_for_what_asks_something_of_the_person() -> None:
    assert {about for about in About if told_by(about, has_mobile=False) is ToldBy.LETTER} == BY_LETTER
    assert all(told_by(about, has_mobile=True) is ToldBy.TEXT for about in About)
    assert told_by(About.ACTIVE, has_mobile=False) is None


@pytest.mark.parametrize("about", About)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_text_is_one_message_in_its_alphabet(about: About, language: str) -> None:
    kind = f"connectivity.{about.value.lower().replace('_', '-')}"
    context = {"phone": "02 40 00 00 00", "number": "I-K7FM-42PX", "provider": "Réseau solidaire de l’Ouest", "said_on": "2026-09-30"}
    with translation.override(language):
        text = text_of(TextToSend("+33639980042", kind, language, context, "r"))
    assert units(text) <= TEXT_UNITS_MAX, text
    assert "02 40 00 00 00" in text
