"""What programs speak with: the wire protocols, and the services that AWS's clients call.

A module for a service only translates: its operations take and return AWS's own member names, and
its table says which refusal of the domain is which of AWS's errors.
"""
