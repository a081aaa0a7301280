"""What anybody may ask without a token: places, points, labels, figures."""

from django.utils.translation import gettext_noop as _

from carnet.api.v1.contract._words import Contract

_PROGRAMME = {"id": 3, "name": "Pass numérique de Nantes"}
_VOUCHERS = {"issued": 5000, "in_stock": 1200, "handed_over": 1600, "redeemed": 2150, "lapsed": 40, "void": 10}
_MONEY = {
    "funded": 5000000, "unissued": 0, "in_circulation": 2850000, "owed": 310000, "paid": 1840000, "returned": 0,
    "reserved": 0, "served": 0,
}  # fmt: skip

OPEN: dict[str, Contract] = {
    "space": Contract(
        title=_("Voir les places d’un espace numérique libre"),
        explains=_("Ce qui est libre maintenant, et à chaque demi-heure d’un jour. Personne n’y est nommé ; réserver se fait par la page de l’espace."),
        action=None,
        codes=("space-unknown", "place-unknown", "address-unknown"),
        answer={
            "place": 41, "seats": 4, "machines": {"computer": 3}, "is_bookable": True, "minutes_max": 60, "opening_hours": "Tu-Sa 10:00-18:00",
            "free_now": 2, "day": "2026-11-03", "starts": [{"at": "2026-11-03T09:30:00+00:00", "free": 2, "minutes": [30, 60]}],
        },
        query="?day=2026-11-03",
        parameters={"number": _("Le numéro du lieu.")},
    ),
    "places": Contract(
        title=_("Trouver des lieux"),
        explains=_(
            "L’annuaire public. Durées estimées, jamais exactes. Le même fichier entier, au schéma national v1.0.2 :"
            " /api/v1/places.csv (?department=44)."
        ),
        action=None,
        codes=("place-search-refused", "service-kind-unknown", "locality-unknown", "programme-unknown"),
        answer={
            "places": [{
                "id": 41, "name": "Médiathèque Floresca-Guépin", "address": "15 rue de la Haluchère", "postcode": "44300",
                "commune": "Nantes", "latitude": 47.245, "longitude": -1.521, "distance_km": 1.204, "walk_minutes": 25, "drive_minutes": 10,
                "phone": "+33240419000",
                "services": ["Aide aux démarches administratives"], "accepts": [{"programme": 3, "services": ["mailbox"]}],
                "offers": ["step-free", "free"], "may_offer": ["reading-help"], "languages": ["ar"],
                "next_lesson": {
                    "id": 512, "title": "Ouvrir et utiliser une boîte mail", "service": "mailbox", "starts_at": "2026-11-07T09:00:00+00:00",
                    "ends_at": "2026-11-07T10:30:00+00:00", "free_seats": 3, "vouchers": 1,
                },
                "opening_hours": "Tu-Sa 10:00-18:00", "is_open": True,
            }],
            "total": 1, "page": 1, "pages": 1, "next": None,
        },
        query="?near=47.218,-1.553&within=walk-30&wish=free",
    ),
    "place": Contract(
        title=_("Lire un lieu et ce qu’il propose"),
        explains=_("Ce qu’on y apprend et à quel prix, l’accès, les langues, les haltes, l’espace libre ; et quel jour cela fut dit, puis confirmé."),
        action=None,
        codes=("place-unknown", "address-unknown"),
        answer={
            "id": 41, "name": "Médiathèque Floresca-Guépin", "address": "15 rue de la Haluchère", "postcode": "44300", "commune": "Nantes",
            "latitude": 47.245, "longitude": -1.521, "distance_km": None, "walk_minutes": None, "drive_minutes": None, "phone": "+33240419000",
            "services": ["Aide aux démarches administratives"], "accepts": [{"programme": 3, "services": ["mailbox"]}],
            "offers": ["step-free", "free"], "may_offer": ["sign-language"], "languages": ["en"], "next_lesson": None,
            "opening_hours": "Tu-Sa 10:00-18:00", "is_open": True, "emails": [], "websites": [], "booking_urls": [], "fees": ["Gratuit"],
            "taught": [{"service": "mailbox", "modes": ["workshop"], "price_cents": 0, "vouchers": None, "beyond_cents": None, "note": ""}],
            "cost_note": "", "access": {"step-free": True, "sign-language": None}, "access_note": "",
            "is_mobile": False, "stops": [], "home_visits": False, "home_communes": [],
            "free_space": {
                "opening_hours": "Tu-Sa 14:00-18:00", "seats": 4, "machines": {"computer": 3}, "printer": True, "scanner": False, "wifi": True,
                "help": True, "is_bookable": True, "minutes_max": 60, "rules": "",
            },
            "declared": {"access:step-free": "2026-10-02"}, "confirmed_on": "2026-10-02", "updated_on": "2026-10-02",
        },
        parameters={"number": _("Le numéro du lieu.")},
    ),
    "points": Contract(
        title=_("Trouver où obtenir un carnet"),
        explains=_("Les points d’accueil publiés des guichets qui remettent des carnets en ce moment. Dit s’il en reste, jamais combien."),
        action=None,
        codes=("place-search-refused", "locality-unknown"),
        answer={
            "points": [{
                "id": 12, "name": "Accueil Bottière", "organisation": "CCAS de Nantes", "programme": 3, "street": "147 route de Sainte-Luce",
                "street_extra": "", "postcode": "44300", "commune": "Nantes", "commune_code": "44109", "latitude": 47.236, "longitude": -1.519,
                "exact": True, "distance_km": 1.4, "phone": "02 40 41 90 00", "opening_hours": "Mo-Fr 09:00-12:00", "is_open": True,
                "has_booklets": True, "age_from": None, "age_until": None, "serves_communes": [], "by_appointment": False,
                "languages": ["ar"], "note": "",
            }],
            "total": 1, "page": 1, "pages": 1, "next": None,
        },
        query="?where=Nantes&has_booklets=true",
    ),
    "labels": Contract(
        title=_("Lire les labels"),
        explains=_("Les opérateurs reconnus par l’État, les lieux de chaque réseau, avec leurs dates. Un label refusé ou retiré reste dans la liste."),
        action=None,
        codes=(),
        answer={
            "day": "2026-11-22",
            "operators": [{
                "organisation": "Médias-Cité", "level": "vouchers", "state": "granted", "in_force": True, "order": "Arrêté du 3 mars 2026",
                "requested_on": "2026-01-12", "first_day": "2026-04-01", "last_day": "2029-03-31", "withdrawn_on": None,
            }],
            "places": [{
                "place": 41, "name": "Médiathèque Floresca-Guépin", "commune": "Nantes", "programme": 3, "organisation": "Ville de Nantes",
                "state": "in_force", "first_day": "2026-02-01", "last_day": "2028-01-31", "suspended_on": None, "withdrawn_on": None,
            }],
        },
        query="?programme=3",
    ),
    "figure_cuts": Contract(
        title=_("Lire les chiffres d’un territoire"),
        explains=_("Le dernier relevé publié : les mêmes nombres que la page du territoire et que ses fichiers. Un nombre caché est null, jamais zéro."),
        action=None,
        codes=("area-unknown", "span-unclear", "span-reversed", "span-too-long", "cut-not-published"),
        answer={
            "release": "2026-10", "level": "DEPARTEMENT", "code": "44", "name": "Loire-Atlantique", "period": "2026", "periods": ["2026", "2026-10"],
            "by": "commune", "measures": ["handed_over", "people", "first_use", "used", "paid"],
            "figures": {"handed_over": 1600, "people": 320, "first_use": 280, "used": 1240, "paid": 1190, "days_to_payment": 9},
            "before": {"handed_over": 900, "people": 180, "first_use": 150, "used": 610, "paid": 600},
            "lines": [
                {"key": "44109", "name": "Nantes", "values": {"handed_over": 1400, "people": 280, "first_use": 250, "used": 1100, "paid": 1060}},
                {"key": "44190", "name": "Saint-Sébastien-sur-Loire", "values": {"handed_over": 15, "people": None, "first_use": None, "used": 9, "paid": 9}},
            ],
        },
        query="?level=DEPARTEMENT&code=44&by=commune",
    ),
    "open_data": Contract(
        title=_("Lister les publications de données ouvertes"),
        explains=_("Chaque publication, la dernière d’abord, avec l’adresse et l’empreinte de ses fichiers. Une publication ne change jamais."),
        action=None,
        codes=(),
        answer={
            "releases": [{
                "name": "2026-10", "month": "2026-10-01", "revision": 0, "published_at": "2026-11-10T05:10:00Z", "cells": 4210, "hidden": 618,
                "corrected": 0, "manifest_sha256": "8f0a5c1e4b7d2936a1c0f4e5d6b798203c4d5e6f708192a3b4c5d6e7f8091a2b",
                "files": [{
                    "name": "territories.csv", "size": 60210, "sha256": "1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778899aabbccddeeff001",
                    "url": "https://carnet.example/opendata/2026-10/territories.csv",
                }],
            }],
        },
    ),
    "commitments": Contract(
        title=_("Lire ce qui est promis et ce que contiennent les comptes"),
        explains=_(
            "Chaque programme, maintenant : ce qui est dû, en circulation, sur le compte, et ce qui manque."
            " Les journées publiées sont dans les fichiers."
        ),
        action=None,
        codes=(),
        answer={
            "at": "2026-11-23T08:00:00Z",
            "programmes": [{
                "programme": "nantes", "name": "Nantes 2026", "operator": "Médias-Cité", "simulated": True, "funded_cents": 2_000_000,
                "needed_cents": 1_150_000, "owed_cents": 150_000, "in_circulation_cents": 900_000, "unissued_cents": 100_000, "connections_cents": 0,
                "landlords_cents": 0, "owed_since": "2026-11-02", "sent_cents": 0, "paid_cents": 850_000, "returned_cents": 0,
                "account_cents": 1_150_000, "account_on": "2026-11-20", "gap_cents": 0, "alerts": [], "label": "in-force",
                "published_day": "2026-11-22", "published_digest": "8f0a5c1e4b7d2936a1c0f4e5d6b798203c4d5e6f708192a3b4c5d6e7f8091a2b",
            }],
            "files": ["https://carnet.example/opendata/commitments.json", "https://carnet.example/opendata/commitments.csv"],
        },
    ),
    "figures": Contract(
        title=_("Lire les chiffres publiés"),
        explains=_("Ce que chacun peut recompter à partir des données ouvertes."),
        action=None,
        codes=(),
        answer={
            "redeemed": 2150, "missing_cents": 0, "days_to_be_paid": 9, "slowest_days_to_be_paid": 38, "promised": 2100, "paid_as_promised": 2058,
            "programmes": [{
                "programme": _PROGRAMME, "slug": "nantes", "is_simulated": True, "vouchers": _VOUCHERS, "money_cents": _MONEY,
                "missing_cents": 0, "by_funder": [{"name": "Métropole", "money_cents": _MONEY}], "prescribers": 12, "places": 30,
                "days_to_be_paid": 9, "slowest_days_to_be_paid": 38, "promised": 2100, "paid_as_promised": 2058,
            }],
            "assisted": [{
                "programme": _PROGRAMME, "slug": "nantes", "is_simulated": True, "structures": 13,
            }],
            "done_afterwards": [{"procedure": "taxes", "by_self": 12, "together": 7, "by_somebody": 5}],
        },
    ),
}  # fmt: skip
