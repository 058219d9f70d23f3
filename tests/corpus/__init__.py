"""A corpus of small exports, one trait each, with what must come out of every one of them."""
