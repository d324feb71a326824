"""``python -m pytest_personalize``."""

from pytest_personalize.cli import main

raise SystemExit(main())
