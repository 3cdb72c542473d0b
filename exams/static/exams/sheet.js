// The answer sheet as the server folds it, in the order (epoch, seq), and its digest. No network, no page.

export class Sheet {
  constructor() {
    this.answers = new Map(); // slot → {value, epoch, seq}
  }

  put(slot, value, epoch, seq) {
    const have = this.answers.get(slot);
    if (have && (have.epoch > epoch || (have.epoch === epoch && have.seq >= seq))) return;
    this.answers.set(slot, { value, epoch, seq });
  }

  get(slot) {
    return this.answers.get(slot);
  }

  copy() {
    const other = new Sheet();
    this.answers.forEach((one, slot) => other.answers.set(slot, one));
    return other;
  }

  // The greatest number given out in an epoch, 0 for none.
  lastSeq(epoch) {
    let last = 0;
    this.answers.forEach((one) => {
      if (one.epoch === epoch && one.seq > last) last = one.seq;
    });
    return last;
  }

  // [[slot, value], …] by slot, cleared slots left out, no spaces. Slots are ASCII, so sort() has the right order.
  canonical() {
    const filled = [...this.answers].filter(([, one]) => one.value !== null);
    return JSON.stringify(filled.map(([slot, one]) => [slot, one.value]).sort((a, b) => (a[0] < b[0] ? -1 : 1)));
  }

  digest() {
    return sha256(this.canonical());
  }
}

export function sheetOf(answers) {
  const sheet = new Sheet();
  for (const one of answers) sheet.put(one.slot, one.value, one.epoch, one.seq);
  return sheet;
}

// Whether a value says anything.
export function isAnswered(value) {
  if (value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.some(isAnswered);
  return typeof value === "string" ? value.trim() !== "" : true;
}

// SHA-256 (FIPS 180-4) in plain script: the browser's own exists only over https, and a hall may have none.
const K = [];
const H = [];
for (let n = 2, found = 0; found < 64; n += 1) {
  let prime = true;
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) prime = false;
  if (!prime) continue;
  const bits = (root) => Math.floor((root - Math.floor(root)) * 4294967296);
  if (found < 8) H.push(bits(Math.pow(n, 1 / 2)));
  K.push(bits(Math.pow(n, 1 / 3)));
  found += 1;
}

const turn = (x, n) => (x >>> n) | (x << (32 - n));

export function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 536870912));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const state = H.slice();
  const w = new Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let t = 0; t < 64; t += 1) {
      if (t < 16) {
        w[t] = view.getUint32(block + t * 4);
      } else {
        const s0 = turn(w[t - 15], 7) ^ turn(w[t - 15], 18) ^ (w[t - 15] >>> 3);
        const s1 = turn(w[t - 2], 17) ^ turn(w[t - 2], 19) ^ (w[t - 2] >>> 10);
        w[t] = (w[t - 16] + s0 + w[t - 7] + s1) >>> 0;
      }
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t += 1) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + K[t] + w[t]) >>> 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) >>> 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) >>> 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i] = (state[i] + word) >>> 0;
    });
  }
  return state.map((word) => word.toString(16).padStart(8, "0")).join("");
}
