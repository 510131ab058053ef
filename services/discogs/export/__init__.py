"""Sending what a person chose to their Discogs collection, wantlist or marketplace (records-contract.md section 2)."""

from services.discogs.export.job import ExportJob
from services.discogs.export.request import ExportRequest, ListingTerms
from services.discogs.export.service import Exports
from services.discogs.export.shapes import Action, Export, ExportResult, Preview, PreviewItem

__all__ = [
    "Action",
    "Export",
    "ExportJob",
    "ExportRequest",
    "ExportResult",
    "Exports",
    "ListingTerms",
    "Preview",
    "PreviewItem",
]
