"""What a fake camera of Chromium shows: pictures, one after the other, as a Y4M video that it plays again and again."""

import io
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

SIZE = (640, 480)
FRAMES_PER_SECOND = 5


def write(path: Path, pictures: Iterable[bytes], seconds_each: float) -> None:
    """Write a video in which each picture (PNG) stands on grey for ``seconds_each``."""
    with path.open("wb") as video:
        video.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for picture in pictures:
            frame = b"FRAME\n" + _planes(picture)
            video.write(frame * round(seconds_each * FRAMES_PER_SECOND))


def _planes(picture: bytes) -> bytes:
    ground = Image.new("YCbCr", SIZE, (120, 128, 128))
    code = Image.open(io.BytesIO(picture)).convert("YCbCr").resize((380, 380))
    ground.paste(code, (130, 50))
    light, blue, red = ground.split()
    half = (SIZE[0] // 2, SIZE[1] // 2)
    return light.tobytes() + blue.resize(half).tobytes() + red.resize(half).tobytes()
