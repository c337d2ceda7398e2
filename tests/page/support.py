"""What the tests of the pages do as a browser does."""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin, urlsplit

from starlette.testclient import TestClient

from tests.page.document import Element, read


def look(
    client: TestClient, path: str, status: int = 200, headers: dict[str, str] | None = None
) -> Element:
    response = client.get(path, headers=headers)
    assert response.status_code == status, (path, response.status_code)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return read(response.text)


def section(page: Element, name: str) -> Element:
    return page.one("section", id=name)


def crawl(
    client: TestClient, start: str, headers: dict[str, str] | None = None, *, crowd: str
) -> dict[str, Element]:
    """Every page that links lead to from a page, each link of which has to lead somewhere.

    Of pages whose links begin with the words of a crowd, one is enough.
    """
    is_crowd_seen = False
    found: dict[str, Element] = {}
    waiting = [start]
    anchors = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        response = client.get(path, headers=headers)
        assert response.status_code == 200, (path, response.status_code)
        is_page = response.headers["content-type"].startswith("text/html")
        found[path] = page = read(response.text) if is_page else Element("", {})
        for element in page.everything():
            address = element.attributes.get("href") or element.attributes.get("action")
            outside = element.attributes.get("rel") == "noopener noreferrer nofollow"
            if (
                not address
                or outside
                or address.startswith("data:")
                or ("method" in {*element.attributes} and element.attributes["method"] == "post")
            ):
                continue
            if crowd and element.text.startswith(crowd):
                if is_crowd_seen:
                    continue
                is_crowd_seen = True
            target, fragment = urldefrag(urljoin(path, address))
            assert not urlsplit(target).netloc, (path, address)
            anchors.add((target, fragment))
            waiting.append(target)
    for target, fragment in anchors:
        ids = {element.attributes.get("id") for element in found[target].everything()}
        assert not fragment or fragment in ids, (target, fragment)
    return found
