"""People who do not exist, as the registers would have them: the demonstration's FranceConnect knows nobody else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invented:
    """One invented person. `key` names them in forms; the claims are those of the pivot identity."""

    key: str
    given_name: str
    family_name: str
    birthdate: str
    gender: str
    birthplace: str
    birthcountry: str = "99100"

    @property
    def claims(self) -> dict[str, str]:
        """The pivot identity as claims, and an e-mail address that leads nowhere."""
        pieces = {name: getattr(self, name) for name in ("given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry")}
        return {**pieces, "email": f"{self.key}@example.org"}

    @property
    def name(self) -> str:
        """The first given name and the family name, as people say them."""
        return f"{self.given_name.split()[0]} {self.family_name}"


# Born in France and not, on a leap day, on a day no register knows, with an apostrophe, a hyphen, accents, one name or three.
INVENTED = (
    Invented("colette", "Colette Marie Louise", "Berthier", "1948-03-12", "female", "44109"),
    Invented("mamadou", "Mamadou", "Diallo-Sow", "1985-07-01", "male", "", "99330"),
    Invented("fatima", "Fatima", "Benhaddou", "1972-00-00", "female", "", "99350"),
    Invented("jean-paul", "Jean-Paul Émile", "Le Goffic", "1956-11-23", "male", "29019"),
    Invented("lan", "Thị Lan", "Nguyen-Tran", "1963-05-30", "female", "", "99243"),
    Invented("yasmine", "Yasmine Inès", "Rousselet", "2004-02-29", "female", "59350"),
    Invented("oleksandr", "Oleksandr", "Kovalchenko", "1990-09-17", "male", "", "99155"),
    Invented("marie-therese", "Marie-Thérèse", "d’Hautecourt", "1939-12-02", "female", "33063"),
    Invented("ahmad", "Ahmad", "Rahimizai", "1998-01-01", "male", "", "99212"),
    Invented("josephine", "Joséphine Rose", "Payet-Grondin", "1968-08-20", "female", "97411"),
    Invented("lucas", "Lucas", "Moreau-Lespinas", "1979-04-14", "male", "13055"),
    Invented("andreea", "Andreea Ioana", "Ionescu-Pop", "1987-10-08", "female", "", "99114"),
)


def invented(key: str) -> Invented | None:
    """The invented person of this key."""
    return next((each for each in INVENTED if each.key == key), None)
