"""Taking over a programme of another operator: its archive, the receipts that places bring, a list of serials when that is all there is."""

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer
from typer.core import TyperGroup

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from typer._click.core import Context

    from carnet.continuity.operations.takeovers import Opened, TakenOver

FAULTS_SHOWN = 50


class TakesAFolder(TyperGroup):
    """`carnet takeover DIR` is `carnet takeover archive DIR`. A folder that has the name of a command is written ./receipts."""

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in {"--help", "-h"}:
            args = ["archive", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    group = typer.Typer(cls=TakesAFolder, no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "archive",
        help=_("Reprendre un programme entier depuis son archive (« carnet takeover DOSSIER » suffit). Interrompue, la reprise continue."),
    )(archive)
    group.command("receipts", help=_("Honorer les reçus signés de ce qui a été accepté après la dernière étape de l’archive."))(receipts)
    group.command("serials", help=_("Reprendre une liste de numéros de chèques, quand l’ancien opérateur n’a rien laissé d’autre."))(
        serials
    )
    app.add_typer(group, name="takeover", help=_("Reprendre le programme d’un autre opérateur : « carnet takeover DOSSIER »."))


def archive(
    folder: Annotated[Path, typer.Argument(help=_("Le dossier de l’archive."))],
    successor_key: Annotated[
        Path | None, typer.Option("--successor-key", help=_("Votre clé privée de successeur : elle ouvre les clés des chèques."))
    ] = None,
    fingerprint: Annotated[
        str,
        typer.Option("--fingerprint", help=_("L’empreinte de la clé du programme, connue par ailleurs (convention, page des archives).")),
    ] = "",
    operator: Annotated[
        str,
        typer.Option(
            "--operator",
            help=_(
                "Le SIRET de l’organisation qui opère désormais (sinon la seule d’ici ; s’il n’y en a aucune, celle de l’archive, qui vient avec)."
            ),
        ),
    ] = "",
    up_to_gap: Annotated[
        bool, typer.Option("--up-to-gap", help=_("Une étape manque : reprendre jusqu’à elle. Les lieux apporteront leurs reçus d’après."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Ne rien demander avant de reprendre."))] = False,
    as_json: AsJson = False,
) -> None:
    announced = _fingerprint(fingerprint)
    successor = _successor(successor_key)
    with installation():
        from carnet.continuity.operations import takeovers
        from carnet.gateways import programme_archives as archives
        from carnet.kernel.actors import Actor
        from carnet.web import clock

        found = archives.open_archive(folder)
        operator_id = takeovers.operator_of("".join(operator.split()), found)
        with _bar(_("Relecture"), None, quiet=as_json) as read:
            opened = takeovers.open_whole(found, announced=announced, up_to_gap=up_to_gap, progress=read.told)
        if not yes:
            _confirm(opened, is_announced=announced is not None)
        with _bar(_("Reprise"), opened.row_count, quiet=as_json) as copied:
            taken = takeovers.take_over(
                opened=opened,
                operator_id=operator_id,
                successor=successor,
                actor=Actor.system("carnet takeover", programme_ids={opened.latest.programme.id}, organisation_ids={operator_id}),
                request_id=uuid4(),
                at=clock.now(),
                on_rows=copied.more,
            )
        _count_again(quiet=as_json)
        _tell(taken, opened, as_json=as_json)


def _fingerprint(text: str) -> bytes | None:
    plain = "".join(text.split()).replace(":", "")
    if not plain:
        return None
    try:
        found = bytes.fromhex(plain)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise typer.BadParameter(_("ce n’est pas une empreinte : 64 chiffres hexadécimaux"), param_hint="--fingerprint")
    return found


def _successor(path: Path | None) -> "X25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    if path is None:
        raise typer.BadParameter(_("sans elle, aucun code ni aucun QR code ne peut être vérifié"), param_hint="--successor-key")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandFailed(_("La clé de successeur ne se lit pas (%(file)s).") % {"file": path}) from error
    if len(content) != 32:
        raise CommandFailed(
            _("Ce fichier n’est pas une clé privée de successeur (%(file)s) : « carnet archive key new » en fait une.") % {"file": path}
        )
    return X25519PrivateKey.from_private_bytes(content)


def _confirm(opened: "Opened", *, is_announced: bool) -> None:
    """What is about to be taken over, shown before anything is written; a program says --yes."""
    manifest = opened.latest
    complain(
        _("« %(programme)s », opéré par %(operator)s, connu jusqu’au %(until)s.")
        % {
            "programme": manifest.programme.name,
            "operator": manifest.programme.operator.name,
            "until": manifest.made_at.isoformat(timespec="seconds"),
        }
    )
    if not is_announced:
        complain(_("Empreinte de la clé qui a signé : %(key)s. Comparez-la avec celle de la convention.") % {"key": opened.signing_key})
    if not sys.stdin.isatty():
        raise CommandFailed(_("Donnez --yes pour reprendre sans question."))
    typer.confirm(_("Reprendre ce programme ?"), abort=True)


def _count_again(*, quiet: bool) -> None:
    from carnet.observatory.operations import figures
    from carnet.web import clock

    if not quiet:
        complain(_("Chiffres publiés : recomptés."))
    figures.refresh(at=clock.now())


def _tell(taken: "TakenOver", opened: "Opened", *, as_json: bool) -> None:
    from carnet.web.design import formats

    if as_json:
        give(
            {
                **dataclasses.asdict(taken),
                "former_operator": opened.latest.programme.operator.name,
                "steps": len(opened.archive.steps),
                "stopped_at": opened.gap.step if opened.gap else None,
                "archive_bytes": opened.byte_count,
                "ledger_verified": True,
            }
        )
        return
    say(
        _("« %(name)s » est repris : %(rows)d lignes en %(seconds)d s. Le grand livre est exact.")
        % {"name": taken.programme_name, "rows": sum(taken.rows.values()), "seconds": taken.seconds}
    )
    say(
        _("Tout est connu jusqu’au %(until)s ; après, les lieux apportent leurs reçus.")
        % {"until": taken.known_until.isoformat(timespec="seconds")}
    )
    say(
        _("Dû aux lieux ce jour : %(euros)s à %(count)d organisation(s). Chacune redonne son IBAN ; invitez aussi leurs personnes.")
        % {"euros": formats.euros(taken.owed_cents), "count": taken.owed_organisations}
    )
    say(
        _(
            "Avant tout paiement : le nouveau compte réservé de chaque convention, saisi par deux personnes. La suite : docs/operating/takeover.md"
        )
    )


def receipts(
    file: Annotated[Path, typer.Argument(help=_("Un reçu par ligne, ou un CSV où l’une des colonnes est le reçu."))],
    not_undone: Annotated[
        bool, typer.Option("--not-undone", help=_("Le lieu déclare qu’aucun de ces encaissements n’a été annulé ensuite."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    text = _text_of(file)
    with installation():
        from carnet.continuity.operations.receipts import bring_receipts
        from carnet.continuity.rules.takeovers import receipts_in
        from carnet.kernel.actors import Actor
        from carnet.web import clock
        from carnet.web.design.sentences import sentence_for

        given = receipts_in(text)
        answers = bring_receipts(
            receipts=given, nothing_undone=not_undone, actor=Actor.system("carnet takeover receipts"), request_id=uuid4(), at=clock.now()
        )
        said = [
            {
                "serial": answer.voucher_serial,
                "value_cents": answer.value_cents,
                "redeemed_at": answer.redeemed_at,
                "outcome": answer.refusal.code if answer.refusal else answer.outcome,
                "redemption": answer.redemption_number,
                "sentence": sentence_for(answer.refusal) if answer.refusal else "",
            }
            for answer in answers
        ]
    refused = [each for each in said if each["sentence"]]
    if as_json:
        give(said)
    else:
        say(
            _("%(count)d reçu(s) honoré(s) ou déjà connus, %(refused)d refusé(s).")
            % {"count": len(said) - len(refused), "refused": len(refused)}
        )
        for each in refused:
            complain(f"{each['serial'] or '—'} : {each['sentence']}")
    if refused:
        raise typer.Exit(1)


def serials(
    file: Annotated[
        Path, typer.Argument(help=_("Le CSV : serial, value, state, accepted_until, place (voir docs/operating/takeover.md)."))
    ],
    programme: Annotated[int, typer.Option("--programme", help=_("Le numéro du programme, créé auparavant."))],
    funding: Annotated[int, typer.Option("--funding", help=_("Le numéro de la convention dont l’argent couvre ces chèques."))],
    claim_days: Annotated[
        int,
        typer.Option(
            "--claim-days", min=1, max=730, help=_("Combien de jours, après la fin du dernier chèque, les lieux peuvent demander.")
        ),
    ] = 90,
    as_json: AsJson = False,
) -> None:
    text = _text_of(file)
    with installation():
        from carnet.continuity.operations.papers import take_serials
        from carnet.continuity.rules.papers import SerialsFaulty
        from carnet.funding import queries
        from carnet.gateways.database import acting_as
        from carnet.kernel.actors import Actor
        from carnet.web import clock

        operator_id = queries.programme(programme).operator_id
        actor = Actor.system("carnet takeover serials", programme_ids={programme}, organisation_ids={operator_id})
        try:
            with acting_as(actor):
                taken = take_serials(
                    text=text,
                    programme_id=programme,
                    agreement_id=funding,
                    claim_days=claim_days,
                    actor=actor,
                    request_id=uuid4(),
                    at=clock.now(),
                )
        except SerialsFaulty as refusal:
            for fault in refusal.facts["faults"][:FAULTS_SHOWN]:
                complain(fault_sentence(fault))
            raise
    from carnet.web.design import formats

    if as_json:
        give(dataclasses.asdict(taken))
        return
    say(
        _("%(lines)d chèques repris, dont %(funded)d à honorer (%(euros)s). Les lieux peuvent demander jusqu’au %(until)s.")
        % {
            "lines": taken.line_count,
            "funded": taken.funded_count,
            "euros": formats.euros(taken.funded_cents),
            "until": taken.claims_until.isoformat(),
        }
    )


def fault_sentence(fault: Any) -> str:
    """What is wrong on one line of a list of serials."""
    sentences = {
        "column-missing": _("la colonne « %(column)s » manque"),
        "column-unknown": _("la colonne « %(column)s » n’est pas attendue"),
        "column-twice": _("la colonne « %(column)s » est écrite deux fois"),
        "cells-wrong": _("il n’y a pas autant de cases que de colonnes (%(found)s)"),
        "serial-wrong": _("le numéro est vide ou trop long"),
        "serial-twice": _("ce numéro est déjà à la ligne %(found)s"),
        "value-wrong": _("la valeur « %(found)s » n’est pas un montant en euros"),
        "state-wrong": _("l’état « %(found)s » n’est pas handed_over, owed, redeemed ou void"),
        "day-wrong": _("« %(found)s » n’est pas un jour (AAAA-MM-JJ)"),
        "siret-wrong": _("« %(found)s » n’est pas un SIRET"),
        "place-missing": _("un chèque dû (owed) dit à quel lieu : son SIRET"),
        "too-many-lines": _("le fichier a trop de lignes"),
        "no-line": _("le fichier n’a aucune ligne"),
    }
    said = sentences[fault.what] % {"column": fault.column, "found": fault.found}
    return _("Ligne %(line)d : %(what)s.") % {"line": fault.line, "what": said}


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(_("Ce fichier ne se lit pas (UTF-8) : %(file)s.") % {"file": file}) from error


@dataclasses.dataclass(frozen=True, slots=True)
class _Shown:
    told: Callable[[int, int], None]
    more: Callable[[int], None]


@contextmanager
def _bar(words: str, total: int | None, *, quiet: bool) -> "Iterator[_Shown]":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        shown = bar.add_task(words, total=total)
        yield _Shown(
            lambda done, whole: bar.update(shown, completed=done, total=whole),
            lambda count: bar.advance(shown, count),
        )
