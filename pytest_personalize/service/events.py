"""Streamed records."""
