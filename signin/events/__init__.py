"""The sign-in events, in the shape that CloudTrail gives them. The log only grows."""
