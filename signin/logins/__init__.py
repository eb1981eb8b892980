"""Logins of command lines (``aws login``): somebody signed in lets a program work as them."""
