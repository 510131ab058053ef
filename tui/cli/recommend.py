"""``lockgroove recommend``: what to look for next, with the reason for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.options import AsJson, DataDir

if TYPE_CHECKING:
    from storage.values.recommendations import Recommendation

_MOST = 100
_USUAL = 20
"""As :mod:`services.catalogue.recommendations` has them, spelt out so that help is printed at once."""


def recommend(
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="At most this many.")] = _USUAL,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Recommend releases by the artists you have most of: none that you own or want, the best first.

    The settings RECOMMEND_ARTISTS, RECOMMEND_LABELS, RECOMMEND_STYLES and RECOMMEND_ONE_PER_MASTER say what counts.
    """
    from tui.cli.output import document, has_room, note, table
    from tui.cli.program import with_runtime
    from tui.reasons import because, missing

    found = with_runtime(data_dir, lambda runtime: runtime.recommendations.best(runtime.user.id, limit=limit))
    if as_json:
        document({"recommendations": [_wire(each) for each in found.releases], "total": len(found.releases)})
        return
    rows = [
        (each.artist, each.title, str(each.year or ""), each.label or "", because(each), str(each.release_id))
        for each in found.releases
    ]
    headings = ("ARTIST", "TITLE", "YEAR", "LABEL", "YOU HAVE", "RELEASE")
    shown = [n for n, name in enumerate(headings) if name != "LABEL" or has_room()]
    if rows:
        table([headings[n] for n in shown], [[row[n] for n in shown] for row in rows])
    else:
        note(" ".join(missing(found)))


def _wire(each: Recommendation) -> dict[str, object]:
    """The recommendation under the names that ``/api/user/recommendations`` uses."""
    return {
        "id": str(each.release_id),
        "title": each.title,
        "year": each.year,
        "artist": each.artist,
        "label": each.label,
        "genres": each.genres,
        "score": each.score,
        "reasons": [{"kind": r.kind, "id": r.id, "name": r.name, "count": r.count} for r in each.reasons],
    }
