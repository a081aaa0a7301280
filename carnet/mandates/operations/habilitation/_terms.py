"""Terms of helpers, published by the operator, version after version."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from carnet.funding import access as funding_access
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.mandates.models import HelperTerms
from carnet.mandates.rules.habilitation import check_terms
from carnet.parties.rules import check_allowed_now


@transaction.atomic
def publish_helper_terms(*, programme_id: int, text: str, actor: Actor, request_id: UUID, at: datetime) -> int:
    """Publish the terms that helpers accept from now on; return their version. Every helper is asked to accept the new one.

    Raises:  NotAllowed, SecondFactorNeeded, ProgrammeUnknown, HelperTermsInvalid, NirInText, IbanInText.
    Repeat:  the same request_id returns the first version.
    """
    check_allowed_now(actor, "mandates.publish-terms", at)
    programme = funding_access.operated_programme(actor, programme_id, lock=True)
    repeated = HelperTerms.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.version
    tidy = check_free_text(check_terms(text))
    latest = HelperTerms.objects.filter(programme_id=programme.id).order_by("-version").values_list("version", flat=True).first()
    row = HelperTerms.objects.create(
        programme_id=programme.id, version=(latest or 0) + 1, text=tidy, digest=hashlib.sha256(tidy.encode()).digest(), published_at=at,
        published_by_id=actor.person_id, request_id=request_id,
    )  # fmt: skip
    journal.record(
        actor=actor, action="mandates.terms-published", subject=("helper-terms", row.id), facts={"version": row.version},
        programme_id=programme.id, organisation_id=programme.operator_id, request_id=request_id, at=at,
    )  # fmt: skip
    return row.version
