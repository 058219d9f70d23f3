"""Who answers for which index."""
