"""The least work that reaches an aim: what may be put right, what it brings, and the choice of it."""
