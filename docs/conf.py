"""How Sphinx makes the pages: ``make docs``. Nothing is fetched."""

from __future__ import annotations

import sys
from pathlib import Path

from pytest_personalize import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "pytest-personalize"
author = "pytest-personalize contributors"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "made"]
exclude_patterns = ["made"]

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_class_signature = "separated"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
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
