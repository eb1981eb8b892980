"""What everything else stands on. Nothing here imports another package of ours."""
