"""The copy of the participants of each event, and the part of it that a device keeps."""
