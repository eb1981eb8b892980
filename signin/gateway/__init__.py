"""The gateway of real names: a proxy that leads AWS's own addresses here, and nowhere else.

It takes ``CONNECT`` for the names of the host table, speaks TLS with certificates of a throw-away
authority, and hands the requests to this installation's server. It opens no other connection.
"""
