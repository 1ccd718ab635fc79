"""PDFs and previews by Typst: one compiler per template and process, used by one thread at a time.

Fonts come from packages, never from the system, so that the same input gives the same bytes on every machine.
"""

import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

TypstError = typst.TypstError


class Typesetter:
    """A Typst template with its fonts; they are read once, at first use, which takes longer than a document."""

    def __init__(self, template: Path, fonts: Iterable[Path]):
        self.template = template
        self._font_folders = sorted({str(path.parent) for path in fonts})
        self._lock = threading.Lock()
        self._compiler: typst.Compiler | None = None

    def pdf(self, inputs: dict[str, str], at: datetime, standards: Any = ()) -> bytes:
        """The PDF of the template with ``inputs``; ``at`` is its date of creation, to the second.

        ``standards`` are Typst's names, such as "ua-1". Raises TypstError, also for a glyph that no font has when a
        standard is asked for.
        """
        with self._lock:
            made = self._ready().compile(
                format="pdf", sys_inputs=inputs, pdf_standards=standards or None, timestamp=at.replace(microsecond=0)
            )
        assert isinstance(made, bytes)
        return made

    def png(self, inputs: dict[str, str], ppi: float = 96) -> list[bytes]:
        """The pages as PNGs. Raises TypstError."""
        with self._lock:
            made = self._ready().compile(format="png", ppi=ppi, sys_inputs=inputs)
        return [made] if isinstance(made, bytes) else list(made or [])

    def _ready(self) -> typst.Compiler:
        if self._compiler is None:
            self._compiler = typst.Compiler(
                input=str(self.template),
                root=str(self.template.parent),
                font_paths=typst.Fonts(
                    include_system_fonts=False, include_embedded_fonts=False, font_paths=self._font_folders
                ),
            )
        return self._compiler
