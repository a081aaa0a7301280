"""What a token opens: vouchers, redemptions, reservations, payments, activities; and what a device sends."""

from django.utils.translation import gettext_noop as _

from carnet.api.v1.contract._words import OF_SPENDING, OF_VOUCHER, SPENT_OR_ENDED, WITH_KEY, Contract

_CODE = "482 915 006 731 284 906"
_PROGRAMME = {"id": 3, "name": "Pass numérique de Nantes"}
_RECEIPT = "eyJwcm9ncmFtbWUiOjMsInJlZGVtcHRpb24iOiI3LTUzMTItMCJ9.Zm9yIHRoZSBzYWtlIG9mIGFuIGV4YW1wbGU"
_REDEMPTION = {
    "id": "7-5312-0",
    "voucher_serial": "NA-0000005312-7",
    "value_cents": 1000,
    "redeemed_at": "2026-11-03T09:14:05+00:00",
    "payable_on": "2026-12-07",
    "receipt": _RECEIPT,
}
_LINE = {
    "id": "7-5312-0",
    "voucher_serial": "NA-0000005312-7",
    "programme": _PROGRAMME,
    "place": 41,
    "service": "mailbox",
    "attended_on": "2026-11-03",
    "channel": "API",
    "value_cents": 1000,
    "redeemed_at": "2026-11-03T09:14:05+00:00",
    "state": "redeemed",
    "reversed_at": None,
    "payable_on": "2026-12-07",
}
_CLAIM = {
    "id": "0f0e8b0e-5b5c-4c57-9f0b-6a52a5f4c8a1",
    "state": "accepted",
    "operator": "Pass numérique d’Anjou",
    "place": 41,
    "service": "mailbox",
    "attended_on": "2026-11-03",
    "voucher_serial": "AN-0000005312-7",
    "value_cents": 1000,
    "asked_at": "2026-11-03T09:14:05+00:00",
    "payable_on": "2026-12-07",
    "paid_on": None,
    "refusal": None,
}
_RESERVATION = {
    "id": "R318",
    "state": "held",
    "voucher_serial": "NA-0000005312-7",
    "programme": _PROGRAMME,
    "place": 41,
    "service": "mailbox",
    "value_cents": 1000,
    "reserved_at": "2026-11-03T09:14:05+00:00",
    "until": "2026-11-10T17:00:00+00:00",
    "accepted_until": "2027-01-31T23:00:00+00:00",
    "ended_at": None,
}
_PAYMENT = {
    "id": 88,
    "programme": _PROGRAMME,
    "state": "paid",
    "voucher_count": 42,
    "cents": 42000,
    "redeemed_until": "2026-10-31T23:00:00+00:00",
    "payable_on": "2026-11-05",
    "paid_on": "2026-11-05",
    "reason": "",
    "references": ["CARNET-12-88-1"],
}
_ACTIVITY = {
    "id": "3f0c1b9e-7a55-4c0e-9b7e-2a9d2f4f6a10",
    "revision": 0,
    "place": 41,
    "kind": "one_to_one",
    "day": "2026-11-03",
    "people": {"soixante_soixante_neuf": 1},
    "returning": 0,
    "told_at": "2026-11-03T09:14:05+00:00",
    "source": "hand",
    "national": {
        "type": "individuel", "accompagnements": 1, "date": "2026-11-03", "duree": 30, "type_lieu": "lieu_activite",
        "oriente_vers_structure": False, "structure_de_redirection": None, "materiel": [], "thematiques": ["email"],
        "tags": ["Aide individuelle"], "titre_atelier": None, "niveau_atelier": None,
    },
}  # fmt: skip

HELD: dict[str, Contract] = {
    "check_voucher": Contract(
        title=_("Tester un chèque sans le dépenser"),
        explains=_("Dit l’état d’un chèque que l’on tient. Tester n’est pas encaisser : rien n’est dépensé, rien n’est réservé."),
        action="redemption.check",
        codes=OF_VOUCHER,
        request={"code": _CODE, "service": "mailbox"},
        answer={
            "voucher_serial": "NA-0000005312-7", "state": "redeemable", "refusal": None, "value_cents": 1000,
            "accepted_until": "2027-01-31T23:00:00+00:00", "programme": _PROGRAMME, "reserved_until": None, "redeemed_at": None,
        },
    ),
    "redeem": Contract(
        title=_("Encaisser un chèque pour un service rendu"),
        explains=_(
            "Dépense le chèque, une fois pour toutes. Seuls les codes inconnus ou mal tapés comptent comme des essais ;"
            " un chèque d’un programme que ce lieu n’accepte pas se lit comme un chèque inconnu."
        ),
        action="redemption.redeem",
        codes=(*OF_SPENDING, "too-busy"),
        keyed=True,
        request={"code": _CODE, "service": "mailbox", "place": 41, "attended_on": "2026-11-03"},
        answer=_REDEMPTION,
        status=201,
    ),
    "redeem_batch": Contract(
        title=_("Encaisser plusieurs chèques, chacun avec sa réponse"),
        explains=_(
            "Pour un atelier de groupe ou une file hors connexion. Chaque chèque a sa clé et sa réponse, avec le code qu’il aurait eu seul ;"
            " « together » vaut tous ou aucun. Un service qui coûte plusieurs chèques les prend tous ou aucun : donnez-leur le même « group »,"
            " sinon ils sont pris dans l’ordre, autant que le service en coûte."
        ),
        action="redemption.redeem",
        codes=("batch-too-large", "batch-held-back", "place-required", "place-not-accepted", "workshop-session-unknown", *WITH_KEY[:2]),
        request={"items": [{"key": "atelier-1", "code": _CODE, "service": "mailbox"}], "together": False},
        answer={"answers": [{"key": "atelier-1", "status": 201, "replayed": False, "redemption": _REDEMPTION, "problem": None}]},
    ),
    "reverse": Contract(
        title=_("Annuler une erreur, dans le délai d’annulation"),
        explains=_("Le chèque redevient dépensable. Après le délai du programme, c’est une contestation."),
        action="redemption.reverse",
        codes=("redemption-unknown", "already-reversed", "undo-window-closed", "reason-missing"),
        keyed=True,
        request={"reason": "mauvais chèque"},
        answer={"id": "7-5312-0", "reversed_at": "2026-11-03T09:20:00+00:00"},
        parameters={"number": _("Le numéro de l’encaissement (son « id »).")},
    ),
    "redemptions": Contract(
        title=_("Lire ses encaissements"),
        explains=_("Ceux de sa propre organisation seulement, le plus récent d’abord. Un jeton d’un seul lieu ne lit que ce lieu."),
        action="redemption.see",
        codes=("cursor-invalid",),
        answer={"redemptions": [_LINE], "next": "/api/v1/redemptions?limit=1&cursor=WyIyMDI2LTEx%3AcXNk"},
        query="?since=2026-11-01&state=redeemed&limit=1",
    ),
    "redemption": Contract(
        title=_("Lire un encaissement"),
        explains=_("Celui d’une autre organisation se lit comme un numéro qui n’existe pas."),
        action="redemption.see",
        codes=("redemption-unknown",),
        answer=_LINE,
        parameters={"number": _("Le numéro de l’encaissement (son « id »).")},
    ),
    "payments": Contract(
        title=_("Lire ses paiements"),
        explains=_("Ce qui a été réclamé pour son organisation : payé, en cours, en attente, revenu de la banque. Le plus récent d’abord."),
        action="settlement.see-own",
        codes=("cursor-invalid",),
        answer={"payments": [_PAYMENT], "next": None},
        query="?state=paid",
    ),
    "expected_payments": Contract(
        title=_("Lire ce qui est dû, et quand"),
        explains=_("Tout ce qui est en route vers son organisation, la période en cours comprise, du plus proche au plus lointain."),
        action="settlement.see-own",
        codes=(),
        answer={
            "owed_cents": 3000,
            "expected": [{
                "programme": _PROGRAMME, "state": "running", "payable_on": "2026-12-07", "voucher_count": 3, "cents": 3000, "reason": "",
                "payment": None,
            }],
        },
    ),
    "payment": Contract(
        title=_("Lire un paiement, jour par jour"),
        explains=_("De quoi vérifier son propre compte. Celui d’une autre organisation se lit comme un numéro qui n’existe pas."),
        action="settlement.see-own",
        codes=("claim-unknown", "address-unknown"),
        answer={**_PAYMENT, "days": [{"place": 41, "day": "2026-10-14", "voucher_count": 42, "cents": 42000}]},
        parameters={"number": _("Le numéro du paiement (son « id »).")},
    ),
    "reserve": Contract(
        title=_("Réserver un chèque pour une séance prise"),
        explains=_(
            "Le chèque est tenu pour ce lieu jusqu’à l’heure dite ; un autre lieu est refusé entre-temps. Rien n’est dépensé."
            " La réservation finit d’elle-même à son heure."
        ),
        action="redemption.reserve",
        codes=(*OF_VOUCHER, *SPENT_OR_ENDED, "service-not-accepted", "reservation-in-past", "reservation-too-late"),
        keyed=True,
        request={"code": _CODE, "service": "mailbox", "until": "2026-11-10T18:00:00+01:00", "place": 41},
        answer=_RESERVATION,
        status=201,
    ),
    "reservations": Contract(
        title=_("Lister ses réservations"),
        explains=_("De la première à finir à la dernière, quel que soit leur état. Un jeton d’un lieu ne lit que ce lieu."),
        action="redemption.reserve",
        codes=("cursor-invalid",),
        answer={"reservations": [_RESERVATION], "next": None},
    ),
    "reservation": Contract(
        title=_("Lire une réservation"),
        explains=_("Celle d’une autre organisation se lit comme un numéro qui n’existe pas."),
        action="redemption.reserve",
        codes=("reservation-unknown",),
        answer=_RESERVATION,
        parameters={"number": _("Le numéro de la réservation (son « id »).")},
    ),
    "capture": Contract(
        title=_("Encaisser un chèque réservé, une fois la séance donnée"),
        explains=_("Sans redonner le code. Les règles et les refus sont ceux d’un encaissement."),
        action="redemption.redeem",
        codes=("reservation-unknown", "reservation-ended", *OF_VOUCHER, *SPENT_OR_ENDED, "service-not-accepted", "attended-invalid"),
        keyed=True,
        request={"attended_on": "2026-11-10"},
        answer=_REDEMPTION,
        status=201,
        parameters={"number": _("Le numéro de la réservation (son « id »).")},
    ),
    "release": Contract(
        title=_("Rendre un chèque réservé"),
        explains=_("Tout lieu peut le prendre à nouveau."),
        action="redemption.reserve",
        codes=("reservation-unknown", "reservation-ended"),
        keyed=True,
        request={},
        answer={"id": "R318", "released_at": "2026-11-09T08:00:00+00:00"},
        parameters={"number": _("Le numéro de la réservation (son « id »).")},
    ),
    "claim_voucher": Contract(
        title=_("Demander le paiement d’un chèque d’un autre opérateur"),
        explains=_(
            "Le chèque est d’un opérateur partenaire : c’est lui qui l’accepte ou le refuse. Sa réponse est souvent là aussitôt ; sinon l’état est"
            " pending, et se relit. Le code n’est gardé nulle part en clair."
        ),
        action="continuity.clear",
        codes=(
            "code-mistyped", "place-not-accepted", "place-required", "clearing-place-not-accepted", "attended-invalid", "voucher-is-ours",
            "issuer-unknown", "claim-open",
        ),
        keyed=True,
        request={"code": _CODE, "issuer": "21440109300015", "service": "mailbox", "place": 41},
        answer=_CLAIM,
        status=201,
    ),
    "claim": Contract(
        title=_("Lire une demande"),
        explains=_("Celle d’une autre organisation se lit comme un numéro qui n’existe pas."),
        action="continuity.clear",
        codes=("clearing-claim-unknown",),
        answer=_CLAIM,
        parameters={"number": _("Le numéro de la demande (son « id »).")},
    ),
    "withdraw_claim": Contract(
        title=_("Retirer une demande faite par erreur"),
        explains=_("L’opérateur du chèque le rend si son délai d’annulation n’est pas passé."),
        action="continuity.clear",
        codes=("clearing-claim-unknown", "claim-not-withdrawable", "reason-missing"),
        keyed=True,
        request={"reason": "mauvais chèque"},
        answer=_CLAIM | {"state": "withdrawing"},
        parameters={"number": _("Le numéro de la demande (son « id »).")},
    ),
    "dispute": Contract(
        title=_("Contester un encaissement, après le délai d’annulation"),
        explains=_("Pour une erreur vue trop tard. L’opérateur décide, et l’organisation en est avertie."),
        action="redemption.dispute",
        codes=(
            "redemption-unknown", "already-reversed", "undo-window-open", "dispute-too-late", "dispute-open", "dispute-settled",
            "reason-missing", "nir-in-text", "iban-in-text",
        ),
        keyed=True,
        request={"reason": "saisi deux fois le même atelier"},
        answer={"id": "D17", "redemption": "7-5312-0", "opened_at": "2026-11-04T10:00:00+00:00"},
        status=201,
        parameters={"number": _("Le numéro de l’encaissement (son « id »).")},
    ),
    "bring_receipts": Contract(
        title=_("Apporter les reçus d’un opérateur qui s’est arrêté"),
        explains=_(
            "Ce que le lieu a accepté juste avant, et qui n’est pas venu avec le programme repris. Chaque reçu signé est vérifié, écrit une seule"
            " fois à son propre moment, puis payé comme les autres ; un reçu refusé dit pourquoi, et l’opérateur le regarde."
        ),
        action="continuity.honour-receipts",
        codes=("receipt-standing-not-said",),
        keyed=True,
        request={"receipts": [_RECEIPT], "nothing_undone": True},
        answer={
            "answers": [
                {"outcome": "written", "redemption": "7-5312-0", "voucher_serial": "NA-0000005312-7", "value_cents": 1000, "problem": None}
            ]
        },
    ),
    "device_upload": Contract(
        title=_("Envoyer ce qui a été accepté sans réseau"),
        explains=_(
            "Pour l’application hors connexion d’un lieu. L’appareil signe tout le corps avec la clé créée à son enregistrement"
            " (Carnet-Signature), et chaque passage à part ; ni jeton, ni session. Chaque passage a sa réponse, dans l’ordre envoyé : la même,"
            " autant de fois qu’il est envoyé. Le premier confirmé gagne. Sans passage, l’appareil demande seulement des faits signés à jour."
        ),
        action=None,
        codes=("device-unknown", "device-signature-invalid", "batch-too-large", "address-unknown"),
        request={
            "device_now": "2026-11-03T09:14:05.000Z",
            "items": [{"text": '{"v":1,"device":12,"key":"8f1c1a52-…","counter":1,…}', "signature": "k0x3…=="}],
        },
        answer={
            "server_now": "2026-11-03T09:14:05+00:00",
            "revoked_at": None,
            "caps": {"count": 60, "cents": 60000, "hours": 72},
            "answers": [{
                "key": "8f1c1a52-2d0c-4f35-9b0f-0c52f6a1f0d1", "counter": 1, "state": "confirmed", "repeated": False, "code": None,
                "sentence": None, "advice": None, "redemption": "7-5312-0", "voucher_serial": "NA-0000005312-7", "value_cents": 1000,
                "redeemed_at": "2026-11-03T09:14:05+00:00", "payable_on": "2026-12-07",
            }],
            "facts": [{"programme": 3, "text": '{"v":1,"programme":3,…}', "signature": "3u9b…=="}],
        },
    ),
    "record_activity": Contract(
        title=_("Noter une aide gratuite"),
        explains=_(
            "Aide individuelle, accès libre, visite, atelier ou évènement : aux catégories de l’outil national, jamais un nom."
            " On corrige et on retire par l’écran du lieu."
        ),
        action="activities.record",
        codes=(
            "place-not-yours", "place-unknown", "activity-place-required", "activity-word-unknown", "activity-day-invalid",
            "activity-people-invalid", "activity-minutes-invalid", "nir-in-text", "iban-in-text",
        ),
        keyed=True,
        request={
            "kind": "one_to_one", "minutes": 30, "people": {"soixante_soixante_neuf": 1}, "day": "2026-11-03", "themes": ["email"], "place": 41,
        },
        answer=_ACTIVITY,
        status=201,
    ),
    "activities": Contract(
        title=_("Lire l’aide gratuite de ses lieux"),
        explains=_("Un mois, le jour le plus récent d’abord ; ce qui a été retiré n’y est plus. Un jeton d’un seul lieu ne lit que ce lieu."),
        action="activities.see",
        codes=("cursor-invalid",),
        answer={"activities": [_ACTIVITY], "next": None},
        query="?month=2026-11",
    ),
}  # fmt: skip
