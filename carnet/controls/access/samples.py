"""Who may reach a sample: whoever runs the programme, or audits it."""

from collections.abc import Collection

from django.db.models import QuerySet

from carnet.controls.access._programmes import is_seen
from carnet.controls.models import Sample, SampleUnit
from carnet.controls.rules.samples import SampleUnknown
from carnet.kernel.actors import Actor
from carnet.parties.rules import check_may

SEE, DRAW, CHECK = "controls.see-samples", "controls.draw-sample", "controls.check-sample"


def seen_samples(actor: Actor, programme_ids: Collection[int]) -> QuerySet[Sample]:
    """The samples of those of these programmes that the actor runs or audits. Raises: NotAllowed."""
    check_may(actor, SEE)
    return Sample.objects.filter(programme_id__in=[each for each in programme_ids if is_seen(actor, each)])


def seen_sample(actor: Actor, sample_id: int, *, lock: bool = False) -> Sample:
    """A sample of a programme the actor runs or audits, locked if asked. Raises: SampleUnknown."""
    rows = Sample.objects.select_for_update(of=("self",)) if lock else Sample.objects.all()
    row = rows.filter(id=sample_id).first()
    if row is None or not is_seen(actor, row.programme_id):
        raise SampleUnknown
    return row


def seen_unit(actor: Actor, sample_id: int, rank: int, *, lock: bool = False) -> tuple[Sample, SampleUnit]:
    """A redemption of a sample, by its rank; its sample is locked, if asked, before it. Raises: SampleUnknown."""
    sample = seen_sample(actor, sample_id, lock=lock)
    unit = SampleUnit.objects.filter(sample=sample, rank=rank).first()
    if unit is None:
        raise SampleUnknown
    return sample, unit
