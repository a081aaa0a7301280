"""What `carnet doctor` says of the doors: the scanner of files, the list of stolen passwords, addresses called in clear, what stands before the site."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from carnet.cli.checking import Check
from carnet.cli.speech import gettext as _

# freshclam looks for new signatures every hour; a week without is a machine that looks no more.
SIGNATURES_AGE_MOST = timedelta(days=7)
# The commonest of all: a list that does not hold it is not sorted, or is another list.
STOLEN_FOR_SURE = "password"
VERIFYING = ("verify-ca", "verify-full")
ENCRYPTING = ("require", *VERIFYING)


def guard_checks() -> Iterator[Check]:
    """All of them."""
    from django.conf import settings
    from django.utils import timezone

    yield scanner_check(timezone.now())
    yield breached_check()
    yield from plain_checks()
    if settings.SETTINGS_MODULE.endswith("prod"):
        yield proxies_check()


def scanner_check(at: datetime) -> Check:
    """Whether the scanner answers, finds what every scanner must, and knows the latest."""
    from carnet.gateways import scanner

    name = _("analyse des fichiers reçus")
    if not scanner.is_set_up():
        return Check(name, True, _("aucune : réglez CARNET_SCANNER pour interroger clamd"), warns=True)
    try:
        seen, finds = scanner.look(), scanner.finds_harm()
    except scanner.ScannerSilent:
        return Check(name, False, _("ne répond pas : les fichiers envoyés sont refusés en attendant"))
    if not finds:
        return Check(name, False, _("laisse passer le fichier d’essai EICAR : ses signatures manquent (freshclam)"))
    if seen.signed_at is not None and at - seen.signed_at > SIGNATURES_AGE_MOST:
        told = _("clamd %(version)s, signatures de %(days)d jours : relancez freshclam")
        return Check(name, True, told % {"version": seen.version, "days": (at - seen.signed_at).days}, warns=True)
    return Check(name, True, _("clamd %(version)s répond, et trouve le fichier d’essai") % {"version": seen.version})


def breached_check() -> Check:
    """Whether the list of stolen passwords reads, and finds the one it must hold."""
    from django.conf import settings

    from carnet.gateways.breached_passwords import BreachedListUnreadable, is_breached

    name = _("mots de passe volés")
    if settings.BREACHED_PASSWORDS is None:
        return Check(name, True, _("aucune liste : réglez CARNET_BREACHED_PASSWORDS"), warns=True)
    with contextlib.suppress(BreachedListUnreadable):
        if is_breached(STOLEN_FOR_SURE, path=settings.BREACHED_PASSWORDS):
            return Check(name, True, _("la liste se lit"))
    return Check(
        name, False, _("la liste ne se lit pas, ou n’est pas triée : aucun nouveau mot de passe n’est accepté, ou aucun n’est refusé")
    )


def plain_checks() -> Iterator[Check]:
    """What is called on another machine without TLS, or without looking at its certificate (ASVS 12.3)."""
    from django.conf import settings

    yield postgresql_check(settings.DATABASES["default"])
    plain = sorted(name for name, address in _called(settings).items() if _is_plain(address))
    if getattr(settings, "EMAIL_HOST", "") and not _is_here(settings.EMAIL_HOST) and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        plain.append("CARNET_MAIL_HOST")
    told = _("en clair vers une autre machine : %(names)s. Donnez une adresse https://, ou gardez ce chemin sur votre réseau")
    name = _("adresses appelées")
    yield Check(name, True, told % {"names": ", ".join(plain)} if plain else _("chiffrées, ou sur cette machine"), warns=bool(plain))


def _called(settings: object) -> Mapping[str, str]:
    names = {
        "CARNET_SMS_URL": "SMS_URL",
        "CARNET_TIMESTAMP_URL": "TIMESTAMP_URL",
        "CARNET_TRACES_URL": "TRACES_URL",
        "CARNET_SCANNER": "SCANNER",
    }
    return {name: str(getattr(settings, held, "")) for name, held in names.items()}


def postgresql_check(database: Mapping[str, object]) -> Check:
    """Whether what goes to PostgreSQL is sealed, and to whom."""
    options = database.get("OPTIONS")
    asked = str(options.get("sslmode", "prefer")) if isinstance(options, Mapping) else "prefer"
    name = _("chemin de PostgreSQL")
    hosts = str(database.get("HOST") or "").split(",")
    if all(not host or host.startswith(("/", "@")) or _is_here(host) for host in hosts):
        return Check(name, True, _("sur cette machine"))
    if asked in VERIFYING:
        return Check(name, True, _("chiffré, certificat vérifié (sslmode=%(mode)s)") % {"mode": asked})
    if asked in ENCRYPTING:
        return Check(name, True, _("chiffré, sans vérifier à qui l’on parle : mettez sslmode=verify-full dans son adresse"), warns=True)
    return Check(name, True, _("peut passer en clair vers une autre machine : mettez sslmode=verify-full dans son adresse"), warns=True)


def proxies_check() -> Check:
    """Whether the address a visitor writes themselves is believed: asked of the site, through what stands before it."""
    from django.conf import settings

    from carnet.web import relayed

    name = _("adresse des visiteurs")
    try:
        believed = relayed.believed_from(settings.BASE_URL)
    except (OSError, relayed.TooLate, LookupError, ValueError):
        return Check(name, True, _("non vérifiée : %(address)s ne répond pas d’ici") % {"address": settings.BASE_URL}, warns=True)
    if believed == relayed.INVENTED:
        told = _("un visiteur écrit la sienne (X-Forwarded-For) : CARNET_PROXIES est trop grand, ou le dernier relais n’écrit pas la vraie")
        return Check(name, False, told)
    if believed == relayed.UNREADABLE:
        return Check(name, False, _("illisible : CARNET_PROXIES compte plus de relais qu’il n’y en a"))
    return Check(name, True, _("celle que donne le dernier relais"))


def _is_plain(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("http", "tcp") and not _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
