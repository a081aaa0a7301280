"""Words of joining a network, wherever a file is shown: steps, states, decisions, papers; and its summary, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.distribution.rules.joining import Problem as DeskProblem
from carnet.kernel.identifiers import Iban, Siret
from carnet.kernel.refusals import Refusal
from carnet.mandates.rules.habilitation import Problem as StructureProblem
from carnet.places.queries import DecisionView, DocumentView, JoiningFileView
from carnet.places.rules import SERVICE_BY_CODE
from carnet.places.rules.joining import FILLED, DecisionKind, DocumentKind, FileState, LegalForm, Problem, Step, Terms
from carnet.places.rules.offers import ACCESS_BY_CODE, MODE_LABELS, Mode
from carnet.web.design import formats
from carnet.web.design.components import Row
from carnet.web.design.sentences import sentence_of_code
from carnet.web.design.sentences.joining import PROBLEMS

STEPS: Mapping[Step, Promise] = {
    Step.WHO: gettext_lazy("Votre structure"),
    Step.SITES: gettext_lazy("Vos lieux"),
    Step.TEACHING: gettext_lazy("Ce que vous enseignez"),
    Step.PEOPLE: gettext_lazy("Les personnes"),
    Step.DOCUMENTS: gettext_lazy("Les documents"),
    Step.BANK: gettext_lazy("Le compte bancaire"),
    Step.CHARTER: gettext_lazy("La charte"),
    Step.SUMMARY: gettext_lazy("Relire et envoyer"),
}
FORMS: Mapping[str, Promise] = {
    LegalForm.ASSOCIATION: gettext_lazy("Une association"),
    LegalForm.PUBLIC: gettext_lazy("Une commune ou un organisme public"),
    LegalForm.COOPERATIVE: gettext_lazy("Une coopérative ou une mutuelle"),
    LegalForm.COMPANY: gettext_lazy("Une entreprise"),
    LegalForm.SOLE_TRADER: gettext_lazy("Une personne à son compte"),
}
DOCUMENTS: Mapping[DocumentKind, tuple[Promise, Promise]] = {
    DocumentKind.STATUTES: (gettext_lazy("Statuts"), gettext_lazy("Signés, à jour.")),
    DocumentKind.DECLARATION: (
        gettext_lazy("Récépissé de déclaration"),
        gettext_lazy("De la préfecture, ou la parution au Journal officiel."),
    ),
    DocumentKind.OFFICERS: (gettext_lazy("Liste des dirigeants"), gettext_lazy("Celle de la dernière assemblée.")),
    DocumentKind.DELIBERATION: (gettext_lazy("Délibération ou acte de régie"), gettext_lazy("Qui permet de recevoir ces paiements.")),
    DocumentKind.REGISTRATION: (gettext_lazy("Immatriculation"), gettext_lazy("Extrait Kbis ou avis de situation de moins de trois mois.")),
    DocumentKind.INSURANCE: (gettext_lazy("Assurance"), gettext_lazy("Attestation de responsabilité civile de l’année.")),
    DocumentKind.BANK_DETAILS: (gettext_lazy("Relevé d’identité bancaire"), gettext_lazy("Au nom de la structure.")),
    DocumentKind.OTHER: (gettext_lazy("Autre document"), gettext_lazy("Si le réseau vous l’a demandé.")),
}
STATES: Mapping[FileState, tuple[Promise, str]] = {
    FileState.DRAFT: (gettext_lazy("en cours de remplissage"), "neutral"),
    FileState.SENT: (gettext_lazy("attend une réponse"), "info"),
    FileState.COMPLETION: (gettext_lazy("à compléter"), "warning"),
    FileState.ADMITTED: (gettext_lazy("admis"), "success"),
    FileState.SUSPENDED: (gettext_lazy("suspendu"), "warning"),
    FileState.ENDED: (gettext_lazy("label retiré"), "danger"),
    FileState.REFUSED: (gettext_lazy("refusé"), "danger"),
    FileState.WITHDRAWN: (gettext_lazy("abandonné"), "neutral"),
}
# What each decision is called by whoever prepares it, and what it says to the place.
KINDS: Mapping[DecisionKind, tuple[Promise, Promise]] = {
    DecisionKind.COMPLETE: (gettext_lazy("Demander un complément"), gettext_lazy("Votre dossier est à compléter")),
    DecisionKind.ADMIT: (gettext_lazy("Admettre"), gettext_lazy("Vous êtes admis dans le réseau")),
    DecisionKind.REFUSE: (gettext_lazy("Refuser"), gettext_lazy("Votre dossier est refusé")),
    DecisionKind.SUSPEND: (gettext_lazy("Suspendre"), gettext_lazy("Votre label est suspendu")),
    DecisionKind.RESUME: (gettext_lazy("Lever la suspension"), gettext_lazy("La suspension est levée")),
    DecisionKind.END: (gettext_lazy("Retirer le label"), gettext_lazy("Votre label est retiré")),
    DecisionKind.RENEW: (gettext_lazy("Renouveler le label"), gettext_lazy("Votre label est renouvelé")),
    DecisionKind.UPHOLD: (gettext_lazy("Donner raison au recours"), gettext_lazy("Votre recours est accepté")),
    DecisionKind.DISMISS: (gettext_lazy("Rejeter le recours"), gettext_lazy("Votre recours est rejeté")),
}
TONES = {
    DecisionKind.COMPLETE: "warning", DecisionKind.ADMIT: "success", DecisionKind.REFUSE: "danger", DecisionKind.SUSPEND: "warning",
    DecisionKind.RESUME: "success", DecisionKind.END: "danger", DecisionKind.RENEW: "success", DecisionKind.UPHOLD: "success",
    DecisionKind.DISMISS: "danger",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToldDecision:
    """A decision in plain words, for whoever it is about."""

    title: str
    tone: str
    reason: str
    criteria: Sequence[tuple[str, str]]
    facts: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a file as it is read again: its rows, and what is still missing."""

    step: Step
    title: str
    rows: Sequence[Row]
    missing: int = 0
    sites: Sequence[tuple[str, Sequence[Row]]] = field(default_factory=tuple)


def problem_words(problem: Problem | DeskProblem | StructureProblem) -> str:
    """What to mend, in a sentence."""
    sentence = PROBLEMS.get(problem.code)
    if sentence is None:
        return sentence_of_code(problem.code, problem.facts)
    written = {name: formats.euros(value) if name.endswith("_cents") else str(value) for name, value in problem.facts.items()}
    return str(sentence) % written if written else str(sentence)


def step_states(view: JoiningFileView) -> list[tuple[Step, str, str]]:
    """Each step with the words and the tone of its state: done, to finish, not begun."""
    left: dict[Step, int] = {}
    for each in view.problems:
        left[each.step] = left.get(each.step, 0) + 1
    return [(step, *_state(step, left.get(step, 0), view)) for step in FILLED]


def _state(step: Step, missing: int, view: JoiningFileView) -> tuple[str, str]:
    if not missing and not (step is Step.TEACHING and not view.answers["sites"]):
        return _("complet"), "success"
    if not is_begun(step, view):
        return _("à faire"), "neutral"
    return ngettext("%(count)s point à compléter", "%(count)s points à compléter", missing) % {"count": missing}, "warning"


def is_begun(step: Step, view: JoiningFileView) -> bool:
    """Whether something was written in a step: only then is it told what is wrong with it."""
    answers = view.answers
    if step is Step.PEOPLE:  # its address was known from the start
        return bool(answers["people"].get("head_name") or answers["people"].get("contact_name"))
    if step is Step.DOCUMENTS:
        return bool(view.documents)
    return bool(answers[step.value])


def decision_told(decision: DecisionView, terms: Terms) -> ToldDecision:
    """One decision for its applicant."""
    named = [criterion for code in decision.criteria if (criterion := terms.criterion(code)) is not None]
    facts = []
    if decision.decided_at is not None:
        facts.append(Row(_("Décidé le"), formats.day(decision.decided_at)))
    if decision.from_on is not None:
        facts.append(Row(_("Prend effet le"), formats.day(decision.from_on)))
    return ToldDecision(
        title=str(KINDS[decision.kind][1]),
        tone=TONES[decision.kind],
        reason=decision.reason,
        criteria=[(criterion.title, criterion.text) for criterion in named],
        facts=facts,
    )


def printed_number(number: str) -> str:
    """A SIRET in groups, an RNA as it is."""
    try:
        return Siret.parse(number).printed()
    except Refusal:
        return number


def parts(view: JoiningFileView, *, show_bank: bool) -> list[Part]:
    """The whole file, to be read again before it is sent, or judged."""
    answers, left = view.answers, [each.step for each in view.problems]
    who, people, bank, charter = answers["who"], answers["people"], answers["bank"], answers["charter"]
    made = [
        Part(Step.WHO, str(STEPS[Step.WHO]), _rows(
            (_("Numéro"), printed_number(who.get("number", ""))), (_("Nom"), who.get("name")), (_("Forme"), FORMS.get(who.get("form", ""))),
            (_("Adresse"), " ".join(filter(None, (who.get("street"), who.get("postcode"), who.get("city"))))),
        )),
        Part(Step.SITES, str(STEPS[Step.SITES]), [], sites=[(site.get("name") or _("Lieu sans nom"), site_rows(site)) for site in answers["sites"]]),
        Part(Step.TEACHING, str(STEPS[Step.TEACHING]), [], sites=[
            (site.get("name") or _("Lieu sans nom"), teaching_rows(answers["teaching"].get(site["key"], {}))) for site in answers["sites"]
        ]),
        Part(Step.PEOPLE, str(STEPS[Step.PEOPLE]), _rows(
            (_("Responsable légal"), " ".join(filter(None, (people.get("head_name"), people.get("head_title") and f"({people['head_title']})")))),
            (_("Contact"), people.get("contact_name")), (_("Courriel"), people.get("contact_email")), (_("Téléphone"), people.get("contact_phone")),
        )),
        Part(Step.DOCUMENTS, str(STEPS[Step.DOCUMENTS]), _rows(*((document_name(each), _size(each)) for each in view.documents))),
        Part(Step.BANK, str(STEPS[Step.BANK]), _rows(
            (_("Titulaire"), bank.get("holder")), (_("IBAN"), _iban(bank.get("iban", ""), whole=show_bank)), (_("BIC"), bank.get("bic")),
        )),
        Part(Step.CHARTER, str(STEPS[Step.CHARTER]), _rows(
            (_("Acceptée par"), ", ".join(filter(None, (charter.get("accepted_by"), charter.get("role"))))),
            (_("Le"), formats.moment(datetime.fromisoformat(charter["accepted_at"])) if charter.get("accepted_at") else ""),
            (_("Version"), charter.get("version")),
        )),
    ]  # fmt: skip
    return [Part(each.step, each.title, each.rows, left.count(each.step), each.sites) for each in made]


def site_rows(site: Mapping[str, str]) -> list[Row]:
    """One site, as typed."""
    address = ", ".join(filter(None, (site.get("address"), site.get("address_extra"))))
    point = ", ".join(filter(None, (site.get("latitude"), site.get("longitude"))))
    known = _("oui, déjà dans l’annuaire") if site.get("place_id") else _("non, à créer")
    return _rows(
        (_("Adresse"), address), (_("Commune"), f"{site.get('postcode', '')} {site.get('commune', '')}".strip()),
        (_("Point"), point), (_("Téléphone"), site.get("phone")), (_("Connu"), known),
    )  # fmt: skip


def teaching_rows(taught: Mapping[str, object]) -> list[Row]:
    """What is taught at one site."""
    services, modes, access = (list(taught.get(name) or ()) for name in ("services", "modes", "access"))  # type: ignore[call-overload]
    beyond = taught.get("beyond_cents")
    return _rows(
        (_("On y apprend"), ", ".join(_(SERVICE_BY_CODE[code].label) for code in services if code in SERVICE_BY_CODE)),
        (_("Comment"), ", ".join(_(MODE_LABELS[Mode(code)]) for code in modes if code in set(Mode))),
        (_("À payer en plus d’un chèque"), formats.euros(beyond) if isinstance(beyond, int) else ""),
        (_("Accès"), ", ".join(_(ACCESS_BY_CODE[code].label) for code in access if code in ACCESS_BY_CODE)),
        (_("Précision"), taught.get("note")),
    )  # fmt: skip


def document_name(document: DocumentView) -> str:
    """What a paper is."""
    return str(DOCUMENTS[document.kind][0])


def _size(document: DocumentView) -> str:
    kind = _("PDF") if document.media_type == "application/pdf" else _("image")
    return _("%(kind)s, %(kilobytes)s ko, ajouté le %(day)s") % {
        "kind": kind, "kilobytes": formats.number(-(-document.size // 1000)), "day": formats.day(document.added_at),
    }  # fmt: skip


def _iban(text: str, *, whole: bool) -> str:
    try:
        iban = Iban.parse(text)
    except Refusal:
        return text
    return iban.printed() if whole else iban.masked()


def _rows(*lines: tuple[object, object]) -> list[Row]:
    return [Row(str(label), str(value)) for label, value in lines if value]


def attachment(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A paper to save, never to show: nothing on the way keeps it, no page of this site runs it."""
    extension = "pdf" if media_type == "application/pdf" else "jpg"
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
