"""Celery doors: read the clock, make one call."""

from celery import shared_task
from django.utils.timezone import localdate

from handbook.paper import make_paper
from handbook.sources import handbooks


@shared_task
def make_pdf(slug: str) -> None:
    """Make one handbook's PDF, as somebody asked for."""
    make_paper(next(one for one in handbooks() if one.slug == slug), today=localdate())


@shared_task
def make_pdfs() -> None:
    """Make the PDFs of all handbooks whose words have changed. Daily."""
    for handbook in handbooks():
        make_paper(handbook, today=localdate())
