"""Once a day: what requests, messages, papers and former helpers said is forgotten when it has served. Decisions and counts stay."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from carnet.mandates.models import HelperFile, StructureAppeal, StructureFile, StructureMessage, StructurePaper
from carnet.mandates.rules.habilitation import ANSWERED_KEPT, DRAFT_KEPT, HELPER_KEPT, FileState


def forget_structure_files(*, at: datetime, limit: int = 200) -> int:
    """Erase what has served; return how many requests and helpers. Call it seeing everything."""
    writing = [FileState.DRAFT.value, FileState.COMPLETION.value]
    over = [FileState.REFUSED.value, FileState.WITHDRAWN.value, FileState.ENDED.value]
    old = StructureFile.objects.filter(erased_at=None).filter(
        Q(state__in=writing, changed_at__lte=at - DRAFT_KEPT) | Q(state__in=over, changed_at__lte=at - ANSWERED_KEPT)
    )
    with transaction.atomic():
        ids = list(old.order_by("id").values_list("id", flat=True)[:limit])
        erased = StructureFile.objects.filter(id__in=ids).update(sealed_answers=None, sealed_email=None, email_mark=None, erased_at=at)
        StructurePaper.objects.filter(file_id__in=ids, removed_at=None).update(sealed_content=None, removed_at=at)
        StructureMessage.objects.filter(file_id__in=ids, erased_at=None).update(sealed_text=None, erased_at=at)
        StructureAppeal.objects.filter(file_id__in=ids, erased_at=None).update(sealed_text=None, erased_at=at)
        gone = HelperFile.objects.filter(erased_at=None, deactivated_at__lte=at - HELPER_KEPT)
        helpers = list(gone.order_by("id").values_list("id", flat=True)[:limit])
        erased += HelperFile.objects.filter(id__in=helpers).update(sealed_identity=None, email_mark=None, erased_at=at)
    return int(erased)
