"""Sign-in by others: brokers with temporary credentials, and identity providers by SAML."""
