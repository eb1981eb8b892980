"""Second factors: the devices of root users and IAM users, and the steps that ask for them."""
