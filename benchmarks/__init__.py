"""The budgets of the project, measured: ``make bench`` or ``python -m benchmarks``."""
