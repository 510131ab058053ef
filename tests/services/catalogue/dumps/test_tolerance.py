"""What real dumps of twenty years hold beside what they should (discogs-api.md 9.3): it is mended, or skipped and told."""

from __future__ import annotations

import io
import re
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.catalogue.dumps import releases, sections
from services.catalogue.dumps.elements import Malformed
from services.catalogue.dumps.files import DumpKind
from services.catalogue.dumps.filing import Filing
from services.catalogue.dumps.lifting import Lifted
from services.catalogue.dumps.notes import LINKS, Notes
from services.catalogue.dumps.releases import Label, year_of
from services.catalogue.dumps.wire import Outlet
from storage.catalogue import details
from storage.catalogue.door import Catalogue
from storage.catalogue.kinds import Kind, key_of
from storage.values import Credit
from tests.services.catalogue.dumps import dump_files
from tests.services.catalogue.dumps.conftest import Importer
from tests.storage.catalogue import naive


def filed(text: bytes) -> list[Any]:
    """What the writing process is told of the releases in a text, whom they name, and who is refused."""
    said: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        notes = Notes(Path(folder))
        outlet = Outlet(io.BytesIO())
        outlet.say = lambda *message, last=b"": said.append((*message, last))  # type: ignore[method-assign]
        _, refused = Filing(notes, outlet).file(text)
        notes.close()
        named = sorted(line.split("\t")[::3] for line in (notes.folder / "name.tsv").read_text().splitlines())
        links = [sorted_links(notes.folder / f"{name}.links", len(columns)) for name, columns in LINKS.items()]
    for _, _, columns, *_ in said:
        columns[1], columns[2] = [*map(sections.title, columns[1])], [*map(sections.artists, columns[2])]
        columns[4] = [*map(sections.country, columns[4])]
        columns[-3] = [*map(sections.labels, columns[-3])]
        columns[-1] = [sections.barcodes(each) if isinstance(each, bytes) else each for each in columns[-1]]
    return [said, named, links, refused]


def sorted_links(file: Path, columns: int) -> list[list[int]]:
    return sorted(np.fromfile(file, "<u4").reshape(-1, columns).tolist())


def assert_filed_alike(element: bytes) -> None:
    """Assert that a release is filed the same whether it is lifted or, as it is behind another tag, parsed."""
    assert filed(element) == filed(b"<x/>" + element), element


def of(text: str | bytes) -> releases.Release:
    """The release in a whole element."""
    raw = text if isinstance(text, bytes) else text.encode()
    assert_filed_alike(raw)
    return releases.parsed(raw.removesuffix(b"</release>"))


@pytest.mark.parametrize(
    ("released", "year"),
    [
        ("1999", 1999),
        ("1999-03-00", 1999),
        ("1860", 1860),
        ("1859-12-31", None),
        ("0000-00-00", None),
        ("0400-01-01", None),
        ("197", None),
        ("9999", None),
        ("?", None),
        ("", None),
    ],
)
def test_a_year_is_one_in_which_there_were_records(released: str, year: int | None) -> None:
    assert year_of(released) == year
    assert of(dump_files.release(1, inside=f"<released>{released}</released>")).year == year


@pytest.mark.parametrize(
    ("title", "read"),
    [
        (b"Salt & Pepper", "Salt & Pepper"),
        (b"Salt &amp; Pepper", "Salt & Pepper"),
        (b"R&D;", "R&D;"),
        (b"Caf\xe9", "Caf\ufffd"),
        (b"Be\x07ll &#7;&#x1F;", "Bell"),
        (b"A\x0bB", "AB"),
        (b"&#xD800;Half", "Half"),
        (b"  Two\n lines\t ", "Two lines"),
        (b"&#214;l", "Öl"),
        (b"", "Untitled"),
    ],
)
def test_text_is_mended(title: bytes, read: str) -> None:
    element = dump_files.release(1, title="@", artists=[Credit(1, "A")]).encode().replace(b"@", title)
    assert of(element).title == read
    assert releases.parsed(element.removesuffix(b"</release>")).title == read


def test_order_does_not_matter() -> None:
    usual = dump_files.release_of(naive.invented(20, seed=1)[-1])
    start, end = usual.index("<tracklist>"), usual.index("</tracklist>") + len("</tracklist>")
    head, tail = usual.index(">") + 1, usual.index("</release>")
    video = "<videos><video><title>Not the title</title><description>Not a format</description></video></videos>"
    moved = usual[:head] + video + usual[start:end] + usual[head:start] + usual[end:tail] + "</release>"
    assert of(moved) == of(usual)


def test_artists_of_tracks_and_their_parts_are_credited() -> None:
    inside = (
        f"<extraartists>{dump_files.artist_of(Credit(1, 'Main'))}{dump_files.artist_of(Credit(2, 'Extra'))}</extraartists>"
        f"<tracklist><track><position/><title>Suite</title><artists>{dump_files.artist_of(Credit(3, 'Track'))}</artists>"
        f"<sub_tracks><track><title>Part</title><artists>{dump_files.artist_of(Credit(4, 'Part'))}</artists></track></sub_tracks>"
        "</track></tracklist>"
    )
    found = of(dump_files.release(1, artists=[Credit(1, "Main")], inside=inside))
    assert found.artists == (1,)
    assert found.credits == (2, 3, 4)


def test_shapes_of_2008_are_understood() -> None:
    found = of(
        '<release id="7" status="Accepted"><artists><artist><name>Old Hand</name></artist></artists><title>Early</title>'
        '<labels><label catno="X 1" name="Former"/></labels><formats><format>Vinyl</format></formats>'
        "<genres><genre>Rock</genre></genres></release>"
    )
    assert (found.artist, found.artists) == ("Old Hand", ())
    assert found.labels == (Label(0, "Former", "X 1"),)
    assert found.tags == ((Kind.GENRE, "Rock"), (Kind.FORMAT, "Vinyl"))


def test_a_quantity_of_sixty_digits_is_not_shown() -> None:
    inside = f'<formats><format name="CD" qty="1{"0" * 60}" text=""/><format name="Vinyl" qty="2" text=""/></formats>'
    assert of(dump_files.release(1, inside=inside)).format == "CD + 2×Vinyl"


def test_numbers_among_genres_are_dropped() -> None:
    assert of(dump_files.release(1, inside="<genres><genre>1</genre><genre>Pop</genre></genres>")).tags == (
        (Kind.GENRE, "Pop"),
    )


@pytest.mark.parametrize("number", ["", "x", "0", "-1", "99999999999"])
def test_a_release_without_a_usable_id_is_malformed(number: str) -> None:
    with pytest.raises(Malformed, match="id"):
        of(dump_files.release(number))


@pytest.fixture
def nasty(dumps: Path) -> Path:
    """Dumps in which every second element is wrong in some way."""
    dump_files.write(
        dumps,
        "artists",
        [
            dump_files.artist(1, "First"),
            "<artist><id>2</id><name></name></artist>",
            "<artist><name>No number</name></artist>",
            "<artist><id>3</id><name>Torn</artist>",
            dump_files.artist(4, "Fourth"),
            dump_files.artist(1, "First, again"),
        ],
        root=False,
    )
    dump_files.write(
        dumps,
        "labels",
        [
            dump_files.label(1, "Mother", sublabels={2: "Daughter"}),
            "<label><id>5</id><name>Never ends</name><sublabels><label>X</label>",
            dump_files.label(3, "Third"),
        ],
    )
    dump_files.write(
        dumps,
        "releases",
        [
            dump_files.release(1, title="One"),
            '<release id="2" status="Accepted"><artists/><title>Cut off',
            dump_files.release(3, title="Three"),
            '<release id="4"><title>Four</title><tracklist><track><title>Torn</track></tracklist></release>',
            dump_files.release("", title="No number"),
            dump_files.release(8, title="Eight"),
            dump_files.release(5, title="Out of order", artists=[Credit(9, "Nine")]),
            dump_files.release(3, title="Three, again", artists=[Credit(4, "Fourth"), Credit(6, "")]),
            dump_files.release(7, title="I &lt;3 you", inside="<notes>a/> b</notes>"),
            dump_files.release(6, title="I <3 you"),
        ],
    )
    return dumps


async def test_what_cannot_be_mended_is_skipped_and_told(
    catalogue: Catalogue, nasty: Path, importing: Importer
) -> None:
    found = importing(nasty)
    assert found.skipped == {DumpKind.ARTISTS: 3, DumpKind.LABELS: 1, DumpKind.RELEASES: 4}
    assert {(each.kind, each.number) for each in found.reasons} == {
        (DumpKind.ARTISTS, "2"),
        (DumpKind.ARTISTS, "3"),
        (DumpKind.ARTISTS, "without id"),
        (DumpKind.LABELS, "5"),
        (DumpKind.RELEASES, "2"),
        (DumpKind.RELEASES, "4"),
        (DumpKind.RELEASES, "6"),
        (DumpKind.RELEASES, "without id"),
    }
    titles = dict(await catalogue.read(lambda db: db.rows("SELECT id, title FROM release")))
    assert titles == {1: "One", 3: "Three, again", 5: "Out of order", 7: "I <3 you", 8: "Eight"}
    names = dict(await catalogue.read(lambda db: db.rows("SELECT key, name FROM node WHERE kind < 2")))
    assert names == {
        key_of(Kind.ARTIST, 1): "First, again",
        key_of(Kind.ARTIST, 4): "Fourth",
        key_of(Kind.ARTIST, 9): "Nine",
        key_of(Kind.LABEL, 1): "Mother",
        key_of(Kind.LABEL, 2): "Daughter",
        key_of(Kind.LABEL, 3): "Third",
    }


USUAL = (
    "<artists><artist><id>1</id><name>One</name><anv/><join/><role/><tracks/></artist></artists><title>Title</title>"
    '<labels><label name="Label" catno="L 1" id="5"/></labels><extraartists><artist><id>2</id><name>Two</name><anv/><join/>'
    '<role>Bass</role><tracks/></artist></extraartists><formats><format name="Vinyl" qty="1" text=""><descriptions>'
    "<description>LP</description></descriptions></format></formats><genres><genre>Jazz</genre></genres>"
    "<styles><style>Bop</style></styles><country>UK</country><released>1961</released><notes>Notes</notes>"
    '<data_quality>Correct</data_quality><master_id is_main_release="true">7</master_id>'
    "<tracklist><track><position>A1</position><title>So</title><duration/></track></tracklist>"
    '<identifiers><identifier type="Barcode" value="012345678905"/></identifiers>'
    '<videos><video src="https://v/1" duration="60" embed="true"><title>So</title><description/></video></videos>'
    "<companies><company><id>3</id><name>Three</name><catno/><entity_type>9</entity_type>"
    "<entity_type_name>Made By</entity_type_name><resource_url>https://c/3</resource_url></company></companies>"
)
"""All that a release has, in the order of every dump of the last years."""
_APART = 128
TORN = (
    ("", ""),
    ("<role>Bass</role>", "<role>Bass"),
    ("<notes>Notes</notes>", "<notes>Not<br>es</notes>"),
    ("<title>So</title><duration/>", "<title>So<duration/>"),
    ('value="012345678905"/>', 'value="012345678905">'),
    ('embed="true">', 'embed="true"/>'),
    ("<description/></video>", "<description></video>"),
    ("<name>Three</name>", "<name>Three"),
    ("<catno/>", "<catno>"),
    ("</companies>", "</companies></x>"),
)


def test_the_usual_order_is_read_the_short_way_and_says_the_same() -> None:
    element = f'<release id="1" status="Accepted">{USUAL}</release>'
    assert Lifted(element.encode()).usual.all()
    found = of(element)
    assert (found.artists, found.credits, found.master, found.is_main) == ((1,), (2,), 7, True)


@pytest.mark.parametrize(("whole", "torn"), TORN[1:])
def test_what_is_torn_is_not_read_the_short_way(whole: str, torn: str) -> None:
    """Nor are its neighbours read any longer way because of it."""
    elements = [f'<release id="{number}">{USUAL}</release>' for number in (1, 2, 3)]
    elements[1] = elements[1].replace(whole, torn)
    assert Lifted("\n".join(elements).encode()).usual.tolist() == [True, False, True]


def test_whatever_is_cut_out_of_a_release_is_filed_as_a_parser_has_it() -> None:
    """Every tag, and every two that stand side by side, taken out in turn: closed or not, in place or not."""
    element = f'<release id="1" status="Accepted">{USUAL}</release>'
    tags = [*re.finditer(r"<[^>]*>[^<]*", element)]
    lifted = 0
    for first, last in [*zip(tags, tags, strict=True), *pairwise(tags)][1:]:
        if last.group().startswith("</release"):
            continue
        torn = (element[: first.start()] + element[last.end() :]).encode()
        if torn.startswith(b"<release"):
            lifted += int(Lifted(torn).usual.all())
            assert_filed_alike(torn)
    assert lifted > 20


@pytest.mark.parametrize(
    ("labels", "is_lifted"),
    [
        ('<label name="Label" catno="L 1" id="5"/>', True),
        ('<label name="" catno="none" id="5"/>', True),
        ('<label name="A &amp; B" catno="1 &gt; 2" id="0"/><label name="A &amp; B" catno="L 2" id="12345678"/>', True),
        ('<label name="More" catno="L>1" id="6"/>', False),
        ('<label name="Other" id="6" catno="L 1"/>', False),
        ('<label name="More" kind="x" catno="L 1" id="6"/>', True),
        ('<label name="No number" id="6"/>', True),
        ('<label catno="L 1" name="Turned" id="6"/>', False),
        ('<label name="Long" catno="L 1" id="123456789"/>', False),
        ('<label name="None" catno="L 1" id=""/>', False),
        ('<label name="None" catno="L 1"/>', False),
        ('<label name="Open" catno="L 1" id="6"></label>', False),
        ('<label name="In" catno="L 1" id="6"/><x/>', False),
        ("<label><name>Old</name></label>", False),
        ("<label/>", False),
        ("", True),
    ],
)
def test_labels_say_the_same_whatever_they_look_like(labels: str, is_lifted: bool) -> None:
    element = f'<release id="1">{USUAL}</release>'.replace('<label name="Label" catno="L 1" id="5"/>', labels)
    assert bool(Lifted(element.encode()).usual.all()) == is_lifted
    assert_filed_alike(element.encode())


@pytest.mark.parametrize("deep", [100, 252, 253, 254, 255, 256, 300, 600])
def test_tags_in_tags_are_told_apart_however_deep_they_are(deep: int) -> None:
    element = f'<release id="1">{USUAL.replace("Notes</notes>", "<b>" * deep + "</b>" * deep + "</notes>")}</release>'
    assert Lifted(element.encode()).usual.all() == (deep <= 252)
    assert_filed_alike(element.encode())
    torn = element.replace("</b></notes>", "</i></notes>")
    assert not Lifted(torn.encode()).usual.any()
    assert_filed_alike(torn.encode())


async def test_a_tag_that_is_not_closed_is_found_wherever_it_is(
    catalogue: Catalogue, dumps: Path, importing: Importer
) -> None:
    """They are looked at together, so each is among many that are sound."""
    assert all(USUAL.count(whole) == 1 for whole, _ in TORN[1:])
    inside = [each for pair in TORN for each in (USUAL.replace(*pair), *[USUAL] * (_APART - 1))]
    each = [f'<release id="{number}">{whole}</release>' for number, whole in enumerate(inside)]
    found = importing(dump_files.write(dumps, "releases", each[1:]))
    missing = {number * _APART for number in range(1, len(TORN))}
    ids = {number for (number,) in await catalogue.read(lambda db: db.rows("SELECT id FROM release"))}
    assert set(range(1, len(each))) - ids == missing
    assert found.skipped == {DumpKind.RELEASES: len(missing)}


@pytest.mark.parametrize(
    "odd", ["<b><c></a/>", "<b></b/>", "<<b></b>", "</>", "<b", "a > b", "<!-- <b> -->", "<![CDATA[<b>]]>"]
)
def test_what_is_hardly_a_tag_harms_nobody(odd: str) -> None:
    torn, usual = (f'<release id="{number}">{USUAL}{end}</release>' for number, end in ((1, odd), (2, "")))
    assert_filed_alike(torn.encode())
    ((_, _, columns, *_),), _, _, refused = filed((torn + usual).encode())
    assert 2 in columns[0]
    assert set(columns[0]) | {int(number) for number, _ in refused} == {1, 2}


async def test_a_label_that_is_nowhere_named_is_no_node(catalogue: Catalogue, dumps: Path, importing: Importer) -> None:
    usual = USUAL[USUAL.index("<labels>") : USUAL.index("<extraartists>")]

    def on(number: int, *names: str) -> str:
        labels = "".join(f'<label name="{name}" catno="{number}" id="{len(name) + 5}"/>' for name in names)
        return f'<release id="{number}">{USUAL.replace(usual, f"<labels>{labels}</labels>")}</release>'

    importing(dump_files.write(dumps, "releases", [on(1, ""), on(2, "", "Label"), on(3, "Label")]))
    lists = await catalogue.read(naive.stored)
    assert [number for number, _ in lists[key_of(Kind.LABEL, 10)]["releases"]] == [2, 3]
    assert key_of(Kind.LABEL, 5) not in lists


async def test_of_a_release_that_comes_twice_the_later_counts(
    catalogue: Catalogue, nasty: Path, importing: Importer
) -> None:
    importing(nasty)
    element = await catalogue.read(lambda db: details.element(db, 3))
    assert element is not None and b"Three, again" in element
    for number in (1, 5, 7, 8):
        assert await catalogue.read(lambda db, number=number: details.element(db, number))
    lists = await catalogue.read(naive.stored)
    assert lists[key_of(Kind.ARTIST, 4)]["releases"] == [(3, 0)]
    ranked = await catalogue.read(lambda db: db.rows("SELECT count(*) FROM ranking WHERE kind = 6"))
    assert ranked == [(5,)]
