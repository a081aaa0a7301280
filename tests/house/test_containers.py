"""The recipe for a container platform, which no platform tried: everything in it that can be held to the code and to the guide is held here."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from django.urls import resolve

from carnet.cli.main import app
from tests.house.rooms import ROOT
from tests.house.test_settings import read_by_the_code, start_production

yaml = pytest.importorskip("yaml")  # brought by the tests of the API's description
HERE = ROOT / "docs" / "operating" / "containers"
DEBIAN = ROOT / "docs" / "operating" / "debian"
GUIDE = (ROOT / "docs" / "operating" / "debian.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "operating" / "containers.md").read_text(encoding="utf-8")
RECIPE = (HERE / "Containerfile").read_text(encoding="utf-8")
# Not ours, and known to whoever reads them.
OF_OTHERS = {"DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR", "LANG"}
# typer carries a click of its own.
Refused: type[Exception] = next(each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException")
PROGRAM = "/opt/carnet/.venv/bin/carnet"


def items(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))["items"]
    assert all(each["kind"] and each["apiVersion"] and each["metadata"]["name"] for each in found)
    return found


ITEMS = [*items("settings.yml"), *items("carnet.yml")]


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in ITEMS if each["kind"] == kind}


def pods() -> dict[str, dict[str, Any]]:
    """What each program runs, by its name."""
    found = {}
    for each in ITEMS:
        spec = each.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            found[each["metadata"]["name"]] = template["spec"]
    return found


def containers() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    return [(name, pod, each) for name, pod in pods().items() for each in [*pod.get("initContainers", []), *pod["containers"]]]


def told(name: str) -> dict[str, str]:
    """The variables of an environment file."""
    lines = (DEBIAN / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def started(unit: str) -> list[list[str]]:
    """The commands of a unit of the Debian guide, without the program's path."""
    return [shlex.split(line.partition("=")[2])[1:] for line in (DEBIAN / unit).read_text().splitlines() if line.startswith("ExecStart=")]


SETTINGS = {**of_kind("ConfigMap")["carnet"]["data"], **of_kind("Secret")["carnet"]["stringData"]}


def test_it_says_that_nobody_tried_it() -> None:
    assert PAGE.splitlines()[2].startswith("**Untried**")
    assert "Untried" in RECIPE.splitlines()[0]


def test_every_setting_exists_and_production_starts_with_them() -> None:
    assert set(SETTINGS) - OF_OTHERS <= read_by_the_code()
    # What the guide sets on one machine is set here too, or is the platform's (the language of its terminal, a mail server beside).
    assert set(told("carnet.env")) - set(SETTINGS) <= {"LANG", "CARNET_MAIL_TLS"}
    done = start_production(**{name: str(value) for name, value in SETTINGS.items() if name != "PROMETHEUS_MULTIPROC_DIR"})
    assert done.returncode == 0, done.stderr
    assert all(isinstance(value, str) for value in SETTINGS.values()), "a number is quoted, or the platform refuses it"


def checked(words: list[str]) -> None:
    """Refuse a command or an option that the program does not have. Raises: Refused, AssertionError."""
    command: Any = typer.main.get_command(app)
    # `carnet backup FOLDER` is short for `carnet backup take FOLDER` (carnet/cli/backup.py).
    words = ["backup", "take", *words[1:]] if words[0] == "backup" and words[1].startswith("/") else words
    asked = words
    while asked and asked[0] in getattr(command, "commands", {}):
        command, asked = command.commands[asked[0]], asked[1:]
    assert asked is not words, f"{words}: no such command"
    assert not hasattr(command, "commands") or command.invoke_without_command, f"{words}: which of {sorted(command.commands)}?"
    command.make_context("carnet", list(asked), resilient_parsing=False)


def test_a_command_that_does_not_exist_would_be_seen() -> None:
    for wrong in (["serve", "--prot", "8000"], ["jobs", "walker"], ["jobs"], ["fast", "--port", "none"], ["srve"]):
        with pytest.raises((Refused, AssertionError)):
            checked(wrong)


def test_every_command_exists_with_its_options() -> None:
    given = [container["args"] for _name, _pod, container in containers()]
    entry, default = (yaml.safe_load(re.search(rf"^{word} (\[.*\])$", RECIPE, re.MULTILINE).group(1)) for word in ("ENTRYPOINT", "CMD"))
    assert entry == [PROGRAM]
    assert default in given
    for words in [*given, *(shlex.split(each) for each in re.findall(rf"{re.escape(PROGRAM)} ([^\n`]+)", PAGE))]:
        assert all(isinstance(word, str) for word in words), words
        checked(words)


@pytest.mark.parametrize("unit", ["carnet", "carnet-counter", "carnet-jobs", "carnet-archive", "carnet-backup"])
def test_what_runs_is_what_runs_on_debian(unit: str) -> None:
    here = {"carnet": "carnet-site"}.get(unit, unit)
    pod = pods()[here]
    host = {"--host", ".".join("0000")}
    run = [[word for word in each["args"] if word not in host] for each in [*pod.get("initContainers", []), *pod["containers"]]]
    # The same words, whatever the order of the options.
    assert sorted(sorted(words) for words in run) == sorted(sorted(words) for words in started(f"{unit}.service"))
    most = re.search(r"^MemoryMax=(\d+)M$", (DEBIAN / f"{unit}.service").read_text(), re.MULTILINE)
    if most:
        assert pod["containers"][0]["resources"]["limits"]["memory"] == f"{most.group(1)}Mi"


def test_ports_and_paths_are_those_of_the_guide() -> None:
    relay = (DEBIAN / "nginx.conf").read_text(encoding="utf-8")
    (ingress,) = of_kind("Ingress").values()
    (rule,) = ingress["spec"]["rules"]
    led = {each["path"]: each["backend"]["service"] for each in rule["http"]["paths"]}
    for path, service in (("/api/v1/redemptions", "carnet-counter"), ("/", "carnet-site")):
        port = led[path]["port"]["number"]
        assert led[path]["name"] == service
        assert f"http://127.0.0.1:{port}" in relay
        assert of_kind("Service")[service]["spec"]["ports"] == [{"port": port}]
        deployed = of_kind("Deployment")[of_kind("Service")[service]["spec"]["selector"]["app"]]["spec"]["template"]
        (container,) = deployed["spec"]["containers"]
        assert container["ports"] == [{"containerPort": port}]
        assert container["args"][container["args"].index("--port") + 1] == str(port)
        assert f"EXPOSE {8000} {8001}" in RECIPE
    assert led.keys() == {"/", "/api/v1/redemptions"}
    assert re.search(r"client_max_body_size (\w+);", relay).group(1) in ingress["metadata"]["annotations"].values()
    assert (
        rule["host"]
        == ingress["spec"]["tls"][0]["hosts"][0]
        == SETTINGS["CARNET_HOSTS"].split(",")[0]
        == SETTINGS["CARNET_BASE_URL"].partition("//")[2]
    )


def test_health_is_asked_where_it_answers_and_by_a_name_that_is_answered() -> None:
    asked = 0
    for name, _pod, container in containers():
        for kind in ("livenessProbe", "readinessProbe"):
            if kind not in container:
                continue
            probe = container[kind]["httpGet"]
            asked += 1
            assert probe["port"] in [each["containerPort"] for each in container["ports"]]
            if name == "carnet-counter":
                assert f'"{probe["path"]}"' in (ROOT / "carnet" / "api" / "grouped.py").read_text(encoding="utf-8")
            else:
                resolve(probe["path"])
                # Asked by the address of the pod, Django would refuse it.
                assert {each["name"]: each["value"] for each in probe["httpHeaders"]}["Host"] in SETTINGS["CARNET_HOSTS"].split(",")
    assert asked == 4


@pytest.mark.parametrize(("name", "pod", "container"), containers(), ids=[f"{name}-{each['name']}" for name, _pod, each in containers()])
def test_nobody_is_root_and_only_volumes_are_written_to(name: str, pod: dict[str, Any], container: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == 10001
    assert f"USER {10001}:{10001}" in RECIPE
    assert pod["automountServiceAccountToken"] is False
    closed = container["securityContext"]
    assert (closed["readOnlyRootFilesystem"], closed["allowPrivilegeEscalation"], closed["capabilities"]) == (
        True,
        False,
        {"drop": ["ALL"]},
    )
    volumes, mounts = {each["name"] for each in pod["volumes"]}, {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    assert mounts.keys() == volumes
    for setting, volume in (
        ("CARNET_VAR_DIR", "files"),
        ("CARNET_KEYS_DIR", "keys"),
        ("CARNET_KEYS_WRAPPING", "wrapping"),
        ("PROMETHEUS_MULTIPROC_DIR", "metrics"),
    ):
        assert Path(SETTINGS[setting]).is_relative_to(mounts[volume]), setting
    for word in container["args"]:
        if word.startswith("/"):
            assert any(Path(word).is_relative_to(path) for path in mounts.values()), f"{name}: {word} is on no volume"


def test_every_volume_and_every_name_leads_somewhere() -> None:
    claims, maps, secrets = set(of_kind("PersistentVolumeClaim")), set(of_kind("ConfigMap")), set(of_kind("Secret"))
    used = set()
    for _name, pod, container in containers():
        for volume in pod["volumes"]:
            if "persistentVolumeClaim" in volume:
                used.add(volume["persistentVolumeClaim"]["claimName"])
            if "secret" in volume:
                assert volume["secret"]["secretName"] in secrets
        for source in container["envFrom"]:
            assert next(iter(source.values()))["name"] in maps | secrets
    assert used == claims
    # Several machines read and write these two; `data` of a secret is what the key ring asks for.
    for name in ("carnet-files", "carnet-keys"):
        assert of_kind("PersistentVolumeClaim")[name]["spec"]["accessModes"] == ["ReadWriteMany"]
    assert Path(SETTINGS["CARNET_KEYS_WRAPPING"]).name in of_kind("Secret")["carnet-wrapping"]["data"]
    for name, each in of_kind("Deployment").items():
        assert each["spec"]["selector"]["matchLabels"] == each["spec"]["template"]["metadata"]["labels"] == {"app": name}


def test_the_image_is_made_of_what_the_guide_installs() -> None:
    bases = re.findall(r"^FROM (\S+)", RECIPE, re.MULTILINE)
    assert set(bases) == {"docker.io/library/debian:12"}
    assert "A fresh Debian 12" in GUIDE
    known = set(re.search(r"apt-get install --yes --no-install-recommends (ca-certificates .*)", GUIDE).group(1).split())
    for line in re.findall(r"apt-get install --yes --no-install-recommends ([^&\n]+)", RECIPE):
        assert set(line.split()) <= known
    for line in re.findall(r"^COPY (?!--from)(.+)$", RECIPE, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name
    # The same words of make as in the guide.
    made = re.search(r"^RUN (make .*)$", RECIPE, re.MULTILINE).group(1)
    assert made in GUIDE
    assert ".venv/bin/python -m compileall -q carnet" in GUIDE
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "([\d.]+)"', project, re.MULTILINE).group(1)
    assert f"carnet:{version}" in RECIPE
    assert {container["image"] for _name, _pod, container in containers()} == {f"registry.example.org/carnet:{version}"}
