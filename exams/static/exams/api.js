// The exam calls. A call resolves with {status, data}, status 0 when no answer came; it never throws.

const TIMEOUT_MS = 20000;

export class Api {
  constructor(root, csrf, owner) {
    this.root = root;
    this.csrf = csrf;
    this.owner = owner;
    this.token = null;
  }

  async call(method, path, body, options) {
    const { signed, keepalive } = options || {};
    const headers = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (signed) headers["X-CSRFToken"] = this.csrf;
    else if (this.token) headers.Authorization = `Attempt ${this.token}`;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    const sentAt = performance.now();
    try {
      const response = await fetch(this.root + path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: signed ? "same-origin" : "omit",
        cache: "no-store",
        keepalive: Boolean(keepalive),
        signal: abort.signal,
      });
      // A reply that says it is another's (some cache mixed them up) is no answer: what waits goes on waiting.
      const owner = response.headers.get("X-Owner");
      if (owner && owner !== (signed ? this.owner : path.split("/")[2])) return { status: 0, data: {}, sentAt };
      return { status: response.status, data: await response.json(), sentAt };
    } catch (error) {
      return { status: 0, data: {}, sentAt };
    } finally {
      clearTimeout(timer);
    }
  }

  // With the sign-in cookie
  start(sitting, number, device) {
    return this.call("POST", `/sittings/${sitting}/attempts`, { device_id: device, number }, { signed: true });
  }

  claim(attempt, device, epoch) {
    return this.call("POST", `/attempts/${attempt}/claim`, { device_id: device, epoch }, { signed: true });
  }

  // With the attempt's token
  save(attempt, items, options) {
    return this.call("PUT", `/attempts/${attempt}/answers`, { items }, options);
  }

  answers(attempt) {
    return this.call("GET", `/attempts/${attempt}/answers`);
  }

  heartbeat(attempt, body, options) {
    return this.call("POST", `/attempts/${attempt}/heartbeat`, body, options);
  }

  submit(attempt, items, digest) {
    return this.call("POST", `/attempts/${attempt}/submit`, { items, sheet_digest: digest });
  }
}

// Waits of 1, 2, 4, 8, 16, 30 seconds with full jitter; no upper count.
export class Backoff {
  constructor() {
    this.failures = 0;
  }

  next() {
    const most = Math.min(30000, 1000 * Math.pow(2, this.failures));
    this.failures += 1;
    return Math.random() * most;
  }

  reset() {
    this.failures = 0;
  }
}
