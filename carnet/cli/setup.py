"""`carnet init`: the database, then the first administrator, operator and programme, asked for or given as options."""

import os
import sys
from datetime import date
from typing import Annotated, Any
from uuid import uuid4

import typer

from carnet.cli.database import prepare_installation
from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

PASSWORD_VARIABLE = "CARNET_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable, not a password


def register(app: typer.Typer) -> None:
    app.command(
        help=_(
            "Préparer une installation : base de données, tables, dossier des clés ; puis, si on les donne, le premier compte et le programme."
        )
    )(init)


def init(
    email: Annotated[str, typer.Option("--email", help=_("Adresse de la première personne, qui administre."))] = "",
    name: Annotated[str, typer.Option("--name", help=_("Nom de cette personne."))] = "",
    organisation: Annotated[str, typer.Option("--organisation", help=_("Nom de l’organisation qui opère les programmes."))] = "",
    siret: Annotated[str, typer.Option("--siret", help=_("Son SIRET."))] = "",
    rna: Annotated[str, typer.Option("--rna", help=_("Ou son numéro RNA."))] = "",
    template: Annotated[str, typer.Option("--template", help=_("Modèle du premier programme : nantes ou departement."))] = "",
    programme: Annotated[str, typer.Option("--programme", help=_("Nom du premier programme."))] = "",
    first_day: Annotated[str, typer.Option("--first-day", help=_("Premier jour de remise des carnets, AAAA-MM-JJ."))] = "",
    first_number: Annotated[
        int,
        typer.Option(
            "--first-number",
            min=1,
            max=1_000_000_000_000,
            help=_("Numéro de la première ligne de chaque table : des opérateurs qui se partagent les numéros peuvent se reprendre."),
        ),
    ] = 1,
    as_json: AsJson = False,
) -> None:
    with installation(migrated=False):
        prepare_installation()
        if first_number > 1:
            from carnet.gateways import schema

            schema.number_from(first_number)
        from django.conf import settings

        answer: dict[str, Any] = {"database": "ready", "keys": str(settings.KEYS_DIR), "next": f"{settings.BASE_URL}/setup/"}
        if email or organisation:
            from django.db import transaction

            with transaction.atomic():  # a refused programme leaves no half-made installation
                answer |= _first_administrator(email=email, name=name, organisation=organisation, siret=siret, rna=rna)
                if template:
                    answer["programme"] = _first_programme(answer["organisation"], template=template, name=programme, first_day=first_day)
            answer["next"] = f"{settings.BASE_URL}/setup/steps/"
        elif template:
            raise CommandFailed(_("Un programme a besoin d’un opérateur : donnez --email et --organisation."))
        _tell(answer, as_json=as_json)


def _tell(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        give(answer)
        return
    say(_("La base est prête. Les clés se trouvent dans %(folder)s : sauvegardez ce dossier à part.") % {"folder": answer["keys"]})
    if "person" in answer:
        say(_("Le premier compte est créé."))
    if "programme" in answer:
        say(_("Le programme est créé ; il lui faut une convention avec ses financeurs."))
    say(_("Lancez « carnet serve », puis ouvrez %(address)s pour continuer.") % {"address": answer["next"]})


def _first_administrator(*, email: str, name: str, organisation: str, siret: str, rna: str) -> dict[str, int]:
    from carnet.kernel.actors import Actor
    from carnet.parties import operations as parties
    from carnet.web import clock

    organisation_id, person_id = parties.bootstrap_administrator(
        email=email or _asked(_("Adresse électronique")),
        display_name=name or _asked(_("Votre nom")),
        password=_password(),
        organisation_name=organisation or _asked(_("Nom de l’organisation")),
        siret=siret or None,
        rna=rna or None,
        actor=Actor.system("carnet init"),
        request_id=uuid4(),
        at=clock.now(),
    )
    return {"organisation": organisation_id, "person": person_id}


def _first_programme(organisation_id: int, *, template: str, name: str, first_day: str) -> int:
    from carnet.funding import operations as funding
    from carnet.funding.rules import template_terms
    from carnet.gateways.database import acting_as
    from carnet.kernel.actors import Actor
    from carnet.kernel.periods import legal_day
    from carnet.places.rules import SERVICE_KINDS
    from carnet.web import clock

    at = clock.now()
    try:
        opens_on = date.fromisoformat(first_day) if first_day else legal_day(at)
    except ValueError as error:
        raise CommandFailed(_("Écrivez un jour, par exemple 2026-11-01.")) from error
    terms = template_terms(template, first_day=opens_on, service_codes=[kind.code for kind in SERVICE_KINDS], name=name)
    actor = Actor.system("carnet init", organisation_ids={organisation_id})
    with acting_as(actor):
        return funding.create_programme(terms=terms, operator_id=organisation_id, actor=actor, request_id=uuid4(), at=at)


def _asked(question: str) -> str:
    if not sys.stdin.isatty():
        raise CommandFailed(_("Il manque une réponse : %(question)s.") % {"question": question})
    answer: str = typer.prompt(question)
    return answer


def _password() -> str:
    """From the environment (never from an option: options are seen by everyone on the machine), else typed twice."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    given = os.environ.get(PASSWORD_VARIABLE, "")
    if not given:
        if not sys.stdin.isatty():
            raise CommandFailed(_("Donnez le mot de passe dans la variable %(name)s.") % {"name": PASSWORD_VARIABLE})
        given = typer.prompt(_("Mot de passe"), hide_input=True, confirmation_prompt=True)
    try:
        validate_password(given)
    except ValidationError as error:
        raise CommandFailed(" ".join(error.messages)) from None
    return given
