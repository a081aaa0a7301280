"""Words of desks that join, stay and leave, wherever they are shown: steps, states, what is to do, agreements, points."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.distribution.queries import AgreementView, DeskDecisionView, DeskFileView, DeskLineView, DeskPointView
from carnet.distribution.rules.joining import (
    AgreementKind,
    DecisionKind,
    DeskState,
    FileState,
    LineOutcome,
    Step,
    Todo,
    TodoState,
)
from carnet.places import queries as places
from carnet.places.rules.joining import LegalForm
from carnet.places.rules.offers import LANGUAGES
from carnet.web.applications import Part, ToldDecision, rows_of, who_rows
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.hours import grouped_week
from carnet.web.joining import FORMS as LEGAL_FORMS

STEPS: Mapping[Step, Promise] = {
    Step.WHO: gettext_lazy("Votre structure"),
    Step.POINTS: gettext_lazy("Vos points d’accueil"),
    Step.PEOPLE: gettext_lazy("Le responsable du stock"),
    Step.SUMMARY: gettext_lazy("Relire et envoyer"),
}
FORMS: Mapping[str, Promise] = {
    form: LEGAL_FORMS[form] for form in (LegalForm.ASSOCIATION, LegalForm.PUBLIC, LegalForm.COOPERATIVE)
}  # fmt: skip
FILE_STATES: Mapping[FileState, tuple[Promise, str]] = {
    FileState.DRAFT: (gettext_lazy("en cours de remplissage"), "neutral"),
    FileState.SENT: (gettext_lazy("attend une réponse"), "info"),
    FileState.COMPLETION: (gettext_lazy("à compléter"), "warning"),
    FileState.ADMITTED: (gettext_lazy("admis"), "success"),
    FileState.REFUSED: (gettext_lazy("refusé"), "danger"),
    FileState.WITHDRAWN: (gettext_lazy("abandonné"), "neutral"),
}
# What each decision is called by whoever prepares it, what it says to the desk, and its tone.
DECISIONS: Mapping[DecisionKind, tuple[Promise, Promise, str]] = {
    DecisionKind.COMPLETE: (gettext_lazy("Demander un complément"), gettext_lazy("Votre demande est à compléter"), "warning"),
    DecisionKind.ADMIT: (gettext_lazy("Admettre"), gettext_lazy("Vous êtes admis comme guichet"), "success"),
    DecisionKind.REFUSE: (gettext_lazy("Refuser"), gettext_lazy("Votre demande est refusée"), "danger"),
    DecisionKind.SUSPEND: (gettext_lazy("Suspendre"), gettext_lazy("Votre guichet est suspendu"), "warning"),
    DecisionKind.REINSTATE: (gettext_lazy("Rétablir"), gettext_lazy("Votre guichet est rétabli"), "success"),
    DecisionKind.END: (gettext_lazy("Mettre fin"), gettext_lazy("Votre participation prend fin"), "danger"),
}
DESK_STATES: Mapping[DeskState, tuple[Promise, str]] = {
    DeskState.OPEN: (gettext_lazy("ouvert"), "success"),
    DeskState.INCOMPLETE: (gettext_lazy("ouvert, à compléter"), "info"),
    DeskState.TO_REGULARISE: (gettext_lazy("à régulariser"), "warning"),
    DeskState.UNSIGNED: (gettext_lazy("sans convention"), "danger"),
    DeskState.SUSPENDED: (gettext_lazy("suspendu"), "danger"),
    DeskState.LEAVING: (gettext_lazy("sur le départ"), "warning"),
    DeskState.LEFT: (gettext_lazy("parti"), "neutral"),
}
TODOS: Mapping[Todo, Promise] = {
    Todo.AGREEMENT: gettext_lazy("La convention"),
    Todo.LEAD: gettext_lazy("Le responsable du stock"),
    Todo.POINTS: gettext_lazy("Les points d’accueil"),
    Todo.TRAINING: gettext_lazy("La formation"),
}
TODO_STATES: Mapping[TodoState, tuple[Promise, str]] = {
    TodoState.TO_DO: (gettext_lazy("à faire"), "warning"),
    TodoState.WAITING: (gettext_lazy("en attente"), "info"),
    TodoState.DONE: (gettext_lazy("fait"), "success"),
    TodoState.SOON: (gettext_lazy("à renouveler"), "warning"),
}
AGREEMENTS: Mapping[AgreementKind, tuple[Promise, Promise]] = {
    AgreementKind.MANDATE: (
        gettext_lazy("Convention de mandat"),
        gettext_lazy("Le programme vous confie ses carnets. C’est la plus simple, pour tous."),
    ),
    AgreementKind.REGIE: (
        gettext_lazy("Convention de régie"),
        gettext_lazy("Un organisme public remet par sa propre régie. Un acte nomme son régisseur."),
    ),
}
OUTCOMES: Mapping[LineOutcome, tuple[Promise, str]] = {
    LineOutcome.NEW: (gettext_lazy("nouveau"), "success"),
    LineOutcome.SAME: (gettext_lazy("déjà là"), "neutral"),
    LineOutcome.REFUSED: (gettext_lazy("à corriger"), "danger"),
}


def told(decision: DeskDecisionView) -> ToldDecision:
    """One decision for whoever it is about."""
    _words, title, tone = DECISIONS[decision.kind]
    return ToldDecision(str(title), tone, decision.reason, formats.day(decision.decided_at) if decision.decided_at else "")


def is_begun(step: Step, view: DeskFileView) -> bool:
    """Whether something was written in a step: only then is it told what is wrong with it."""
    if step is Step.PEOPLE:  # its address was known from the start
        return bool(view.answers["people"].get("lead_name"))
    return bool(view.answers[step.value])


def parts(view: DeskFileView) -> list[Part[Step]]:
    """A whole application, to be read again before it is sent, or judged."""
    who, people = view.answers["who"], view.answers["people"]
    return [
        Part(Step.WHO, str(STEPS[Step.WHO]), who_rows(who, FORMS, _("Numéro"))),
        Part(Step.POINTS, str(STEPS[Step.POINTS]), [], [
            (point.get("name") or _("Point sans nom"), typed_rows(point)) for point in view.answers["points"]
        ]),
        Part(Step.PEOPLE, str(STEPS[Step.PEOPLE]), rows_of(
            (_("Responsable du stock"), people.get("lead_name")), (_("Courriel"), people.get("lead_email")),
            (_("Téléphone"), people.get("lead_phone")),
        )),
    ]  # fmt: skip


def typed_rows(point: Mapping[str, object]) -> list[Row]:
    """One point, as typed."""
    languages = point.get("languages")
    return rows_of(
        (_("Adresse"), " ".join(str(point.get(name) or "") for name in ("street", "street_extra", "postcode", "commune")).strip()),
        (_("Téléphone"), point.get("phone")),
        (_("Horaires"), point.get("hours")),
        (_("Accueille"), _serves(_typed(point, "age_from"), _typed(point, "age_until"), _typed(point, "communes"), bool(point.get("by_appointment")))),
        (_("Langues"), ", ".join(_(LANGUAGES[code]) for code in languages if code in LANGUAGES) if isinstance(languages, list) else ""),
        (_("Précision"), point.get("note")),
        (_("Publié"), _("oui") if point.get("is_listed", True) else _("non, connu du seul programme")),
    )  # fmt: skip


def point_rows(point: DeskPointView, today: date) -> list[Row]:
    """One point of a desk, as kept."""
    hours = [f"{days} : {spans}" for days, spans in grouped_week(point.opening_hours, day=today)] if point.opening_hours else []
    return rows_of(
        (_("Adresse"), f"{point.street} {point.street_extra}".strip() + f", {point.postcode} {point.commune}"),
        (_("Téléphone"), point.phone),
        (_("Horaires"), " ; ".join(hours)),
        (_("Accueille"), _serves(str(point.age_from or ""), str(point.age_until or ""), ", ".join(each.name for each in point.serves), point.by_appointment)),
        (_("Langues"), ", ".join(_(LANGUAGES[code]) for code in point.languages)),
        (_("Précision"), point.note),
        (_("Publié"), _("oui") if point.is_listed else _("non, connu du seul programme")),
    )  # fmt: skip


def commune_words(codes: Sequence[str]) -> str:
    """Communes by name and postal code, to be typed again."""
    found = (places.commune(code) for code in codes)
    return ", ".join(each.name for each in found if each is not None)


def agreement_rows(agreement: AgreementView) -> list[Row]:
    """An agreement's signatures, and from when to when it holds."""
    rows = [
        Row(_("Pour le guichet"), f"{agreement.signer_name}, {agreement.signer_title}"),
        Row(_("Signée le"), formats.moment(agreement.signed_at)),
    ]
    if agreement.regisseur_act_on is not None:
        act = _("%(act)s, du %(day)s") % {"act": agreement.regisseur_act, "day": formats.day(agreement.regisseur_act_on)}
        rows.append(Row(_("Acte qui nomme le régisseur"), act))
    if agreement.countersigned_at is not None:
        rows.append(Row(_("Pour le programme"), f"{agreement.countersigner_name}, {formats.moment(agreement.countersigned_at)}"))
    if agreement.from_on is not None and agreement.until_on is not None:
        held = {"first": formats.day(agreement.from_on), "last": last_day(agreement.until_on)}
        rows.append(Row(_("Valable"), _("du %(first)s au %(last)s inclus") % held))
    if agreement.sent_back_at is not None:
        rows += [Row(_("Renvoyée le"), formats.moment(agreement.sent_back_at)), Row(_("Pourquoi"), agreement.sent_back_because)]
    return rows


def agreement_state(agreement: AgreementView, today: date) -> tuple[str, str]:
    """The words and the tone of where an agreement stands."""
    if agreement.sent_back_at is not None:
        return _("renvoyée"), "danger"
    if agreement.until_on is None or agreement.from_on is None:
        return _("attend le programme"), "info"
    if agreement.until_on <= today:
        return _("terminée"), "neutral"
    return (_("à venir"), "info") if agreement.from_on > today else (_("en vigueur"), "success")


def missing_words(line: DeskLineView) -> str:
    """What a desk lacks, in order, in a few words."""
    said = []
    for todo in line.missing:
        waits = line.todos[todo] is TodoState.WAITING
        said.append(_("%(what)s (en attente)") % {"what": TODOS[todo]} if waits else str(TODOS[todo]))
    return ", ".join(said)


def last_day(until_on: date) -> str:
    """The last day included of an exclusive end."""
    return formats.day(until_on - timedelta(days=1))


def _typed(point: Mapping[str, object], name: str) -> str:
    value = point.get(name)
    return "" if value is None else ", ".join(value) if isinstance(value, list) else str(value)


def _serves(age_from: str, age_until: str, communes: str, by_appointment: bool) -> str:
    if age_from and age_until:
        ages = _("de %(first)s à %(last)s ans") % {"first": age_from, "last": age_until}
    elif age_from:
        ages = _("à partir de %(age)s ans") % {"age": age_from}
    else:
        ages = _("jusqu’à %(age)s ans") % {"age": age_until} if age_until else ""
    lived = _("habitants de %(communes)s") % {"communes": communes} if communes else ""
    met = _("sur rendez-vous") if by_appointment else ""
    return ", ".join(filter(None, (ages, lived, met))) or _("tout le monde")
