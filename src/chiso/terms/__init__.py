"""The field's own terms: period, unit, working day, and the columns of each kind of record."""
