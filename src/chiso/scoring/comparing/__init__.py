"""Two scoreboards compared: what changed, and how many points each cause is worth."""
