"""Console sign-in by brokers, who have temporary credentials (the endpoint ``/federation``)."""
