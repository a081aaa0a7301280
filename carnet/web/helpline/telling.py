"""A story in sentences, to be read aloud on the telephone: one fact, one sentence, with its day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from carnet.helpline.queries import Event, Story, What
from carnet.helpline.rules import Asked
from carnet.ledger.rules import EndReason
from carnet.places.rules import SERVICE_BY_CODE
from carnet.web.design import formats
from carnet.web.helpline import words
from carnet.workshops.rules import Channel

Facts = Mapping[str, Any]

KINDS = {
    Asked.VOUCHER: gettext_lazy("Chèque"),
    Asked.BOOKLET: gettext_lazy("Carnet"),
    Asked.PLACE: gettext_lazy("Lieu"),
    Asked.BOOKING: gettext_lazy("Réservation"),
    Asked.COMPLAINT: gettext_lazy("Réclamation"),
    Asked.HAND_OVER: gettext_lazy("Remise"),
    Asked.REPLACEMENT: gettext_lazy("Remplacement"),
    Asked.PAYMENT: gettext_lazy("Paiement"),
    Asked.CONNECTION: gettext_lazy("Connexion"),
}
LOSSES = {
    EndReason.LOST: gettext_lazy("perdu"),
    EndReason.STOLEN: gettext_lazy("volé"),
    EndReason.DAMAGED: gettext_lazy("abîmé"),
    EndReason.RECALLED: gettext_lazy("rappelé"),
}
TONES = {
    What.NOT_ACTIVE: "warning", What.ENDED: "danger", What.LAPSED: "warning", What.BLOCKED: "danger", What.TO_REPLACE: "warning",
    What.CAME_BACK: "danger", What.SET_ASIDE: "warning", What.COMPLAINED: "warning", What.ABSENT: "warning", What.PAID: "success",
    What.LEFT: "info", What.SESSION_CANCELLED: "warning",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a story. `is_to_come`: it has not happened yet. `tone` "" for what is ordinary."""

    text: str
    is_to_come: bool
    tone: str


def title(story: Story) -> str:
    """``Carnet LA-C00000012-34``."""
    return _("%(kind)s %(number)s") % {"kind": KINDS[story.kind], "number": story.title}


def about(story: Story) -> str:
    """What it is the number of: the booklet of a voucher, the place of a booking."""
    of_a_booklet = story.kind in (Asked.VOUCHER, Asked.HAND_OVER, Asked.REPLACEMENT)
    return _("Carnet %(number)s") % {"number": story.about} if of_a_booklet and story.about else story.about


def sentences(story: Story, *, at: datetime) -> list[Sentence]:
    """The story, in order."""
    is_voucher = story.kind is Asked.VOUCHER
    told = []
    for event in story.events:
        is_to_come = event.at > at and event.what is not What.LEFT
        told.append(Sentence(_sentence(event, is_voucher, is_to_come), is_to_come, TONES.get(event.what, "")))
    return told


def _sentence(event: Event, is_voucher: bool, is_to_come: bool) -> str:
    facts = dict(event.facts) | {"day": formats.day(event.at), "is_voucher": is_voucher, "is_to_come": is_to_come}
    return _SAY[event.what](facts)


def _plain(text: Any) -> Callable[[Facts], str]:
    return lambda facts: str(text) % facts


def _vouchers(count: int) -> str:
    return ngettext("%(count)s chèque", "%(count)s chèques", count) % {"count": formats.number(count)}


def _handed_over(facts: Facts) -> str:
    if facts["is_voucher"]:
        return _("Ce chèque a été remis à une personne le %(day)s par %(organisation)s.") % facts
    if facts["count"] == facts["of"]:
        return _("Ce carnet a été remis à une personne le %(day)s par %(organisation)s.") % facts
    return _("%(organisation)s a remis %(vouchers)s de ce carnet à une personne le %(day)s.") % {
        **facts,
        "vouchers": _vouchers(facts["count"]),
    }


def _taken_out(facts: Facts) -> str:
    return _("%(organisation)s l’a sorti du stock pour le remettre sur papier, le %(day)s.") % facts


def _ended(facts: Facts) -> str:
    reason = str(LOSSES[EndReason(facts["reason"])]) if facts["reason"] in set(EndReason) else _("annulé")
    return ngettext(
        "%(count)s chèque bloqué pour toujours le %(day)s : %(reason)s.",
        "%(count)s chèques bloqués pour toujours le %(day)s : %(reason)s.",
        facts["count"],
    ) % {"count": formats.number(facts["count"]), "day": facts["day"], "reason": reason}


def _blocked(facts: Facts) -> str:
    return _("Ce carnet a été dit %(reason)s le %(day)s. À remplacer : %(vouchers)s. Remplacement R%(number)s.") % {
        "reason": LOSSES[EndReason(facts["reason"])],
        "day": facts["day"],
        "vouchers": _vouchers(facts["count"]),
        "number": facts["number"],
    }


def _replaced(facts: Facts) -> str:
    return _("%(organisation)s a donné %(vouchers)s à la place, le %(day)s.") % {**facts, "vouchers": _vouchers(facts["count"])}


def _to_replace(facts: Facts) -> str:
    return _("La personne va chercher %(vouchers)s à %(organisation)s, avec le numéro R%(number)s.") % {
        **facts,
        "vouchers": _vouchers(facts["count"]),
    }


def _when(facts: Facts) -> dict[str, str]:
    day, hour = formats.weekday(facts.get("day_of_lesson", facts["starts_at"])), formats.wall_time(facts["begins"])
    return {"when": _("%(day)s à %(hour)s") % {"day": day, "hour": hour}, "place": facts["place"], "title": facts["title"]}


def _lesson(text: Any) -> Callable[[Facts], str]:
    return lambda facts: str(text) % _when(facts)


def _booked(facts: Facts) -> str:
    if "starts_at" in facts:
        return _("Une leçon était réservée le %(when)s, %(place)s. Le lieu n’a pas encore noté qui est venu.") % _when(facts)
    if facts.get("organisation"):
        return _("La place a été réservée le %(day)s par %(organisation)s.") % facts
    if facts["channel"] is Channel.PLACE:
        return _("La place a été réservée le %(day)s auprès du lieu.") % facts
    return _("La place a été réservée le %(day)s sur le site, avec le numéro d’un carnet.") % facts


def _spent(facts: Facts) -> str:
    service = _(SERVICE_BY_CODE[facts["service"]].label) if facts["service"] in SERVICE_BY_CODE else facts["service"]
    told = {"place": facts["place"], "day": facts["day"], "service": service, "count": formats.number(facts["count"])}
    if facts["is_voucher"]:
        return _("Il a été utilisé le %(day)s : %(place)s, « %(service)s ».") % told
    return (
        ngettext(
            "%(count)s chèque a été utilisé le %(day)s : %(place)s, « %(service)s ».",
            "%(count)s chèques ont été utilisés le %(day)s : %(place)s, « %(service)s ».",
            facts["count"],
        )
        % told
    )


def _undone(facts: Facts) -> str:
    return (
        ngettext(
            "Le lieu a annulé ce passage le %(day)s : le chèque peut de nouveau servir.",
            "Le lieu a annulé ces passages le %(day)s : les %(count)s chèques peuvent de nouveau servir.",
            facts["count"],
        )
        % facts
    )


def _reserved(facts: Facts) -> str:
    return _("Le chèque %(serial)s est gardé par un lieu pour une leçon, jusqu’au %(until)s.") % {
        "serial": facts["serial"],
        "until": formats.moment(facts["until"]),
    }


def _to_pay(facts: Facts) -> str:
    told = {"place": facts["place"], "on": formats.weekday(facts["on"])}
    if facts["is_to_come"] and not facts.get("is_late"):
        return _("Le lieu sera payé le %(on)s (%(place)s).") % told
    return _("Le lieu devait être payé le %(on)s (%(place)s). La banque n’a pas encore confirmé.") % told


def _paid(facts: Facts) -> str:
    return _("Le lieu a été payé le %(on)s (%(place)s).") % {"place": facts["place"], "on": formats.weekday(facts["on"])}


def _claimed(facts: Facts) -> str:
    return _("Décompte de %(organisation)s jusqu’au %(until)s : %(vouchers)s, %(amount)s.") % {
        "vouchers": _vouchers(facts["count"]),
        "organisation": facts["organisation"],
        "until": formats.last_day(facts["until"]),
        "amount": formats.euros(facts["cents"]),
    }


def _left(facts: Facts) -> str:
    until = formats.last_day(facts["until"])
    if facts["is_voucher"]:
        return _("Il peut être utilisé jusqu’au %(until)s.") % {"until": until} if facts["count"] else _("Il ne peut plus servir.")
    if not facts["count"]:
        return _("Il ne reste aucun chèque à utiliser.")
    return ngettext(
        "Il reste %(count)s chèque à utiliser jusqu’au %(until)s.",
        "Il reste %(count)s chèques à utiliser jusqu’au %(until)s.",
        facts["count"],
    ) % {"count": formats.number(facts["count"]), "until": until}


def _accepts(facts: Facts) -> str:
    told = {"programme": facts["programme"], "on": formats.day(facts["on"])}
    if facts["is_to_come"]:
        return _("Ce lieu acceptera les chèques de « %(programme)s » à partir du %(on)s.") % told
    return _("Ce lieu accepte les chèques de « %(programme)s » depuis le %(on)s.") % told


def _accepted_until(facts: Facts) -> str:
    told = {"programme": facts["programme"], "on": formats.day(facts["on"])}
    if facts["is_to_come"]:
        return _("Il les accepte jusqu’au %(on)s (« %(programme)s »).") % told
    return _("Il ne les accepte plus depuis le %(on)s (« %(programme)s »).") % told


def _next_lesson(facts: Facts) -> str:
    seats = ngettext("%(count)s place libre", "%(count)s places libres", facts["seats"]) % {"count": facts["seats"]}
    day, hour = formats.weekday(facts["day_of_lesson"]), formats.wall_time(facts["begins"])
    return _("Prochaine leçon avec une place : « %(title)s », le %(day)s à %(hour)s (%(seats)s).") % {
        "title": facts["title"],
        "day": day,
        "hour": hour,
        "seats": seats,
    }


def _complained(facts: Facts) -> str:
    return _("Réclamation %(number)s le %(day)s : « %(kind)s ».") % {**facts, "kind": words.KINDS[facts["kind"]]}


def _complaint_closed(facts: Facts) -> str:
    return _("La réclamation %(number)s a sa réponse depuis le %(day)s : %(decision)s.") % {
        **facts,
        "decision": str(words.DECISIONS[facts["decision"]]).lower(),
    }


def _complaint_waits(facts: Facts) -> str:
    due = formats.weekday(facts["due_on"])
    if facts["is_late"]:
        return _("La réponse est en retard : elle était promise avant le %(due)s.") % {"due": due}
    return _("La réponse est promise avant le %(due)s.") % {"due": due}


_SAY: dict[What, Callable[[Facts], str]] = {
    What.RECEIVED: _plain(gettext_lazy("%(organisation)s l’a reçu le %(day)s.")),
    What.ACTIVATED: _plain(gettext_lazy("Les chèques sont actifs depuis le %(day)s.")),
    What.NOT_ACTIVE: _plain(gettext_lazy("Les chèques ne sont pas encore actifs : aucun lieu ne peut les accepter.")),
    What.IN_STOCK: _plain(gettext_lazy("Il n’a été remis à personne : il est dans le stock de %(organisation)s.")),
    What.ON_THE_WAY: _plain(gettext_lazy("Il n’a été remis à personne : il est en route vers %(organisation)s.")),
    What.HANDED_OVER: _handed_over,
    What.TAKEN_OUT: _taken_out,
    What.ENDED: _ended,
    What.LAPSED: _plain(gettext_lazy("La saison est finie : les chèques non utilisés sont périmés depuis le %(day)s.")),
    What.BLOCKED: _blocked,
    What.REPLACED: _replaced,
    What.TO_REPLACE: _to_replace,
    What.BOOKED: _booked,
    What.CAME: _lesson(gettext_lazy("La personne est venue à la leçon « %(title)s », le %(when)s, %(place)s.")),
    What.ABSENT: _lesson(gettext_lazy("La personne n’est pas venue à la leçon « %(title)s », le %(when)s, %(place)s.")),
    What.GIVEN_BACK: _lesson(gettext_lazy("La place à la leçon « %(title)s », le %(when)s, %(place)s, a été rendue.")),
    What.SESSION_CANCELLED: _lesson(gettext_lazy("La leçon « %(title)s », le %(when)s, %(place)s, a été annulée.")),
    What.LESSON_TO_COME: _lesson(gettext_lazy("Une leçon est réservée : « %(title)s », le %(when)s, %(place)s.")),
    What.WAITING: _lesson(gettext_lazy("La personne est sur la liste d’attente : « %(title)s », le %(when)s, %(place)s.")),
    What.SPENT: _spent,
    What.UNDONE: _undone,
    What.DISPUTED: _plain(gettext_lazy("Le lieu dit que ce passage est une erreur : l’opérateur y répond.")),
    What.RESERVED: _reserved,
    What.TO_PAY: _to_pay,
    What.SET_ASIDE: _plain(gettext_lazy("Le paiement de %(place)s est mis de côté : son compte bancaire ou ses chiffres sont à vérifier.")),
    What.CAME_BACK: _plain(gettext_lazy("Le virement à %(place)s est revenu : son compte bancaire est à vérifier.")),
    What.PAID: _paid,
    What.CLAIMED: _claimed,
    What.LEFT: _left,
    What.ACCEPTS: _accepts,
    What.ACCEPTED_UNTIL: _accepted_until,
    What.PLACE_ENDED: _plain(gettext_lazy("Ce lieu a fermé le %(day)s.")),
    What.NEXT_LESSON: _next_lesson,
    What.COMPLAINED: _complained,
    What.COMPLAINT_CLOSED: _complaint_closed,
    What.COMPLAINT_WAITS: _complaint_waits,
}
