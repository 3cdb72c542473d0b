"""JSON as it goes over the wire and under digests: no ASCII escaping, no spaces."""

from __future__ import annotations

import json

# Made once: `json.dumps` with options builds an encoder for every call, which every answer would pay for.
compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
