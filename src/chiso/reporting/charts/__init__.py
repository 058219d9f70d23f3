"""Pictures of a report: a ranking, one unit, its course, units beside indices."""
