"""Reporting: a scoreboard as tables, files and notes. Nothing is computed here."""
