"""Telephones: calls that ring, and the digits that somebody types on the phone."""
