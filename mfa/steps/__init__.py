"""The steps of second factors: at sign-in, at the registration of a device, without a device."""
