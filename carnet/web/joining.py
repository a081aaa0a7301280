"""Words of joining a network, wherever a file is shown: steps, states, decisions, papers; and its summary, step by step."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.kernel.identifiers import Iban
from carnet.kernel.refusals import Refusal
from carnet.places.queries import DecisionView, DocumentView, JoiningFileView
from carnet.places.rules import SERVICE_BY_CODE
from carnet.places.rules.joining import DecisionKind, DocumentKind, FileState, LegalForm, Step, Terms
from carnet.places.rules.offers import ACCESS_BY_CODE, MODE_LABELS, Mode
from carnet.web.applications import Part, ToldDecision, rows_of, who_rows
from carnet.web.design import formats
from carnet.web.design.components import Row

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


def parts(view: JoiningFileView, *, show_bank: bool) -> list[Part[Step]]:
    """The whole file, to be read again before it is sent, or judged."""
    answers, left = view.answers, [each.step for each in view.problems]
    who, people, bank, charter = answers["who"], answers["people"], answers["bank"], answers["charter"]
    made = [
        Part(Step.WHO, str(STEPS[Step.WHO]), who_rows(who, FORMS, _("Numéro"))),
        Part(Step.SITES, str(STEPS[Step.SITES]), [], [(site.get("name") or _("Lieu sans nom"), site_rows(site)) for site in answers["sites"]]),
        Part(Step.TEACHING, str(STEPS[Step.TEACHING]), [], [
            (site.get("name") or _("Lieu sans nom"), teaching_rows(answers["teaching"].get(site["key"], {}))) for site in answers["sites"]
        ]),
        Part(Step.PEOPLE, str(STEPS[Step.PEOPLE]), rows_of(
            (_("Responsable légal"), " ".join(filter(None, (people.get("head_name"), people.get("head_title") and f"({people['head_title']})")))),
            (_("Contact"), people.get("contact_name")), (_("Courriel"), people.get("contact_email")), (_("Téléphone"), people.get("contact_phone")),
        )),
        Part(Step.DOCUMENTS, str(STEPS[Step.DOCUMENTS]), rows_of(*((document_name(each), _size(each)) for each in view.documents))),
        Part(Step.BANK, str(STEPS[Step.BANK]), rows_of(
            (_("Titulaire"), bank.get("holder")), (_("IBAN"), _iban(bank.get("iban", ""), whole=show_bank)), (_("BIC"), bank.get("bic")),
        )),
        Part(Step.CHARTER, str(STEPS[Step.CHARTER]), rows_of(
            (_("Acceptée par"), ", ".join(filter(None, (charter.get("accepted_by"), charter.get("role"))))),
            (_("Le"), formats.moment(datetime.fromisoformat(charter["accepted_at"])) if charter.get("accepted_at") else ""),
            (_("Version"), charter.get("version")),
        )),
    ]  # fmt: skip
    return [replace(each, missing=left.count(each.step)) for each in made]


def site_rows(site: Mapping[str, str]) -> list[Row]:
    """One site, as typed."""
    address = ", ".join(filter(None, (site.get("address"), site.get("address_extra"))))
    point = ", ".join(filter(None, (site.get("latitude"), site.get("longitude"))))
    known = _("oui, déjà dans l’annuaire") if site.get("place_id") else _("non, à créer")
    return rows_of(
        (_("Adresse"), address), (_("Commune"), f"{site.get('postcode', '')} {site.get('commune', '')}".strip()),
        (_("Point"), point), (_("Téléphone"), site.get("phone")), (_("Connu"), known),
    )  # fmt: skip


def teaching_rows(taught: Mapping[str, object]) -> list[Row]:
    """What is taught at one site."""
    services, modes, access = (list(taught.get(name) or ()) for name in ("services", "modes", "access"))  # type: ignore[call-overload]
    beyond = taught.get("beyond_cents")
    return rows_of(
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
