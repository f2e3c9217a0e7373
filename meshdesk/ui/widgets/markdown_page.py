"""A page of Markdown in the fonts and colours of the theme: headings, code, tables and links, read like a good printout."""

from typing import cast

from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtGui import (
    QFont,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextList,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import draw_focus, name_bars

WIDEST = 700  # px of a line of text; longer ones are hard to read
MARGIN = 28
LINE = 142  # % of the height of a line
HITS_MOST = 500  # marked on a page; Qt lays each out
NONE = (0, 0)
# By level of a heading: font, space above and below.
HEADINGS: dict[int, tuple[theme.FontName, int, int]] = {
    1: ("heading", 4, 12),
    2: ("title", 22, 8),
    3: ("strong", 14, 4),
}


class MarkdownPage(QTextBrowser):
    """Shows a text and marks a word in it. `asked` carries where a link leads; nothing is fetched from anywhere."""

    asked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._text = ""
        self._is_plain = False
        self._word = ""
        self._hits: list[QTextCursor] = []
        self.setAccessibleName(name)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setFont(theme.font("text"))
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        self.document().setDocumentMargin(0)
        self.anchorClicked.connect(lambda url: self.asked.emit(url.toString()))
        name_bars(self, name.lower())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self.viewport()) as painter:
            draw_focus(painter, self)

    def show_markdown(self, text: str) -> None:
        """Begins a page at its top."""
        self._text, self._is_plain = text, False
        self._set()

    def show_plain(self, text: str) -> None:
        """Begins a text whose lines are as they are: a licence."""
        self._text, self._is_plain = text, True
        self._set()

    def mark(self, word: str) -> int:
        """Marks a word wherever it stands, goes to the first place, and says how many there are; "" marks nothing."""
        self._word = " ".join(word.split())
        self._hits = []
        at = QTextCursor(self.document())
        while self._word and len(self._hits) < HITS_MOST:
            at = self.document().find(self._word, at)
            if at.isNull():
                break
            self._hits.append(QTextCursor(at))
        self._draw_hits()
        if self._hits:
            self._go_to(self._hits[0])
        return len(self._hits)

    def next_hit(self) -> bool:
        """Goes to the next place; False where there is none behind this one."""
        here = self.textCursor().position()
        behind = [hit for hit in self._hits if hit.position() > here]
        if behind:
            self._go_to(behind[0])
        return bool(behind)

    def loadResource(self, type: int, name: QUrl | str) -> object:
        """Nothing: a page is its text."""
        return None

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._text:
            place = self.verticalScrollBar().value()
            self._set()
            self.verticalScrollBar().setValue(place)

    def _set(self) -> None:
        document = self.document()
        if self._is_plain:
            document.setPlainText(self._text)
        else:
            document.setMarkdown(self._text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        _dress(document, self._is_plain)
        self._fit()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.mark(self._word)

    def _go_to(self, hit: QTextCursor) -> None:
        place = QTextCursor(hit)
        place.clearSelection()
        self.setTextCursor(place)
        self.ensureCursorVisible()

    def _draw_hits(self) -> None:
        marks = []
        for hit in self._hits:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = hit
            mark.format = QTextCharFormat()
            mark.format.setBackground(theme.colours().hit)
            mark.format.setForeground(theme.colours().text)
            marks.append(mark)
        self.setExtraSelections(marks)

    def _fit(self) -> None:
        """Margins: a page is no wider than it can be read, and stands in the middle of what there is."""
        side = max(MARGIN, (self.viewport().width() - WIDEST) // 2)
        frame = self.document().rootFrame()
        form = frame.frameFormat()
        if (form.leftMargin(), form.topMargin()) != (side, MARGIN):
            form.setLeftMargin(side)
            form.setRightMargin(side)
            form.setTopMargin(MARGIN)
            form.setBottomMargin(2 * MARGIN)
            frame.setFrameFormat(form)


def _dress(document: QTextDocument, is_plain: bool) -> None:
    """Gives each block and each word the theme's font and colour; Qt's own Markdown has only its sizes."""
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    block = document.begin()
    while block.isValid():
        _dress_block(cursor, block, is_plain)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame)
    cursor.endEditBlock()


def _dress_block(cursor: QTextCursor, block: QTextBlock, is_plain: bool) -> None:
    form = block.blockFormat()
    is_code = is_plain or _is_code(block)
    in_table = QTextCursor(block).currentTable() is not None
    if form.headingLevel():
        font, above, below = HEADINGS.get(form.headingLevel(), HEADINGS[3])
        form.setTopMargin(above)
        form.setBottomMargin(below)
    elif is_code and not is_plain:
        font, below = "mono", 0 if _is_code(block.next()) else 12
        form.setLeftMargin(16)
        form.setTopMargin(0)
        form.setBottomMargin(below)
        form.setLineHeight(LINE + 10, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    else:
        font = "mono_small" if is_plain else "text"
        form.setBottomMargin(0 if in_table or is_plain else (5 if _is_item(block) and _is_item(block.next()) else 12))
        form.setTopMargin(0)
        form.setLineHeight(100 if in_table else LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    cursor.setPosition(block.position())
    cursor.setBlockFormat(form)
    pieces = []
    at = block.begin()
    while not at.atEnd():
        piece = at.fragment()
        pieces.append((piece.position(), piece.length(), piece.charFormat()))
        at += 1
    for start, length, old in pieces:
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(_char_format(old, font, is_code))


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().hasProperty(QTextBlockFormat.Property.BlockCodeLanguage.value)


def _is_item(block: QTextBlock) -> bool:
    # Typed as if there always were one.
    return block.isValid() and cast("QTextList | None", block.textList()) is not None


def _char_format(old: QTextCharFormat, font: theme.FontName, is_code: bool) -> QTextCharFormat:
    c = theme.colours()
    made = QTextCharFormat()
    if old.fontFixedPitch() and not is_code:
        made.setFont(theme.font("mono"))
        made.setBackground(c.faint)
    elif old.fontWeight() >= QFont.Weight.DemiBold and font == "text":
        made.setFont(theme.font("strong"))
    else:
        made.setFont(theme.font(font))
        made.setFontItalic(old.fontItalic())
    made.setForeground(c.text)
    if old.isAnchor():
        made.setAnchor(True)
        made.setAnchorHref(old.anchorHref())
        made.setForeground(c.accent_text)
        made.setFontUnderline(True)  # colour alone says nothing
    return made


def _dress_table(table: QTextTable) -> None:
    form = table.format()
    form.setBorder(1)
    form.setBorderBrush(theme.colours().line)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderCollapse(True)
    form.setCellPadding(7)
    form.setCellSpacing(0)
    form.setTopMargin(6)
    form.setBottomMargin(14)
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(form)
