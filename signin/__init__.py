"""Vestibule's server. Imports go down only; from top to bottom:

- ``settings``, ``urls``, ``wsgi``: what Django is told.
- ``control``: the desk: scenarios, the control API, the admin site's people, ``manage.py serve``.
- ``console``: the console door, for root users and IAM users. ``mailbox``: what was sent.
- ``mfa`` (beside this package): second factors.
- ``accounts`` (there, too): who exists, and how they prove it with a password.
- ``phones``: telephones that are called.
- ``captcha``: the security check.
- ``events``: the sign-in events, in CloudTrail's shape.
- ``flow``: the engine that leads a person through the steps of a sign-in.
- ``http``: what a request says, in our words; cookies.
- ``hosts``, ``forms``, ``safeguards``: which door a host opens, how fields look, what protects all.
- ``kernel``: the clock, randomness, sealed secrets, refusals, ARNs; imports nothing of ours.
"""
