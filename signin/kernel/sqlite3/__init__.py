"""Django's SQLite backend, which keeps what it makes of the statements that come again."""
