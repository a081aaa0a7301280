"""A structure whose people look at their mandates, are told, agree from afar: a row in each table of their own side."""

from dataclasses import replace
from datetime import timedelta

import pytest

from carnet.gateways.database import acting_as, acting_as_everything
from carnet.mandates import operations as mandates
from carnet.mandates.models import Authorisation
from carnet.mandates.operations import consents, telling, visits
from carnet.mandates.rules import Duration, Family
from carnet.mandates.rules.visits import PaperCodeWrong
from tests.factories.campaign import NOW, rid
from tests.mandates.helping import SUBJECT, Helping, helping


def own_side_lived() -> Helping:
    """Signed, used for money, told by a letter, asked by text, tried with a wrong code, visited, stopped."""
    with acting_as_everything(why="prepare structures"):
        aid = helping()
    noon = NOW.replace(hour=11)
    helper, admin = aid.helper(at=noon), replace(aid.helper(role="OPERATOR_ADMIN"), organisation_id=aid.operator_id)
    signed = aid.sign(Family.WORK, Family.MONEY, at=noon)
    with acting_as(helper):
        authorisation = Authorisation.objects.get(mandate_id=signed.id, family="money")
        mandates.record_use(
            authorisation_id=authorisation.id, procedure="taxes", service="impots.gouv.fr", actor=helper, request_id=rid(), at=noon
        )
    for day in range(7):  # the first day on which one may be written to
        telling.tell(at=noon + timedelta(days=day))
    acts_for = {"organisation_ids": frozenset({aid.operator_id}), "programme_ids": frozenset({aid.programme_id})}
    admin = replace(admin, **acts_for)  # type: ignore[arg-type]
    with acting_as(admin):
        consents.allow_remote_consent(programme_id=aid.programme_id, is_on=True, actor=admin, request_id=rid(), at=noon)
    with acting_as(helper):
        draft_id = mandates.open_draft(families=["work"], duration=Duration.MONTH, language="fr", actor=helper, request_id=rid(), at=noon)
        consents.ask_from_afar(
            draft_id=draft_id, number="06 12 34 56 78", write=lambda asked: (asked.organisation, "Oui ou non ?"), actor=helper,
            request_id=rid(), at=noon,
        )  # fmt: skip
    with pytest.raises(PaperCodeWrong):
        visits.open_with_paper(number=signed.number, code="2222-2222-2222", request_id=rid(), at=noon)
    visit = visits.open_with_franceconnect(subject=SUBJECT, request_id=rid(), at=noon)
    visits.stop_own_mandate(token=visit.token, number=signed.number, families=["work"], request_id=rid(), at=noon)
    return aid
