"""The site in a real browser: quiet, offline, usable by keyboard, on a phone, in the dark and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chiso import run
from chiso.reporting.site.folder import write_site
from chiso.reporting.site.pages import single_page, site_files
from chiso.run import ReportRequest

pytestmark = pytest.mark.browser

UNITS = (
    *("H21", "H21.02", "H21.05", "H21.11", "H21.100", "H21.101"),
    *("H21.125", "H21.133", "H21.145", "H21.157", "H21.180", "H21.186"),
)
PAGES = (
    "index.html",
    "unit-H21.125.html",
    "unit-H21.100.html",
    "index-2.1.html",
    "en/index.html",
    "one.html",
)
DARK_AND_LIGHT = ("light", "dark")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    """Twelve units of the sample with the month before and assignments, and one page that stands alone."""
    request = ReportRequest(
        records=(samples / "gia-lai-2026",),
        period="2026-07..2026-08",
        parts=frozenset({"repairs"}),
        unit=UNITS,
        assignments=samples / "assignments" / "planNS.yaml",
    )
    report = run.report(request, date(2026, 11, 20))
    folder = tmp_path_factory.mktemp("site")
    write_site(folder, site_files(report))
    (folder / "one.html").write_bytes(single_page(report, None, "vi"))
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            ],
        )
        yield browser
        browser.close()


Opens = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, site: Path) -> Iterator[Opens]:
    """Open a page of the site; when the test is over, no page has complained or asked for anything."""
    contexts, troubles = [], []

    def request(route: Any) -> None:
        troubles.append(f"request: {route.request.url}")
        route.abort()

    def open_page(name: str, width: int = 1280, scheme: str = "light", **more: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
        contexts.append(context)
        context.route(lambda url: not url.startswith("file:"), request)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.goto((site / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _column(page: Any, table: str, number: int) -> list[str]:
    cells = page.locator(f"{table} tbody tr:visible > :nth-child({number})")
    return [" ".join(text.split()) for text in cells.all_inner_texts()]


COMMUNES = "[aria-labelledby=ranking-2] table"


def test_columns_are_sorted_by_what_they_mean(opened: Opens) -> None:
    page = opened("index.html")
    totals = _column(page, COMMUNES, 3)
    assert totals == ["72,35", "68,10", "67,35", "64,93", "64,81", "61,66"]
    name = page.locator(f"{COMMUNES} thead button", has_text="Đơn vị")
    name.click()
    # Phường before xã; then Bình before Quy; D, Đ, I: Đăk follows what begins with D and comes before Ia.
    assert _column(page, COMMUNES, 2) == [
        "UBND phường Bình Định H21.186",
        "UBND phường Quy Nhơn H21.180",
        "UBND xã Đăk Song H21.125",
        "UBND xã Ia Dom H21.133",
        "UBND xã Ia Ly H21.145",
        "UBND xã Ia Tôr H21.157",
    ]
    assert page.locator(f"{COMMUNES} th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.locator(f"{COMMUNES} thead button", has_text="Tổng").click()
    assert _column(page, COMMUNES, 3) == totals
    page.locator(f"{COMMUNES} thead button", has_text="Tổng").click()
    assert _column(page, COMMUNES, 3) == totals[::-1]
    assert page.locator(f"{COMMUNES} th[aria-sort]").count() == 1


def test_what_is_absent_stands_last_in_either_order(opened: Opens) -> None:
    page = opened("unit-H21.125.html")
    button = page.locator("table.lost thead button", has_text="Giá trị")
    for _ in range(2):
        button.click()
        values = _column(page, "table.lost", 4)
        absent = [value == "–" for value in values]
        assert any(absent) and absent == sorted(absent)
    # English numbers have their own signs.
    page = opened("en/unit-H21.125.html")
    page.locator("table.lost thead button", has_text="Denominator").click()
    known = [int(text.replace(",", "")) for text in _column(page, "table.lost", 3) if text != "–"]
    assert known == sorted(known, reverse=True) and known[0] == 400


def test_units_are_found_with_and_without_marks(opened: Opens) -> None:
    page = opened("index.html")
    search, found = page.get_by_role("searchbox", name="Tìm"), page.locator(".found")
    units = "[aria-labelledby^=ranking-] tbody tr:visible"
    search.fill("dak song")
    assert page.locator(units).count() == 1
    assert found.inner_text().startswith("1 / ")
    # The heat map goes with the rankings, and rankings without a unit are gone.
    assert page.locator("table.heat tbody tr:visible").count() == 1
    assert page.locator("#ranking-1").is_hidden()
    search.fill("Đăk")
    assert page.locator(units).count() == 1
    # With marks only what bears them is meant.
    search.fill("Đàk")
    assert page.locator(units).count() == 0
    search.fill("H21.18")
    assert page.locator(units).count() == 2
    page.get_by_role("button", name="Bỏ lọc").click()
    page.wait_for_function("document.querySelectorAll('tr[hidden]').length === 0")


def test_levels_and_bands_are_filtered(opened: Opens) -> None:
    page = opened("index.html")
    page.get_by_role("combobox", name="Cấp").select_option("department")
    assert page.locator("[aria-labelledby^=ranking-] tbody tr:visible").count() == 3
    page.get_by_role("combobox", name="Cấp").select_option("")
    page.get_by_role("combobox", name="Xếp loại").select_option(label="Khá")
    assert _column(page, COMMUNES, 2) == ["UBND xã Đăk Song H21.125"]
    page.get_by_role("combobox", name="Xếp loại").select_option(label="chưa xếp loại")
    assert page.locator("[aria-labelledby^=ranking-] tbody tr:visible").count() == 5


def test_the_language_is_switched_on_the_same_page(opened: Opens) -> None:
    page = opened("unit-H21.125.html")
    total = page.locator(".figure").first
    assert page.locator("html").get_attribute("lang") == "vi" and "72,35" in total.inner_text()
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/unit-H21.125.html")
    assert page.locator("html").get_attribute("lang") == "en" and "72.35" in total.inner_text()
    page.get_by_role("link", name="Tiếng Việt").click()
    page.wait_for_url(lambda url: url.endswith("/unit-H21.125.html") and "/en/" not in url)
    assert page.locator("html").get_attribute("lang") == "vi"


def test_the_choice_of_a_dark_page_is_remembered(opened: Opens) -> None:
    page = opened("index.html")
    button = page.get_by_role("button", name="Nền tối")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light and button.get_attribute("aria-pressed") == "true"
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    # Whose computer is dark may choose a light page.
    page = opened("index.html", scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.get_by_role("button", name="Nền tối").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_a_browser_that_stores_nothing_switches_all_the_same(browser: Any, site: Path) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden'); } })"
    )
    page.goto((site / "index.html").as_uri())
    button = page.get_by_role("button", name="Nền tối")
    button.click()
    assert button.get_attribute("aria-pressed") == "true" and errors == []
    page.close()


def test_everything_is_there_without_scripts(opened: Opens) -> None:
    page = opened("index.html", java_script_enabled=False)
    assert page.locator("[aria-labelledby^=ranking-] tbody tr").count() == 11
    assert page.locator("form.tools").first.is_hidden() and page.locator("#theme").is_hidden()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_never_scrolls_a_page_sideways(opened: Opens, name: str) -> None:
    page = opened(name, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    # What is wider scrolls by itself, and can be reached by keyboard to do so.
    for area in page.locator(".scroll").all():
        assert area.get_attribute("tabindex") == "0"


def test_the_keyboard_is_enough(opened: Opens) -> None:
    page = opened("index.html")
    focused = "document.activeElement"
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.className") == "skip"
    assert page.evaluate(f"{focused}.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focused}.id") == "main"
    name = page.locator(f"{COMMUNES} thead button", has_text="Đơn vị")
    name.focus()
    assert page.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.locator(f"{COMMUNES} th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert page.locator(f"{COMMUNES} th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert page.evaluate(f"{focused}.className") == "sort"


@pytest.mark.parametrize("scheme", DARK_AND_LIGHT)
@pytest.mark.parametrize("name", ("index.html", "unit-H21.125.html", "en/index-2.1.html"))
def test_nothing_hinders_readers_with_a_disability(opened: Opens, name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(name, scheme=scheme)
    # Left to itself it would fetch the style sheets anew, which the pages forbid.
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    told = [
        (each["id"], each["impact"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found
    ]
    assert [each for each in told if each[1] in ("serious", "critical")] == []


def test_pages_go_onto_paper(opened: Opens, tmp_path: Path) -> None:
    page = opened("unit-H21.125.html", scheme="dark")
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF") and len(pdf) > 10_000
    page.emulate_media(media="print")
    # On paper there are no controls, whatever the screen shows; headings stay.
    for gone in (".switches", "nav", ".sort"):
        assert page.locator(gone).first.is_hidden()
    assert page.locator("table.lost thead .printed").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
