"""The vendored OCDS schemas, patched with the two extensions, as validators (see ``tests/skema/README.md``)."""

import gzip
import json

import json_merge_patch
import jsonschema_rs
from conftest import ROOT

FOLDER = ROOT / "tests" / "skema"
RELEASE = "https://standard.open-contracting.org/schema/1__1__5/release-schema.json"


def schema(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def patched():
    """The release schema with both extensions merged in, as a publisher's profile is made."""
    whole = schema("ocds-release-schema-1__1__5.json")
    for name in ("ocds-bids.json", "ocds-budget-breakdown.json"):
        whole = json_merge_patch.merge(whole, schema(name))
    return whole


def validator(content):
    """A validator that knows the patched release schema and nothing of the network."""
    resources = jsonschema_rs.Registry([(RELEASE, patched())], draft=jsonschema_rs.Draft4)
    return jsonschema_rs.Draft4Validator(content, registry=resources, validate_formats=True)


def package_schema(members):
    return schema(f"ocds-{'release' if members == 'releases' else 'record'}-package-schema-1__1__5.json")


def read(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)
