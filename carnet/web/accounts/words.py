"""The words for roles, kinds, scopes and decisions, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from carnet.notices.rules import DeliveryState, EndpointState, EventType
from carnet.parties.rules import AccountState, CardEnd, OrganisationKind, RecoveryState, Role, Scope

ROLE_NAMES: Mapping[str, Promise] = {
    Role.OPERATOR_ADMIN: _("Administration de l’opérateur"),
    Role.OPERATOR_AGENT: _("Agent de l’opérateur"),
    Role.TREASURER: _("Trésorerie (prépare les paiements)"),
    Role.APPROVER: _("Approbation (valide les paiements)"),
    Role.FUNDER: _("Financeur"),
    Role.PRESCRIBER_LEAD: _("Responsable de prescripteur"),
    Role.PRESCRIBER: _("Prescripteur"),
    Role.PLACE_MANAGER: _("Responsable de lieu"),
    Role.MEDIATOR: _("Médiateur numérique"),
    Role.AUDITOR: _("Audit"),
    Role.STATE_OFFICER: _("Agent de l’État (labels)"),
    Role.HELPLINE: _("Réponse au téléphone"),
    Role.ACCOUNTANT: _("Comptable (lecture seule)"),
    Role.HELPER: _("Aidant"),
    Role.HELPER_LEAD: _("Référent des aidants"),
    Role.LOCAL_ACTOR: _("Acteur local"),
    Role.LANDLORD: _("Bailleur"),
    Role.PROVIDER: _("Fournisseur d’accès"),
    Role.PRINT_SHOP: _("Imprimeur"),
}

KIND_NAMES: Mapping[str, Promise] = {
    OrganisationKind.FUNDER: _("Financeur"),
    OrganisationKind.STATE: _("État"),
    OrganisationKind.OPERATOR: _("Opérateur"),
    OrganisationKind.PRESCRIBER: _("Prescripteur"),
    OrganisationKind.PLACE_OPERATOR: _("Gestionnaire de lieux"),
    OrganisationKind.LANDLORD: _("Bailleur"),
    OrganisationKind.AUDITOR: _("Auditeur"),
    OrganisationKind.HELPER: _("Structure aidante"),
    OrganisationKind.LOCAL_ACTOR: _("Acteur local"),
    OrganisationKind.PROVIDER: _("Fournisseur d’accès à internet"),
    OrganisationKind.PRINT_SHOP: _("Imprimerie"),
}

SCOPE_NAMES: Mapping[str, Promise] = {
    Scope.VOUCHERS_CHECK: _("Tester un chèque"),
    Scope.REDEMPTIONS_WRITE: _("Encaisser et annuler un encaissement"),
    Scope.REDEMPTIONS_READ: _("Lire ses encaissements"),
    Scope.SETTLEMENT_READ: _("Lire ses paiements"),
    Scope.PLACES_WRITE: _("Mettre à jour ses lieux"),
    Scope.ACTIVITIES_READ: _("Lire l’aide gratuite de ses lieux"),
    Scope.ACTIVITIES_WRITE: _("Noter l’aide gratuite de ses lieux"),
    Scope.CLEARING_WRITE: _("Demander le paiement d’un chèque d’un autre opérateur"),
}

EVENT_NAMES: Mapping[str, Promise] = {
    EventType.REDEEMED: _("Un chèque est encaissé"),
    EventType.REVERSED: _("Un encaissement est annulé"),
    EventType.RESERVED: _("Un chèque est réservé"),
    EventType.RELEASED: _("Un chèque réservé est rendu"),
    EventType.PAYMENT_SENT: _("Un paiement est parti vers la banque"),
    EventType.PAYMENT_PAID: _("Un paiement est arrivé"),
    EventType.PAYMENT_RETURNED: _("Un paiement est revenu de la banque"),
    EventType.TEST: _("Un essai"),
}

ENDPOINT_STATES: Mapping[str, tuple[Promise, str]] = {
    EndpointState.RUNNING: (_("en marche"), "success"),
    EndpointState.PAUSED: (_("en pause"), "neutral"),
    EndpointState.STOPPED: (_("arrêté"), "danger"),
}

STOPPED_REASONS: Mapping[str, Promise] = {
    "failing": _("Aucun envoi n’a réussi pendant cinq jours. Les événements de cette période ne seront pas envoyés."),
    "gone": _("Votre serveur a répondu que cette adresse n’existe plus (410)."),
}

DELIVERY_STATES: Mapping[str, tuple[Promise, str]] = {
    DeliveryState.WAITING: (_("en attente"), "warning"),
    DeliveryState.DELIVERED: (_("reçu"), "success"),
    DeliveryState.FAILED: (_("abandonné"), "danger"),
    DeliveryState.CANCELLED: (_("annulé"), "neutral"),
}

# Why a server could not be told, by the word its sender keeps.
DELIVERY_ERRORS: Mapping[str, Promise] = {
    "timeout": _("pas de réponse à temps"),
    "connection": _("connexion impossible"),
    "tls": _("certificat refusé"),
    "unresolved": _("nom de domaine introuvable"),
    "not-public": _("le nom mène à une adresse privée"),
}

ACCOUNT_STATES: Mapping[str, tuple[Promise, str]] = {
    AccountState.PROPOSED: (_("à approuver"), "warning"),
    AccountState.APPROVED: (_("approuvé"), "success"),
    AccountState.ENDED: (_("terminé"), "neutral"),
}

CARD_ENDS: Mapping[str, Promise] = {CardEnd.LOST: _("Perdue"), CardEnd.BROKEN: _("Cassée")}

RECOVERY_STATES: Mapping[str, tuple[Promise, str]] = {
    RecoveryState.ASKED: (_("à décider"), "warning"),
    RecoveryState.AGREED: (_("accepté, le code part après une journée"), "info"),
    RecoveryState.OPEN: (_("code envoyé"), "info"),
    RecoveryState.DONE: (_("fini : une autre vérification est en place"), "success"),
    RecoveryState.REFUSED: (_("refusé"), "neutral"),
    RecoveryState.CANCELLED: (_("annulé"), "neutral"),
}

# Each decision a second person takes: its words, and the page where it is taken (a route with the subject's id).
DECISIONS: Mapping[str, tuple[Promise, str]] = {
    "places.approve-joining": (_("Décider d’un dossier de lieu"), "operator:joining-decision"),
    "distribution.approve-joining": (_("Décider d’un guichet"), "operator:desk-decision"),
    "mandates.approve-structures": (_("Décider d’une structure d’aidants"), "operator:structure-decision"),
    "connectivity.approve-offer": (_("Ouvrir une offre de connexion"), "operator:connection-offer"),
    "parties.approve-new-head": (_("Accepter un changement de responsable"), "operator:new-head"),
    "parties.approve-recovery": (_("Répondre d’un aidant qui a perdu sa carte ou son téléphone"), "operator:recovery"),
    "parties.approve-operator-label": (_("Décider d’un label d’opérateur"), "state:label"),
    "parties.approve-bank-account": (_("Approuver un compte bancaire"), "accounts:bank-account-of"),
    "continuity.approve-paper-claims": (_("Répondre à une demande sur preuve papier"), "operator:paper-claim"),
    "continuity.approve-partner": (_("Accepter un opérateur partenaire, ou sa fin"), "clearing:partner"),
    "continuity.approve-clearing-payment": (_("Approuver un paiement pour un autre opérateur"), "clearing:agree-payment"),
    "funding.approve-ring-fence": (_("Approuver le nouveau compte d’une convention"), "operator:ring-fence"),
    "issuing.approve-edition": (_("Approuver une édition"), "operator:edition"),
    "issuing.approve-print-key": (_("Approuver la clé d’un imprimeur"), "operator:print-key"),
    "issuing.approve-proof": (_("Dire qu’une épreuve est bonne à tirer"), "proofs:proof"),
    "funding.approve-balance": (_("Dire que le solde d’un compte est le bon"), "operator:stated-balance"),
    "settlement.approve-payment": (_("Approuver un paiement"), "operator:payment"),
    "settlement.approve-closing": (_("Approuver une clôture"), "operator:closing"),
    "connectivity.approve-bill": (_("Approuver la facture d’un fournisseur d’accès"), "bills:bill"),
}
