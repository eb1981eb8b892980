"""OAuth: clients, device authorizations, codes and tokens of programs that people let in."""
