"""Scoring: counts by one statement a table, exact points, ranks, and the scoreboard they make."""
