"""Files as offices export them → sheets of raw cells, whatever the format: told by content, not by name."""
