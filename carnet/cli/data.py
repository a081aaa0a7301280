"""People's data: the map, what is forgotten, what somebody may read, correct or have erased, and the search that must find nothing."""

import html
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID, uuid4

import typer

from carnet.cli.running import installation, var_dir
from carnet.cli.speech import AsJson, CommandFailed, complain, give, say
from carnet.cli.speech import gettext as _
from carnet.web.privacy_words import GAPS

if TYPE_CHECKING:
    from carnet.privacy.queries.finding import Finding

Who = Annotated[
    str,
    typer.Argument(help=_("Une adresse électronique, un téléphone, un numéro (mandat, connexion, réclamation…), ou un nom et un prénom.")),
]
Again = Annotated[str, typer.Option("--request-id", help=_("Le numéro d’une demande déjà faite : elle reprend où elle s’est arrêtée."))]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "map", help=_("Dire quelles données de personnes la base porte, pourquoi, sur quelle base légale, combien de temps, qui les voit.")
    )(map_)
    group.command(
        "retention", help=_("Dire combien de temps chaque donnée est gardée, ce que chaque nuit a effacé, ce qui est en retard.")
    )(retention)
    group.command("find", help=_("Trouver une personne dans toutes les tables où elle peut être."))(find)
    group.command("export", help=_("Donner à une personne tout ce qui est gardé sur elle, à lire et pour un programme (droit d’accès)."))(
        export
    )
    group.command("correct", help=_("Corriger un mot sur une personne (droit de rectification)."))(correct)
    group.command("erase", help=_("Effacer une personne, et détruire ses clés ; dire ce qui reste, par quelle loi, jusqu’à quand."))(erase)
    group.command(
        "search", help=_("Chercher un nom partout : chaque table, ce qui est scellé, les fichiers, les archives. Échoue s’il est trouvé.")
    )(search)
    group.command("dpia", help=_("Écrire l’analyse d’impact et le registre des traitements, remplis d’après le code."))(dpia)
    app.add_typer(group, name="data", help=_("Les données des personnes : carte, durées, droits, recherche."))


def map_(
    as_csv: Annotated[bool, typer.Option("--csv", help=_("Répondre en CSV, pour un tableur."))] = False, as_json: AsJson = False
) -> None:
    from carnet.cli.running import load_django

    load_django()
    from carnet.privacy.queries import mapping, writing

    if as_json:
        give(mapping.as_rows())
    elif as_csv:
        typer.echo(writing.map_csv(), nl=False)
    else:
        for processing in mapping.processings():
            columns = [each for each in mapping.data_map() if each.processing == processing.code]
            said = {"title": processing.title, "columns": len(columns), "tables": len(processing.tables), "kept": processing.kept}
            say(_("%(title)s : %(columns)d colonnes de %(tables)d tables. %(kept)s.") % said)


def retention(as_json: AsJson = False) -> None:
    with installation():
        from carnet.gateways.database import acting_as_everything
        from carnet.privacy.queries import periods

        with acting_as_everything(why="data of every tenant is kept equally long"):
            now, nights = periods.standings(at=datetime.now(UTC)), periods.reports()
    if as_json:
        give({"periods": [_plain(each) for each in now], "nights": [_plain(each) for each in nights]})
        return
    for each in now:
        words = _("%(code)s : %(kept)d %(unit)s ; %(held)d gardées, %(late)d en retard.")
        say(
            words
            % {
                "code": each.code,
                "kept": each.kept,
                "unit": _("jours") if each.unit == "days" else _("mois"),
                "held": each.held,
                "late": each.late,
            }
        )
        if each.gap:
            complain(f"  {GAPS[each.code]}")
    if nights:
        words = _("Dernière nuit : %(day)s, %(forgotten)d effacées, %(late)d en retard.")
        say(words % {"day": nights[0].day, "forgotten": nights[0].forgotten, "late": nights[0].late})


def find(who: Who, as_json: AsJson = False) -> None:
    with installation():
        found = _found(who)
    if as_json:
        give([{"row": each.name, "because": each.because, "can_be_erased": each.can_be_erased} for each in found])
        return
    for each in found:
        fate = _("effaçable") if each.can_be_erased else _("gardée")
        say(f"{each.name} ({', '.join(each.texts)}) : {fate}")


def export(
    who: Who,
    out: Annotated[Path, typer.Option("--out", help=_("Le dossier où écrire donnees.json et donnees.html."))],
    as_json: AsJson = False,
) -> None:
    with installation():
        from carnet.privacy.queries import finding

        content = finding.exported(_found(who), at=datetime.now(UTC))
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = {"donnees.json": json.dumps(content, ensure_ascii=False, indent=1) + "\n", "donnees.html": _readable(content)}
    for name, text in written.items():
        path = out / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    if as_json:
        give({"rows": len(content["rows"]), "files": [str(out / name) for name in written]})
    else:
        said = {"rows": len(content["rows"]), "folder": out}
        say(_("%(rows)d lignes écrites dans %(folder)s : remettez-les à la personne, puis effacez ce dossier.") % said)


def correct(
    who: Who,
    row: Annotated[str, typer.Option("--row", help=_("La ligne, comme « find » la nomme : parties_person:12."))],
    column: Annotated[str, typer.Option("--column", help=_("La colonne à corriger."))],
    value: Annotated[str, typer.Option("--value", help=_("Ce qui est juste."))],
    request_id: Again = "",
    as_json: AsJson = False,
) -> None:
    asked = _request(request_id)
    with installation():
        from carnet.kernel.actors import Actor
        from carnet.privacy import operations

        actor = Actor.system("carnet data correct")
        operations.correct(text=who, row=row, column=column, value=value, actor=actor, request_id=asked, at=datetime.now(UTC))
    if as_json:
        give({"row": row, "column": column})
    else:
        say(_("C’est corrigé. Prévenez ceux à qui cette donnée a été transmise (RGPD, article 19)."))


def erase(
    who: Annotated[str, typer.Argument(help=_("Une adresse électronique, un téléphone, un numéro, ou un nom et un prénom."))] = "",
    only: Annotated[list[str] | None, typer.Option("--only", help=_("Seulement cette ligne, comme « find » la nomme ; l’option se répète."))] = None,
    leave: Annotated[list[str] | None, typer.Option("--leave", help=_("Pas cette ligne : un homonyme ; l’option se répète."))] = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("Effacer sans demander : c’est sans retour."))] = False,
    resume: Annotated[bool, typer.Option("--resume", help=_("Reprendre les demandes qu’une coupure a arrêtées."))] = False,
    request_id: Again = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    if not (who or resume):
        raise typer.BadParameter(_("dites qui, ou « --resume »"), param_hint="WHO")
    asked = _request(request_id)
    with installation():
        from carnet.kernel.actors import Actor
        from carnet.privacy import operations

        actor, at = Actor.system("carnet data erase"), datetime.now(UTC)
        if resume:
            done = operations.resume(actor=actor, at=at)
        else:
            if not yes:
                _agreed(_found(who))
            done = [
                operations.erase(
                    text=who, only=only or (), leave=leave or (), actor=actor, request_id=asked, at=at
                )
            ]  # fmt: skip
    if as_json:
        give([_told(each) for each in done])
        return
    for each in done:
        for step in each.steps:
            say(f"{step.table}:{step.row} : {_outcome(step)}")
        said = {"keys": each.keys_destroyed, "request": each.request_id}
        say(
            _("Demande %(request)s faite ; %(keys)d clé(s) détruite(s). Le registre des effacements la rejouera à toute restauration.")
            % said
        )
    if resume and not done:
        say(_("Aucune demande n’attendait."))


def search(
    who: Who,
    folder: Annotated[list[Path] | None, typer.Option("--in", help=_("Un dossier ou un fichier à fouiller aussi ; l’option se répète."))] = None,
    only_files: Annotated[bool, typer.Option("--only-files", help=_("Ne pas lire la base."))] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    with installation():
        from django.conf import settings

        from carnet.gateways.database import acting_as_everything
        from carnet.privacy.queries import searching

        places = [path for path in (var_dir(), Path(settings.MEDIA_ROOT), Path(settings.KEYS_DIR)) if path.exists()]
        inside = [path for path in places if not any(other != path and other in path.parents for other in places)]
        with acting_as_everything(why="a name is looked for everywhere"):
            done = searching.search(who, folders=[*inside, *(folder or ())], tables=not only_files)
    if as_json:
        give({**_plain(done), "found": [_plain(each) for each in done.found]})
    else:
        words = _(
            "%(tables)d tables, %(rows)d lignes, %(sealed)d lignes scellées ouvertes, %(files)d fichiers : trouvé à %(count)d endroit(s)."
        )
        say(words % {**_plain(done), "count": len(done.found)})
        for each in done.found:
            say(f"  {each.kind} {each.where}")
        if done.unopened:
            complain(_("%(count)d fichiers scellés pour quelqu’un d’autre n’ont pas été ouverts.") % {"count": len(done.unopened)})
    if done.found:
        raise CommandFailed(_("Le nom est encore là."))


def dpia(
    out: Annotated[Path, typer.Option("--out", help=_("Le dossier où écrire analyse-impact.md, registre.csv et carte.csv."))],
    controller: Annotated[str, typer.Option("--controller", help=_("Le responsable de traitement : l’autorité qui commande."))] = "",
    officer: Annotated[str, typer.Option("--officer", help=_("Le délégué à la protection des données, et comment le joindre."))] = "",
    as_json: AsJson = False,
) -> None:
    from carnet.cli.running import load_django

    load_django()
    from carnet.privacy.queries import writing

    out.mkdir(parents=True, exist_ok=True)
    files = writing.dossier(controller=controller, officer=officer)
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
    if as_json:
        give({"files": [str(out / name) for name in files]})
    else:
        say(
            _("%(count)d fichiers écrits dans %(folder)s : ce qui reste à dire par vous y est marqué « À COMPLÉTER ».")
            % {"count": len(files), "folder": out}
        )


def _found(who: str) -> "tuple[Finding, ...]":
    from carnet.gateways.database import acting_as_everything
    from carnet.privacy.queries import finding

    with acting_as_everything(why="somebody asks what is held about them"):
        return finding.find(who)


def _agreed(found: "tuple[Finding, ...]") -> None:
    for each in found:
        fate = _("sera effacée") if each.can_be_erased else each.law
        complain(f"{each.name} : {fate}")
    if not typer.confirm(_("Effacer ? C’est sans retour."), err=True):
        raise CommandFailed(_("Rien n’a été effacé."))


def _outcome(step: Any) -> str:
    words = {"ERASED": _("effacée"), "ALREADY": _("effacée déjà"), "WAITS": _("en attente"), "KEPT": _("gardée")}
    return words[step.outcome.value] + (f" ({step.law} ; {step.until})" if step.law else "")


def _told(done: Any) -> dict[str, Any]:
    steps = [{**_plain(step), "outcome": step.outcome.value} for step in done.steps]
    return {"request_id": str(done.request_id), "is_whole": done.is_whole, "keys_destroyed": done.keys_destroyed, "steps": steps}


def _plain(value: Any) -> dict[str, Any]:
    import dataclasses

    return dataclasses.asdict(value)


def _request(given: str) -> UUID:
    try:
        return UUID(given) if given else uuid4()
    except ValueError:
        raise typer.BadParameter(_("ce n’est pas un numéro de demande"), param_hint="--request-id") from None


def _readable(content: dict[str, Any]) -> str:
    """A page that prints well, and asks for nothing else."""
    title, said = _("Vos données"), _("Ce qui est gardé sur vous, le %(day)s.") % {"day": content["made_at"][:10]}
    parts = [
        '<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{title}</title><style>body{{font:18px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}}"
        "dt{font-weight:bold}dd{margin:0 0 1rem}section{border-top:1px solid #888;padding-top:1rem}</style>",
        f"<h1>{title}</h1><p>{html.escape(said)}</p>",
    ]
    for row in content["rows"]:
        parts.append(f"<section><h2>{html.escape(row['processing'])}</h2><p>{html.escape(row['purpose'])}</p><dl>")
        for each in row["columns"]:
            parts.append(f"<dt>{html.escape(_label(each['column']))}</dt><dd>{html.escape(_spelt(each['holds']))}</dd>")
        fate = (
            _("Vous pouvez demander que ce soit effacé.") if row["can_be_erased"] else _("C’est gardé, même si vous demandez l’effacement.")
        )
        told = (
            (_("Pourquoi nous en avons le droit"), row["basis"]), (_("Combien de temps"), row["kept"]), (_("Qui le voit"), row["seen_by"]),
            (_("À qui c’est transmis"), row["leaves_to"]),
        )  # fmt: skip
        parts += [f"<dt>{html.escape(name)}</dt><dd>{html.escape(said)}</dd>" for name, said in told]
        parts.append(f"</dl><p>{html.escape(fate)}</p></section>")
    return "\n".join(parts) + "\n"


def _label(column: str) -> str:
    """How a person calls what a column holds."""
    words = {
        "email": _("Adresse électronique"), "to_email": _("Adresse électronique"), "display_name": _("Nom affiché"), "phone": _("Téléphone"),
        "language": _("Langue"), "number": _("Numéro"), "sealed_identity": _("Identité"), "sealed_contact": _("Comment vous joindre"),
        "sealed_phone": _("Téléphone"), "sealed_address": _("Adresse"), "sealed": _("Comment vous joindre"), "said": _("Ce qui a été dit"),
        "age_band": _("Tranche d’âge"), "reason": _("Motif"), "area": _("Zone"), "password": _("Mot de passe (une empreinte)"),
        "last_login": _("Dernière connexion"), "iban": _("Compte bancaire"), "holder_name": _("Titulaire du compte"), "role": _("Rôle"),
        "sealed_answers": _("Réponses d’un dossier"), "sealed_email": _("Adresse électronique"), "context": _("Lettre qui attend"),
    }  # fmt: skip
    return words.get(column, column)


def _spelt(text: str) -> str:
    """What is kept as an object, said as words."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return " · ".join(str(value) for value in found.values() if value) if isinstance(found, dict) else text
