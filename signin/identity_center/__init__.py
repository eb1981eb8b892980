"""IAM Identity Center: the access portal, and the sign-in that leads to it."""
