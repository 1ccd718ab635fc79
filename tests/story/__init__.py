"""The reference day, replayed through the real system as browsers, a scanner and mail readers would live it."""
