"""Password hashes. The cost is a setting (``SIGNIN_PASSWORD_COST``)."""

import os
import threading

from django.contrib.auth.hashers import Argon2PasswordHasher

# A verify holds its memory for its whole time: more at once than cores would only cost memory.
_verifies = threading.BoundedSemaphore(os.cpu_count() or 1)


class _CappedArgon2(Argon2PasswordHasher):
    def encode(self, password: str, salt: str) -> str:
        with _verifies:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _verifies:
            return super().verify(password, encoded)


class OwaspArgon2(_CappedArgon2):
    """Argon2id as OWASP's cheat sheet has it: two passes over 19 MiB; about 20 ms."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


class DjangoArgon2(_CappedArgon2):
    """Argon2id at Django's own cost: two passes over 100 MiB, eight lanes."""


class MinimalArgon2(_CappedArgon2):
    """Argon2id at the lowest cost there is, for test suites with many sign-ins."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
