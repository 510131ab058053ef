"""What the invented world is made of: the words, and the kinds of things that trip programs up."""

from __future__ import annotations

ADJECTIVES = (
    "Silent", "Electric", "Velvet", "Broken", "Golden", "Midnight", "Hollow", "Burning", "Paper", "Distant", "Crystal",
    "Wandering", "Rusted", "Sleeping", "Second", "Neon", "Bitter", "Northern", "Liquid", "Forgotten", "Wooden", "Polar",
    "Slow", "Amber", "Magnetic", "Empty", "Secret", "Plastic", "Salted", "Tender", "Crooked", "Blue", "Öde", "Façade",
)  # fmt: skip
NOUNS = (
    "Harbour", "Mirrors", "Satellite", "Orchard", "Engine", "Lanterns", "Tide", "Parade", "Static", "Garden", "Winter",
    "Arcade", "Thunder", "Staircase", "Meridian", "Foxes", "Ballroom", "Circuit", "Horizon", "Feathers", "Monsoon",
    "Telegraph", "Canyon", "Shadows", "Voltage", "Marble", "Umbrella", "Ghosts", "Island", "Kiosk", "Saffron", "Dust",
)  # fmt: skip
FIRST_NAMES = ("Ada", "Björn", "Célia", "Dmitri", "Elsie", "Fumiko", "Gus", "Hana", "Ivo", "José", "Łucja", "Søren")
LAST_NAMES = (
    "Ashgrove",
    "Bellweather",
    "Corrigan",
    "Dahlström",
    "Eichhorn",
    "Fairlight",
    "Grigoryan",
    "Núñez",
    "Oyelaran",
)
PLACES = ("Lisbon", "Tromsø", "Marrakesh", "Duluth", "Kyoto", "Valparaíso", "Leeds", "Odessa", "Perth", "Malmö")
COUNTRIES = ("US", "UK", "Germany", "France", "Japan", "Sweden", "Italy", "Europe", "UK & Europe", "Brazil", "")
JOINS = (",", "&", "/", "Feat.", "vs.", "With", "•", "And")
ARTIST_SHAPES = (
    "The {adjective} {noun}", "{adjective} {noun}", "{first} {last}", "{first} {last}", "{noun} Of {place}", "{noun}",
    "{first} & The {noun}",
)  # fmt: skip
TITLE_SHAPES = (
    "{adjective} {noun}", "{noun}", "The {adjective} {noun}", "{noun} And {other}", "Live In {place}",
    "{adjective} {noun} EP", "{noun} (Vol. {number})", "{noun} / {other}", "Songs From The {adjective} {noun}",
)  # fmt: skip
LABEL_ENDINGS = ("Records", "Recordings", "Music", "Tapes", "Sound", "Industries", "Discos", "Ton")

HOSTILE_ARTISTS = (
    "[Brackets]", "東京スカイ", "أصوات الليل", "Zoë ✨ Ω", "Various", "/bold", "A", "Ma\u0308rz U\u0308ber", "!!!",
)  # fmt: skip
"""Names with markup, wide, right-to-left, combining and symbol characters."""
HOSTILE_TITLES = (
    "[b]Not Bold[/b] [red]", "[[Double]] [/]", "夜の街で会いましょう", "🎸🔥 Fire Emoji 👩‍👩‍👧‍👦", "موسيقى الصباح (Live)",
    "Zalgo\u0301\u0302\u0303\u0308 Te\u0300\u0301xt", "Bell\x07 And Tab\tAnd\x1b[31m Escape", "A\u200bZero\u200dWidth\ufeff",
    "Left \u202eRight-To-Left Override\u202c", "Ⅷ ½ ™ ﬁﬂ ⅓ RPM", "'; DROP TABLE records; --", '"Quoted", With, Commas',
    "An Extraordinarily Long Title That Goes On And On " * 6 + "Until It Ends", " ", "ไทย ภาษา", "1999", "Line\nBreak",
)  # fmt: skip
"""Titles that crash or shift a careless screen; all of them have occurred in one form or another."""

STYLES: dict[str, tuple[str, ...]] = {
    "Rock": ("Shoegaze", "Krautrock", "Punk", "Prog Rock", "Indie Rock"),
    "Electronic": ("Techno", "Ambient", "House", "Synth-pop", "Downtempo"),
    "Jazz": ("Hard Bop", "Free Jazz", "Fusion"),
    "Funk / Soul": ("Soul", "Disco", "Funk"),
    "Hip Hop": ("Boom Bap", "Instrumental", "Turntablism"),
    "Folk, World, & Country": ("Folk", "Fado", "African"),
    "Reggae": ("Dub", "Roots Reggae", "Ska"),
    "Classical": ("Modern", "Baroque", "Minimalism"),
    "Stage & Screen": ("Soundtrack", "Score", "Library Music"),
}
"""Some of the genres of Discogs, with styles that go with them."""

MAKES: tuple[tuple[int, tuple[tuple[str, str, tuple[str, ...]], ...]], ...] = (
    (34, (("Vinyl", "1", ("LP", "Album")),)),
    (8, (("Vinyl", "2", ("LP", "Album")),)),
    (12, (("Vinyl", "1", ('12"', "33 ⅓ RPM", "EP")),)),
    (12, (("Vinyl", "1", ('7"', "45 RPM", "Single")),)),
    (3, (("Vinyl", "1", ('10"', "EP")),)),
    (2, (("Vinyl", "1", ("LP", "Album", "Picture Disc")),)),
    (2, (("Vinyl", "1", ('7"', "45 RPM", "Shape", "Single")),)),
    (1, (("Vinyl", "1", ('7"', "Shape", "Picture Disc", "Limited Edition")),)),
    (1, (("Flexi-disc", "1", ('6"', "Single Sided")),)),
    (1, (("Shellac", "1", ('10"', "78 RPM")),)),
    (1, (("Lathe Cut", "1", ('8"', "Mono")),)),
    (11, (("CD", "1", ("Album",)),)),
    (2, (("CD", "3", ("Album", "Compilation")), ("Box Set", "1", ()))),
    (3, (("Cassette", "1", ("Album",)),)),
    (2, (("Box Set", "1", ()), ("Vinyl", "5", ("LP", "Album")))),
    (2, (("Vinyl", "1", ("LP", "Album")), ("CD", "1", ("Album",)))),
    (1, (("Vinyl", "1", ("LP",)), ("Vinyl", "1", ("LP",)), ("All Media", "1", ("Limited Edition",)))),
    (1, (("File", "10", ("MP3", "Album")),)),
    (1, (("Vinyl", "1", ()),)),
)
"""How records are made, with how often: entries of (medium, quantity, descriptions)."""
EDITIONS = ("Reissue", "Stereo", "Limited Edition", "Remastered", "Promo", "Numbered", "Mono", "Repress", "White Label")
COLOUR_TEXTS = (
    "Red", "Transparent Blue", "180g", "Black w/ White Splatter", "Clear", "Gold, 180 Gram", "Orange Sleeve", "Marbled Green",
    "Gatefold", "Pink / Purple Swirl", "Yellow Vinyl", "White, Numbered", "Smoke", "Glow In The Dark", "Rainbow Splatter",
)  # fmt: skip
COMPANY_KINDS = (
    ("17", "Pressed By"),
    ("29", "Mastered At"),
    ("13", "Phonographic Copyright (p)"),
    ("23", "Recorded At"),
)
RELEASE_NOTES = (
    "Comes with a printed inner sleeve.\r\n\r\nRecorded in one afternoon.",
    "[b]First[/b] pressing; see also [r=1000003].",
    "Thanks to [a20000] and [l=Harbour Records].",
)
FOLDERS = ("Seven Inches", "Kallax 2×4", "On Loan [friends]", "レコード棚", "To Clean")
COPY_NOTES = (
    "signed",
    "bought in Tromsø, €12",
    "water damage on the sleeve [left corner]",
    "gift from José 🎁",
    "seam split",
)
WANT_NOTES = (
    "only with the obi",
    "first pressing [not the reissue]",
    "bis 20 €",
    "seen at the record fair 👀",
    "José has two",
)
