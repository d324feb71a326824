"""The export of a shop's catalogue to the CSV file that the Items dataset is imported from."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

SCHEMA: Final = Path(__file__).with_name("schema.json")
COLUMNS: Final = ("ITEM_ID", "PRICE", "CATEGORY_L1", "TITLE", "CREATION_TIMESTAMP")


@dataclass(frozen=True)
class Product:
    """A product as the shop knows it."""

    sku: str
    price: Decimal
    categories: tuple[str, ...]
    title: str
    created: datetime


def export(products: Iterable[Product], path: Path) -> None:
    """Write the file; titles lose their line breaks, as a record is one line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for product in products:
            writer.writerow(
                (
                    product.sku,
                    product.price,
                    "|".join(product.categories),
                    " ".join(product.title.split()),
                    int(product.created.timestamp()),
                )
            )
