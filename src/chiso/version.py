"""The installed version of chiso."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("chiso")
except PackageNotFoundError:  # imported from a source tree that is not installed
    __version__ = "0+unknown"
