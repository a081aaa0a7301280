"""Labels of places, as published."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from carnet.places.models import PlaceLabel
from carnet.places.rules.joining import LabelState, label_state

LABELS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class LabelView:
    """A place's label in a programme's network. `until_on` is exclusive; `state` is that of the day asked."""

    label_id: int
    place_id: int
    place: str
    commune: str
    programme_id: int
    programme: str
    organisation_id: int
    organisation: str
    state: LabelState
    from_on: date
    until_on: date
    suspended_on: date | None
    withdrawn_on: date | None
    service_codes: tuple[str, ...]


def place_labels(*, day: date, programme_id: int | None = None, states: Collection[LabelState] | None = None) -> Sequence[LabelView]:
    """Every label of the networks (or of one), by programme, commune and name; of these states only, if given."""
    rows = PlaceLabel.objects.select_related("place", "programme", "organisation")
    if programme_id is not None:
        rows = rows.filter(programme_id=programme_id)
    ordered = rows.order_by("programme__name", "place__commune", "place__name", "-from_on", "id")[:LABELS_MAX]
    found = [label_view(row, day) for row in ordered]
    return [each for each in found if states is None or each.state in states]


def labels_of_places(place_ids: Collection[int], *, day: date) -> Mapping[int, Sequence[LabelView]]:
    """The labels of some places, the latest first; places without any are left out."""
    found: dict[int, list[LabelView]] = defaultdict(list)
    rows = PlaceLabel.objects.filter(place_id__in=list(place_ids)).select_related("place", "programme", "organisation")
    for row in rows.order_by("place_id", "-from_on", "-id"):
        found[row.place_id].append(label_view(row, day))
    return found


def labels_of_organisation(organisation_id: int, *, day: date) -> Sequence[LabelView]:
    """The labels of an organisation's places, by place, the latest first."""
    rows = PlaceLabel.objects.filter(organisation_id=organisation_id).select_related("place", "programme", "organisation")
    return [label_view(row, day) for row in rows.order_by("place__name", "place_id", "-from_on", "-id")]


def label_view(row: PlaceLabel, day: date) -> LabelView:
    """A row as published on `day`; its place, programme and organisation are read along."""
    return LabelView(
        label_id=row.id,
        place_id=row.place_id,
        place=row.place.name,
        commune=row.place.commune,
        programme_id=row.programme_id,
        programme=row.programme.name,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        state=label_state(
            from_on=row.from_on, until_on=row.until_on, suspended_on=row.suspended_on, withdrawn_on=row.withdrawn_on, day=day
        ),
        from_on=row.from_on,
        until_on=row.until_on,
        suspended_on=row.suspended_on,
        withdrawn_on=row.withdrawn_on,
        service_codes=tuple(row.service_codes),
    )
