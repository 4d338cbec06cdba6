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

# Opened is all that is folded. Of the code, which is thousands of words in a dozen colours, that of
# the first cells is; the rest, which nobody sees, is taken away, as axe-core goes by all there is.
_OPEN = """() => {
    const code = [...document.querySelectorAll('details.above-input')].slice(3);
    code.forEach(folded => folded.replaceChildren(folded.querySelector('summary')));
    document.querySelectorAll('details').forEach(folded => { folded.open = true; });
}"""

# Without the transitions, during which colours are half-way.
_STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
_MATHS = "() => window.MathJax?.startup?.promise?.then(() => true)"

# The theme makes scrolling code reachable by keyboard a third of a second after a change of width.
_SETTLE_MS = 500

# axe-core would fetch the style sheets a second time to look into them, and miss imported ones; the
# rule of regions takes most of the others' time and is not asked for. Of words with the same ink on
# the same grounds, which have the same contrast, it is shown three, and nothing that holds none of
# them: of a word that something covers in part it says nothing.
_AXE = """async rules => {
    const told = {resultTypes: ['violations'], preload: false};
    const colours = ['color-contrast', 'link-in-text-block'];
    const off = Object.fromEntries([...colours, 'region'].map(one => [one, {enabled: false}]));
    const others = await axe.run({...told, ...(rules ? {runOnly: rules} : {rules: off})});

    const once = (made, known = new Map([[null, '']])) => one => {
        if (!known.has(one)) known.set(one, made(one));
        return known.get(one);
    };
    const ink = once(one => {
        const {color, fontSize, fontWeight, textShadow, textDecorationLine} = getComputedStyle(one);
        return [color, fontSize, fontWeight, textShadow, textDecorationLine].join();
    });
    const ground = once(one => {
        const {backgroundColor, backgroundImage, opacity, filter, position} = getComputedStyle(one);
        const own = [backgroundColor, backgroundImage, opacity, filter, position].join();
        const bare = own.replace('relative', 'static') === 'rgba(0, 0, 0, 0),none,1,none,static';
        return ground(one.parentElement) + (bare ? '' : own);
    });
    const words = one => one.matches('a, input, select, textarea') || [...one.childNodes]
        .map(node => node.nodeType === Node.TEXT_NODE ? node.data.trim() : '').join('').length > 1;
    const met = {}, few = look => (met[look] = (met[look] ?? 0) + 1) <= 3;
    const link = one => one.matches('a') && [words(one.parentElement), ink(one.parentElement)];
    const asked = [...document.body.querySelectorAll('*')].filter(
        one => words(one) && one.checkVisibility({visibilityProperty: true}) &&
            few([ink(one), ground(one), link(one)].join()));

    const needed = new Set(), mark = 'xmlns';  // by which axe-core names no element
    for (let one of asked)
        for (one.setAttribute(mark, ''); one && !needed.has(one); one = one.parentElement)
            needed.add(one);
    const emptied = [...document.querySelectorAll('article :not(a *)')].filter(
        one => one.firstElementChild && needed.has(one.parentElement) && !needed.has(one),
    ).map(one => [one, [...one.childNodes]]);
    emptied.forEach(([one]) => one.replaceChildren());
    axe.configure({rules: [
        {id: 'color-contrast', selector: `[${mark}]`},
        {id: 'link-in-text-block', selector: `a[href][${mark}]`},
    ]});
    const contrast = await axe.run({...told, runOnly: colours});
    emptied.forEach(([one, held]) => one.replaceChildren(...held));
    asked.forEach(one => one.removeAttribute(mark));

    return [...others.violations, ...contrast.violations].map(found => ({
        rule: found.id, impact: found.impact,
        where: found.nodes.map(node => node.target.join(' ') + ': ' + (node.failureSummary || '')),
    }));
}"""

_FIRST_SCREEN = """() => [...document.images].filter(image => {
    const box = image.getBoundingClientRect();
    return box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}).map(image => image.src)"""

# Of the other rules that whose outcome the width decides; the rest are not asked twice.
_CHANGING = ["scrollable-region-focusable"]

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
                    seen.hidden_captions[mode] = page.evaluate(_HIDDEN_CAPTIONS)
                    rules = _CHANGING if seen.violations else None
                    seen.violations[mode, screen["width"]] = page.evaluate(_AXE, rules)
        seen.grounds = page.evaluate(_GROUNDS)
    return seen


@cache
def axe() -> str:
    """Give axe-core's program, which lies in the package of its Python door."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text()
