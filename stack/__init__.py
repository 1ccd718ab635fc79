"""The one-command stack: engines, gateway, mailbox and all processes, from wheels alone."""
