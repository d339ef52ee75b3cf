"""Los flujos de Prefect: solo conectan los verbos; nada del dominio vive aquí."""

from __future__ import annotations

import os

os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
