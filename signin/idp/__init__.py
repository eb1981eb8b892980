"""The built-in identity provider at ``idp.localhost``: a test's, without passwords."""
