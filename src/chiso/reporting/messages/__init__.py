"""A report short enough for a mail: as plain text and as Markdown."""
