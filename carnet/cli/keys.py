"""The keys of a programme's codes, from the command line: which versions there are, new ones, the end of one that leaked."""

from typing import Annotated, Any
from uuid import uuid4

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, give, say
from carnet.cli.speech import gettext as _

Programme = Annotated[int, typer.Argument(help=_("Numéro du programme."), metavar="PROGRAMME")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("list", help=_("Lister les versions de clés d’un programme, et combien de chèques reposent sur chacune."))(list_keys)
    group.command("rotate", help=_("Tirer de nouvelles clés pour les prochaines éditions ; les chèques déjà faits restent bons."))(rotate)
    group.command("end", help=_("Déclarer qu’une version a fui : ses QR codes ne sont plus crus sans réseau ; les chèques restent bons."))(
        end
    )
    group.command(
        "rewrap",
        help=_(
            "Changer la clé d’enveloppe : chaque fichier du dossier des clés est scellé à nouveau. Coupée, la commande se relance et continue."
        ),
    )(rewrap)
    app.add_typer(group, name="keys", help=_("Les clés des codes, tenues hors de la base."))


def list_keys(programme: Programme, as_json: AsJson = False) -> None:
    with installation():
        from carnet.funding import queries as funding
        from carnet.gateways.database import acting_as
        from carnet.issuing.queries import keys

        funding.programme(programme)
        with acting_as(programme_ids=[programme]):
            found = keys.key_versions(programme)
        if as_json:
            give([{name: getattr(each, name) for name in each.__slots__} for each in found])
            return
        if not found:
            say(_("Aucune clé encore : elles sont tirées avec la première édition."))
        for each in found:
            said = {"version": each.version, "series": each.series_count, "vouchers": each.voucher_count, "state": _state(each)}
            say(_("version %(version)d, %(state)s : %(series)d éditions, %(vouchers)d chèques") % said)


def _state(each: Any) -> str:
    if each.ended_at is not None:
        return _("terminée")
    return _("en service") if each.is_current else _("ancienne, acceptée")


def rotate(programme: Programme, as_json: AsJson = False) -> None:
    with installation():
        from carnet.gateways.database import acting_as
        from carnet.issuing.operations import keys
        from carnet.web import clock

        actor = _installation_of(programme)
        with acting_as(actor):
            version = keys.rotate_keys(programme_id=programme, actor=actor, request_id=uuid4(), at=clock.now())
        if as_json:
            give({"programme": programme, "version": version})
        else:
            say(_("Les prochaines éditions utiliseront la version %(version)d. Sauvegardez le dossier des clés.") % {"version": version})


def end(
    programme: Programme,
    version: Annotated[int, typer.Argument(help=_("Numéro de la version qui a fui."), metavar="VERSION")],
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.gateways.database import acting_as
        from carnet.issuing.operations import keys
        from carnet.web import clock

        actor = _installation_of(programme)
        with acting_as(actor):
            keys.end_keys(programme_id=programme, version=version, actor=actor, request_id=uuid4(), at=clock.now())
        if as_json:
            give({"programme": programme, "version": version, "ended": True})
        else:
            say(
                _("La version %(version)d n’est plus crue sans réseau, dès que chaque appareil aura retrouvé le sien.")
                % {"version": version}
            )


def rewrap(
    prepare: Annotated[
        bool, typer.Option("--prepare", help=_("Tirer seulement la prochaine clé, à copier d’abord sur les autres machines."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    with installation():
        from django.conf import settings
        from rich.console import Console

        from carnet.gateways import keys
        from carnet.journal import operations as journal
        from carnet.kernel.actors import Actor
        from carnet.web import clock

        ring = keys.FileKeyRing(settings.KEYS_DIR, wrapping_key=settings.KEYS_WRAPPING or None)

        def journalled(count: int) -> None:
            journal.record(
                actor=Actor.system("carnet keys"), action="keys.wrapping-changed", subject=("installation", "all"),
                facts={"count": count}, at=clock.now(),
            )  # fmt: skip

        try:
            if prepare:
                drawn = keys.prepare_rewrap(ring)
                answer: dict[str, Any] = {"prepared": True, "drawn_now": drawn, "file": str(ring.next_path)}
            else:
                with Console(stderr=True).status(_("Les fichiers de clés sont scellés à nouveau…")):
                    done = keys.rewrap(ring, before_the_end=journalled)
                answer = {"sealed_anew": done.sealed_anew, "already": done.already, "resumed": done.resumed}
        except keys.KeysUnreadable as refusal:
            told = _(
                "Un fichier ne s’ouvre par aucune des deux clés (%(about)s). Rien n’est perdu : les deux restent. Relancez une fois réparé."
            )
            raise CommandFailed(told % {"about": refusal.facts.get("about", "")}) from None
        except PermissionError as refused:
            told = _("Le fichier %(file)s ne peut pas être écrit : lancez la commande en administrateur de la machine.")
            raise CommandFailed(told % {"file": refused.filename}) from None
    if as_json:
        give(answer)
    elif prepare:
        say(_("La prochaine clé est dans %(file)s : copiez-la, à ce nom, sur chaque machine, puis relancez sans --prepare.") % answer)
    else:
        say(
            _(
                "%(sealed_anew)d fichiers scellés à nouveau, %(already)d l’étaient déjà. Copiez la clé d’enveloppe en lieu sûr, et sauvegardez."
            )
            % answer
        )


def _installation_of(programme_id: int) -> Any:
    """Whoever runs this machine, for one programme and its operator. Raises: ProgrammeUnknown."""
    from carnet.funding import queries as funding
    from carnet.kernel.actors import Actor

    operator_id = funding.programme(programme_id).operator_id
    return Actor.system("carnet keys", programme_ids={programme_id}, organisation_ids={operator_id})
