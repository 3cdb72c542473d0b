// One attempt as its page lives it: start or claim, the durable queue, saving, heartbeats, handing in.
// It knows no element of the page; it calls `changed(what)` and the page looks at its fields.

import { Api, Backoff } from "./api.js";
import { Clock } from "./clock.js";
import { Queue } from "./queue.js";
import { Sheet, sheetOf } from "./sheet.js";

const BATCH = 50;
const BATCH_BYTES = 200000;
const KEEPALIVE_BYTES = 50000;
const DEBOUNCE_MS = 800;
const HEARTBEAT_MS = 30000;
const LAST_SECONDS_MS = 6000; // towards the end nothing waits for a pause in typing

export class Session {
  constructor(root, csrf, owner, sitting, number, device, changed) {
    this.api = new Api(root, csrf, owner);
    this.sitting = sitting;
    this.number = number;
    this.device = device;
    this.changed = changed;
    this.clock = new Clock();
    this.backoff = new Backoff();
    this.known = new Sheet(); // what the server is known to have
    this.shown = new Map(); // slot → value, as the candidate sees it
    this.state = "starting"; // starting, answering, elsewhere, blocked, handing_in, mismatch, closed, voided, refused
    this.online = true;
    this.savedAt = null; // the server's time of the last acknowledgement
    this.finals = []; // {slot, status} of answers that came too late or could not be kept
    this.messages = [];
    this.queue = null;
    this.sending = false;
    this.mismatches = 0;
  }

  // --- Entering -------------------------------------------------------------------------------------------

  async start() {
    const reply = await this.api.start(this.sitting, this.number, this.device);
    if (!(await this.entered(reply))) this.later(() => this.start());
  }

  async claim() {
    const reply = await this.api.claim(this.attempt, this.device, this.heardOf);
    if (reply.status === 409 && reply.data.code === "stale_claim") return this.start();
    if (!(await this.entered(reply))) this.later(() => this.claim());
    return undefined;
  }

  // Take in the reply of start or claim. False: no answer came, try again.
  async entered({ status, data, sentAt }) {
    if (status === 0 || status >= 500) return this.offline();
    this.backToLife();
    if (status >= 400) {
      this.refusal = data;
      this.become(data.code === "blocked" ? "blocked" : data.code === "needs_confirmation" ? "elsewhere" : "refused");
      return true;
    }
    this.refusal = null;
    this.attempt = data.attempt;
    this.epoch = data.epoch;
    this.heardOf = data.epoch; // the newest epoch this page knows of; a claim says so
    this.clock.sync(data.remaining_ms, sentAt);
    this.receipt = data.receipt;
    if (data.held_elsewhere) {
      this.become("elsewhere");
      return true;
    }
    this.api.token = data.token;
    this.paper = data.paper;
    this.known = sheetOf(data.answers);
    if (!this.queue) this.queue = await Queue.open(this.attempt);
    this.takeUpQueue();
    this.shown = new Map();
    this.known.answers.forEach((one, slot) => this.shown.set(slot, one.value));
    this.queue.items.forEach((item) => this.shown.set(item.slot, item.value));
    this.become(data.state === "in_progress" ? "answering" : data.state === "voided" ? "voided" : "closed");
    this.beat();
    if (this.queue.size) this.flush();
    return true;
  }

  // Answers left from before this device held this epoch: what the server has, or what a newer device answered,
  // is dropped; the rest is sent again as of now.
  takeUpQueue() {
    for (const item of this.queue.items.filter((one) => one.epoch !== this.epoch)) {
      const have = this.known.get(item.slot);
      this.queue.remove([item]);
      if (have && (have.epoch > item.epoch || have.seq >= item.seq)) continue;
      this.queue.add(item.slot, item.value, this.epoch, () => this.nextSeq());
    }
  }

  nextSeq() {
    this.seq = 1 + Math.max(this.seq || 0, this.known.lastSeq(this.epoch), this.queue.lastSeq(this.epoch));
    return this.seq;
  }

  // --- Answering ------------------------------------------------------------------------------------------

  answer(slot, value) {
    if (this.state !== "answering") return;
    this.shown.set(slot, value);
    this.queue.add(slot, value, this.epoch, () => this.nextSeq());
    this.changed("answer");
    clearTimeout(this.debounce);
    this.debounce = setTimeout(() => this.flush(), this.clock.remaining() < LAST_SECONDS_MS ? 0 : DEBOUNCE_MS);
  }

  // Send what waits, batch after batch, one request at a time.
  async flush() {
    clearTimeout(this.debounce);
    if (this.sending || !this.queue || !this.queue.size || !this.api.token) return;
    this.sending = true;
    this.changed("saving");
    let going = true;
    while (going && this.queue.size) {
      const batch = await this.queue.batch(BATCH, BATCH_BYTES);
      going = this.saved(await this.api.save(this.attempt, batch.map(wire)), batch);
    }
    this.sending = false;
    this.changed("saving");
  }

  // Take in the reply of a save. False: stop sending for now.
  saved({ status, data, sentAt }, batch) {
    if (status === 200) {
      this.backToLife();
      this.acknowledge(data.acks, batch);
      this.savedAt = data.server_time;
      this.follow(data, sentAt);
      return true;
    }
    if (status === 401) {
      this.start(); // the token is no longer good: ask for another; the queue waits
    } else if (status === 403 && data.code === "blocked") {
      this.become("blocked");
      this.later(() => this.start());
    } else if (status === 400 || status === 413 || status === 404) {
      this.refusal = data;
      this.become("refused"); // a fault of ours, not of the network; the answers stay in the queue
    } else {
      this.offline();
      this.later(() => this.flush());
    }
    return false;
  }

  acknowledge(acks, batch) {
    acks.forEach((ack, place) => {
      const item = batch[place];
      this.queue.remove([item]);
      if (ack.status === "stored" || ack.status === "duplicate") {
        this.known.put(item.slot, item.value, item.epoch, item.seq);
      } else if (ack.status === "conflict") {
        this.queue.add(item.slot, item.value, this.epoch, () => this.nextSeq());
      } else {
        this.finals.push({ slot: item.slot, status: ack.status });
        this.changed("final");
      }
    });
  }

  // What every reply about the attempt tells.
  follow(data, sentAt) {
    this.clock.sync(data.remaining_ms, sentAt);
    if (data.state === "voided") this.become("voided");
    else if (data.state === "submitted" && this.state !== "closed") this.findReceipt();
    else if (data.epoch > this.epoch && this.state === "answering") {
      this.heardOf = data.epoch;
      this.become("elsewhere");
    }
  }

  // --- Signs of life --------------------------------------------------------------------------------------

  beat() {
    clearTimeout(this.heart);
    this.heart = setTimeout(() => this.heartbeat(), HEARTBEAT_MS * (0.9 + Math.random() * 0.2));
  }

  async heartbeat(options) {
    if (!this.api.token || this.state === "closed") return;
    this.beat();
    const idle = !this.sending && !this.queue.size;
    const reply = await this.api.heartbeat(
      this.attempt,
      {
        sheet_digest: idle ? this.known.digest() : null,
        unsent: this.queue.size,
        oldest_unsent_ms: this.queue.oldestMs(),
        visible: document.visibilityState === "visible",
      },
      options
    );
    const { status, data, sentAt } = reply;
    if (status === 200) {
      this.backToLife();
      if (this.state === "blocked") this.become("answering");
      this.messages = data.messages;
      this.changed("messages");
      this.follow(data, sentAt);
      if (data.digest_ok === false && data.epoch === this.epoch && !this.queue.size) this.reread();
      else this.flush();
    } else if (status === 403 && data.code === "blocked") {
      this.become("blocked");
    } else if (status === 401) {
      this.start();
    } else {
      this.offline();
    }
  }

  // The server's sheet differs although nothing waits: it is the truth.
  async reread() {
    const { status, data } = await this.api.answers(this.attempt);
    if (status !== 200 || this.queue.size) return;
    this.known = sheetOf(data.answers);
    this.shown = new Map();
    this.known.answers.forEach((one, slot) => this.shown.set(slot, one.value));
    this.changed("sheet");
  }

  // The page goes out of sight, perhaps for good: send once more, and believe nothing of it.
  hide() {
    if (!this.api.token || !this.queue) return;
    const waiting = this.queue.items.slice(0, BATCH);
    const small = JSON.stringify(waiting.map(wire)).length * 3 < KEEPALIVE_BYTES;
    if (waiting.length && small && this.state === "answering") {
      waiting.forEach((item) => (item.sent = true));
      this.api.save(this.attempt, waiting.map(wire), { keepalive: true });
    }
    this.heartbeat({ keepalive: true });
  }

  wake() {
    this.backoff.reset();
    clearTimeout(this.retry);
    if (!this.api.token || !this.queue) {
      if (this.again) this.again();
      return;
    }
    if (this.state === "handing_in") this.submit();
    else this.heartbeat();
  }

  // --- Handing in -----------------------------------------------------------------------------------------

  async submit(agreedDigest) {
    if (this.submitting || this.state === "closed") return;
    this.submitting = true;
    this.become("handing_in");
    while (this.sending) await new Promise((resolve) => setTimeout(resolve, 50));
    while (this.queue.size > BATCH && this.online) await this.flush();
    const batch = await this.queue.batch(BATCH, BATCH_BYTES);
    if (batch.length < this.queue.size) {
      this.submitting = false; // what is not on the server yet would come too late
      this.later(() => this.submit(agreedDigest));
      return;
    }
    const reply = await this.api.submit(this.attempt, batch.map(wire), agreedDigest || this.expectedDigest(batch));
    this.submitting = false;
    const { status, data } = reply;
    if (data.acks) this.acknowledge(data.acks, batch);
    if (status === 200) {
      this.backToLife();
      this.close(data.receipt);
    } else if (status === 409 && data.code === "digest_mismatch") {
      this.mismatch(data);
    } else if (status === 409 && data.code === "not_holder") {
      this.heardOf = data.epoch;
      this.become("elsewhere");
    } else if (status === 409 && data.code === "voided") {
      this.become("voided");
    } else if (status === 403) {
      this.become("blocked");
    } else if (status === 401) {
      await this.start();
      if (this.state === "answering") this.submit();
    } else {
      this.offline();
      this.later(() => this.submit(agreedDigest));
    }
  }

  expectedDigest(batch) {
    const sheet = this.known.copy();
    batch.forEach((item) => sheet.put(item.slot, item.value, item.epoch, item.seq));
    return sheet.digest();
  }

  // The server's sheet is taken over and the difference shown, once; a second time it is simply handed in.
  mismatch(data) {
    const before = this.shown;
    this.known = sheetOf(data.answers);
    this.shown = new Map();
    this.known.answers.forEach((one, slot) => this.shown.set(slot, one.value));
    const text = (values, slot) => JSON.stringify(values.has(slot) ? values.get(slot) : null);
    this.differing = [...new Set([...before.keys(), ...this.shown.keys()])].filter(
      (slot) => text(before, slot) !== text(this.shown, slot)
    );
    this.serverDigest = data.digest;
    this.mismatches += 1;
    if (this.mismatches > 1 || this.clock.remaining() === 0) this.submit(data.digest);
    else this.become("mismatch");
  }

  async findReceipt() {
    const reply = await this.api.start(this.sitting, this.number, this.device);
    if (reply.status === 200 && reply.data.receipt) this.close(reply.data.receipt);
    else this.later(() => this.findReceipt());
  }

  // What still waits goes on being sent: it came too late, but it is kept for a person to decide.
  close(receipt) {
    this.receipt = receipt;
    clearTimeout(this.heart);
    this.become("closed");
    this.flush();
  }

  // --- Weather --------------------------------------------------------------------------------------------

  become(state) {
    this.state = state;
    this.changed("state");
  }

  offline() {
    if (this.online) {
      this.online = false;
      this.changed("saving");
    }
    return false;
  }

  backToLife() {
    this.backoff.reset();
    if (!this.online) {
      this.online = true;
      this.changed("saving");
    }
  }

  later(again) {
    clearTimeout(this.retry);
    this.again = again;
    this.retry = setTimeout(again, this.backoff.next());
  }
}

function wire(item) {
  return { seq: item.seq, slot: item.slot, value: item.value, client_at: new Date().toISOString() };
}
