"""Saying that a sample was drawn: the journal keeps its seed and its fingerprints, so that nobody can say afterwards that another was."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.settlement.queries import samples
from carnet.settlement.queries.samples import Drawn
from carnet.settlement.rules.sampling import SampleTerms, digest_of_units


@transaction.atomic
def make_evidence(*, terms: SampleTerms, actor: Actor, request_id: UUID, at: datetime) -> Drawn:
    """Draw a sample whose evidence is downloaded, and write down its terms and fingerprints. The same terms give the same sample.

    Raises: NotAllowed, ProgrammeUnknown, SampleInvalid.
    """
    drawn = samples.draw_sample(actor=actor, terms=terms, at=at)
    journal.record(
        actor=actor,
        action="settlement.evidence-made",
        subject=("programme", terms.programme_id),
        facts={
            "seed": terms.seed,
            "until": terms.until,
            "size": terms.size,
            "strata": terms.strata.value,
            "weight": terms.weight.value,
            "universe": len(drawn.universe),
            "universe_sha256": drawn.universe_digest,
            "sample_sha256": digest_of_units(drawn.sample),
        },
        programme_id=terms.programme_id,
        request_id=request_id,
        at=at,
    )
    return drawn
