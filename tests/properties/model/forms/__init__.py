"""Normal forms and tolerant conversions, written anew: text in, a value or None out."""

from tests.properties.model.forms.addresses import (
    company_url,
    domain,
    is_member_id,
    is_page_on_shared_host,
    page_url,
    percent_decode,
    person_url,
    slug_of,
)
from tests.properties.model.forms.contacts import email, headcount, phone
from tests.properties.model.forms.documents import (
    json_text,
    list_of,
    payload_object,
    plain,
    says_something,
    text_of,
    texts_of,
)
from tests.properties.model.forms.ids import entity_id
from tests.properties.model.forms.text import (
    amount,
    clean,
    clean_name,
    comparing,
    country,
    lower,
    stem,
    trim,
)
from tests.properties.model.forms.values import (
    boolean,
    day,
    moment,
    size_bucket,
    whole_number,
    year,
)

__all__ = [
    "amount",
    "boolean",
    "clean",
    "clean_name",
    "company_url",
    "comparing",
    "country",
    "day",
    "domain",
    "email",
    "entity_id",
    "headcount",
    "is_member_id",
    "is_page_on_shared_host",
    "json_text",
    "list_of",
    "lower",
    "moment",
    "page_url",
    "payload_object",
    "percent_decode",
    "person_url",
    "phone",
    "plain",
    "says_something",
    "size_bucket",
    "slug_of",
    "stem",
    "text_of",
    "texts_of",
    "trim",
    "whole_number",
    "year",
]
