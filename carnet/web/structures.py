"""Words of structures that act for people under a mandate, and of their helpers, wherever they are shown."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.mandates.queries.habilitation import DecisionView, HelperLine, StructureFileView, TrainingView
from carnet.mandates.rules.habilitation import (
    COMMITMENTS,
    DecisionKind,
    FileState,
    HelperState,
    Mode,
    PaperKind,
    Position,
    Step,
)
from carnet.places.rules.joining import LegalForm
from carnet.web.applications import Part, ToldDecision, rows_of, who_rows
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Row, Table
from carnet.web.joining import FORMS as LEGAL_FORMS

STEPS: Mapping[Step, Promise] = {
    Step.WHO: gettext_lazy("Votre structure"),
    Step.LEAD: gettext_lazy("Le référent"),
    Step.HELPERS: gettext_lazy("Les aidants"),
    Step.COMMITMENTS: gettext_lazy("Les engagements"),
    Step.PAPERS: gettext_lazy("Les documents"),
    Step.SUMMARY: gettext_lazy("Relire et envoyer"),
}
FORMS: Mapping[str, Promise] = {
    form: LEGAL_FORMS[form] for form in (LegalForm.PUBLIC, LegalForm.ASSOCIATION, LegalForm.COOPERATIVE, LegalForm.COMPANY)
}
FILE_STATES: Mapping[FileState, tuple[Promise, str]] = {
    FileState.DRAFT: (gettext_lazy("en cours de remplissage"), "neutral"),
    FileState.SENT: (gettext_lazy("attend une réponse"), "info"),
    FileState.COMPLETION: (gettext_lazy("à compléter"), "warning"),
    FileState.ADMITTED: (gettext_lazy("habilitée"), "success"),
    FileState.SUSPENDED: (gettext_lazy("suspendue"), "danger"),
    FileState.ENDED: (gettext_lazy("habilitation terminée"), "neutral"),
    FileState.REFUSED: (gettext_lazy("refusée"), "danger"),
    FileState.WITHDRAWN: (gettext_lazy("abandonnée"), "neutral"),
}
# What each decision is called by whoever prepares it, what it says to the structure, and its tone.
DECISIONS: Mapping[DecisionKind, tuple[Promise, Promise, str]] = {
    DecisionKind.COMPLETE: (gettext_lazy("Demander un complément"), gettext_lazy("Votre demande est à compléter"), "warning"),
    DecisionKind.ADMIT: (gettext_lazy("Habiliter"), gettext_lazy("Votre structure est habilitée"), "success"),
    DecisionKind.REFUSE: (gettext_lazy("Refuser"), gettext_lazy("Votre demande est refusée"), "danger"),
    DecisionKind.SUSPEND: (gettext_lazy("Suspendre"), gettext_lazy("Votre structure est suspendue"), "warning"),
    DecisionKind.REINSTATE: (gettext_lazy("Rétablir"), gettext_lazy("Votre structure est rétablie"), "success"),
    DecisionKind.END: (gettext_lazy("Mettre fin"), gettext_lazy("Votre habilitation prend fin"), "danger"),
    DecisionKind.UPHOLD: (gettext_lazy("Donner raison au recours"), gettext_lazy("Votre recours est accepté"), "success"),
    DecisionKind.DISMISS: (gettext_lazy("Rejeter le recours"), gettext_lazy("Votre recours est rejeté"), "danger"),
}
PAPERS: Mapping[PaperKind, tuple[Promise, Promise]] = {
    PaperKind.STATUTES: (gettext_lazy("Statuts"), gettext_lazy("À jour et signés.")),
    PaperKind.MISSION: (gettext_lazy("Mission de service public"), gettext_lazy("Convention, agrément ou délégation qui vous la confie.")),
    PaperKind.DPO: (gettext_lazy("Lettre au délégué à la protection des données"), gettext_lazy("Si vous voulez la joindre.")),
    PaperKind.OTHER: (gettext_lazy("Autre document"), gettext_lazy("Si le programme vous l’a demandé.")),
}
POSITIONS: Mapping[Position, Promise] = {
    Position.AGENT: gettext_lazy("Agent public"),
    Position.EMPLOYEE: gettext_lazy("Salarié"),
    Position.VOLUNTEER: gettext_lazy("Bénévole"),
    Position.CIVIC_SERVICE: gettext_lazy("En service civique"),
    Position.APPRENTICE: gettext_lazy("Apprenti"),
    Position.INTERN: gettext_lazy("Stagiaire"),
    Position.ELECTED: gettext_lazy("Élu"),
}
HELPER_STATES: Mapping[HelperState, tuple[Promise, str]] = {
    HelperState.TO_TRAIN: (gettext_lazy("à former"), "warning"),
    HelperState.BOOKED: (gettext_lazy("formation réservée"), "info"),
    HelperState.TO_TEST: (gettext_lazy("test à passer"), "warning"),
    HelperState.INVITED: (gettext_lazy("invitation envoyée"), "info"),
    HelperState.TO_ACCEPT: (gettext_lazy("conditions à accepter"), "warning"),
    HelperState.ACTIVE: (gettext_lazy("actif"), "success"),
    HelperState.DEACTIVATED: (gettext_lazy("arrêté"), "neutral"),
}
MODES: Mapping[Mode, Promise] = {Mode.ON_SITE: gettext_lazy("sur place"), Mode.ONLINE: gettext_lazy("à distance")}


def told(decision: DecisionView) -> ToldDecision:
    """One decision for the structure."""
    _words, title, tone = DECISIONS[decision.kind]
    return ToldDecision(str(title), tone, decision.reason, formats.day(decision.decided_at) if decision.decided_at else "")


def is_begun(step: Step, view: StructureFileView) -> bool:
    """Whether something was written in a step: only then is it told what is wrong with it."""
    if step is Step.LEAD:  # its address was known from the start
        return bool(view.answers["lead"].get("lead_name"))
    if step is Step.PAPERS:
        return bool(view.papers)
    return bool(view.answers[step.value])


def parts(view: StructureFileView) -> list[Part[Step]]:
    """A whole request, to be read again before it is sent, or judged."""
    who, lead, said = view.answers["who"], view.answers["lead"], view.answers["commitments"]
    promised = set(said.get("codes") or ())
    return [
        Part(Step.WHO, str(STEPS[Step.WHO]), who_rows(who, FORMS, _("SIRET"))),
        Part(Step.LEAD, str(STEPS[Step.LEAD]), rows_of(
            (_("Référent"), lead.get("lead_name")), (_("Fonction"), lead.get("lead_job")), (_("Courriel"), lead.get("lead_email")),
            (_("Téléphone"), lead.get("lead_phone")), (_("Sera aussi aidant"), _("oui") if lead.get("lead_helps") else ""),
        )),
        Part(Step.HELPERS, str(STEPS[Step.HELPERS]), [], [
            (each.get("name") or _("Aidant sans nom"), helper_typed_rows(each)) for each in view.answers["helpers"]
        ]),
        Part(Step.COMMITMENTS, str(STEPS[Step.COMMITMENTS]), rows_of(
            *((_("Engagement"), _(each.text)) for each in COMMITMENTS if each.code in promised),
            (_("Délégué à la protection des données"), said.get("dpo")),
            (_("Signé par"), ", ".join(filter(None, (said.get("accepted_by"), said.get("accepted_title"))))),
            (_("Conditions lues"), _("version %(version)s") % {"version": said["version"]} if said.get("version") else ""),
        )),
        Part(Step.PAPERS, str(STEPS[Step.PAPERS]), [Row(str(PAPERS[each.kind][0]), formats.day(each.added_at)) for each in view.papers]),
    ]  # fmt: skip


def helper_typed_rows(typed: Mapping[str, object]) -> list[Row]:
    """One helper of a request, as typed."""
    position = str(typed.get("position") or "")
    return rows_of(
        (_("Courriel"), typed.get("email")), (_("Métier"), typed.get("job")),
        (_("Statut"), POSITIONS[Position(position)] if position in set(Position) else ""),
    )  # fmt: skip


def helper_state(line: HelperLine) -> Cell:
    """How far a helper is, as a cell."""
    words, tone = HELPER_STATES[line.state]
    return Cell(str(words), tone=tone)


def helper_rows(line: HelperLine) -> list[Row]:
    """One helper, for the lead and the programme."""
    return rows_of(
        (_("Courriel"), line.email),
        (_("Métier"), line.job),
        (_("Statut"), POSITIONS[line.position]),
        (_("Formation suivie le"), formats.day(line.trained_at) if line.trained_at else ""),
        (_("Dernier test"), _("%(score)s sur 100") % {"score": line.last_score} if line.last_score is not None else ""),
        (_("Test réussi le"), formats.day(line.passed_at) if line.passed_at else ""),
        (_("Conditions acceptées"), _("version %(version)s") % {"version": line.terms_version} if line.terms_version else ""),
        (_("Arrêté le"), formats.day(line.deactivated_at) if line.deactivated_at else ""),
        (_("Pourquoi"), line.deactivated_because),
    )


def training_rows(view: TrainingView) -> list[Row]:
    """One training."""
    return rows_of(
        (_("Quand"), when(view)),
        (_("Où"), f"{view.place} ({MODES[view.mode]})"),
        (
            _("Places"),
            ngettext("%(left)s libre sur %(seats)s", "%(left)s libres sur %(seats)s", view.left) % {"left": view.left, "seats": view.seats},
        ),
        (_("À savoir"), view.note),
        (_("Annulée le"), formats.day(view.cancelled_at) if view.cancelled_at else ""),
    )


def when(view: TrainingView) -> str:
    """From when to when a training lasts."""
    same_day = formats.day(view.starts_at) == formats.day(view.ends_at)
    end = formats.clock_time(view.ends_at) if same_day else formats.moment(view.ends_at)
    return _("%(start)s, jusqu’à %(end)s") % {"start": formats.moment(view.starts_at), "end": end}


def left_words(view: TrainingView) -> str:
    """How many seats are left, in words."""
    if not view.left:
        return _("complet")
    return ngettext("%(count)s place", "%(count)s places", view.left) % {"count": view.left}


def messages_table(view: StructureFileView) -> list[tuple[str, str, str]]:
    """What was written both ways: who, when, what."""
    return [
        (_("Le programme") if each.by_programme else _("La structure"), formats.moment(each.written_at), each.text)
        for each in view.messages
    ]


def counts_table(caption: str, head: str, counts: Sequence[tuple[str, int | None]]) -> Table:
    """Counts, the small ones hidden."""
    rows = [[label, _("moins de 5") if count is None else formats.number(count)] for label, count in counts]
    return Table(caption, [Column(head), Column(_("Nombre"))], rows, empty=_("Rien encore."))
