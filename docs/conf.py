"""How Sphinx makes the pages: ``make docs``. Nothing is fetched."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from sphinx.ext.napoleon import GoogleDocstring

from pytest_personalize import __version__

sys.path.insert(0, str(Path(__file__).parent))

from made import filled, picture  # beside this file

project = "pytest-personalize"
author = "pytest-personalize contributors"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["made"]

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
python_maximum_signature_line_length = 90

nitpicky = True
# Names of Python and pytest: no inventories are fetched.
nitpick_ignore_regex = [("py:.*", r"(?!pytest_personalize\.).*")]

html_theme = "furo"
html_title = f"pytest-personalize {version}"
html_static_path = ["static"]
html_css_files = ["pages.css"]
html_copy_source = False
html_show_sphinx = False


def setup(app: Any) -> None:
    """Draw the picture, fill the pages, read docstrings."""
    app.connect("builder-inited", lambda _: picture.write())
    app.connect("source-read", lambda _app, _page, source: source.__setitem__(0, filled(source[0])))
    app.connect("autodoc-process-docstring", read_sections)


def read_sections(_app: Any, what: str, _name: str, _thing: Any, _options: Any, lines: list[str]) -> None:
    """Sections such as ``Args:``; the text of a property has none, whatever its colons look like."""
    if what not in ("attribute", "property"):
        lines[:] = GoogleDocstring(list(lines), what=what).lines()
