"""Where the booklets of an order go, box by box: proposed, typed or read from a file, then kept until covers are printed."""

import codecs
import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from carnet.distribution import queries as distribution
from carnet.issuing import access, queries
from carnet.issuing.operations.packing import pack_order
from carnet.issuing.queries import BoxView, OrderPage
from carnet.issuing.rules import BOOKLETS_PER_ORDER_MAX
from carnet.issuing.rules.packing import BOOKLETS_PER_BOX, BOOKLETS_PER_BOX_MAX, NEAREST_MAX, Destination, even_split
from carnet.kernel.actors import Actor
from carnet.kernel.periods import legal_day
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.places import queries as places
from carnet.planning.queries.plan_orders import planned_order
from carnet.web import clock
from carnet.web.design import formats
from carnet.web.design.components import Column, Row, Table
from carnet.web.design.forms import OperationForm, WeighedFileField
from carnet.web.design.screens import OperationView, actor_of
from carnet.web.hours import spoken_hours

# More doors than this are typed in a spreadsheet, not in a form.
TYPED_MAX = 200
FILE_BYTES_MAX = 1_000_000
NEAR_KM = 20
HEADER = ("guichet", "point", "carnets")
_DIGITS_MAX = 9


@dataclass(frozen=True, slots=True)
class Door:
    """Somewhere booklets may go: a desk, or one of its points. `point`: where it stands, when that is known."""

    organisation_id: int
    organisation: str
    point_id: int | None
    name: str
    address: str
    point: tuple[float, float] | None

    @property
    def key(self) -> str:
        """Its name in a form."""
        return f"door-{self.organisation_id}-{self.point_id or 0}"

    @property
    def label(self) -> str:
        """Its desk, and which door of it."""
        return f"{self.organisation}, {self.name}" if self.point_id and self.name != self.organisation else self.organisation


def doors_of(programme_id: int, at: datetime) -> list[Door]:
    """Every door of the programme's desks, by name; a desk that published none is a door of its own."""
    desks = {each.organisation_id for each in distribution.participations(programme_id=programme_id, at=at)}
    names = parties.organisations(desks)
    found = [
        Door(
            each.organisation_id, names[each.organisation_id].name, each.id, each.name,
            ", ".join(part for part in (each.street, each.street_extra, f"{each.postcode} {each.commune}".strip()) if part),
            (each.latitude, each.longitude),
        )
        for each in distribution.points_of_programme(programme_id)
        if each.closed_at is None and each.organisation_id in names
    ]  # fmt: skip
    with_points = {each.organisation_id for each in found}
    found += [Door(each, names[each].name, None, names[each].name, "", None) for each in desks - with_points if each in names]
    return sorted(found, key=lambda door: (door.label.casefold(), door.organisation_id, door.point_id or 0))


def nearest(door: Door, programme_id: int, at: datetime) -> tuple[dict[str, str], ...]:
    """The places that accept the programme's vouchers nearest to a door, as a cover says them; none when nobody knows where it stands."""
    if door.point is None:
        return ()
    found = places.search(near=door.point, radius_km=NEAR_KM, accepts=programme_id, per_page=NEAREST_MAX, at=at)
    with override("fr"):  # the language of the paper, whatever the reader's
        return tuple(_near(each, at) for each in found.places)


def _near(each: places.PlaceSummary, at: datetime) -> dict[str, str]:
    return {
        "name": each.name,
        "address": f"{each.address}, {each.postcode} {each.commune}",
        "phone": formats.phone(each.phone) if each.phone else "",
        "hours": spoken_hours(each.opening_hours, day=legal_day(at)) if each.opening_hours else "",
        "distance": formats.distance(each.distance_km),
    }


def packed(request: HttpRequest, order_id: int) -> HttpResponse:
    """The packing list as it stands."""
    actor = actor_of(request)
    page = queries.order(actor, order_id)
    boxes = queries.packing(order_id)
    context = {
        "order": page,
        "base": "operator/office.html",
        "table": boxes_table(boxes),
        "is_empty": not boxes,
        "may_pack": _may_pack(actor, page),
        "is_frozen": is_frozen(page),
    }
    return render(request, "operator/printing/packing.html", context)


def is_frozen(page: OrderPage) -> bool:
    """Whether covers were made from the packing list."""
    return any(each.kind.value == "PRINT" and each.state.value != "FAILED" for each in page.jobs)


def _may_pack(actor: Actor, page: OrderPage) -> bool:
    own = actor.organisation_id == page.operator_id and allowed(actor.roles, "issuing.pack")
    return own and not is_frozen(page) and page.facts.refused_at is None


def boxes_table(boxes: tuple[BoxView, ...]) -> Table:
    """One line a box: its number, where it goes, its run, its booklets, the places named on its covers."""
    columns = [
        Column(_("Colis"), number=True), Column(_("Pour")), Column(_("Adresse")), Column(_("Carnets"), number=True), Column(_("Rangs")),
        Column(_("Numéros")), Column(_("Lieux nommés"), number=True),
    ]  # fmt: skip
    rows = [
        [
            formats.number(each.box),
            each.place_name if each.place_name == each.to_organisation else f"{each.to_organisation}, {each.place_name}",
            each.address or "–",
            formats.number(each.booklet_count),
            f"{formats.number(each.first_rank)} – {formats.number(each.last_rank)}",
            f"{each.first_serial} – {each.last_serial}" if each.first_serial else "–",
            formats.number(len(each.nearest)),
        ]
        for each in boxes
    ]
    total = ["", _("Total"), "", formats.number(sum(each.booklet_count for each in boxes)), "", "", ""]
    return Table(_("Colis"), columns, rows, total, empty=_("Personne n’a encore dit où vont ces carnets."))


def as_file(request: HttpRequest, order_id: int) -> HttpResponse:
    """The quantities of every door as a file to change and send back: those packed, or empty."""
    page = queries.order(actor_of(request), order_id)
    counts = _packed_counts(order_id)
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for door in doors_of(page.line.programme_id, clock.now()):
        words = (door.organisation, door.name if door.point_id else "")
        # A name from outside never starts a formula in a spreadsheet.
        safe = [f"'{word}" if word[:1] in ("=", "+", "-", "@") else word for word in words]
        writer.writerow((*safe, counts.get((door.organisation_id, door.point_id), "")))
    answer = HttpResponse(file.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="colisage-{order_id}.csv"'
    return answer


def _packed_counts(order_id: int) -> dict[tuple[int, int | None], int]:
    found: dict[tuple[int, int | None], int] = {}
    for each in queries.packing(order_id):
        key = (each.to_organisation_id, each.point_id)
        found[key] = found.get(key, 0) + each.booklet_count
    return found


class PackForm(OperationForm):
    """How many booklets for each door, and how many in a box."""

    box_size = forms.IntegerField(
        label=gettext_lazy("Carnets par colis, au plus"), min_value=1, max_value=BOOKLETS_PER_BOX_MAX, initial=BOOKLETS_PER_BOX
    )

    def __init__(self, *args: Any, doors: list[Door], **options: Any) -> None:
        super().__init__(*args, **options)
        self.doors = doors
        for door in doors:
            self.fields[door.key] = forms.IntegerField(
                label=door.label, help_text=door.address, required=False, min_value=0, max_value=BOOKLETS_PER_ORDER_MAX
            )


class _Packs(OperationView):
    """What both ways of saying it have in common."""

    template_name = "operator/printing/pack.html"

    @cached_property
    def order_page(self) -> OrderPage:
        actor = actor_of(self.request)
        access.operated_order(actor, self.kwargs["order_id"])
        return queries.order(actor, self.kwargs["order_id"])

    @cached_property
    def doors(self) -> list[Door]:
        return doors_of(self.order_page.line.programme_id, clock.now())

    def get(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if is_frozen(self.order_page):
            return redirect("operator:order-packing", self.order_page.line.id)  # type: ignore[return-value]
        return super().get(request, *arguments, **named)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        page = self.order_page
        return super().get_context_data(
            order=page, rows=[Row(_("Programme"), page.line.programme_name), Row(_("Carnets"), formats.number(page.line.booklet_count))],
            is_typed=len(self.doors) <= TYPED_MAX, has_doors=bool(self.doors), is_planned=planned_order(page.line.id) is not None, **more,
        )  # fmt: skip

    def keep(self, counts: dict[str, int], box_size: int, request_id: Any) -> HttpResponseBase:
        """Pack, with the places near each door found now."""
        at, programme_id = clock.now(), self.order_page.line.programme_id
        destinations = [
            Destination(each.organisation_id, each.name, each.address, counts[each.key], each.point_id, nearest(each, programme_id, at))
            for each in self.doors
            if counts.get(each.key)
        ]
        count = pack_order(
            order_id=self.order_page.line.id, destinations=destinations, box_size=box_size, actor=actor_of(self.request),
            request_id=request_id, at=at,
        )  # fmt: skip
        said = ngettext("%(count)s colis prévu.", "%(count)s colis prévus.", count) % {"count": formats.number(count)}
        messages.success(self.request, said)
        return redirect("operator:order-packing", self.order_page.line.id)


class PackView(_Packs):
    """Typed, door by door; a plan's quantities or an even split are proposed."""

    form_class = PackForm
    refusal_fields = {"box-size-wrong": "box_size"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"doors": self.doors if len(self.doors) <= TYPED_MAX else []}

    def get_initial(self) -> dict[str, Any]:
        how, order_id = self.request.GET.get("from", ""), self.order_page.line.id
        if how == "even" and self.doors:
            shares = even_split(self.order_page.line.booklet_count, len(self.doors))
            return {door.key: share for door, share in zip(self.doors, shares, strict=True)}
        counts = {} if how == "plan" else _packed_counts(order_id)
        if not counts and (planned := planned_order(order_id)) is not None:
            return planned_counts(self.doors, [(each.organisation_id, each.point, each.booklet_count) for each in planned.destinations])
        return {
            door.key: counts[door.organisation_id, door.point_id] for door in self.doors if (door.organisation_id, door.point_id) in counts
        }

    def perform(self, form: PackForm) -> HttpResponseBase:
        given = form.cleaned_data
        return self.keep({door.key: given.get(door.key) or 0 for door in self.doors}, given["box_size"], given["request_id"])


def planned_counts(doors: list[Door], planned: list[tuple[int, str, int]]) -> dict[str, int]:
    """A plan's quantities by door: the point it names, else the desk's first one."""
    found: dict[str, int] = {}
    for organisation_id, point, count in planned:
        own = [door for door in doors if door.organisation_id == organisation_id]
        door = next((each for each in own if point and each.name == point), own[0] if own else None)
        if door is not None:
            found[door.key] = found.get(door.key, 0) + count
    return found


class FileForm(OperationForm):
    """A spreadsheet of quantities."""

    file = WeighedFileField(
        label=gettext_lazy("Fichier de quantités"),
        help_text=gettext_lazy("CSV à trois colonnes : guichet, point, carnets. Téléchargez la liste, remplissez la dernière colonne."),
        most_bytes=FILE_BYTES_MAX,
        accept=".csv,.txt",
    )
    box_size = forms.IntegerField(
        label=gettext_lazy("Carnets par colis, au plus"), min_value=1, max_value=BOOKLETS_PER_BOX_MAX, initial=BOOKLETS_PER_BOX
    )


class FileView(_Packs):
    """Read from a file; each fault is said with its line and its column."""

    form_class = FileForm
    refusal_fields = {"box-size-wrong": "box_size", "packing-too-many": "file"}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(is_file=True, **more)

    def perform(self, form: FileForm) -> HttpResponseBase:
        counts, faults = read_quantities(form.cleaned_data["file"].read(), self.doors)
        if faults:
            for fault in faults[:20]:
                form.add_error("file", fault)
            return self.form_invalid(form)
        return self.keep(counts, form.cleaned_data["box_size"], form.cleaned_data["request_id"])


def read_quantities(content: bytes, doors: list[Door]) -> tuple[dict[str, int], list[str]]:
    """The quantities of a file by door, and its faults, each with its line and its column."""
    text = _decoded(content)
    try:
        # A workbook sent as it is, or a cell without an end, is no line of a table.
        lines = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ","))
    except csv.Error:
        return {}, [_("Ce fichier ne se lit pas. Dans votre tableur, enregistrez-le en CSV, puis envoyez celui-là.")]
    if not lines or [cell.strip().casefold() for cell in lines[0][:3]] != list(HEADER):
        return {}, [_("Ligne 1 : les colonnes sont « guichet », « point », « carnets », dans cet ordre.")]
    known = {(_plain(door.organisation), _plain(door.name) if door.point_id else ""): door for door in doors}
    counts: dict[str, int] = {}
    faults: list[str] = []
    for number, cells in enumerate(lines[1:], start=2):
        said = [cell.strip() for cell in (*cells, "", "", "")][:3]
        if not said[2] or said[2] == "0":
            continue
        door = known.get((_plain(said[0]), _plain(said[1])))
        if door is None:
            column = HEADER[0] if all(_plain(said[0]) != desk for desk, _point in known) else HEADER[1]
            wrong = said[0] if column == HEADER[0] else said[1]
            faults.append(
                _("Ligne %(line)s, colonne « %(column)s » : « %(said)s » est inconnu.") % {"line": number, "column": column, "said": wrong}
            )
        elif not said[2].isascii() or not said[2].isdecimal() or len(said[2]) > _DIGITS_MAX:
            faults.append(
                _("Ligne %(line)s, colonne « %(column)s » : « %(said)s » n’est pas un nombre entier.")
                % {"line": number, "column": HEADER[2], "said": said[2]}
            )
        elif door.key in counts:
            faults.append(_("Ligne %(line)s, colonne « %(column)s » : déjà dit plus haut.") % {"line": number, "column": HEADER[0]})
        else:
            counts[door.key] = int(said[2])
    return counts, faults


def _decoded(content: bytes) -> str:
    """The words of a file saved by any spreadsheet: UTF-8, UTF-16 with its mark, or Windows' own."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _plain(word: str) -> str:
    return " ".join(word.strip().lstrip("'").casefold().split())
