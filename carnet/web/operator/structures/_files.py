"""The structures of one's programmes, those that ask first; and one page for each, with what was written both ways."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from carnet.funding import queries as funding
from carnet.funding.queries import ProgrammeFacts
from carnet.kernel.actors import Actor
from carnet.kernel.refusals import Refusal
from carnet.mandates.operations import habilitation as operations
from carnet.mandates.queries import habilitation as queries
from carnet.mandates.queries.habilitation import HelperLine, StructureFileLine, StructureFileView
from carnet.mandates.rules.habilitation import MESSAGE_MAX, DecisionKind, FileState
from carnet.parties import queries as parties
from carnet.parties.rules import allowed
from carnet.web import clock
from carnet.web.applications import attachment, decision_rows, needs_another, printed_number, rows_of
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Figure, Row, Table, Task
from carnet.web.design.forms import OperationForm
from carnet.web.design.screens import actor_of, show_refusal
from carnet.web.structures import DECISIONS, FILE_STATES, PAPERS, helper_state, messages_table, parts

TEXT_FIELDS = dict.fromkeys(("structure-text-missing", "nir-in-text", "iban-in-text", "structure-messages-too-many"), "text")


class MessageForm(OperationForm):
    """A message to a structure."""

    text = forms.CharField(
        label=gettext_lazy("Votre message à la structure"),
        help_text=gettext_lazy("Une lettre lui dit de venir le lire."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=MESSAGE_MAX,
        error_messages={"required": gettext_lazy("Écrivez quelques mots.")},
    )


def programmes_of(actor: Actor) -> list[ProgrammeFacts]:
    """The open programmes one works for."""
    return [each for each in funding.programmes_of_operator(actor.organisation_id or 0) if each.is_open_at(clock.now())]


def network(request: HttpRequest) -> HttpResponse:
    """Every structure, those that wait first."""
    actor = actor_of(request)
    programmes = programmes_of(actor)
    names = {each.id: each.name for each in programmes}
    lines = queries.structure_files(actor=actor, programme_ids=names)
    helpers = queries.structures_of_programmes(names, actor=actor)
    standing = [each for each in lines if each.state in (FileState.ADMITTED, FileState.SUSPENDED)]
    admitted = sum(each.state is FileState.ADMITTED for each in lines)
    # Some were admitted with no request of this site: they are counted and named too.
    others = without_request(helpers.keys() - {each.organisation_id for each in lines}, helpers)
    context = {
        "figures": [
            Figure(formats.number(admitted + len(others.rows)), _("structures habilitées")),
            Figure(formats.number(sum(each.state is FileState.SENT for each in lines)), _("demandes à instruire")),
            Figure(formats.number(sum(active for _everybody, active in helpers.values())), _("aidants actifs")),
            Figure(formats.number(sum(everybody - active for everybody, active in helpers.values())), _("aidants en chemin")),
        ],
        "asking": _table(_("Demandes"), [each for each in lines if each not in standing], names, {}),
        "standing": _table(_("Structures habilitées"), standing, names, helpers) if standing or not others.rows else None,
        "others": others if others.rows else None,
        "programmes": programmes,
    }
    return render(request, "operator/structures/network.html", context)


def _table(caption: str, lines: Sequence[StructureFileLine], names: dict[int, str], helpers: dict[int, tuple[int, int]]) -> Table:
    columns = [Column(_("Structure")), Column(_("SIRET")), Column(_("Programme")), Column(_("État")), Column(_("Envoyée le"))]
    if helpers:
        columns.append(Column(_("Aidants actifs")))
    rows = []
    for each in lines:
        words, tone = (_("décision à prendre"), "warning") if each.waits_for_second else FILE_STATES[each.state]
        if each.has_appeal and not each.waits_for_second:
            words, tone = _("recours à examiner"), "warning"
        elif each.unread:
            words, tone = _("message à lire"), "info"
        row: list[object] = [
            Cell(each.name or _("Demande sans nom"), url=reverse("operator:structure-file", args=[each.file_id])),
            printed_number(each.siret), names.get(each.programme_id, ""), Cell(str(words), tone=tone),
            formats.day(each.sent_at) if each.sent_at else "–",
        ]  # fmt: skip
        if helpers:
            everybody, active = helpers.get(each.organisation_id or 0, (0, 0))
            row.append(_("%(active)s sur %(all)s") % {"active": active, "all": everybody})
        rows.append(row)
    return Table(caption, columns, rows, empty=_("Aucune pour l’instant."))  # type: ignore[arg-type]


def without_request(organisation_ids: Iterable[int], helpers: dict[int, tuple[int, int]]) -> Table:
    """Structures that have helpers though nobody asked for them here, with how many of their helpers are active."""
    found = sorted(parties.organisations(organisation_ids).values(), key=lambda each: each.name)
    columns = [Column(_("Structure")), Column(_("SIRET")), Column(_("Aidants actifs"))]
    rows = [
        (
            each.name,
            printed_number(each.siret or ""),
            _("%(active)s sur %(all)s") % {"active": helpers[each.id][1], "all": helpers[each.id][0]},
        )
        for each in found
    ]
    return Table(_("Habilitées sans demande sur ce site"), columns, rows)


def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """One structure whole."""
    return _file(request, file_id, MessageForm())


def _file(request: HttpRequest, file_id: int, form: MessageForm) -> HttpResponseBase:
    actor, at = actor_of(request), clock.now()
    view = queries.structure_file(file_id, actor=actor, at=at)
    people = parties.names_of([person for each in view.decisions for person in (each.prepared_by, each.decided_by or 0)])
    contested = next((each.decision_id for each in view.appeals if not each.is_answered), None)
    is_mine = needs_another(next((each for each in view.decisions if each.id == contested), None), actor.person_id)
    helpers = queries.helpers_of(view.organisation_id, actor=actor, at=at) if view.organisation_id is not None else ()
    context = {
        "file": view,
        "state": FILE_STATES[view.state],
        "rows": rows_of(
            (_("Numéro"), view.number),
            (_("Adresse de qui demande"), view.email),
            (_("Reçue le"), formats.day(view.sent_at) if view.sent_at else ""),
        ),
        "parts": parts(view),
        "papers": [(str(PAPERS[each.kind][0]), reverse("operator:structure-paper", args=[file_id, each.id])) for each in view.papers],
        "decisions": [(str(DECISIONS[each.kind][0]), decision_rows(each, people)) for each in view.decisions],
        "appeals": [(each.text, formats.moment(each.lodged_at), each.is_answered) for each in view.appeals],
        "prepared_url": reverse("operator:structure-decision", args=[view.prepared.id]) if view.prepared else "",
        "choices": [] if is_mine else _choices(view, actor),
        "is_contested_mine": is_mine,
        "said": messages_table(view),
        "form": form if allowed(actor.roles, "mandates.prepare-structures") else None,
        "unread": bool(view.messages) and not view.messages[-1].by_programme,
        "read_id": uuid4(),
        "helpers": _helpers_table(helpers) if view.organisation_id is not None else None,
    }
    return render(request, "operator/structures/file.html", context, status=422 if form.is_bound else 200)


def _choices(view: StructureFileView, actor: Actor) -> list[tuple[str, str, str]]:
    """What may be prepared now: the words, the address, the kind of button."""
    if view.prepared is not None or not allowed(actor.roles, "mandates.prepare-structures"):
        return []
    order = [DecisionKind.ADMIT, *(kind for kind in DecisionKind if kind is not DecisionKind.ADMIT)]
    kinds = [kind for kind in order if kind in view.possible]
    return [
        (
            str(DECISIONS[kind][0]),
            reverse("operator:structure-prepare", args=[view.file_id, kind.value.lower()]),
            "secondary" if rank else "",
        )
        for rank, kind in enumerate(kinds)
    ]


def _helpers_table(lines: Sequence[HelperLine]) -> Table:
    columns = [Column(_("Aidant")), Column(_("Métier")), Column(_("État")), Column(_("Formation")), Column(_("Test"))]
    rows = [
        [
            line.name,
            line.job or "–",
            helper_state(line),
            formats.day(line.trained_at) if line.trained_at else "–",
            _("%(score)s sur 100") % {"score": line.last_score} if line.last_score is not None else "–",
        ]
        for line in lines
    ]
    return Table(_("Aidants"), columns, rows, empty=_("Aucun aidant."))


@require_POST
def write(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """A message to the structure."""
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            operations.write_to_structure(file_id=file_id, **form.cleaned_data, actor=actor_of(request), at=clock.now())
        except Refusal as refusal:
            if refusal.code not in TEXT_FIELDS:
                raise
            show_refusal(form, refusal, TEXT_FIELDS)
        else:
            messages.success(request, _("Le message est envoyé."))
            return redirect("operator:structure-file", file_id)
    return _file(request, file_id, form)


@require_POST
def read(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """Say that the messages were read."""
    operations.read_messages(file_id=file_id, actor=actor_of(request), at=clock.now())
    return redirect("operator:structure-file", file_id)


def paper(request: HttpRequest, file_id: int, paper_id: int) -> HttpResponseBase:
    """One paper, to save. Each look is noted."""
    content, media_type = operations.look_at_structure_paper(
        file_id=file_id, paper_id=paper_id, actor=actor_of(request), request_id=uuid4(), at=clock.now()
    )
    return attachment(content, media_type, f"structure-{file_id}-{paper_id}")


def summary_rows(view: StructureFileView) -> list[Row]:
    """A structure in a few rows, above a decision."""
    return [
        Row(_("Structure"), view.name),
        Row(_("SIRET"), printed_number(view.siret)),
        Row(_("État"), str(FILE_STATES[view.state][0])),
    ]  # fmt: skip


def tasks(actor: Actor) -> Iterator[Task]:
    """What the office's home page says of structures: requests, appeals, messages."""
    if not allowed(actor.roles, "mandates.prepare-structures"):
        return
    found = queries.structure_files(actor=actor, programme_ids=[each.id for each in programmes_of(actor)])
    waiting = [each for each in found if each.waits]
    if waiting:
        title = ngettext(
            "%(count)s structure d’aidants attend une réponse", "%(count)s structures d’aidants attendent une réponse", len(waiting)
        )
        since = min(each.sent_at or each.changed_at for each in waiting)
        yield Task(title % {"count": len(waiting)}, _("Instruire"), reverse("operator:structures"), since)
