"""256 common French words without accents, one for each value of a byte: a digest said aloud. Their order never changes."""

from typing import Final

WORDS: Final = (
    "abri", "acier", "agneau", "aigle", "aile", "album", "algue", "amande", "ami", "ananas", "ancre", "ange", "angle", "anneau", "appel",
    "arbre", "arc", "argent", "arme", "atelier", "atlas", "aube", "avion", "avoine", "avril", "bague", "bain", "balai", "balle", "ballon",
    "banane", "banc", "banque", "barbe", "barque", "bateau", "baume", "bec", "berger", "beurre", "bijou", "bisou", "blanc", "bleu", "bloc",
    "bocal", "bois", "bonnet", "bord", "botte", "bouche", "boue", "boule", "bras", "brise", "brosse", "bruit", "brume", "buffet", "bulle",
    "bureau", "cabane", "cadeau", "cadre", "cage", "cahier", "calme", "camion", "canal", "canard", "canot", "carte", "casque", "cave", "cerf",
    "cerise", "chaise", "chalet", "champ", "chant", "chapeau", "chat", "chemin", "cheval", "chien", "chocolat", "ciel", "cigale", "citron",
    "clair", "classe", "clef", "cloche", "clou", "coffre", "colline", "colombe", "concert", "copain", "coq", "corail", "corde", "cordon",
    "cosmos", "coton", "couleur", "cour", "crabe", "craie", "crayon", "cuir", "cuivre", "cygne", "dalle", "danse", "dauphin", "demain", "dent",
    "dessin", "digue", "dindon", "dos", "douche", "dragon", "drap", "dune", "eau", "encre", "enfant", "envie", "epice", "fable", "face",
    "farine", "faucon", "femme", "fenouil", "ferme", "feu", "feuille", "ficelle", "figue", "film", "flamme", "fleur", "foin", "fondue", "fort",
    "foulard", "fraise", "frite", "fruit", "fusil", "galet", "gant", "gare", "gazon", "genou", "gerbe", "gilet", "girafe", "givre", "glace",
    "gomme", "gorge", "goutte", "grange", "grenade", "grotte", "gruau", "guitare", "hamac", "haricot", "herbe", "hibou", "histoire", "hiver",
    "homme", "horloge", "huile", "iris", "ivoire", "jambe", "jardin", "jaune", "jeton", "jeu", "jongleur", "jouet", "jour", "jupe", "kiwi",
    "lac", "laine", "lait", "lampe", "lapin", "laurier", "lavande", "lettre", "lilas", "lin", "linge", "lion", "livre", "loupe", "lune",
    "lutin", "lynx", "madame", "main", "maison", "malle", "manche", "mandarine", "marbre", "marche", "mardi", "mare", "marin", "marron",
    "masque", "matin", "melon", "menthe", "mercredi", "merle", "miel", "mimosa", "miroir", "moineau", "mont", "mouton", "moulin", "mousse",
    "mur", "muscade", "navet", "navire", "neige", "nid", "noix", "nord", "nuage", "oasis", "ocre", "olive", "ombre", "onde", "orage", "orange",
    "orge", "oursin", "ouvrage", "paille", "pain",
)  # fmt: skip
assert len(set(WORDS)) == 256
