"""IAM Identity Center: the access portal, Builder IDs, and the sign-in that leads to either."""
