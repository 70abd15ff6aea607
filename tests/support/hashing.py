"""Passwords of tests."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own, in one round: to be slow is its purpose, and no test's. A server beside a test reads it too."""

    iterations = 1
