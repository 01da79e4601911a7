"""Registered domains of hosts, by a rule of thumb."""

import pytest

from pipeline.text.domains import registered_domain


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("herald.example", "herald.example"),
        ("news.herald.example", "herald.example"),
        ("a.b.herald.co.uk", "herald.co.uk"),
        ("herald.co.uk", "herald.co.uk"),
        ("news.herald.com.br", "herald.com.br"),
        ("news.co.at.com", "at.com"),  # a class only below a country
        ("one.wordpress.com", "one.wordpress.com"),
        ("two.one.wordpress.com", "one.wordpress.com"),
        ("wordpress.com", "wordpress.com"),
        ("one.blogspot.de", "one.blogspot.de"),
        ("one.blogspot.com.br", "one.blogspot.com.br"),
        ("www.gov.uk", "www.gov.uk"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("", ""),
    ],
)
def test_the_site_of_a_host(host: str, site: str) -> None:
    assert registered_domain(host) == site
