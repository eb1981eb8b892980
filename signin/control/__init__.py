"""The desk: what an operator or a test suite sets up, looks at and steers."""
