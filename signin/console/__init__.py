"""The console door: sign-in of root users and IAM users, and the pages behind it."""
