"""The history: every scoreboard that was kept, in one DuckDB file."""
