"""The dossier an authority decides on before it opens the service: `docs/security/risks.csv` laid out in the five workshops of EBIOS Risk Manager.

In French: its readers are French security officers. Drawn by `make docs`; looked at by a house test. Source: docs/sources/homologation.md.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docs import asvs

ROOT = Path(__file__).resolve().parent.parent
RISKS = ROOT / "docs" / "security" / "risks.csv"
VALUES = {
    "argent": "L’argent des financeurs et des lieux",
    "personnes": "Les personnes aidées et ce qui les nomme",
    "disponibilité": "Le guichet, ouvert",
    "confiance": "Les comptes, les clés et les preuves",
}
# The scales of EBIOS Risk Manager, of four steps each.
SEVERITIES = {1: "mineure", 2: "significative", 3: "grave", 4: "critique"}
LIKELIHOODS = {1: "peu vraisemblable", 2: "vraisemblable", 3: "très vraisemblable", 4: "quasi certain"}
# From this product on, a risk is not accepted without somebody who signs for it.
TO_DECIDE_FROM = 8
TO_FILL = "**[à remplir]**"


@dataclass(frozen=True, slots=True)
class Risk:
    """One scenario: what is feared, who would do it and how, what stops it, where that is proved, what remains."""

    id: str
    value: str
    event: str
    source: str
    path: str
    severity: int
    likelihood: int  # with the measures
    measures: str
    evidence: tuple[str, ...]
    tests: tuple[str, ...]
    remains: str

    @property
    def weight(self) -> int:
        return self.severity * self.likelihood


def risks() -> list[Risk]:
    with RISKS.open(newline="", encoding="utf-8") as file:
        return [
            Risk(
                row["id"], row["value"], row["event"], row["source"], row["path"], int(row["severity"]), int(row["likelihood"]), row["measures"],
                tuple(row["evidence"].split()), tuple(row["tests"].split()), row["remains"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def page() -> str:
    """The page, without its notice."""
    rows = sorted(risks(), key=lambda each: (-each.weight, each.id))
    states = Counter(each.state for each in asvs.grid() if each.level < 3)
    told = "\n".join(_told(each) for each in rows)
    decisions = "\n".join(
        f"| {each.id} {each.event} | {each.severity} × {each.likelihood} | {each.remains} | {TO_FILL} |"
        for each in rows
        if each.weight >= TO_DECIDE_FROM
    )
    values = "\n".join(f"| {name} | {sum(each.value == code for each in rows)} |" for code, name in VALUES.items())
    return f"""# Dossier d’homologation, prérempli

Pour l’autorité qui ouvre le téléservice, et pour qui la conseille. Une collectivité ou un service de l’État **atteste, avant d’ouvrir,
que son service est protégé** : c’est l’homologation ([textes](../sources/homologation.md)). Ce dossier en prépare la part
que le logiciel peut préparer, selon la démarche EBIOS Risk Manager, allégée. Ce que vous seuls savez est marqué {TO_FILL}.

C’est notre lecture, de novembre 2026. **Personne d’autre ne l’a vérifiée, aucun test d’intrusion n’a été fait par des tiers.** Gravité et
vraisemblance sont proposées : à vous de les confirmer. Les mesures peuvent être reportées dans MonServiceSécurisé.

## 1. Cadrage et socle

- **Service** : émettre, remettre, encaisser et payer des chèques de médiation numérique ; mandats d’aide ; connexions solidaires. {TO_FILL} :
  périmètre, nombre de chèques, de lieux, date d’ouverture.
- **Autorité d’homologation, responsable de la sécurité, délégué à la protection des données** : {TO_FILL}
- **Hébergeur, lieu, qui tient les machines** : {TO_FILL}. Ce qu’il faut installer : [un serveur Debian](../operating/debian.md) ;
  [plusieurs](../operating/high-availability.md). Comment c’est bâti : [architecture](../architecture.md).
- **Socle** : [OWASP ASVS 5.0, niveaux 1 et 2](asvs.md), {sum(states.values())} exigences. Tenues : {states["met"]} ;
  en partie : {states["partly"]} ; manquantes : {states["gap"]} ; sans objet : {states["n/a"]}. Chacune avec sa preuve, ou
  ce qui manque. [Ce qui est décidé, et où cela se règle](../operating/security.md).
- **Données personnelles** : [carte](../data-map.md) tirée du code ; analyse d’impact préremplie par `carnet data dpia`.

| valeur à protéger | scénarios |
| --- | --: |
{values}

## 2. Sources de risque

| qui | ce qu’il cherche | retenu |
| --- | --- | --- |
| un lieu, un point de remise, seuls ou de mèche | être payés de leçons qui n’ont pas eu lieu | oui |
| un employé de l’opérateur, ou l’opérateur en difficulté | l’argent des financeurs | oui |
| un groupe criminel sur internet | codes, comptes, rançon, revente de données | oui |
| un agent curieux, un aidant malveillant | savoir, ou agir pour quelqu’un à son insu | oui |
| un prestataire : imprimeur, hébergeur, SMS, bibliothèque | selon ce qu’il touche | oui |
| un État | tout | non : au-delà de ce service |
| les vôtres | {TO_FILL} | |

## 3. Écosystème

Imprimeurs (fichiers scellés pour leur clé), banques (fichiers, jamais une connexion), autres opérateurs (messages signés), FranceConnect et
ProConnect, passerelle de SMS, courrier, horodatage, hébergeur. Pour chacun, contrat et niveau attendu : {TO_FILL}

## 4. Scénarios

Gravité de 1 à 4 ({", ".join(SEVERITIES.values())}), vraisemblance de 1 à 4 ({", ".join(LIKELIHOODS.values())}), **mesures comprises**.

{_square(rows)}

{told}

## 5. Décision

À accepter nommément, ou à réduire d’abord (gravité × vraisemblance d’au moins {TO_DECIDE_FROM}) :

| scénario | | ce qui reste | décision, responsable, échéance |
| --- | --- | --- | --- |
{decisions}

À faire par vous avant l’ouverture, que rien ici ne remplace :

- un test d’intrusion par des tiers, et la correction de ce qu’il trouve ;
- choisir qui garde la ligne signée du jour ([ancrage](../operating/anchors.md)) et qui lit la page des engagements ;
- jouer une restauration et une bascule sur vos machines (`make drills ONLY=restore`, `ONLY=failover`) ;
- nommer qui est prévenu d’une alerte, de jour et de nuit ; écrire qui prévient la CNIL sous 72 heures et l’ANSSI s’il y a lieu ;
- avis du délégué, avis du responsable de la sécurité, durée de l’homologation (trois ans au plus est l’usage), signature : {TO_FILL}
"""


def _square(rows: Sequence[Risk]) -> str:
    """Severity by likelihood: which scenario is where."""
    heads = " | ".join(f"{step} {word}" for step, word in LIKELIHOODS.items())
    lines = [
        f"| **{severity} {SEVERITIES[severity]}** | "
        + " | ".join(
            " ".join(sorted(each.id for each in rows if (each.severity, each.likelihood) == (severity, likelihood)))
            for likelihood in LIKELIHOODS
        )
        + " |"
        for severity in sorted(SEVERITIES, reverse=True)
    ]
    return "\n".join([f"| gravité, vraisemblance | {heads} |", f"| --- |{' --- |' * len(LIKELIHOODS)}", *lines])


def _told(each: Risk) -> str:
    proofs = " · ".join([*(f"`{path}`" for path in each.evidence), *(_test(told) for told in each.tests)])
    remains = each.remains or "rien que nous sachions"
    return f"""### {each.id} {each.event}

{VALUES[each.value]} · gravité {each.severity} · vraisemblance {each.likelihood}

- **Qui, comment** : {each.source}. {each.path}.
- **Ce qui l’arrête** : {each.measures}.
- **Où, prouvé par** : {proofs}
- **Ce qui reste** : {remains}.
"""


def _test(told: str) -> str:
    path, _colons, name = told.partition("::")
    return f"`{path}`{f' *{name}*' if name else ''}"
