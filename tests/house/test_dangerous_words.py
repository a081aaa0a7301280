"""What the code never does, looked for in its syntax and not in its words: run a shell, evaluate, unpickle, build a template, hash weakly.

Each exception is named here with its reason; one that is not needed any more fails too.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.rooms import ROOT

CODE = sorted(path for path in (ROOT / "carnet").rglob("*.py"))
SCRIPTS = sorted(path for path in (ROOT / "carnet").rglob("*.js") if "vendor" not in path.parts and not path.name.endswith(".min.js"))
# By what is forbidden: names called (the end of the dotted name), and where one is allowed, why.
CALLS = {
    "shell": {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "commands.getoutput"},
    "evaluation": {"eval", "exec", "compile", "__import__"},
    "objects from bytes": {
        "pickle.loads",
        "pickle.load",
        "marshal.loads",
        "shelve.open",
        "yaml.load",
        "yaml.unsafe_load",
        "dill.loads",
        "jsonpickle.decode",
    },
    "templates from words": {"Template", "from_string", "Environment", "render_template_string"},
    "weak digests": {"hashlib.md5", "hashlib.sha1", "hashlib.new", "MD5", "SHA1"},
    "weak ciphers": {"modes.ECB", "ECB", "ARC4", "TripleDES", "Blowfish", "CAST5", "IDEA", "SEED"},
    "guessable numbers": {
        "random.random",
        "random.randint",
        "random.choice",
        "random.randrange",
        "random.choices",
        "random.shuffle",
        "random.sample",
    },
}
ALLOWED = {
    ("objects from bytes", "carnet/scenarios/national.py"): "between two processes of one simulation",
    ("weak digests", "carnet/gateways/code_cards.py"): "codes of cards are those of RFC 6238, whose digest is SHA-1 on most",
    ("weak digests", "carnet/scenarios/cards.py"): "a card of the demonstration, made apart from the code that reads it",
    ("weak digests", "carnet/gateways/timestamps.py"): "the digest a timestamp was made with, from a list",
    ("weak digests", "carnet/gateways/breached_passwords.py"): "the list of breached passwords is made of SHA-1",
}


# Where an expression holds a name in small letters, and what that name holds.
EXPRESSIONS = {
    "carnet/kernel/identifiers/_vouchers.py": "the letter of a serial, a constant of its class",
    "carnet/places/rules/areas.py": "one of the module's own shapes",
    "carnet/redemption/rules/_telephones.py": "the length of a prefix, a constant",
}


def dotted(node: ast.expr) -> str:
    """A name as it is written: `a.b.c`, or its end when it begins with something else."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            yield name, node


def found(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """(what, how it is written, line) of everything forbidden in a file."""
    for name, node in calls(tree):
        for what, names in CALLS.items():
            if name in names or (("." in name) and any("." in each and name.endswith(f".{each}") for each in names)):
                yield what, name, node.lineno
        for word in node.keywords:
            if word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False):
                yield "shell", f"{name}(shell=…)", node.lineno


def test_none_is_written_but_where_it_is_said_why() -> None:
    seen = {
        (what, str(path.relative_to(ROOT)), name, line)
        for path in CODE
        for what, name, line in found(ast.parse(path.read_text(encoding="utf-8")))
    }
    unsaid = sorted(each for each in seen if (each[0], each[1]) not in ALLOWED)
    assert unsaid == []
    assert set(ALLOWED) == {(what, path) for what, path, _name, _line in seen}, "an exception that nothing needs"


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("import os\nos.system('ls ' + name)", "shell"),
        ("import subprocess\nsubprocess.run(words, shell=True)", "shell"),
        ("eval(request.GET['x'])", "evaluation"),
        ("import pickle\npickle.loads(body)", "objects from bytes"),
        ("from django.template import Template\nTemplate(words).render()", "templates from words"),
        ("import hashlib\nhashlib.md5(b'')", "weak digests"),
        ("modes.ECB()", "weak ciphers"),
        ("import random\nrandom.choice('abc')", "guessable numbers"),
    ],
)
def test_each_would_be_seen(written: str, what: str) -> None:
    assert what in {each for each, _name, _line in found(ast.parse(written))}


def test_an_expression_of_the_code_is_never_made_of_words_that_came() -> None:
    """ASVS 1.2.9: a regular expression is constant, or made of constants of its module, or of what `re.escape` gave."""
    open_ended, excused = [], set()
    for path in CODE:
        if "migrations" in path.parts:
            continue  # what they read is beside them
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, node in calls(tree):
            if name in {"re.compile", "re.match", "re.search", "re.sub", "re.fullmatch", "re.split", "re.findall"} and node.args:
                inside = [each for each in ast.walk(node.args[0]) if isinstance(each, ast.Name | ast.Call)]
                names = {each.id for each in inside if isinstance(each, ast.Name)}
                lower = {each for each in names if not each.strip("_").isupper()} - {"re", "escape", "join", "sorted", "map", "key", "len"}
                if lower and "re.escape" not in {dotted(each.func) for each in inside if isinstance(each, ast.Call)}:
                    where = str(path.relative_to(ROOT))
                    excused.add(where)
                    if where not in EXPRESSIONS:
                        open_ended.append(f"{where}:{node.lineno} {sorted(lower)}")
    assert open_ended == []
    assert excused == set(EXPRESSIONS), "an exception that nothing needs"


# `__proto__` and `constructor` reached by a key that came, objects merged whole, text put as HTML, code made of text.
POLLUTING = re.compile(
    r"__proto__|Object\.assign\(\s*(?!document\.createElement|element\()|\.innerHTML\s*=|\.outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(|structuredClone\(JSON"
)
MESSAGES = re.compile(r"addEventListener\(\s*[\"']message[\"']|\.onmessage\s*=")


def test_no_script_merges_what_came_into_an_object_nor_makes_code_of_it() -> None:
    assert SCRIPTS
    seen = [
        f"{path.relative_to(ROOT)}: {each.group(0)}" for path in SCRIPTS for each in POLLUTING.finditer(path.read_text(encoding="utf-8"))
    ]
    assert seen == []


def test_only_a_page_and_its_own_worker_speak_by_messages() -> None:
    """ASVS 3.5.5: nothing listens to messages of other windows."""
    listening = {
        path.name
        for path in SCRIPTS
        if MESSAGES.search(path.read_text(encoding="utf-8")) and "navigator.serviceWorker" not in path.read_text(encoding="utf-8")
    }
    assert all("worker" in name or "self.on" not in name for name in listening)
    windows = [path.name for path in SCRIPTS if re.search(r"window\.addEventListener\(\s*[\"']message", path.read_text(encoding="utf-8"))]
    assert windows == []


def test_paths_of_the_house_are_where_this_looks() -> None:
    assert len(CODE) > 500
    assert Path(ROOT / "carnet" / "web" / "place" / "static").exists()
