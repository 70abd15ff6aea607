"""The arrows of the house: imports point inward, and nowhere in a circle."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

#: What the pure core may not know: its tests run in milliseconds and need nothing.
HEAVY = {"django", "celery", "redis", "redbeat", "kombu", "rest_framework"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def source_files(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def imported_names(path: Path, *, at_load: bool = False) -> Iterator[str]:
    """Full dotted names that ``path`` imports; with ``at_load`` only those it needs to be loaded.

    ``from a import b`` counts as ``a.b``: b may be a module. Imports inside functions and under TYPE_CHECKING
    happen later or never, so they close no circle, but they are arrows all the same.
    """
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in _nodes(ast.parse(path.read_text(), str(path)), at_load=at_load):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def _nodes(tree: ast.AST, *, at_load: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(tree):
        if at_load and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if at_load and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _nodes(child, at_load=at_load)


def graph(package: str) -> dict[str, set[str]]:
    """Module → modules of the same package that it needs to be loaded."""
    files = {module_name(path): path for path in source_files(package)}
    edges: dict[str, set[str]] = {}
    for name, path in files.items():
        edges[name] = set()
        for imported in imported_names(path, at_load=True):
            # The longest prefix that is a module: `from a.b import c` is a.b.c, or else a.b.
            target = imported
            while target and target not in files:
                target = target.rpartition(".")[0]
            # A module may use its own package's folder name while importing from it.
            if target and target != name and not name.startswith(f"{target}."):
                edges[name].add(target)
    return edges


def find_circle(edges: dict[str, set[str]]) -> list[str]:
    """Return the modules of one circle in the order of their imports, or nothing."""
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for target in sorted(edges.get(name, ())):
            if circle := walk(target, [*trail, name]):
                return circle
        done.add(name)
        return []

    for start in sorted(edges):
        if circle := walk(start, []):
            return circle
    return []


def first_words(names: Iterator[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("path", source_files("schedules"), ids=lambda path: str(path.relative_to(ROOT)))
def test_schedules_knows_nothing_of_the_project_around_it(path: Path) -> None:
    assert "stockura" not in first_words(imported_names(path))


@pytest.mark.parametrize(
    "path",
    [*source_files("schedules/recurrence"), *(ROOT / "schedules").glob("planning.py")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_the_pure_core_needs_no_framework(path: Path) -> None:
    assert not first_words(imported_names(path)) & HEAVY


def test_the_pure_core_imports_nothing_of_the_layers_around_it() -> None:
    inner = ("schedules.recurrence", "schedules.planning")
    outward = {
        (module_name(path), imported)
        for path in [*source_files("schedules/recurrence"), *(ROOT / "schedules").glob("planning.py")]
        for imported in imported_names(path)
        if imported.startswith("schedules.") and not imported.startswith(inner)
    }
    assert outward == set()


@pytest.mark.parametrize("package", ["schedules", "stockura"])
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    assert find_circle(graph(package)) == []


def test_a_circle_would_be_found() -> None:
    assert find_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_relative_and_late_imports_are_seen_as_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    module = tmp_path / "shop" / "till.py"
    module.parent.mkdir()
    module.write_text("from . import coins\nfrom ..bank import account\ndef f():\n    import gold\n")

    assert list(imported_names(module)) == ["shop.coins", "bank.account", "gold"]
    assert list(imported_names(module, at_load=True)) == ["shop.coins", "bank.account"]
