"""What the server costs, measured against floors and against what one would use instead.

``python -m tests.bench`` runs everything in rounds. In each round every server is started and
every figure is taken once, so that what disturbs the machine disturbs all of them alike; the first
round only warms up and is dropped. A goal is judged by the median over the rounds of a ratio (or a
difference) between figures of the same round, never by comparing different runs.

Floors are what nobody can go below with these means: a Django that says hello behind seven
middlewares, one verify of the password hash, one commit of SQLite. They are always there. Peers
(moto, oidc-provider, the Firebase emulator) are measured if they are set up in ``--peers``; one
that isn't there is reported as absent, and its goals are not judged.

A measure is refused, not reported, if a flow went wrong in it or if the loader, which shares the
machine with the server, took more than half a core while it measured.
"""
