"""Which page is under which path."""

from __future__ import annotations

from starlette.routing import Route

from hq_api.page.companies import company_page
from hq_api.page.facts import Facts
from hq_api.page.frame import page_route, style_route
from hq_api.page.home import home_page
from hq_api.page.icps import accounts_export, accounts_page, icps_page, leads_export, leads_page
from hq_api.page.people import person_page
from hq_api.page.session import session_routes
from hq_api.page.waiting import waiting_page
from hq_api.service import Service


def page_routes(service: Service) -> list[Route]:
    """The routes of all pages; an address with slashes may be given as it is."""
    facts = Facts(service)
    pages = {
        "/": home_page(service, facts),
        "/companies/{owner}": company_page(service),
        "/companies/{owner:path}": company_page(service),
        "/people/{owner}": person_page(service),
        "/people/{owner:path}": person_page(service),
        "/icps": icps_page(service, facts),
        "/icps/{slug}": leads_page(service, facts),
        "/icps/{slug}/leads.csv": leads_export(service),
        "/icps/{slug}/accounts": accounts_page(service),
        "/icps/{slug}/accounts.csv": accounts_export(service),
        "/waiting": waiting_page(service),
    }
    return [
        style_route(),
        *session_routes(service),
        *(page_route(service, path, endpoint) for path, endpoint in pages.items()),
    ]
