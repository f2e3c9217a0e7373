"""The one owner of colours, measures and fonts. No colour literal stands anywhere else."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QStyle

from meshdesk.session.resources import resource

Choice = Literal["light", "dark", "system"]
CHOICES: tuple[Choice, ...] = ("system", "light", "dark")
FontName = Literal["text", "small", "label", "title", "strong", "heading", "badge", "mono", "mono_small"]

# Measures in device-independent pixels, on a grid of 4.
TOP_BAR = 44
RAIL = 48
FIND = 420  # width of the field in the top bar that opens the palette
STRIPE = 3  # the line at the top edge of a window with a connection that has a colour
EXPLORER = 264
INSPECTOR = 372
DRAWN_FOR = 1440  # the width of the window that these two were drawn for
EXPLORER_SMALL = 256  # of a name like notifications.sent.v1 in its domain nothing is left out
INSPECTOR_SMALL = 320
INSPECTOR_BELOW = 300  # height of the inspector when it lies below the work area
VIEW_BAR = 40
STRIP = 74  # height of what lies along the foot of all panels
STRIP_LOW = 52  # the same in a low window
LOW = 620  # below this height a frame has little room
STATUS_LINE = 24
LIST_ROW = 25
TREE_ROW = 26
MONO_ROW = 22
CONTROL = 26
FIELD = 28
RADIUS = 6
CARD_RADIUS = 8
NARROW = 1100  # below this width the inspector lies below the work area
SLIM = 900  # below this width the explorer folds away
FADE_MS = 150  # no animation is longer than 200 ms


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour the window knows. `*_text` are the tones as text: 4.5:1 on canvas, panel, raised and selection."""

    canvas: QColor
    panel: QColor
    raised: QColor
    line: QColor
    faint: QColor
    text: QColor
    second: QColor
    third: QColor  # only where nothing is lost if it is not read
    accent: QColor
    accent_back: QColor  # behind a control that is on
    selection: QColor
    good: QColor
    attention: QColor
    bad: QColor
    observed: QColor
    declared: QColor
    authorised: QColor
    hit: QColor  # behind a match; the text on it is plain text
    accent_text: QColor
    good_text: QColor
    attention_text: QColor
    bad_text: QColor
    observed_text: QColor
    declared_text: QColor
    authorised_text: QColor
    is_dark: bool


def _colours(is_dark: bool, **names: str) -> Colours:
    return Colours(**{name: QColor(value) for name, value in names.items()}, is_dark=is_dark)


LIGHT = _colours(
    is_dark=False,
    canvas="#fbfcfd",
    panel="#f4f6f8",
    raised="#ffffff",
    line="#dde2e8",
    faint="#e9edf1",
    text="#161b22",
    second="#56616f",
    third="#8a94a1",
    accent="#1f6feb",
    accent_back="#e6effd",
    selection="#dbe8fc",
    good="#1a8f63",
    attention="#b57600",
    bad="#cf3b33",
    observed="#0d8f8a",
    declared="#7a56d6",
    authorised="#8a94a1",
    hit="#fff3c4",
    accent_text="#1b62cf",
    good_text="#157551",
    attention_text="#8d5c00",
    bad_text="#bc362e",
    observed_text="#0a726e",
    declared_text="#7150c7",
    authorised_text="#56616f",
)
DARK = _colours(
    is_dark=True,
    canvas="#0e1116",
    panel="#14181e",
    raised="#1b2129",
    line="#28303a",
    faint="#1f262e",
    text="#e7ebf0",
    second="#9da7b4",
    third="#6c7785",
    accent="#5b9dff",
    accent_back="#16263f",
    selection="#1d3355",
    good="#41b98c",
    attention="#dfa53c",
    bad="#ec6a62",
    observed="#3cc6be",
    declared="#a78bfa",
    authorised="#6c7785",
    hit="#4a3f13",
    accent_text="#5b9dff",
    good_text="#41b98c",
    attention_text="#dfa53c",
    bad_text="#ee7972",
    observed_text="#3cc6be",
    declared_text="#a78bfa",
    authorised_text="#9da7b4",
)

# Hues that stay apart for colour-blind eyes: what people give a colour, connections first. Strokes and fills, on both themes.
HUES = {
    "Blue": "#4c8dff",
    "Teal": "#23a38f",
    "Red": "#d9644f",
    "Ochre": "#c98a1b",
    "Violet": "#9a6be0",
    "Grey": "#7a8594",
}

# What domains take turns in: those hues and four between them; grey, which also says that nothing is known, comes last.
DOMAIN_HUES = (*list(HUES.values())[:-1], "#3fa9c9", "#c96aa8", "#8f9a2f", "#a5785a", HUES["Grey"])

# Family, size in pixels and weight of each.
FONTS: dict[FontName, tuple[str, int, QFont.Weight]] = {
    "text": ("Inter", 13, QFont.Weight.Normal),
    "small": ("Inter", 12, QFont.Weight.Normal),
    "label": ("Inter", 11, QFont.Weight.DemiBold),
    "strong": ("Inter", 13, QFont.Weight.DemiBold),
    "title": ("Inter", 15, QFont.Weight.DemiBold),
    "heading": ("Inter", 22, QFont.Weight.DemiBold),
    "badge": ("Inter", 9, QFont.Weight.DemiBold),
    "mono": ("JetBrains Mono", 12, QFont.Weight.Normal),
    "mono_small": ("JetBrains Mono", 11, QFont.Weight.Normal),
}
FALLBACKS = {
    "Inter": ["Inter MeshDesk", "Inter", "sans-serif"],
    "JetBrains Mono": ["JetBrains Mono", "DejaVu Sans Mono", "monospace"],
}
MONO: tuple[FontName, ...] = ("mono", "mono_small")
FONT_FILES = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf", "JetBrainsMono-Regular.ttf")


class _Applied:
    """What the window wears now; only `apply`, `write_payloads_in` and `move_less` change it."""

    colours = LIGHT
    choice: Choice = "system"
    has_own_mono = True  # JetBrains Mono; else the system's font for code
    moves_less = False
    is_followed = False  # whether the style is set and the system's changes are heard


def colours() -> Colours:
    """The colours the window wears now. Ask at every paint: they change while the program runs."""
    return _Applied.colours


def hue(colour: str, is_production: bool) -> QColor | None:
    """The colour that a connection is known by: what its owner gave it, else red for production, else none. For strokes."""
    own = QColor(colour) if colour else QColor()
    return own if own.isValid() else colours().bad if is_production else None


@cache
def domain_hue(place: int) -> QColor:
    """One of DOMAIN_HUES."""
    return QColor(DOMAIN_HUES[place])


# How much the hue turns, and how much farther it is from the canvas in lightness: lighter on dark, darker on light.
SHADES = ((0, 0), (0, 38), (0, -30), (14, 22), (-14, -14), (-14, 52), (14, -36), (0, 60))


def shade(colour: QColor, place: int) -> QColor:
    """One of several tones of a hue, for what belongs together and is to be told apart; the first is the hue itself."""
    return _shaded(colour.rgb(), place % len(SHADES), colours().is_dark)


@lru_cache(maxsize=512)  # each shade of each hue, in two themes: asked for at each beat on which curves move
def _shaded(rgb: int, place: int, is_dark: bool) -> QColor:
    colour, (turn, lighter) = QColor(rgb), SHADES[place]
    if not turn and not lighter:
        return colour
    lightness = max(50, min(215, colour.lightness() + (lighter if is_dark else -lighter)))
    return QColor.fromHsl((max(0, colour.hslHue()) + turn) % 360, colour.hslSaturation(), lightness)


def seen_through(colour: QColor, share: float) -> QColor:
    """The colour as a veil: 0 is none, 1 hides what is below."""
    veil = QColor(colour)
    veil.setAlphaF(share)
    return veil


def on_canvas(colour: QColor, share: float) -> QColor:
    """What a veil of the colour looks like upon the canvas: a veil itself costs some ms where it covers the window."""
    return _mixed(colour.rgb(), colours().canvas.rgb(), share)


@lru_cache(maxsize=256)  # two shares of each hue, in two themes: asked for at each paint of a box
def _mixed(over: int, under: int, share: float) -> QColor:
    one, other = QColor(over), QColor(under)
    parts = zip((one.redF(), one.greenF(), one.blueF()), (other.redF(), other.greenF(), other.blueF()), strict=True)
    red, green, blue = (own * share + below * (1 - share) for own, below in parts)
    return QColor.fromRgbF(red, green, blue)


def choice() -> Choice:
    """What was asked for: light, dark, or as the system has it."""
    return _Applied.choice


def apply(app: QApplication, wanted: Choice) -> None:
    """Dresses the whole program. "system" follows the system now and later; where it does not say, light."""
    _Applied.choice = wanted
    hints = app.styleHints()
    scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, "system": Qt.ColorScheme.Unknown}[wanted]
    hints.setColorScheme(scheme)  # title bars on Windows and macOS; does nothing on half of Linux
    if not _Applied.is_followed:
        _Applied.is_followed = True
        app.setStyle("Fusion")
        hints.colorSchemeChanged.connect(lambda _: _wear(app))
    _wear(app)


def load_fonts() -> None:
    """Makes the bundled fonts known to Qt; where a file is missing the system's own take their place."""
    for name in FONT_FILES:
        QFontDatabase.addApplicationFont(str(resource("fonts") / name))


def write_payloads_in(app: QApplication, bundled: bool) -> None:
    """Writes payloads in JetBrains Mono or in the system's font for code, from now on and in all that is there."""
    if bundled == _Applied.has_own_mono:
        return
    before = {name: font(name) for name in MONO}
    _Applied.has_own_mono = bundled
    font.cache_clear()
    ascii_font.cache_clear()
    for widget in app.allWidgets():  # what was given a font once; lists ask at each paint
        for name in MONO:
            if widget.font() == before[name]:
                widget.setFont(font(name))
                break
        widget.update()


def move_less(wanted: bool) -> None:
    """Whether nothing moves, whatever the system says."""
    _Applied.moves_less = wanted


@cache
def font(name: FontName) -> QFont:
    """A font of the window. Figures are tabular; the mono font draws no ligatures."""
    family, pixels, weight = FONTS[name]
    made = QFont(FALLBACKS[family])
    if name in MONO and not _Applied.has_own_mono:
        # The family that the system means: "monospace" itself is none, and Qt would go on to the next in the list.
        fixed = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)).family()
        made = QFont([fixed, *FALLBACKS[family]])
    made.setPixelSize(pixels)
    made.setWeight(weight)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if family == "Inter":
        made.setFeature(QFont.Tag("tnum"), 1)
    else:
        made.setFeature(QFont.Tag("calt"), 0)
        made.setStyleHint(QFont.StyleHint.Monospace)
    return made


@cache
def ascii_font() -> QFont:
    """The mono font for words of ASCII alone, of which no character depends on another: they are drawn in a third less time."""
    made = QFont(font("mono"))
    made.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)
    return made


def moves(app: QApplication) -> bool:
    """False where the system, or somebody in the settings, asks for less motion."""
    return not _Applied.moves_less and app.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _wear(app: QApplication) -> None:
    wanted = _Applied.choice
    dark = wanted == "dark" or (wanted == "system" and app.styleHints().colorScheme() == Qt.ColorScheme.Dark)
    _Applied.colours = DARK if dark else LIGHT
    app.setFont(font("text"))
    app.setPalette(_palette(_Applied.colours))
    app.setStyleSheet(_style_sheet(_Applied.colours))


def _palette(c: Colours) -> QPalette:
    """The same in every group: a window without the focus looks as one with it."""
    role = QPalette.ColorRole
    palette = QPalette()
    for of, colour in {
        role.Window: c.panel,
        role.WindowText: c.text,
        role.Base: c.canvas,
        role.AlternateBase: c.panel,
        role.Text: c.text,
        role.Button: c.raised,
        role.ButtonText: c.text,
        role.BrightText: c.text,
        role.Highlight: c.selection,
        role.HighlightedText: c.text,
        role.PlaceholderText: c.third,
        role.ToolTipBase: c.raised,
        role.ToolTipText: c.text,
        role.Link: c.accent_text,
        role.LinkVisited: c.accent_text,
        role.Accent: c.accent,
        role.Light: c.raised,
        role.Midlight: c.faint,
        role.Mid: c.line,
        role.Dark: c.line,
        role.Shadow: c.line,
    }.items():
        palette.setColor(QPalette.ColorGroup.All, of, colour)
    for of in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, of, c.third)
    return palette


def _style_sheet(c: Colours) -> str:
    """Only what a palette cannot say: rounded fields, flat menus, thin scroll bars."""
    return f"""
QLineEdit {{ background: {c.canvas.name()}; border: 1px solid {c.line.name()}; border-radius: {RADIUS}px;
    padding: 0 8px; min-height: {FIELD - 2}px; max-height: {FIELD - 2}px; }}
QPlainTextEdit#field {{ background: {c.canvas.name()}; border: 1px solid {c.line.name()}; border-radius: {RADIUS}px;
    padding: 2px 4px; }}
QLineEdit:focus, QPlainTextEdit#field:focus {{ border-color: {c.accent.name()}; }}
QLineEdit[wrong="true"], QPlainTextEdit#field[wrong="true"] {{ border-color: {c.bad.name()}; }}
QListWidget {{ background: transparent; outline: 0; }}
QListWidget::item {{ padding: 0 8px; border-radius: 4px; }}
QListWidget::item:selected {{ background: {c.selection.name()}; color: {c.text.name()}; }}
QListWidget::item:hover:!selected {{ background: {c.faint.name()}; }}
QTableView#plain::item {{ padding: 0 7px; border: 0; }}
QTableView#plain::item:selected {{ background: {c.selection.name()}; color: {c.text.name()}; }}
QTableView#plain QHeaderView::section {{ background: {c.panel.name()}; color: {c.second.name()}; padding: 0 10px; border: 0;
    border-bottom: 1px solid {c.line.name()}; font-size: {FONTS["label"][1]}px; font-weight: {FONTS["label"][2].value}; }}
QMenu {{ background: {c.raised.name()}; border: 1px solid {c.line.name()}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 10px; border-radius: 4px; }}
QMenu::item:selected {{ background: {c.selection.name()}; color: {c.text.name()}; }}
QMenu::item:disabled {{ color: {c.third.name()}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {c.line.name()}; margin: 4px 6px; }}
QToolTip {{ background: {c.raised.name()}; color: {c.text.name()}; border: 1px solid {c.line.name()};
    padding: 4px 6px; }}
QScrollBar {{ background: transparent; border: 0; margin: 0; }}
QScrollBar:vertical {{ width: 11px; }}
QScrollBar:horizontal {{ height: 11px; }}
QScrollBar::handle {{ background: {c.line.name()}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {c.third.name()}; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: 0; }}
"""
