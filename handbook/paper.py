"""The PDFs of the handbooks: each is made once for its words, in the background, and kept beside the papers."""

import hashlib
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils.html import escape

from handbook.pages import page_of
from handbook.pdf import printed
from handbook.sources import Handbook


def paper_of(handbook: Handbook, *, today: date) -> Path:
    """Return where the PDF of a handbook in today's words is, or will be."""
    return (
        Path(settings.MEDIA_ROOT) / "handbooks" / f"{handbook.slug}-{hashlib.sha256(_text(handbook, today).encode()).hexdigest()[:24]}.pdf"
    )


def make_paper(handbook: Handbook, *, today: date) -> Path:
    """Make the PDF where it is not made yet, and return where it is; what was printed of earlier words goes."""
    path = paper_of(handbook, today=today)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_bytes(printed(_text(handbook, today), title=handbook.title))
        draft.replace(path)
        for old in path.parent.glob(f"{handbook.slug}-{'?' * 24}.pdf"):
            if old != path:
                old.unlink(missing_ok=True)
    return path


def _text(handbook: Handbook, today: date) -> str:
    return f"<h1>{escape(handbook.title)}</h1><p>{escape(handbook.summary)}</p>{page_of(handbook, today=today).html}"
