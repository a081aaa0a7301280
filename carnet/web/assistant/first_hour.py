"""What is left to do before a programme can begin: read from what exists, so that it may be done in any order, by any screen."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.distribution import queries as distribution
from carnet.funding import queries as funding
from carnet.kernel.actors import Actor
from carnet.parties import queries as parties
from carnet.parties.rules import OrganisationKind
from carnet.places import queries as places
from carnet.web.operator.desks import admit_url


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to do once: whether it is done, what shows it, and where it is done."""

    title: str
    is_done: bool
    detail: str
    verb: str
    url: str


def first_steps(
    actor: Actor, programmes: list[funding.ProgrammeFacts], agreements: list[funding.AgreementFacts], *, at: datetime
) -> list[FirstStep]:
    """The steps of the first hour, in the order that serves best."""
    has_factor = actor.person_id is not None and parties.has_second_factor(actor.person_id)
    found = parties.organisations_registered_by(actor=actor)
    funders = [each for each in found if not {OrganisationKind.FUNDER, OrganisationKind.STATE}.isdisjoint(each.kinds)]
    others = [each for each in found if not {OrganisationKind.PRESCRIBER, OrganisationKind.PLACE_OPERATOR}.isdisjoint(each.kinds)]
    place_count = places.place_count(at=at)
    programme = programmes[0] if programmes else None
    return [
        FirstStep(_("Votre organisation et votre compte"), True, parties.organisation(actor.organisation_id or 0).name, "", ""),
        FirstStep(
            _("Votre deuxième vérification"),
            has_factor,
            _("Une application de votre téléphone donne six chiffres : elle protège l’argent."),
            _("Mettre en place"),
            "" if has_factor else reverse("mfa_activate_totp"),
        ),
        FirstStep(
            _("Le programme"),
            programme is not None,
            programme.name if programme else _("Où, pour qui, quand et combien, à partir d’un modèle."),
            _("Voir le programme") if programme else _("Créer un programme"),
            reverse("operator:programme", args=[programme.id]) if programme else reverse("operator:programme-new"),
        ),
        FirstStep(
            _("Les financeurs"),
            bool(funders),
            ", ".join(each.name for each in funders) or _("Chacun par son SIRET."),
            _("Inscrire un financeur"),
            f"{reverse('operator:organisation-new')}?kind=FUNDER",
        ),
        FirstStep(
            _("La convention"),
            bool(agreements),
            agreements[0].name if agreements else _("Qui paie combien, et le compte réservé où l’argent reste."),
            _("Voir la convention") if agreements else _("Ajouter une convention"),
            _agreement_url(programme, agreements),
        ),
        FirstStep(
            _("Les lieux, par fichier"),
            place_count > 0,
            ngettext("%(count)s lieu dans l’annuaire", "%(count)s lieux dans l’annuaire", place_count) % {"count": place_count}
            if place_count
            else _("Le fichier national des lieux de médiation, tel quel."),
            _("Importer des lieux"),
            reverse("operator:places-import"),
        ),
        FirstStep(
            _("Les personnes, par fichier"),
            bool(others),
            ngettext("%(count)s organisation", "%(count)s organisations", len(others)) % {"count": len(others)}
            if others
            else _("Prescripteurs et lieux : un fichier invite tout le monde."),
            _("Inviter par fichier"),
            reverse("operator:people-import"),
        ),
        _desks_step(programme, at),
        FirstStep(
            _("Un carnet spécimen"),
            False,
            _("Pour voir le papier avant de le commander."),
            _("Télécharger"),
            reverse("assistant:specimen", args=[programme.id]) if programme else "",
        ),
    ]


def _desks_step(programme: funding.ProgrammeFacts | None, at: datetime) -> FirstStep:
    count = len(distribution.participations(programme_id=programme.id, at=at)) if programme else 0
    return FirstStep(
        _("Les guichets"),
        count > 0,
        ngettext("%(count)s guichet remet les carnets", "%(count)s guichets remettent les carnets", count) % {"count": count}
        if count
        else _("Sans guichet admis, personne ne peut remettre de carnet."),
        _("Admettre un guichet"),
        admit_url(programme.id) if programme else "",
    )


def _agreement_url(programme: funding.ProgrammeFacts | None, agreements: list[funding.AgreementFacts]) -> str:
    if agreements:
        return reverse("operator:agreement", args=[agreements[0].id])
    return reverse("operator:agreement-new", args=[programme.id]) if programme else ""
