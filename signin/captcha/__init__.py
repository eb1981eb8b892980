"""The security check: characters that a person reads or hears and types."""
