"""The shape of the code, to be looked at: what is longest, who imports whom both ways, what the last KPI cost."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "crmeter"
SHOWN = 5


def main() -> None:
    files = {path: ast.parse(path.read_text("utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
    longest("Longest files", ((lines(path), short(path)) for path in files))
    longest("Longest functions", measured(files, (ast.FunctionDef, ast.AsyncFunctionDef)))
    longest("Longest classes", measured(files, (ast.ClassDef,)))
    print("\nFolders that import each other")
    print("\n".join(f"  {a} and {b}" for a, b in sorted(mutual(files))) or "  none")
    print("\nOutside its folder, the last KPI added changed")
    print("\n".join(f"  {line}" for line in last_kpi()))


def longest(heading: str, found: Iterator[tuple[int, str]]) -> None:
    print(f"\n{heading}")
    for count, name in sorted(found, reverse=True)[:SHOWN]:
        print(f"  {count:5}  {name}")


def short(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def measured(files: dict[Path, ast.Module], kinds: tuple[type, ...]) -> Iterator[tuple[int, str]]:
    for path, tree in files.items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                yield node.end_lineno - node.lineno + 1, f"{short(path)}: {node.name}"


def folder(module: str) -> str:
    """The package a module lies in, as a path below the source."""
    inside = SOURCE.joinpath(*module.split(".")[1:])
    return short(inside if inside.is_dir() else inside.parent)


def mutual(files: dict[Path, ast.Module]) -> set[tuple[str, str]]:
    """Pairs of folders, neither inside the other, of which each imports from the other."""
    uses: set[tuple[str, str]] = set()
    for path, tree in files.items():
        for node in ast.walk(tree):
            named = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            named += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            uses |= {(short(path.parent), folder(name)) for name in named if name.startswith("crmeter.")}
    apart = {(a, b) for a, b in uses if a != b and not nested(a, b) and "." not in (a, b)}
    return {(a, b) for a, b in combinations(sorted({x for pair in apart for x in pair}), 2)
            if {(a, b), (b, a)} <= apart}  # fmt: skip


def nested(a: str, b: str) -> bool:
    return Path(a) in Path(b).parents or Path(b) in Path(a).parents


def git(*words: str) -> list[str]:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def last_kpi() -> list[str]:
    """The files outside its family's folder in the newest commit that added a KPI, generated pages left out."""
    for commit in git("log", "--format=%h", "--diff-filter=A", "--", "src/crmeter/kpis/*/*.py"):
        changes = git("show", "--format=", "--name-status", commit)
        added = [line.split("\t")[1] for line in changes if line.startswith("A\tsrc/crmeter/kpis/")]
        added = [path for path in added if path.endswith(".py") and not path.endswith("__init__.py")]
        if added:
            inside = {str(Path(path).parent) for path in added}
            other = [line.split("\t")[-1] for line in changes]
            other = [
                path for path in other if str(Path(path).parent) not in inside and not path.startswith("docs/kpis/")
            ]
            return [f"({', '.join(Path(path).stem for path in added)} in {commit})", *(other or ["nothing"])]
    return ["no KPI yet"]


if __name__ == "__main__":
    main()
