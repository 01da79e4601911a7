"""Which site a host belongs to: the domain that somebody registered, without a list of all public suffixes.

The rule of thumb: two labels; three, where the last one is a country and the one before it a class of names, as in
`co.uk`; and one more than its own where a platform gives every writer a host. Where it errs, hosts of one site count
for several, or a few small sites for one, and a line needs more documents to be taken for a template.
"""

# Labels below a country that are no names: of companies, schools, offices and people.
_CLASS_NAMES = """
    ac asn biz co com edu ed firm gen go gob gouv gov govt gub id ind inf info ltd me mil mod ne net nhs nic nom or org
    plc police pro pub re sch school web
"""
# Each host below these is a site of its own.
_PLATFORM_NAMES = """
    altervista.org amazonaws.com appspot.com azurewebsites.net blogfa.com canalblog.com cloudfront.net eu.org free.fr
    github.io gitlab.io hatenablog.com herokuapp.com jimdo.com jimdofree.com livejournal.com medium.com narod.ru
    neocities.org netlify.app over-blog.com pages.dev skyrock.com squarespace.com substack.com tistory.com tumblr.com
    typepad.com ucoz.ru uk.com us.com vercel.app web.app weebly.com wixsite.com wordpress.com workers.dev
"""
_CLASSES, _PLATFORMS = frozenset(_CLASS_NAMES.split()), frozenset(_PLATFORM_NAMES.split())
_BLOGS = "blogspot"  # has a domain in each country
_COUNTRY_LETTERS = 2


def registered_domain(host: str) -> str:
    """The site of a host in small letters; an address in figures is a site by itself.

    >>> [registered_domain(each) for each in ("news.bbc.co.uk", "eo.globalvoices.org", "a.medium.com", "10.0.0.7")]
    ['bbc.co.uk', 'globalvoices.org', 'a.medium.com', '10.0.0.7']
    """
    labels = host.split(".")
    if labels[-1].isdigit() or ":" in host:
        return host
    return ".".join(labels[-_kept(labels) :])


def _kept(labels: list[str]) -> int:
    """How many of its last labels name the site."""
    is_country = len(labels[-1]) == _COUNTRY_LETTERS
    in_class = is_country and len(labels) > 1 and labels[-2] in _CLASSES
    registered = 3 if in_class else 2
    site = labels[-registered:]
    return registered + (site[0] == _BLOGS or ".".join(site) in _PLATFORMS)
