"""AWS Builder ID: people who have an e-mail and a password of their own, and no account."""
