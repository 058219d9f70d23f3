"""Makes the offline bundle: chiso, every wheel it needs, and scripts that install them without a network.

``python tools/make_bundle.py -o dist/bundle [--python 3.12 …] [--platform linux …] [--zip]`` builds chiso's
wheel, downloads the others for each Python version and platform into one folder, and checks that the
folder is complete for each of them. It needs a package index; installing from the bundle needs none.

pip judges conditions such as ``sys_platform == 'win32'`` by the computer it runs on, also when it
downloads for another. Hence the requirements are followed here once more, by the target's own words.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.parser import BytesParser
from functools import cache
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = Path(__file__).with_name("bundle")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# Older glibc first: of several wheels that fit, the one that runs on more computers is taken.
MANYLINUX = (
    *("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_24_x86_64", "manylinux_2_26_x86_64"),
    *("manylinux_2_27_x86_64", "manylinux_2_28_x86_64"),
)


class BundleError(Exception):
    """The bundle cannot be made or is not complete."""


@dataclass(frozen=True)
class Platform:
    """An operating system on 64-bit Intel: its wheel tags, and the words that conditions ask for."""

    name: str
    tags: tuple[str, ...]
    os_name: str
    sys_platform: str
    platform_system: str
    platform_machine: str


PLATFORMS = {
    platform.name: platform
    for platform in (
        Platform("linux", MANYLINUX, "posix", "linux", "Linux", "x86_64"),
        Platform("windows", ("win_amd64",), "nt", "win32", "Windows", "AMD64"),
    )
}


@dataclass(frozen=True)
class Target:
    """A Python version on a platform."""

    python: str
    platform: Platform

    def __str__(self) -> str:
        return f"Python {self.python} on {self.platform.name}"

    @property
    def pip_options(self) -> list[str]:
        """What makes pip choose wheels for this target instead of the Python it runs in."""
        options = ["--only-binary=:all:", "--implementation=cp", f"--python-version={self.python}"]
        return options + [f"--platform={tag}" for tag in self.platform.tags]

    @property
    def tags(self) -> frozenset[Tag]:
        """Every wheel tag that fits."""
        major, minor = self.python.split(".")
        version = (int(major), int(minor))
        interpreter = f"cp{major}{minor}"
        return frozenset(
            (
                *cpython_tags(version, platforms=self.platform.tags),
                *compatible_tags(version, interpreter, self.platform.tags),
            )
        )

    def holds(self, marker: Marker | None, extra: str) -> bool:
        """Return whether a requirement's condition holds here."""
        if marker is None:
            return True
        words = {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "os_name": self.platform.os_name,
            "sys_platform": self.platform.sys_platform,
            "platform_system": self.platform.platform_system,
            "platform_machine": self.platform.platform_machine,
            "platform_release": "",
            "platform_version": "",
        }
        return marker.evaluate({**words, "extra": extra})


@dataclass(frozen=True)
class Wheel:
    """A wheel file, and what it asks for."""

    path: Path
    name: str
    version: Version
    tags: frozenset[Tag]
    requirements: tuple[Requirement, ...]


@cache
def read_wheel(path: Path) -> Wheel:
    """Return what a wheel file says of itself."""
    name, version, _, tags = parse_wheel_filename(path.name)
    with zipfile.ZipFile(path) as archive:
        inside = next(entry for entry in archive.namelist() if entry.endswith(".dist-info/METADATA"))
        metadata = BytesParser().parsebytes(archive.read(inside))
    requirements = tuple(map(Requirement, metadata.get_all("Requires-Dist", [])))
    return Wheel(path, name, version, tags, requirements)


def make_bundle(output: Path, pythons: Sequence[str], platforms: Sequence[str], *, archive: bool) -> None:
    """Make the bundle in the folder ``output``; raises BundleError when it cannot be completed."""
    targets = [Target(python, PLATFORMS[platform]) for platform in platforms for python in pythons]
    if output.exists():
        if not (output / "wheels").is_dir() and any(output.iterdir()):
            raise BundleError(f"{output} holds other files; choose another folder")
        shutil.rmtree(output)
    wheels = output / "wheels"
    wheels.mkdir(parents=True)
    chiso = build_wheel(wheels)
    print(f"built {chiso.path.name}")
    # The scripts run pip from its wheel: Python need not come with one.
    pip_download(wheels, targets[0], ["pip"], "--no-deps")
    for target in targets:
        began = time.monotonic()
        try:
            pip_download(wheels, target, [str(chiso.path)])
            while lacking := missing_requirements(chiso, wheels, target):
                pip_download(wheels, target, [_plain(requirement) for requirement in lacking])
        except BundleError as error:
            raise BundleError(f"{target}: {error}") from error
        print(f"downloaded for {target} in {time.monotonic() - began:.0f} s")
    for target in targets:
        check_complete(chiso, wheels, target)
        print(f"complete for {target}")
    write_scripts(output, chiso, pythons, platforms)
    print(f"{output}: {_megabytes(wheels.iterdir())}")
    if archive:
        packed = pack(output)
        print(f"{packed}: {_megabytes([packed])}")


def build_wheel(wheels: Path) -> Wheel:
    """Build chiso's wheel and return it; raises BundleError if a file of the package is not in it."""
    _pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
    wheel = read_wheel(next(wheels.glob("chiso-*.whl")))
    package = ROOT / "src" / "chiso"
    sources = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    expected = {f"chiso/{path.relative_to(package).as_posix()}" for path in sources}
    with zipfile.ZipFile(wheel.path) as archive:
        lost = sorted((expected | {"chiso/indicators.yaml"}) - set(archive.namelist()))
    if lost:
        raise BundleError(f"{wheel.path.name} lacks {', '.join(lost)}")
    return wheel


def pip_download(wheels: Path, target: Target, wanted: Sequence[str], *options: str) -> None:
    """Download wheels for ``target`` with what they need; those already there are used again."""
    found = ["--find-links", str(wheels), "--dest", str(wheels)]
    _pip("download", *target.pip_options, *found, *options, *wanted)


def missing_requirements(chiso: Wheel, wheels: Path, target: Target) -> list[Requirement]:
    """Return what chiso needs on ``target``, directly or not, and no wheel of the folder provides."""
    fitting: dict[str, list[Wheel]] = {}
    for path in sorted(wheels.glob("*.whl")):
        wheel = read_wheel(path)
        if wheel.tags & target.tags:
            fitting.setdefault(wheel.name, []).append(wheel)
    missing: dict[str, Requirement] = {}
    seen: set[tuple[str, str]] = set()
    following = [(chiso, "")]
    while following:
        wheel, extra = following.pop()
        for requirement in wheel.requirements:
            if not target.holds(requirement.marker, extra):
                continue
            name = canonicalize_name(requirement.name)
            found = [other for other in fitting.get(name, []) if other.version in requirement.specifier]
            if not found:
                missing[str(requirement)] = requirement
                continue
            for wanted in ("", *requirement.extras):
                if (name, wanted) not in seen:
                    seen.add((name, wanted))
                    following.append((max(found, key=lambda other: other.version), wanted))
    return list(missing.values())


def check_complete(chiso: Wheel, wheels: Path, target: Target) -> None:
    """Raise BundleError unless the folder alone is enough to install chiso on ``target``."""
    lacking = missing_requirements(chiso, wheels, target)
    if lacking:
        raise BundleError(f"{target} lacks {', '.join(map(str, lacking))}")
    with tempfile.TemporaryDirectory() as nowhere:
        offline = ["--isolated", "install", "--dry-run", "--ignore-installed", "--no-index"]
        places = ["--find-links", str(wheels), "--target", nowhere]
        _pip(*offline, *places, *target.pip_options, f"chiso=={chiso.version}", settings=False)


def write_scripts(output: Path, chiso: Wheel, pythons: Sequence[str], platforms: Sequence[str]) -> None:
    """Write the installers and how to use them."""
    newest_first = sorted(pythons, key=Version, reverse=True)
    texts = {"INSTALL.txt": "windows", "install.ps1": "windows", "install.sh": "linux"}
    for name, platform in texts.items():
        if name != "INSTALL.txt" and platform not in platforms:
            continue
        text = (SCRIPTS / name).read_text("utf-8")
        text = text.replace("@PYTHONS@", " ".join(newest_first)).replace("@VERSION@", str(chiso.version))
        path = output / name
        # Windows PowerShell 5.1 and old editors know UTF-8 by its mark only; sh must not see one.
        for_windows = platform == "windows"
        path.write_text(
            text, "utf-8-sig" if for_windows else "utf-8", newline="\r\n" if for_windows else "\n"
        )
        if name == "install.sh":
            path.chmod(0o755)


def pack(folder: Path) -> Path:
    """Zip the bundle beside its folder, with the folder's name on top; wheels are compressed already."""
    packed = folder.with_name(folder.name + ".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
    return packed


def _plain(requirement: Requirement) -> str:
    """The requirement without its condition, which pip would judge by this computer."""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def _pip(*arguments: str, settings: bool = True) -> None:
    """Run pip quietly; without ``settings`` it knows no index and no folder but those given."""
    environment = dict(os.environ)
    if not settings:
        environment = {name: value for name, value in environment.items() if not name.startswith("PIP_")}
        environment["PIP_CONFIG_FILE"] = os.devnull
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    finished = subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    if finished.returncode != 0:
        errors = [line for line in finished.stderr.splitlines() if line.startswith("ERROR")]
        raise BundleError(f"pip {arguments[0]} failed\n" + "\n".join(errors or [finished.stderr.strip()]))


def _megabytes(paths: Iterator[Path] | list[Path]) -> str:
    sizes = [path.stat().st_size for path in paths]
    return f"{len(sizes)} files, {sum(sizes) / 1e6:,.0f} MB"


def main() -> int:
    """Make the bundle as asked; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist" / "bundle", metavar="FOLDER")
    parser.add_argument(
        "--python",
        action="append",
        metavar="VERSION",
        help=f"Python version to serve, may be repeated (default: {', '.join(PYTHONS)})",
    )
    parser.add_argument(
        "--platform", action="append", choices=sorted(PLATFORMS), help="may be repeated (default: all)"
    )
    parser.add_argument("--zip", action="store_true", help="pack the folder as well")
    options = parser.parse_args()
    try:
        make_bundle(
            options.output.resolve(),
            tuple(dict.fromkeys(options.python or PYTHONS)),
            tuple(dict.fromkeys(options.platform or PLATFORMS)),
            archive=options.zip,
        )
    except BundleError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
