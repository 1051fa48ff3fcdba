"""Collecting returns: fetching what is new, answering each partner, and waiting for more."""
