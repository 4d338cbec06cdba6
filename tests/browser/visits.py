"""A visit to a page: loaded once from its folder, then read at three widths, light and dark."""

from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from playwright.sync_api import BrowserContext, Page

WIDE = {"width": 1300, "height": 900}
TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}
MODES = "light", "dark"
# Of pages made alike axe-core reads two of the six ways; of one of each kind, all.
FEW = (("light", 1300), ("dark", 390))
ALL = tuple((mode, one["width"]) for one in (WIDE, TABLET, PHONE) for mode in MODES)
KINDS = {
    "index.html",
    "how-to-rerun.html",
    "chapters/06-addition.html",
    "chapters/07-sentiment-maps.html",
    "chapters/16-your-photograph.html",
    "search.html",
}

# Opened is all that is folded, and of the code, which is thousands of words in a dozen colours and
# takes axe-core most of its time, the first cells.
_OPEN = """() => {
    const code = [...document.querySelectorAll('details.above-input')].slice(3);
    for (const folded of document.querySelectorAll('details'))
        folded.open = !code.includes(folded);
}"""

# Without the transitions, during which colours are half-way.
_STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
_MATHS = "() => window.MathJax?.startup?.promise?.then(() => true)"

# The theme makes scrolling code reachable by keyboard a third of a second after a change of width.
_SETTLE_MS = 500

# axe-core would fetch the style sheets a second time to look into them, and miss imported ones. Of
# rows, items, links to runs and words of code it is shown the first of each shape, that is of the
# same elements with the same classes and styles in the same surroundings: of such all colours are
# alike. Whether something scrolls is asked with all there.
_AXE = """async rules => {
    const scrolls = 'scrollable-region-focusable';
    const told = {resultTypes: ['violations'], preload: false};
    const others = rules ? {runOnly: {type: 'rule', values: rules}} :
        {rules: {[scrolls]: {enabled: false}}};
    const look = one => [one.localName, one.className, one.getAttribute('style')].join();
    const surroundings = one => one.matches('article') ? '' :
        look(one) + surroundings(one.parentElement);
    const shape = one => [
        surroundings(one.parentElement), one.matches(':nth-child(even)'),
        one.matches(':first-child'), one.matches(':last-child'),
        ...[one, ...one.querySelectorAll('*')].map(look),
    ].join();
    const seen = new Set();
    const alike = [...document.querySelectorAll(
        'article tr, article li, article dt, article a.run, article pre span')].filter(one =>
            one.checkVisibility() && seen.size === seen.add(shape(one)).size);
    const all = await axe.run({...told, runOnly: {type: 'rule', values: [scrolls]}});
    alike.forEach(one => { one.hidden = true; });
    const most = await axe.run({...told, ...others});
    alike.forEach(one => { one.hidden = false; });
    return [...all.violations, ...most.violations].map(found => ({
        rule: found.id, impact: found.impact,
        where: found.nodes.map(node => node.target.join(' ') + ': ' + (node.failureSummary || '')),
    }));
}"""

_FIRST_SCREEN = """() => [...document.images].filter(image => {
    const box = image.getBoundingClientRect();
    return box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}).map(image => image.src)"""

# The rules whose outcome colours and width decide; the others are not asked twice.
_CHANGING = ["color-contrast", "link-in-text-block"]

# Those that wait to be scrolled to are asked for at once.
_EMPTY_IMAGES = """async () => {
    const images = [...document.images];
    images.forEach(image => { image.loading = 'eager'; });
    await Promise.all(images.map(image => image.decode().catch(() => null)));
    return images.filter(image => image.naturalWidth === 0).map(image => image.src);
}"""

# Words and boxes that reach beyond the right edge with nothing around them that scrolls.
_STICKING_OUT = """() => {
    const edge = document.documentElement.clientWidth + 1, found = [];
    const scrolls = element => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX) &&
        element.getBoundingClientRect().right <= edge;
    const walk = document.createTreeWalker(
        document.querySelector('.bd-article') ?? document.querySelector('main'));
    const range = document.createRange();
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const element = node.nodeType === Node.ELEMENT_NODE;
        if (!element) range.selectNode(node);
        const box = (element ? node : range).getBoundingClientRect();
        if (box.width === 0 || box.right <= edge) continue;
        let around = element ? node : node.parentElement;
        while (around !== walk.root && !scrolls(around)) around = around.parentElement;
        if (around === walk.root)
            found.push((node.outerHTML || node.data).slice(0, 120));
    }
    return found;
}"""

_GROUNDS = """() => [...document.querySelectorAll('article img')]
    .filter(image => image.offsetWidth > 0)
    .map(image => ({
        source: image.src, classes: [...image.classList],
        ground: getComputedStyle(image).backgroundColor,
        filter: getComputedStyle(image).filter,
        inDrawing: image.closest('figure') !== null && image.closest('.cell') !== null,
    }))"""

UNSTYLED = """() => [...document.querySelectorAll('link[rel=stylesheet]')]
    .filter(link => link.sheet === null).map(link => link.href)"""

_HIDDEN_CAPTIONS = """() => [...document.querySelectorAll('article figcaption')]
    .filter(caption => caption.offsetHeight === 0).map(caption => caption.textContent.trim())"""


# Of what is not folded, that which takes more than two screens to scroll by.
_TALL = """() => [...document.querySelectorAll('article table.results, article table.docutils')]
    .filter(table => table.checkVisibility() && table.offsetHeight > 2 * innerHeight)
    .map(table => table.textContent.trim().slice(0, 80))"""


@dataclass
class Visit:
    """What was seen on a page.

    Attributes
    ----------
    requests, failures, complaints
        Addresses asked for; those that failed or were missing; errors and warnings of the console.
    first_screen
        Sources of the images that a reader sees first, one of which may be the largest thing there.
    tall
        Tables that take more than two screens of a phone, with all folded that is folded.
    violations
        What axe-core found, by mode and width: ``rule``, ``impact``, ``where``.
    empty_images
        Sources of images without a picture.
    hidden_captions
        Captions of figures that are not shown, by ``light`` and ``dark``.
    overflow
        By the width of a small screen: that of the document, and what cannot be scrolled to.
    grounds
        In dark mode, a figure each: ``source``, ``classes``, ``ground`` (CSS colour), ``filter``
        and ``inDrawing`` (whether a cell has shown it as a figure).
    unstyled
        Style sheets that were not found.
    """

    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    first_screen: list[str] = field(default_factory=list)
    tall: list[str] = field(default_factory=list)
    violations: dict[tuple[str, int], list[dict]] = field(default_factory=dict)
    empty_images: list[str] = field(default_factory=list)
    hidden_captions: dict[str, list[str]] = field(default_factory=dict)
    overflow: dict[int, tuple[int, list[str]]] = field(default_factory=dict)
    grounds: list[dict] = field(default_factory=list)
    unstyled: list[str] = field(default_factory=list)


def _listen(page: Page, seen: Visit) -> None:
    """Write down, from now on, what a page asks for and complains about."""
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("requestfailed", lambda request: seen.failures.append(request.url))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            seen.complaints.append(said.text) if said.type in ("error", "warning") else None
        ),
    )


def _resize(page: Page, seen: Visit, screen: dict[str, int], settle: bool) -> None:
    page.set_viewport_size(screen)
    page.wait_for_timeout(_SETTLE_MS if settle else 0)
    width = page.evaluate("document.documentElement.scrollWidth")
    seen.overflow[screen["width"]] = width, page.evaluate(_STICKING_OUT)


def _turn(page: Page, mode: str) -> None:
    page.emulate_media(color_scheme=mode)
    page.wait_for_selector(f"html[data-theme={mode}]")


def ways(page: str) -> tuple[tuple[str, int], ...]:
    """Give the modes and widths in which axe-core reads a page."""
    return ALL if page in KINDS else FEW


def visit(context: BrowserContext, address: str, ways: tuple[tuple[str, int], ...]) -> Visit:
    """Load a page, read it on a wide screen, a narrower one and a phone, in light and in dark."""
    seen = Visit()
    with context.new_page() as page:
        _listen(page, seen)
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(address)
        seen.tall = page.evaluate(_TALL)
        page.set_viewport_size(WIDE)
        # Images that are not there yet would leave their room to others.
        seen.empty_images = page.evaluate(_EMPTY_IMAGES)
        seen.first_screen = page.evaluate(_FIRST_SCREEN)
        page.evaluate(_MATHS)
        seen.unstyled = page.evaluate(UNSTYLED)
        page.add_style_tag(content=_STILL)
        page.evaluate(_OPEN)
        page.evaluate(axe())
        for screen in (WIDE, TABLET, PHONE):
            _resize(page, seen, screen, any(width == screen["width"] for _, width in ways))
            for mode in MODES:
                if (mode, screen["width"]) in ways:
                    _turn(page, mode)
                    rules = _CHANGING if seen.violations else None
                    seen.violations[mode, screen["width"]] = page.evaluate(_AXE, rules)
        seen.grounds = page.evaluate(_GROUNDS)
        for mode in reversed(MODES):
            _turn(page, mode)
            seen.hidden_captions[mode] = page.evaluate(_HIDDEN_CAPTIONS)
    return seen


@cache
def axe() -> str:
    """Give axe-core's program, which lies in the package of its Python door."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text()
