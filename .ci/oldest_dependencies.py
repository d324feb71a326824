"""Print what pyproject.toml asks for, at the lowest version that it allows, as requirements for pip."""

import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"

print(*(floor.replace(">=", "==") for floor in tomllib.loads(PROJECT.read_text())["project"]["dependencies"]))
