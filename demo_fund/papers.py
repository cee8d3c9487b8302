"""Small PDF papers for the demo: real files with a type, a size and a hash of their own."""

from datetime import datetime
from uuid import UUID

from django.db import models

from documents.services import attach
from parties.models import Member


def attach_paper(owner: models.Model, kind: str, *, label: str, actor: Member, at: datetime) -> None:
    """Attach one paper of a kind to a case."""
    public_id: UUID = owner.public_id  # type: ignore[attr-defined]
    attach(owner=owner, kind=kind, filename=f"{label}.pdf", content=pdf(f"{kind} {public_id}"), actor=actor, at=at)


def pdf(line: str) -> bytes:
    """Return a valid one-page PDF that carries one line of ASCII text."""
    text = line.encode("ascii", "replace").decode()
    stream = f"BT /F1 11 Tf 60 780 Td ({text}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return (body + tail).encode()
