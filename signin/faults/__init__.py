"""Faults that somebody arms, and incidents: failures that are nobody's in front of the page."""
