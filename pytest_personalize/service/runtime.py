"""Recommendations in real time."""
