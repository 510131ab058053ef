"""Everything known about one want, as lines for the pane beside the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style

from tui.table.wants import WantRow
from tui.text import clean
from tui.widgets.release_facts import LABEL_CELLS, form, heading, pair_lines, paragraph, release_lines
from tui.words import day

if TYPE_CHECKING:
    from services.discogs.models import Release


def want_lines(row: WantRow, address: str, release: Release | None = None) -> list[Content]:
    """A want and, where it was read from Discogs, the whole release. ``address`` is its page on Discogs."""
    want = row.want
    lines = [
        Content.styled(clean(want.album_title), "bold $accent"),
        Content(clean(want.artist_name)),
        Content(""),
        *pair_lines(
            ("Year", str(want.year_released or "")),
            ("Released", release.released_formatted or release.released if release else ""),
            ("Country", release.country if release else ""),
            ("Label", want.label_name or ""),
            ("Cat#", want.catalog_number or ""),
            ("Format", form(want.formats)),
            ("Genre", ", ".join(want.genres)),
            ("Style", ", ".join(want.styles)),
            ("Rating", f"{want.rating} of 5" if want.rating else ""),
            ("Wanted", f"since {day(want.date_added)}" if want.date_added else ""),
        ),
    ]
    # A real terminal link (OSC 8): it opens where the terminal is, not where the program runs.
    where = Content.styled(f"r{want.release_id}", Style(link=address))
    lines.append(Content.assemble((f"{'Discogs':<{LABEL_CELLS}}", "$muted"), where))
    if row.is_removed:
        gone = f"✗ Not on your wantlist any more since {day(want.removed_at)}."
        lines += [Content(""), Content.styled(gone, "$warning")]
    if row.owned:
        lines += [Content(""), Content.styled("● You own this release already.", "$success")]
    if want.notes:
        lines += [Content(""), heading("Your notes"), *paragraph(want.notes)]
    if release is not None:
        lines += list(release_lines(release))
    return lines
