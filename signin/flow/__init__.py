"""The engine: a flow is a list of steps, and the current step is the first one still needed."""
