"""A visit to a page: loaded once in light and wide, then looked at in dark on a phone too."""

from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from playwright.sync_api import Browser, Page

WIDE = {"width": 1300, "height": 900}
PHONE = {"width": 390, "height": 844}

# All is shown at once, without the transitions during which colours are half-way.
_OPEN = "document.querySelectorAll('details').forEach(folded => { folded.open = true; })"
_STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
_MATHS = "() => window.MathJax?.startup?.promise?.then(() => true)"

# The theme makes scrolling code reachable by keyboard a third of a second after a change of width.
_SETTLE_MS = 500

# axe-core would fetch the style sheets a second time to look into them, and miss imported ones.
_AXE = """async rules => (await axe.run({
    resultTypes: ['violations'], preload: false,
    ...(rules ? {runOnly: {type: 'rule', values: rules}} : {}),
})).violations.map(found => ({
    rule: found.id, impact: found.impact,
    where: found.nodes.map(node => node.target.join(' ') + ': ' + (node.failureSummary || '')),
}))"""

# The rules whose outcome colours and width decide; the others are not asked twice.
_CHANGING = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"]

_EMPTY_IMAGES = """() => [...document.images]
    .filter(image => !image.complete || image.naturalWidth === 0).map(image => image.src)"""

# What reaches beyond the right edge with no box around it that scrolls.
_STICKING_OUT = """() => [...document.querySelectorAll('article *')].filter(element => {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.right <= document.documentElement.clientWidth + 1) return false;
    for (let around = element; around.tagName !== 'ARTICLE'; around = around.parentElement)
        if (['auto', 'scroll'].includes(getComputedStyle(around).overflowX) &&
            around.getBoundingClientRect().right <= document.documentElement.clientWidth + 1)
            return false;
    return true;
}).map(element => element.outerHTML.slice(0, 120))"""

_GROUNDS = """() => [...document.querySelectorAll('article img')]
    .filter(image => image.offsetWidth > 0)
    .map(image => ({source: image.src, ground: getComputedStyle(image).backgroundColor,
                    filter: getComputedStyle(image).filter}))"""


@dataclass
class Visit:
    """What was seen on a page.

    Attributes
    ----------
    requests, failures, complaints
        Addresses asked for; those that failed or were missing; errors and warnings of the console.
    violations
        What axe-core found, by ``light`` (wide) and ``dark`` (phone): ``rule``, ``impact``,
        ``where``.
    empty_images
        Sources of images without a picture.
    width, sticking_out
        On a phone: the document's width in CSS pixels, and what the reader cannot scroll to.
    grounds
        In dark mode, a figure each: ``source``, ``ground`` (CSS colour), ``filter``.
    """

    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    violations: dict[str, list[dict]] = field(default_factory=dict)
    empty_images: list[str] = field(default_factory=list)
    width: int = 0
    sticking_out: list[str] = field(default_factory=list)
    grounds: list[dict] = field(default_factory=list)


def listened(page: Page) -> Visit:
    """Write down, from now on, what a page asks for and complains about."""
    seen = Visit()
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("requestfailed", lambda request: seen.failures.append(request.url))
    page.on(
        "response",
        lambda answer: seen.failures.append(answer.url) if answer.status >= 400 else None,
    )
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            seen.complaints.append(said.text) if said.type in ("error", "warning") else None
        ),
    )
    return seen


def visit(browser: Browser, address: str) -> Visit:
    """Load a page, read it in light on a wide screen and in dark on a phone."""
    with browser.new_context(viewport=WIDE, color_scheme="light", reduced_motion="reduce") as own:
        page = own.new_page()
        seen = listened(page)
        page.goto(address)
        page.evaluate(_MATHS)
        page.add_style_tag(content=_STILL)
        page.evaluate(_OPEN)
        page.evaluate(axe())
        seen.violations["light"] = page.evaluate(_AXE)
        seen.empty_images = page.evaluate(_EMPTY_IMAGES)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE)
        page.wait_for_selector("html[data-theme=dark]")
        page.wait_for_timeout(_SETTLE_MS)
        seen.violations["dark"] = page.evaluate(_AXE, _CHANGING)
        seen.width = page.evaluate("document.documentElement.scrollWidth")
        seen.sticking_out = page.evaluate(_STICKING_OUT)
        seen.grounds = page.evaluate(_GROUNDS)
    return seen


@cache
def axe() -> str:
    """Give axe-core's program, which lies in the package of its Python door."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text()
