"""Publishing terms; reminding of a label's end; forgetting what has served."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from carnet.funding.access import operated_programme
from carnet.journal import operations as journal
from carnet.kernel.actors import Actor
from carnet.kernel.identifiers import check_free_text
from carnet.kernel.periods import add_months, legal_day
from carnet.notices import operations as notices
from carnet.parties.rules import check_allowed_now
from carnet.places.models import JoiningDocument, JoiningFile, JoiningTerms, PlaceLabel
from carnet.places.rules.joining import DRAFT_KEPT, PAPERS_KEPT_YEARS, REFUSED_KEPT, RENEWAL_DAYS, FileState, check_terms, criteria_from


@transaction.atomic
def publish_terms(
    *,
    programme_id: int,
    criteria: str,
    charter: str,
    answer_days: int,
    completion_days: int,
    appeal_days: int,
    label_months: int,
    actor: Actor,
    request_id: UUID,
    at: datetime,
) -> int:
    """Publish what a network asks of its places from now on; return the version. Files already sent keep the version they were sent under.

    Raises:  NotAllowed, SecondFactorNeeded, ProgrammeUnknown, TermsInvalid, NirInText, IbanInText.
    Repeat:  the same request_id returns the first version.
    """
    check_allowed_now(actor, "places.publish-terms", at)
    programme = operated_programme(actor, programme_id, lock=True)
    repeated = JoiningTerms.objects.filter(request_id=request_id).first()
    if repeated is not None:
        return repeated.version
    check_terms(
        charter=charter, answer_days=answer_days, completion_days=completion_days, appeal_days=appeal_days, label_months=label_months
    )
    check_free_text(charter)
    named = criteria_from(criteria)
    latest = JoiningTerms.objects.filter(programme_id=programme.id).order_by("-version").values_list("version", flat=True).first() or 0
    made = JoiningTerms.objects.create(
        programme_id=programme.id,
        version=latest + 1,
        criteria=[{"code": each.code, "title": each.title, "text": each.text} for each in named],
        charter=charter.strip(),
        answer_days=answer_days,
        completion_days=completion_days,
        appeal_days=appeal_days,
        label_months=label_months,
        published_at=at,
        published_by_id=actor.person_id,
        request_id=request_id,
    )
    journal.record(
        actor=actor,
        action="places.terms-published",
        subject=("programme", programme.id),
        facts={"version": made.version, "criteria": len(named)},
        programme_id=programme.id,
        request_id=request_id,
        at=at,
    )
    return made.version


def remind_of_renewals(*, at: datetime, limit: int = 500) -> int:
    """Tell each organisation, once, that a label ends within RENEWAL_DAYS and none follows; return how many. Call it seeing everything."""
    today = legal_day(at)
    ending = PlaceLabel.objects.filter(
        until_on__gt=today, until_on__lte=today + timedelta(days=RENEWAL_DAYS), withdrawn_on__isnull=True, reminded_on__isnull=True
    )
    told = 0
    with transaction.atomic():
        for label in ending.select_related("place", "programme").select_for_update(of=("self",)).order_by("until_on", "id")[:limit]:
            label.reminded_on = today
            label.save(update_fields=["reminded_on"])
            if PlaceLabel.objects.filter(place_id=label.place_id, programme_id=label.programme_id, from_on__gte=label.until_on).exists():
                continue
            notices.post(
                kind="places.label-ends",
                to_organisation_id=label.organisation_id,
                context={
                    "place": label.place.name,
                    "programme": label.programme.name,
                    "last_on": (label.until_on - timedelta(1)).isoformat(),
                },
                at=at,
            )
            told += 1
    return told


def forget_joining_files(*, at: datetime, limit: int = 200) -> int:
    """Erase what files say, with their papers, once it has served; return how many. Decisions and labels stay. Call it seeing everything.

    A draft six months after its last change; a refused or withdrawn file a year after; an admitted one five years after its last label ended.
    """
    gone_on = add_months(legal_day(at), -12 * PAPERS_KEPT_YEARS)
    last = PlaceLabel.objects.filter(Q(until_on__gt=gone_on) & (Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=gone_on)))
    old = JoiningFile.objects.filter(erased_at__isnull=True).filter(
        Q(state__in=[FileState.DRAFT.value, FileState.COMPLETION.value], changed_at__lte=at - DRAFT_KEPT)
        | Q(state__in=[FileState.REFUSED.value, FileState.WITHDRAWN.value], changed_at__lte=at - REFUSED_KEPT)
        | (Q(state=FileState.ENDED.value) & ~Q(id__in=last.values("file_id")))
    )
    with transaction.atomic():
        ids = list(old.order_by("id").values_list("id", flat=True)[:limit])
        JoiningDocument.objects.filter(file_id__in=ids, removed_at__isnull=True).update(sealed_content=None, removed_at=at)
        erased = JoiningFile.objects.filter(id__in=ids).update(sealed_answers=None, sealed_email=None, email_mark=None, erased_at=at)
    return int(erased)
