"""Clearing in words: states, refusals, differences; the tables that several pages show."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from carnet.continuity.queries.clearing import ClaimView, PaymentView, StatementView, SuspectView, TransferView
from carnet.continuity.rules.clearing.claims import ClaimState, PartnerState
from carnet.kernel.actors import Actor
from carnet.parties.rules import home_of
from carnet.web.design import formats
from carnet.web.design.components import Cell, Column, Table

PARTNER_STATES = {
    PartnerState.PROPOSED: (gettext_lazy("à accepter"), "warning"),
    PartnerState.OPEN: (pgettext_lazy("opérateur partenaire", "ouvert"), "success"),
    PartnerState.REFUSED: (pgettext_lazy("opérateur partenaire", "refusé"), "danger"),
    PartnerState.ENDED: (pgettext_lazy("opérateur partenaire", "terminé"), "neutral"),
}
CLAIM_STATES = {
    ClaimState.PENDING: (gettext_lazy("en attente de réponse"), "warning"),
    ClaimState.ACCEPTED: (gettext_lazy("accepté"), "success"),
    ClaimState.REFUSED: (gettext_lazy("refusé"), "danger"),
    ClaimState.WITHDRAWING: (gettext_lazy("retrait demandé"), "warning"),
    ClaimState.WITHDRAWN: (gettext_lazy("retiré"), "neutral"),
}
PAYMENT_STATES = {
    "PREPARED": (gettext_lazy("à approuver"), "warning"),
    "AGREED": (gettext_lazy("à donner à la banque"), "info"),
    "PAID": (pgettext_lazy("virement", "payé"), "success"),
    "REFUSED": (pgettext_lazy("virement", "refusé"), "danger"),
    "RETURNED": (gettext_lazy("rendu par la banque"), "danger"),
}
TRANSFERS = {
    "ANNOUNCED": gettext_lazy("annoncé par le partenaire"),
    "TOLD": gettext_lazy("annoncé par nous"),
    "CAME": gettext_lazy("reçu"),
    "ADVANCED": gettext_lazy("avancé par nous"),
    "TAKEN_BACK": gettext_lazy("avance reprise"),
}
DIFFERENCES = {
    "missing-here": gettext_lazy("absente du compte qui répond"),
    "missing-there": gettext_lazy("absente du relevé"),
    "other-amount": gettext_lazy("autre montant"),
}
SUSPECTS = {
    "signature-forged": gettext_lazy("signature fausse"),
    "message-number-reused": gettext_lazy("deux messages sous un même numéro"),
    "claim-reused": gettext_lazy("deux demandes sous un même numéro"),
    "two-answers": gettext_lazy("deux réponses à une même demande"),
    "answer-to-nothing": gettext_lazy("réponse à une demande que nous n’avons pas faite"),
    "other-amount": gettext_lazy("montant différent de la valeur publiée"),
    "transfer-announced": gettext_lazy("virement annoncé deux fois"),
}


def office_of(actor: Actor) -> str:
    """The frame of whoever reads."""
    home = home_of(actor.roles).split(":")[0]
    return "place/counter.html" if home == "place" else f"{home}/office.html"


# Why an issuer refused, in its stable words: it tells no more, so neither do we.
REASONS = {
    "voucher-unknown": gettext_lazy("Cet opérateur ne connaît pas ce chèque. Relisez le code."),
    "code-mistyped": gettext_lazy("Cet opérateur ne connaît pas ce chèque. Relisez le code."),
    "voucher-already-redeemed": gettext_lazy("Ce chèque a déjà été utilisé."),
    "voucher-lapsed": gettext_lazy("Ce chèque n’est plus valable."),
    "voucher-not-active": gettext_lazy("Ce chèque n’est pas encore utilisable, ou il est bloqué."),
    "voucher-reserved": gettext_lazy("Ce chèque est réservé pour un autre lieu."),
    "voucher-count-wrong": gettext_lazy("Ce service demande plusieurs chèques : cet opérateur ne peut pas les prendre un par un."),
    "service-not-accepted": gettext_lazy("Cet opérateur ne paie pas ce service."),
    "place-not-accepted": gettext_lazy("Cet opérateur n’accepte plus ses chèques chez nous."),
    "attended-invalid": gettext_lazy("Le jour de la leçon est trop ancien."),
    "too-many-attempts": gettext_lazy("Trop de codes faux ont été envoyés. Réessayez dans un quart d’heure."),
    "too-many-from-partner": gettext_lazy("Trop de codes faux ont été envoyés. Réessayez dans un quart d’heure."),
    "claim-withdrawn": gettext_lazy("La demande a été retirée avant d’arriver."),
    "partner-ended": gettext_lazy("La compensation avec cet opérateur est terminée."),
}


def why_refused(reason: str) -> str:
    """Why an issuer refused, in plain words."""
    return str(REASONS.get(reason, gettext_lazy("L’autre opérateur a refusé ce chèque.")))


def claims_table(found: Sequence[ClaimView], *, is_place: bool) -> Table:
    """Claims, the latest first."""
    columns = [
        Column(_("Demandé le")), Column(_("Opérateur") if is_place else _("Lieu")), Column(_("Valeur"), number=True), Column(_("État")),
        Column(_("Payé le")),
    ]  # fmt: skip
    rows = []
    for each in found:
        state, tone = CLAIM_STATES[each.state]
        asked = formats.moment(each.asked_at)
        first = Cell(asked, url=reverse("clearing:claim", args=[each.id])) if is_place else asked
        paid = formats.day(each.paid_on) if each.paid_on else "–"
        rows.append(
            [
                first,
                each.partner if is_place else each.place,
                formats.euros(each.cents) if each.cents else "–",
                Cell(str(state), tone=tone),
                paid,
            ]
        )
    return Table(_("Chèques d’autres opérateurs"), columns, rows, empty=_("Aucun chèque d’un autre opérateur pour l’instant."))


def statements_table(found: Sequence[StatementView]) -> Table:
    """Statements sent and received."""
    columns = [
        Column(_("Période")), Column(_("De qui")), Column(_("Qui doit")), Column(_("Chèques"), number=True), Column(_("Somme"), number=True),
        Column(_("Réponse")),
    ]  # fmt: skip
    rows = [
        [
            f"{formats.day(each.since)} – {formats.last_day(each.until)}", _("nous") if each.is_ours else _("le partenaire"),
            _("nous devons") if each.is_issuer else _("on nous doit"), formats.number(each.claim_count), formats.euros(each.cents),
            _verdict(each),
        ]
        for each in found
    ]  # fmt: skip
    return Table(_("Relevés"), columns, rows, empty=_("Aucun relevé pour l’instant."))


def _verdict(found: StatementView) -> Cell:
    if found.verdict == "equal":
        return Cell(_("les deux comptes sont égaux"), tone="success")
    if found.verdict == "differs":
        return Cell(_("différent : %(count)s") % {"count": formats.number(len(found.differences))}, tone="danger")
    return Cell(_("en attente"), tone="warning")


def differences_table(found: Sequence[StatementView]) -> Table:
    """Each claim on which the latest statements disagree."""
    columns = [Column(_("Demande")), Column(_("Différence")), Column(_("Relevé"), number=True), Column(_("Réponse"), number=True)]
    rows = [
        [
            claim, str(DIFFERENCES.get(what, what)), formats.euros(there) if there is not None else "–",
            formats.euros(here) if here is not None else "–",
        ]
        for each in found
        for claim, what, there, here in each.differences
    ]  # fmt: skip
    return Table(_("Différences"), columns, rows)


def transfers_table(found: Sequence[TransferView]) -> Table:
    """Money between operators."""
    columns = [Column(_("Jour")), Column(_("Quoi")), Column(_("Référence")), Column(_("Montant"), number=True)]
    rows = [[formats.day(each.moved_on), str(TRANSFERS[each.kind]), each.reference, formats.euros(each.cents)] for each in found]
    return Table(_("Virements entre opérateurs"), columns, rows, empty=_("Aucun virement pour l’instant."))


def suspects_table(found: Sequence[SuspectView]) -> Table:
    """Messages that are not believed, or contradict another."""
    columns = [Column(_("Reçu le")), Column(_("Pourquoi")), Column(_("Sujet"))]
    rows = [[formats.moment(each.at), Cell(str(SUSPECTS.get(each.what, each.what)), tone="danger"), each.subject] for each in found]
    return Table(_("Messages suspects, gardés comme preuve"), columns, rows)


def payments_table(found: Sequence[PaymentView], *, may_settle: bool, may_approve: bool, person_id: int | None) -> Table:
    """Payments of places, with what may be done now."""
    columns = [
        Column(_("Lieu")), Column(_("Chèques"), number=True), Column(_("Somme"), number=True), Column(_("Compte")), Column(_("État")),
        Column(_("Ensuite")),
    ]  # fmt: skip
    rows = []
    for each in found:
        state, tone = PAYMENT_STATES[each.state]
        after: Cell | str = "–"
        if each.state == "PREPARED" and may_approve and each.prepared_by_id != person_id:
            after = Cell(_("Répondre"), url=reverse("clearing:agree-payment", args=[each.id]))
        elif each.state == "AGREED" and may_settle:
            after = Cell(_("Donner à la banque"), url=reverse("clearing:book", args=[each.id]))
        elif each.state == "PAID" and may_settle:
            after = Cell(_("La banque l’a rendu"), url=reverse("clearing:return-payment", args=[each.id]))
        rows.append([
            each.organisation, formats.number(each.claim_count), formats.euros(each.cents), f"…{each.iban[-4:]}", Cell(str(state), tone=tone), after,
        ])  # fmt: skip
    return Table(_("Paiements aux lieux"), columns, rows, empty=_("Aucun paiement pour l’instant."))
