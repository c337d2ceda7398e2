"""A history of receipts drawn at random: every kind of raw row, dirt and meetings among them."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.sources import upload
from tests.support.warehouse import Warehouse

SEED = 20260301
START = datetime(2026, 3, 1, tzinfo=UTC)

# Few of each, so that entities meet often; spellings and dirt among them.
PEOPLE = [f"https://www.linkedin.com/in/person-{n}" for n in range(25)]
PEOPLE += ["https://uk.linkedin.com/in/Person-3/", "linkedin.com/in/ACwAAAexample", "nobody"]
COMPANIES = [f"company-{n}.example" for n in range(25)]
COMPANIES += ["https://www.Company-3.example/", "careers-at-acme.example", "jobs-at-acme.example"]
COMPANIES += ["acme-widgets.example", "bit.ly", "jane doe", "harborlight-crm.example"]
NAMES = ["Acme", "Beta Traders", "Beta Traders Inc.", "Gamma Ltd", "Ox", None, "N/A", "Delta"]
MOMENTS = [None, "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-02-01", "yesterday"]


class History:
    """Records drawn at random, the same ones each time.

    Args:
        warehouse: Where they are received; may be put in the place of another on the way.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.draw = random.Random(SEED)
        self.load = upload(warehouse)

    def receive(self, records: int) -> None:
        """Let so many records come in."""
        for _ in range(records):
            self.record()

    def record(self) -> None:
        """Let one record come in."""
        one_of = [
            self._company,
            self._discovered_company,
            self._profile,
            self._profile,
            self._discovered_person,
            self._research,
            self._study,
            self._icp,
            self._manual,
            self._export,
        ]
        self.draw.choice(one_of)()

    def _one(self, values: list[Any]) -> Any:
        return self.draw.choice(values)

    def _receipt(self) -> dict[str, Any]:
        """Few moments, so that some are equal; those of the future come before the past."""
        return {"created_at": START + timedelta(hours=self.draw.randrange(12))}

    def _payload(self, table: str, key: str, payload: dict[str, Any], **columns: Any) -> None:
        content: Any = {**payload, "last_refresh": self._one(MOMENTS)}
        form = self.draw.random()
        if form < 0.1:
            content = json.dumps(content)
        elif form < 0.15:
            content = [content]
        self.warehouse.payload(table, key, content, **self._receipt(), **columns)

    def _items(self, *names: str) -> list[dict[str, Any]]:
        return [
            {
                names[0]: self._one(NAMES),
                names[1]: self._one(COMPANIES),
                names[2]: self._one(MOMENTS),
            }
            for _ in range(self.draw.randrange(4))
        ]

    def _company(self) -> None:
        workflow = self._one([*["clay-company-firmographics"] * 2, "vc-firms"])
        page = f"https://www.linkedin.com/company/{self.draw.randrange(9)}"
        payload = {"name": self._one(NAMES), "url": self._one([page, None]), "founded": "x"}
        self._payload("company_payloads", self._one(COMPANIES), payload, workflow_slug=workflow)

    def _discovered_company(self) -> None:
        self._payload("company_discovery", self._one(COMPANIES), {"name": self._one(NAMES)})

    def _profile(self) -> None:
        payload = {
            "name": self._one(NAMES),
            "experience": self._items("company", "company_domain", "start_date"),
            "education": self._items("school_name", "degree", "end_date"),
        }
        self._payload("person_payloads", self._one(PEOPLE), payload)

    def _discovered_person(self) -> None:
        payload = {"name": self._one(NAMES), "domain": self._one(COMPANIES)}
        self._payload("person_discovery", self._one(PEOPLE), payload)

    def _research(self) -> None:
        payload = {"customers": self._items("companyName", "url", "hasCaseStudy")}
        table = "company_customer_claygent_payloads"
        name = self._one(NAMES)
        self._payload(table, self._one(COMPANIES), payload, origin_company_name=name)

    def _study(self) -> None:
        self._payload(
            "case_study_extraction_payloads",
            f"https://studies.example/{self.draw.randrange(9)}",
            {
                "champions": self._items("full_name", "company_name", "job_title"),
                "customer_company_domain": self._one(COMPANIES),
            },
            origin_company_domain=self._one(COMPANIES),
            origin_company_name=self._one(NAMES),
            company_customer_name=self._one(NAMES) or "Somebody",
            has_case_study_url=True,
        )

    def _icp(self) -> None:
        payload = {"company_criteria": {"size": [self._one(["2-10", "11-50 employees"])]}}
        self._payload("icp_payloads", self._one(COMPANIES), payload)

    def _manual(self) -> None:
        self.warehouse.row(
            "manual_company_customers",
            origin_company_domain=self._one(COMPANIES),
            origin_company_name=self._one(NAMES),
            company_customer_name=self._one(NAMES) or "Somebody",
            company_customer_domain=self._one([*COMPANIES, None]),
            **self._receipt(),
        )

    def _export(self) -> None:
        self.warehouse.row(
            "salesnav_scrapes",
            upload_id=self.load,
            linkedin_url_user_profile=self._one(PEOPLE),
            first_name=self._one(NAMES),
            company=self._one(NAMES),
            company_website=self._one(COMPANIES),
            **self._receipt(),
        )
