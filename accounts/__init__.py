"""Who exists, and how they prove it with a password. Knows nothing of pages or wire formats."""
