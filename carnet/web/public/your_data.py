"""What is noted about people, how long, and what they may ask: in plain words, for whoever holds a booklet and whoever works with it."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from carnet.funding import queries as funding
from carnet.parties import queries as parties
from carnet.web.design.components import Column, Table
from carnet.web.public.views import _operator, _page


def your_data(request: HttpRequest) -> HttpResponse:
    """The page. The same facts as the register of processings (`carnet data dpia`), in shorter sentences."""
    operators = parties.organisations({each.operator_id for each in funding.programmes()})
    context = {
        "people": Table(
            _("Si vous avez reçu de l’aide"),
            [Column(_("Vous…")), Column(_("Ce que nous gardons")), Column(_("Combien de temps")), Column(_("Qui le voit"))],
            [
                [
                    _("recevez un carnet"),
                    _("une tranche d’âge, un motif, une zone. Aucun nom."),
                    _("dix ans"),
                    _("personne ne vous reconnaît"),
                ],
                [
                    _("demandez un carnet par courrier"),
                    _("votre nom et votre adresse, sous clé"),
                    _("jusqu’à l’envoi, 21 jours au plus"),
                    _("le guichet qui l’envoie"),
                ],
                [
                    _("demandez un rappel"),
                    _("votre téléphone ou votre adresse, sous clé"),
                    _("tant qu’il vous reste des chèques"),
                    _("le guichet qui vous l’a donné"),
                ],
                [
                    _("réservez un atelier"),
                    _("un téléphone, si vous le laissez, sous clé"),
                    _("jusqu’à la nuit qui suit"),
                    _("le lieu de l’atelier"),
                ],
                [
                    _("demandez une connexion"),
                    _("un téléphone, si vous le laissez, sous clé"),
                    _("30 jours après la fin"),
                    _("le guichet et le fournisseur"),
                ],
                [
                    _("signez un mandat"),
                    _("votre identité, sous une clé à vous seul"),
                    _("trois ans après la fin, puis trois ans à part"),
                    _("la structure qui vous aide"),
                ],
                [
                    _("faites une réclamation"),
                    _("ce que vous dites, et comment vous répondre"),
                    _("le contact un an, les mots deux ans"),
                    _("qui traite la réclamation"),
                ],
                [_("faites le point"), _("vos réponses, sous un numéro tiré au sort"), _("14 mois"), _("personne ne vous reconnaît")],
            ],
        ),
        "professionals": Table(
            _("Si vous travaillez avec ce site"),
            [Column(_("Ce que nous gardons")), Column(_("Pourquoi")), Column(_("Combien de temps"))],
            [
                [
                    _("votre adresse électronique, votre nom, votre rôle"),
                    _("savoir qui agit"),
                    _("trois ans après votre dernière visite, puis trois ans à part"),
                ],
                [_("ce que vous avez fait, par un numéro"), _("prouver l’usage de l’argent public"), _("dix ans")],
                [_("le compte bancaire d’un lieu"), _("payer le bon titulaire"), _("dix ans après le dernier paiement")],
            ],
        ),
        "operators": [_operator(card) for card in operators.values()],
    }
    return _page(request, "public/your_data.html", context)
