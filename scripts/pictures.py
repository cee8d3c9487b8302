"""
Take the pictures of handbooks and README from a demo that runs: `make pictures`, with PORT as the demo's.

Each is a page of today's product, at a desk's or a telephone's width, written to static/handbook/pictures. None may weigh more than 300 kB.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "static" / "handbook" / "pictures"
PASSWORD = "quanzhou-demo-2026"  # of the demo's logins, as the demo prints it
DESK, TELEPHONE = (1366, 860), (390, 780)
HEAVIEST = 300_000
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: whose page it is, the address, what is clicked on the way, what is brought into view."""

    name: str
    login: str
    address: str
    clicks: tuple[str, ...] = ()
    shows: str = ""
    size: tuple[int, int] = DESK


FIRST_ROW = "#result_list tbody tr:first-child th a"
PICTURES = (
    Picture("first-page", "gongxin", "/admin/"),
    Picture("entries", "gongxin", "/admin/whitelist/entry/"),
    Picture("application", "citong", "/admin/loans/application/", (FIRST_ROW,)),
    Picture("loan", "gongxin", "/admin/loans/loan/", (FIRST_ROW,)),
    Picture("settlement", "caizheng", "/admin/subsidy/settlement/", (FIRST_ROW,)),
    Picture("risk-radar", "gongxin", "/admin/risk/bankrisk/"),
    Picture("calculators", "gongxin", "/admin/calculators/"),
    Picture("public", "", "/", size=TELEPHONE),
    Picture("portal", "qy136", "/portal/", size=TELEPHONE),
)


def main() -> int:
    """Take all pictures; name those that cannot be taken or that weigh too much, and end with 1."""
    base = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        wrong = [sentence for picture in PICTURES for sentence in taken(browser, base, picture)]
        browser.close()
    print("\n".join(wrong) or f"已生成 {len(PICTURES)} 张图片：{FOLDER}")
    return 1 if wrong else 0


def taken(browser: Browser, base: str, picture: Picture) -> Iterator[str]:
    """Take one picture; yield a sentence where it could not be taken or is too heavy."""
    width, height = picture.size
    page = browser.new_page(viewport={"width": width, "height": height})
    try:
        opened(page, base, picture)
    except Error as lost:
        yield f"{picture.name}：未能打开页面（演示是否已启动？）：{lost.message.splitlines()[0]}"
        return
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path, animations="disabled")
    page.close()
    if path.stat().st_size > HEAVIEST:
        yield f"{picture.name}：{path.stat().st_size} 字节，超过 {HEAVIEST}。"


def opened(page: Page, base: str, picture: Picture) -> None:
    """Log in where somebody's page is shown, and go where the picture is taken."""
    if picture.login:
        page.goto(f"{base}{'/portal/login/' if picture.address.startswith('/portal/') else '/admin/login/'}")
        page.fill("input[name=username]", picture.login)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_load_state("networkidle")
    page.goto(f"{base}{picture.address}")  # once more than the login led: its message is read
    for selector in picture.clicks:
        page.click(selector)
        page.wait_for_load_state("networkidle")
    if picture.shows:
        page.locator(picture.shows).first.scroll_into_view_if_needed()


if __name__ == "__main__":
    sys.exit(main())
