"""The page in a real browser: what strangers wrote does nothing there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.report.page import render_folder
from tests.report_kit import counts_of, hostile_night, written

pytestmark = pytest.mark.browser

TITLE = "Run 1: what was taken out, and why"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def page(tmp_path: Path) -> str:
    night = hostile_night()
    return render_folder(tmp_path / "gen", written(tmp_path / "gen", night), counts_of(night), 1)


def shown_by_the_browser(page: str, tmp_path: Path) -> str:
    """The document as the browser has it after it loaded, and ran what it would run."""
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    command = [str(browser), *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout


def title_of(dom: str) -> str:
    return re.findall(r"<title>(.*?)</title>", dom)[0]


def test_hostile_text_makes_no_element_and_runs_nothing(page: str, tmp_path: Path) -> None:
    dom = shown_by_the_browser(page, tmp_path)
    assert title_of(dom) == TITLE
    assert not re.findall(r"<(?:script|img|svg|iframe)\b", dom)
    assert not re.findall(r"<[^>]* on[a-z]+=", dom)
    assert dom.count("<details") == page.count("<details")


def test_a_script_would_not_run_even_if_one_got_in(page: str, tmp_path: Path) -> None:
    evil = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    assert title_of(shown_by_the_browser(page.replace("</main>", f"{evil}</main>"), tmp_path)) == TITLE


def test_without_the_policy_it_would(page: str, tmp_path: Path) -> None:
    """That the two tests above can fail."""
    policy = next(line for line in page.splitlines() if "Content-Security-Policy" in line)
    evil = "<script>document.title='owned'</script>"
    open_page = page.replace(policy, "").replace("</main>", f"{evil}</main>")
    assert title_of(shown_by_the_browser(open_page, tmp_path)) == "owned"
