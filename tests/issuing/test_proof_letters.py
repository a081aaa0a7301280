"""Signs our letters do not have are refused when they are typed, not found by the press."""

from dataclasses import replace

import pytest

from carnet.issuing.models import Design
from carnet.issuing.operations import proofs
from carnet.issuing.rules.proofs import TextUnprintable
from carnet.scenarios.proofs import draft_of
from carnet.web.design.sentences import sentence_for
from tests.issuing.conftest import Cast


def test_a_text_with_a_sign_no_letter_draws_is_refused_with_that_sign(cast: Cast) -> None:
    order_id = cast.approved()
    draft = replace(draft_of(cast.agent, order_id), notice="Il est gratuit. 😀", perimeter="À Nantes → Rezé")
    with pytest.raises(TextUnprintable) as refused:
        proofs.save_design(order_id=order_id, draft=draft, **cast.by(cast.agent))
    assert refused.value.facts["fields"] == {"notice": "😀", "perimeter": "→"}
    assert "😀" in sentence_for(refused.value)
    assert not Design.objects.exists()
