"""Base45 as in RFC 9285: two bytes to three characters of the QR code's alphanumeric mode."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """``data`` in base45."""
    text = []
    for start in range(0, len(data) - 1, 2):
        number = data[start] * 256 + data[start + 1]
        text.append(ALPHABET[number % 45] + ALPHABET[number // 45 % 45] + ALPHABET[number // 2025])
    if len(data) % 2:
        text.append(ALPHABET[data[-1] % 45] + ALPHABET[data[-1] // 45])
    return "".join(text)


def decode(text: str) -> bytes:
    """Bytes of base45 ``text``. Raises ValueError for a foreign character, a wrong length or a number too large."""
    try:
        values = [_VALUE[character] for character in text]
    except KeyError as error:
        raise ValueError(f"not a base45 character: {error.args[0]!r}") from None
    data = bytearray()
    for start in range(0, len(values), 3):
        group = values[start : start + 3]
        if len(group) == 1:
            raise ValueError("base45 text of an impossible length")
        number = sum(value * 45**place for place, value in enumerate(group))
        size = len(group) - 1
        if number >= 256**size:
            raise ValueError("base45 group out of range")
        data += number.to_bytes(size, "big")
    return bytes(data)
