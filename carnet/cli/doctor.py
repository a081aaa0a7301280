"""Is this installation well? Each check is one line: what, whether it is well, and what to do otherwise."""

import dataclasses
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta

import typer

from carnet.cli.running import installation
from carnet.cli.speech import AsJson, give, say
from carnet.cli.speech import gettext as _

DISK_LEAST_BYTES = 1_000_000_000
CLOCK_APART_SECONDS = 2.0
SECRET_LATE = timedelta(days=1)
POSTGRESQL_VERSIONS = range(15, 19)


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    name: str
    well: bool
    says: str


def register(app: typer.Typer) -> None:
    app.command(help=_("Examiner cette installation : réglages, clés, heure, base de données, rôles."))(doctor)


def doctor(as_json: AsJson = False) -> None:
    with installation(migrated=False):
        checks = [*settings_checks(), *key_checks(), *database_checks(), *provider_checks()]
    if as_json:
        give({"well": all(check.well for check in checks), "checks": [dataclasses.asdict(check) for check in checks]})
    else:
        for check in checks:
            says = _("%(label)s : %(text)s") % {"label": check.name, "text": check.says}
            say(f"{'✓' if check.well else '✗'} {says}")
    if not all(check.well for check in checks):
        raise typer.Exit(1)


def settings_checks() -> Iterator[Check]:
    from django.conf import settings
    from django.core import checks

    problems = [str(problem.msg) for problem in checks.run_checks() if problem.level >= checks.WARNING]
    yield Check(_("réglages"), not problems, "; ".join(problems) or settings.SETTINGS_MODULE)
    free = shutil.disk_usage(settings.BASE_DIR).free
    yield Check(_("disque"), free >= DISK_LEAST_BYTES, _("%(free)d Mo libres") % {"free": free // 1_000_000})
    options = settings.DATABASES["default"]["OPTIONS"]
    pooled = bool(options.get("pool")) and options.get("prepare_threshold") is not None
    yield Check(_("réserve de connexions"), pooled, _("en place") if pooled else _("absente : les pages seront quatre fois plus lentes"))


def provider_checks() -> Iterator[Check]:
    """Whether each identity provider that is set up answers, and is who it says. One that is not set up is not asked."""
    from carnet.gateways import identity

    for name, issuer in identity.configured():
        try:
            identity.check_published(issuer)
        except identity.IdentityRefused as refusal:
            reason = str(refusal.facts.get("reason", refusal.code))
            yield Check(name, False, _("ne répond pas comme il faut (%(reason)s) : vérifiez l’adresse et le pare-feu") % {"reason": reason})
        else:
            yield Check(name, True, _("répond"))


def key_checks() -> Iterator[Check]:
    from django.conf import settings

    folder = settings.KEYS_DIR
    if not folder.is_dir():
        yield Check(_("clés"), False, _("le dossier %(folder)s manque : lancez « carnet init »") % {"folder": folder})
        return
    closed = not folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    yield Check(_("clés"), closed, str(folder) if closed else _("le dossier %(folder)s est ouvert à d’autres") % {"folder": folder})


def secrets_check(at: datetime) -> Check:
    """Secrets of printed editions that should be gone for more than a day: nobody, or nothing, destroyed them."""
    from django.conf import settings

    from carnet.gateways.database import acting_as_everything
    from carnet.issuing.queries.print_shops import seeds_due

    with acting_as_everything(why="secrets of printed editions end in every programme alike"):
        late = [each for each in seeds_due(days=settings.SEED_DAYS) if each.due_at + SECRET_LATE < at]
    told = ", ".join(str(each.order_id) for each in late[:10])
    says = _("à détruire, commandes n° %(orders)s : détruisez-les, ou refaites les carnets abîmés") % {"orders": told}
    return Check(_("secrets des carnets imprimés"), not late, says if late else _("aucun en retard"))


def database_checks() -> Iterator[Check]:
    from django.db import connection
    from django.utils import timezone

    from carnet.gateways import schema
    from carnet.gateways.database import acting_as_everything
    from carnet.notices.queries import letters_given_up
    from carnet.settings.base import APPLICATION_ROLE

    pending = schema.pending()
    yield Check(_("tables"), not pending, _("à jour") if not pending else _("%(count)d étape(s) à appliquer") % {"count": len(pending)})
    if pending:
        return  # the roles and walls are made by those steps
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT current_user, rolsuper, rolbypassrls, clock_timestamp(), current_setting('server_version_num')::int / 10000
            FROM pg_roles WHERE rolname = current_user
            """
        )
        role, superuser, bypasses, told, version = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p')")
        walled = cursor.fetchone()[0]
    with acting_as_everything(why="letters of every tenant wait in one outbox"):
        stuck = letters_given_up()
    yield secrets_check(timezone.now())
    apart = abs((timezone.now() - told).total_seconds())
    yield Check("PostgreSQL", version in POSTGRESQL_VERSIONS, str(version))
    yield Check(_("rôle"), role == APPLICATION_ROLE and not superuser and not bypasses, role)
    yield Check(_("murs entre organisations"), walled > 0, _("%(count)d tables protégées ligne par ligne") % {"count": walled})
    yield Check(
        _("lettres"),
        not stuck,
        _("aucune en souffrance")
        if not stuck
        else _("%(count)d jamais parties en trois jours : voyez l’adresse du serveur de courrier, et les contacts des organisations")
        % {"count": stuck},
    )
    yield Check(_("heure"), apart < CLOCK_APART_SECONDS, _("%(apart).1f s d’écart avec la base") % {"apart": apart})
