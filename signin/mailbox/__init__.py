"""Every mail and text message that was sent; nothing leaves the machine."""
