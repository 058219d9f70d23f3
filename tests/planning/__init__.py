"""Plans: by hand, against everything that could be done, and carried out on files."""
