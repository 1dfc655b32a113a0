"""Every setting of the product, read from the environment once (names: TBDX_…)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[1]
VERSION = "0.1.0"
"""The program's version; a test keeps it what pyproject.toml says."""
SECRETS = Path("/run/secrets")
"""Where containers find secrets, each in a file called as its variable."""


class Settings(BaseSettings):
    """Settings with their defaults; docs/settings.md explains each."""

    model_config = SettingsConfigDict(
        env_prefix="TBDX_", frozen=True, secrets_dir=SECRETS if SECRETS.is_dir() else None
    )

    database_url: str = Field(
        default=f"sqlite:///{ROOT / 'var' / 'tbdx.db'}",
        description="Where accepted reports are stored: an SQLite file or a PostgreSQL database.",
    )
    plan: Path = Field(
        default=ROOT / "data" / "plans" / "thai-binh",
        description="The folder with the plan's data.",
    )
    samples: Path = Field(
        default=ROOT / "data" / "samples",
        description="The folder with illustrative reports, shown while no real one is stored.",
    )
    language: str = Field(
        default="vi", description="The language of the command line and of a first visit: vi or en."
    )
    user: str = Field(
        default="",
        description="The name under which this machine's user stands in the record; once people are entered, the id of the one who acts here. Empty: the account's name.",
    )
    review: bool = Field(
        default=False,
        description="Whether every report that is sent waits for a second look (true), or may be accepted in the same step (false).",
    )
    trust_emails: bool = Field(
        default=False,
        description="Whether a person is known by the address that the identity provider gives even where it does not say whether it has verified it (true; only for a provider that serves your organisation alone, such as one tenant of Microsoft Entra), or only where it says that it has (false).",
    )
    soffice: str = Field(
        default="",
        description="LibreOffice's program soffice, which makes PDFs; empty: looked for on the PATH and where it is usually installed.",
    )
    pdf_seconds: float = Field(
        default=90, gt=0, description="How long making one PDF may take, in seconds."
    )
    read_seconds: float = Field(
        default=8,
        gt=0,
        description="How long reading one workbook may take, in seconds.",
    )
    read_megabytes: int = Field(
        default=600,
        ge=300,
        description="How much memory reading one workbook may take, in MB (not kept on Windows).",
    )
    read_workers: int = Field(
        default=2, ge=1, description="How many workbooks are read at the same time."
    )
    servers: int = Field(
        default=1,
        ge=1,
        description="How many server processes share the store behind nginx; more than one need PostgreSQL.",
    )
    log: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="How the log is written, on stderr: json (an object a line), text, or auto (text on a terminal, else json). See observing.md.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="What the log holds at least; debug adds a line for every run of a page, and what libraries say.",
    )
    slow_seconds: float = Field(
        default=1.0, gt=0, description="A run of a page that takes longer is said in the log."
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="The port at which this process answers Prometheus; 0: none. Each process needs one of its own.",
    )
    metrics_address: str = Field(
        default="127.0.0.1",
        description="The address of that port: this machine's own, or in a container 0.0.0.0, where no port of it is published.",
    )
