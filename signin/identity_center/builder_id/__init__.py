"""Builder ID: its start page, and its part of the sign-in host that it shares with portals."""
