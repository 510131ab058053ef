"""The pane beside a list: everything known about one record, as far as it has arrived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from storage.values import Copy, Record, ShelfRow
from tui.actions import key_of
from tui.text import clean
from tui.widgets.cover import Cover
from tui.widgets.release_facts import LABEL_CELLS, form, heading, pair_lines, paragraph, release_lines
from tui.words import day

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from rich.text import Text
    from textual.widget import Widget

    from services.discogs.models import Release
    from services.records.detail import RecordDetail
    from storage.values import ShelfAlbum


class DetailPane(VerticalScroll):
    """Facts of the row at once, copies and tracklist when they arrive; old content stays until new is there."""

    DEFAULT_CSS = """
    DetailPane { padding: 0 1; scrollbar-size-vertical: 1; }
    DetailPane .detail-text { height: auto; width: 100%; }
    """

    def compose(self) -> ComposeResult:
        yield Cover()
        yield Static(Content(""), classes="detail-text")

    def clear(self) -> None:
        """Show nothing."""
        self.show_cover(None)
        self.show(())

    def show_row(self, row: ShelfRow) -> None:
        """What the list already knows, shown without asking anybody."""
        self.show_cover(None)
        self.show(row_lines(row))

    def show_detail(
        self, detail: RecordDetail, note: str = "", *, wanted: bool = False, album: ShelfAlbum | None = None
    ) -> None:
        """Everything the library knows; ``wanted`` is whether it is on the wantlist too, ``album`` tells where else it lives,
        ``note`` says what is still on its way or why it did not come."""
        self.show(
            [
                *detail_lines(detail, wanted=wanted, album=album),
                *([Content(""), Content.styled(note, "$muted italic")] if note else []),
            ]
        )

    def show_cover(self, drawn: Picture | Text | None, graphics: type[Widget] | None = None) -> None:
        """Show a cover; see :class:`tui.widgets.cover.Cover`."""
        self.query_one(Cover).show(drawn, graphics)

    def show(self, lines: Iterable[Content]) -> None:
        """Show these lines from the top, folded at the width of the pane."""
        width = max(20, self.scrollable_content_region.width)
        folded = (part for line in lines for part in _fold(line, width))
        self.query_one(".detail-text", Static).update(Content("\n").join(folded))
        self.scroll_home(animate=False)


def row_lines(row: ShelfRow) -> list[Content]:
    """A row of the table as the head of the pane."""
    lines = [
        Content.styled(clean(row.album_title), "bold $accent"),
        Content(clean(row.artist_name)),
        Content(""),
    ]
    lines += pair_lines(
        ("Year", str(row.year_released or "")),
        ("Label", row.label_name or ""),
        ("Cat#", row.catalog_number or ""),
        ("Size", row.record_size or ""),
        ("Colour", row.vinyl_color or ""),
        ("Folder", row.folder_name or ""),
    )
    return lines


def detail_lines(detail: RecordDetail, *, wanted: bool = False, album: ShelfAlbum | None = None) -> list[Content]:
    """A record with its copies and, where it was read from Discogs, the whole release."""
    record = detail.record
    lines = [
        Content.styled(clean(record.album_title), "bold $accent"),
        Content(clean(record.artist_name)),
        Content(""),
        *_facts(record, detail.release),
    ]
    # A real terminal link (OSC 8): it opens where the terminal is, not where the program runs.
    where = Content.styled(_discogs(record), Style(link=record.discogs_uri))
    lines.append(Content.assemble((f"{'Discogs':<{LABEL_CELLS}}", "$muted"), where))
    if wanted:
        lines.append(pair_lines(("Wantlist", "on your wantlist"))[0])
    if record.removed_at:
        gone = f"✗ No longer on Discogs since {day(record.removed_at)}; kept here."
        lines += [Content(""), Content.styled(gone, "$warning")]
    if album is not None:
        from tui.widgets.place_facts import place_lines

        lines += place_lines(album, key_of("collection.match"))
    if detail.copies:
        lines += [Content(""), heading(f"Copies ({len(detail.copies)})"), *_copies(detail)]
    if record.notes:
        lines += [Content(""), heading("Notes"), *paragraph(record.notes)]
    if detail.release is not None:
        lines += list(release_lines(detail.release))
    return lines


def _facts(record: Record, release: Release | None) -> list[Content]:
    shape = " · ".join(
        name for name, said in (("shaped", record.is_shaped), ("picture disc", record.is_picture_disc)) if said
    )
    return pair_lines(
        ("Year", str(record.year_released or "")),
        ("Released", release.released_formatted or release.released if release else ""),
        ("Country", release.country if release else ""),
        ("Label", record.label_name or ""),
        ("Cat#", record.catalog_number or ""),
        ("Format", form(record.formats)),
        ("Size", record.record_size or ""),
        ("Colour", record.vinyl_color or ""),
        ("Shape", shape),
        ("Genre", ", ".join(record.genres)),
        ("Style", ", ".join(record.styles)),
        ("Barcode", record.upc_code or ""),
        ("Rating", f"{record.rating} of 5" if record.rating else ""),
        ("Added", day(record.date_added)),
        ("Source", record.data_source),
    )


def _discogs(record: Record) -> str:
    if record.discogs_id is None:
        return "not on Discogs"
    return f"r{record.discogs_id}, {'in your collection' if record.is_synced else 'not sent yet'}"


def _copies(detail: RecordDetail) -> Iterator[Content]:
    names = {field.field_id: field.name for field in detail.fields}
    for copy in detail.copies:
        yield Content(clean(_copy_line(copy, detail.folders.get(copy.folder_id, "folder " + str(copy.folder_id)))))
        for key, value in copy.fields.items():
            if value:
                yield Content(clean(f"  {names.get(int(key), 'Field ' + key)}: {value}"))
        if copy.pending:
            yield Content.styled("  edited here, sent with the next sync", "$warning")


def _copy_line(copy: Copy, folder: str) -> str:
    stars = f" · {'*' * copy.rating}" if copy.rating else ""
    gone = " · gone from Discogs" if copy.removed_at else ""
    return f"{folder} · added {day(copy.date_added)}{stars}{gone}"


def _fold(line: Content, width: int) -> list[Content]:
    """A line broken at ``width``; what follows a label hangs below what it labels."""
    if line.cell_length <= width:
        return [line]
    label = line.plain[:LABEL_CELLS]
    # A label, what stands below one, or the sign and the name of a place, which may fill the label but for one blank.
    is_label = label.isspace() or (label[0] != " " and (label.endswith("  ") or (label[1] == " " and label[-1] == " ")))
    hang = LABEL_CELLS if is_label else 2
    first, *rest = line.wrap(width)
    if not rest:
        return [first]
    rest_of_line = line[len(first.plain) :]
    blanks = len(rest_of_line.plain) - len(rest_of_line.plain.lstrip())
    indent = Content(" " * hang)
    return [first.rstrip(), *(indent + part.rstrip() for part in rest_of_line[blanks:].wrap(width - hang))]
