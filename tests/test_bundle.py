"""The offline bundle: complete, installed by its own script without a network, and scoring the samples."""

from __future__ import annotations

import csv
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
NOWHERE = "http://127.0.0.1:9"


def _load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_bundle", ROOT / "tools" / "make_bundle.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return _load_tool()


def a_wheel(folder: Path, name: str, tag: str = "py3-none-any", requires: Sequence[str] = ()) -> Path:
    path = folder / f"{name}-1.0-{tag}.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines) + "\n")
    return path


def _missing(tool: ModuleType, wheels: Path, chiso: Path, python: str, platform: str) -> list[str]:
    target = tool.Target(python, tool.PLATFORMS[platform])
    found = tool.missing_requirements(tool.read_wheel(chiso), wheels, target)
    return sorted(requirement.name for requirement in found)


def test_a_condition_is_judged_by_the_target(tool: ModuleType, tmp_path: Path) -> None:
    requires = ["tzdata; sys_platform == 'win32'", "older; python_version < '3.12'"]
    chiso = a_wheel(tmp_path, "chiso", requires=requires)

    assert _missing(tool, tmp_path, chiso, "3.12", "windows") == ["tzdata"]
    assert _missing(tool, tmp_path, chiso, "3.12", "linux") == []
    assert _missing(tool, tmp_path, chiso, "3.11", "linux") == ["older"]


def test_a_wheel_for_another_platform_or_version_does_not_count(tool: ModuleType, tmp_path: Path) -> None:
    chiso = a_wheel(tmp_path, "chiso", requires=["engine"])
    a_wheel(tmp_path, "engine", "cp312-cp312-win_amd64")

    assert _missing(tool, tmp_path, chiso, "3.12", "windows") == []
    assert _missing(tool, tmp_path, chiso, "3.13", "windows") == ["engine"]
    assert _missing(tool, tmp_path, chiso, "3.12", "linux") == ["engine"]


def test_what_a_requirement_asks_for_is_followed(tool: ModuleType, tmp_path: Path) -> None:
    chiso = a_wheel(tmp_path, "chiso", requires=["middle[fast]"])
    a_wheel(tmp_path, "middle", requires=["deepest", "speed; extra == 'fast'", "test; extra == 'test'"])

    assert _missing(tool, tmp_path, chiso, "3.12", "linux") == ["deepest", "speed"]


def test_a_version_outside_the_bounds_does_not_count(tool: ModuleType, tmp_path: Path) -> None:
    chiso = a_wheel(tmp_path, "chiso", requires=["engine>=2"])
    a_wheel(tmp_path, "engine")

    assert _missing(tool, tmp_path, chiso, "3.12", "linux") == ["engine"]


def test_the_scripts_suit_their_systems(tool: ModuleType, tmp_path: Path) -> None:
    chiso = tool.read_wheel(a_wheel(tmp_path, "chiso"))
    tool.write_scripts(tmp_path, chiso, ("3.11", "3.12"), ("linux", "windows"))
    for_linux = (tmp_path / "install.sh").read_bytes()
    for_windows = (tmp_path / "install.ps1").read_bytes()

    assert for_linux.startswith(b"#!/bin/sh\n") and b"\r" not in for_linux
    assert b'pythons="3.12 3.11"' in for_linux
    assert for_windows.startswith(b"\xef\xbb\xbf#") and for_windows.count(b"\n") == for_windows.count(b"\r\n")
    assert b"'3.12 3.11' -split" in for_windows
    assert "chiso 1.0: cài đặt" in (tmp_path / "INSTALL.txt").read_text("utf-8-sig")


@pytest.fixture(scope="module")
def bundle(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "bundle"
    tool.make_bundle(folder, (RUNNING,), ("linux",), archive=True)
    return folder


def _without_network(command: Sequence[str]) -> list[str]:
    """Cut the command off from every network where the system lets us."""
    for cut in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        if shutil.which("unshare") and subprocess.run([*cut, "true"], capture_output=True).returncode == 0:
            return [*cut, *command]
    return list(command)


def _outside(**more: str) -> Mapping[str, str]:
    """An environment in which no package index can be reached and no checkout is on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    unreachable = {name: NOWHERE for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    return {**kept, **unreachable, "PIP_NO_INDEX": "1", "PIP_INDEX_URL": NOWHERE, "PYTHONPATH": "", **more}


@pytest.mark.bundle
def test_the_bundle_installs_and_scores_without_a_network(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle.with_name("bundle.zip")) as archive:
        archive.extractall(tmp_path)
    installer = tmp_path / "bundle" / "install.sh"
    environment = tmp_path / "nơi khác"
    first_on_path = str(Path(sys.executable).resolve().parent) + os.pathsep + os.environ["PATH"]
    installed = subprocess.run(
        _without_network(["sh", str(installer), str(environment)]),
        cwd=tmp_path,
        env=_outside(PATH=first_on_path),
        capture_output=True,
        text=True,
    )
    assert installed.returncode == 0, installed.stderr
    assert f"{environment}/bin/chiso --help" in installed.stdout

    samples = tmp_path / "samples"
    shutil.copytree(ROOT / "samples" / "gia-lai-2026", samples)
    asked = ["score", str(samples), "--period", "2026", "--as-of", "2026-10-10", "--unit", "H21.125"]
    scored = subprocess.run(
        _without_network([str(environment / "bin" / "chiso"), *asked, "--format", "csv"]),
        cwd=tmp_path,
        env=_outside(),
        capture_output=True,
        text=True,
    )
    assert scored.returncode == 0, scored.stderr
    (row,) = csv.DictReader(io.StringIO(scored.stdout))
    # 11.79 + 19.52 + 6.20 + 6.70 + 11.74 + 18.00
    assert (row["unit_code"], row["total"]) == ("H21.125", "73.95")


@pytest.mark.bundle
def test_an_incomplete_bundle_is_noticed(tool: ModuleType, bundle: Path, tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    shutil.copytree(bundle / "wheels", wheels)
    (engine,) = wheels.glob("duckdb-*.whl")
    engine.unlink()
    chiso = tool.read_wheel(next(wheels.glob("chiso-*.whl")))

    with pytest.raises(tool.BundleError, match="lacks duckdb"):
        tool.check_complete(chiso, wheels, tool.Target(RUNNING, tool.PLATFORMS["linux"]))


@pytest.mark.bundle
def test_the_installer_spares_a_folder_that_holds_other_files(bundle: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine", "utf-8")
    refused = subprocess.run(
        ["sh", str(bundle / "install.sh"), str(tmp_path)], env=_outside(), capture_output=True, text=True
    )

    assert refused.returncode == 1
    assert "already holds other files" in refused.stderr
    assert kept.read_text("utf-8") == "mine"
