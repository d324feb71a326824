"""Requests in real time: recommendations, and the events and records that change them."""

from pytest_personalize.service.realtime import events, recommendations

__all__ = ["events", "recommendations"]
