"""Rows: schema rules, CSV files, columnar records and the object stores that jobs read from and write to.

Users, items and actions are small integers in here, given out by an ``IdTable``; text ids live at the edges.
"""
